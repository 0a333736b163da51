/* SPDX-License-Identifier: ISC */
/*
 * QEMU's pvpanic as a PCI function (1b36:0011): by it the kernel of a guest says that it has panicked. That is a fault
 * of the guest with code LAYER_FAULT_PANIC, so the policy of the description decides: <on-fault kind="layer" .../>.
 *
 * Register 0 of BAR 0 reads what can be told (panicked) and takes it. Left out: crash-loaded and shutdown events.
 * Specification: QEMU docs/specs/pvpanic.rst; Linux' driver is pvpanic-pci.
 */
#include "devices/panic.h"
#include "devices/exit.h"

enum { BAR_BYTES = 16, PANICKED = 1 };

struct panic {
	struct pci_function function;
	struct machine *machine;
};

static uint64_t panic_read(void *owner, uint32_t offset, unsigned size)
{
	(void)owner;
	(void)size;
	return offset == 0 ? PANICKED : 0;
}

static void panic_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	struct panic *panic = owner;
	(void)size;
	if (offset == 0 && value & PANICKED)
		exit_fault(&panic->machine->vcpu[0], LAYER_FAULT_PANIC, value, 0);
}

const char *panic_init(struct machine *machine, const struct info_device *device)
{
	static const struct pci_identity identity = {
	        .vendor = 0x1b36, .device = 0x0011, .revision = 1, .class_code = 8, .subclass = 0x80};
	struct panic *panic = machine_alloc(machine, sizeof *panic);
	if (!panic)
		return "no room for the panic device";
	panic->machine = machine;
	pci_function_init(&panic->function, &identity);
	pci_function_bar(&panic->function, 0, PCI_BAR_MEMORY, BAR_BYTES,
	                 &(struct window){panic, panic_read, panic_write});
	return machine_connect(machine, device->place, &panic->function) ? 0 : "no place for the panic device";
}
