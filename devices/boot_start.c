/* SPDX-License-Identifier: ISC */
#include "devices/boot_start.h"
#include "devices/boot.h"
#include "sdk/info.h"
#include "sdk/vcpu.h"

typedef const char *loader(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry);
static loader *const loaders[] = {[BOOT_LINUX] = boot_linux, [BOOT_MULTIBOOT] = boot_multiboot, [BOOT_PVH] = boot_pvh};

static const char *set_state(const struct layer_vcpu *vcpu)
{
	return vcpu_set(vcpu->index, FRAME_HAS_ALL) == OK ? 0 : "the core refuses the start state of the guest";
}

const char *boot_start(struct machine *machine)
{
	const struct info *info = info_get();
	struct layer_vcpu *vcpu = &machine->vcpu[0];
	const struct info_memory *kernel = info_memory("kernel"), *initrd = info_memory("initrd");
	const char *wrong = 0;
	if (info->guest_boot == BOOT_FIRMWARE) {
		wrong = boot_firmware(&machine->memory, vcpu->frame);
		return wrong ? wrong : set_state(vcpu);
	}
	if (info->guest_boot >= sizeof loaders / sizeof *loaders)
		return "this way of booting is not offered";
	if (!kernel)
		return "the description names no kernel";
	struct boot_files files = {.kernel = info_pointer(kernel->gpa),
	                           .kernel_bytes = kernel->bytes,
	                           .options = info->options,
	                           .rsdp = MACHINE_ACPI_BASE};
	if (initrd) {
		files.initrd = info_pointer(initrd->gpa);
		files.initrd_bytes = initrd->bytes;
	}
	wrong = loaders[info->guest_boot](&machine->memory, &files, vcpu->frame);
	if (!wrong)
		wrong = machine_without_firmware(machine);
	return wrong ? wrong : set_state(vcpu);
}
