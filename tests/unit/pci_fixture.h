/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_PCI_FIXTURE_H
#define TESTS_UNIT_PCI_FIXTURE_H

/* A PCI bus with one function on it, switched on, and guest memory of 1 MiB from 0. */
#include "devices/pci.h"
#include "tests/unit/device_fixture.h"

#define GUEST_BYTES (1u << 20)
enum { PCI_FIXTURE_DEVICE = 5, PCI_FIXTURE_IO = 0xc000, PCI_FIXTURE_MEMORY = 0xe0000000 };

struct pci_fixture {
	struct bus bus;
	struct mmio_map mmio;
	struct pci pci;
	struct guest_memory memory;
	struct probe wire[PCI_PIRQS];
	uint8_t ram[GUEST_BYTES];
};

static inline void pci_fixture_init(struct pci_fixture *fixture)
{
	const struct pin pirq = {probe_set, fixture->wire, 0};

	memset(fixture, 0, sizeof(*fixture));
	guest_memory_add(&fixture->memory, 0, GUEST_BYTES, fixture->ram);
	pci_init(&fixture->pci, &fixture->bus, &fixture->mmio, &fixture->memory, &pirq);
}

/* BAR n at 0xc000 + n * 0x100, or at 0xe0000000 + n * 16 MiB; I/O, memory and bus master are on. */
static inline bool pci_fixture_connect(struct pci_fixture *fixture, struct pci_function *function)
{
	if (pci_connect(&fixture->pci, PCI_FIXTURE_DEVICE, 0, function))
		return false;
	for (unsigned i = 0; i < PCI_BARS; i++)
		if (function->bar[i].size)
			pci_config_write(&fixture->pci, PCI_FIXTURE_DEVICE * 8, PCI_BAR + 4 * i, 4,
			                 function->bar[i].kind == PCI_BAR_IO ? PCI_FIXTURE_IO + i * 0x100u
			                                                     : PCI_FIXTURE_MEMORY + (i << 24));
	pci_config_write(&fixture->pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2, 7);
	return true;
}

/* The level of INTA of that function. */
static inline bool pci_fixture_level(const struct pci_fixture *fixture)
{
	return fixture->wire[(PCI_FIXTURE_DEVICE - 1) % PCI_PIRQS].level;
}

/* Accesses as the guest makes them: by port, or by guest-physical address. */
static inline uint64_t pci_fixture_read(struct pci_fixture *fixture, uint64_t gpa, unsigned size)
{
	const struct mmio_range *range = mmio_map_find(&fixture->mmio, gpa, size);

	return range ? range->window.read(range->window.device, (uint32_t)(gpa - range->base), size) : UINT64_MAX;
}

static inline void pci_fixture_write(struct pci_fixture *fixture, uint64_t gpa, unsigned size, uint64_t value)
{
	const struct mmio_range *range = mmio_map_find(&fixture->mmio, gpa, size);

	if (range)
		range->window.write(range->window.device, (uint32_t)(gpa - range->base), size, value);
}

#endif
