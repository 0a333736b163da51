/* SPDX-License-Identifier: ISC */
#include "devices/boot_start.h"
#include "devices/boot.h"
#include "sdk/info.h"
#include "sdk/vcpu.h"

typedef const char *loader(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry);
static loader *const loaders[] = {[BOOT_LINUX] = boot_linux,
                                  [BOOT_MULTIBOOT] = boot_multiboot,
                                  [BOOT_PVH] = boot_pvh,
                                  [BOOT_MULTIBOOT2] = boot_multiboot2};

static const char *set_state(const struct layer_vcpu *vcpu)
{
	return vcpu_set(vcpu->index, FRAME_HAS_ALL) == OK ? 0 : "the core refuses the start state of the guest";
}

/* <module>: rows of the devices' table whose memory is the file. */
static unsigned find_modules(struct boot_module module[BOOT_MODULES_MAX - 1])
{
	const struct info_device *device = INFO_TABLE(info_device, device);
	const struct info_memory *memory = INFO_TABLE(info_memory, memory);
	unsigned count = 0;
	for (uint32_t i = 0; i < info_get()->device.count && count < BOOT_MODULES_MAX - 1; i++)
		if (device[i].kind == DEVICE_MODULE && device[i].memory < info_get()->memory.count) {
			const struct info_memory *file = &memory[device[i].memory];
			module[count++] = (struct boot_module){info_pointer(file->gpa), file->bytes, device[i].text};
		}
	return count;
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
	if (info->guest_boot >= sizeof loaders / sizeof *loaders || !loaders[info->guest_boot])
		return "this way of booting is not offered";
	if (!kernel)
		return "the description names no kernel";
	struct boot_module module[BOOT_MODULES_MAX - 1];
	struct boot_files files = {.module = module,
	                           .module_count = find_modules(module),
	                           .kernel = info_pointer(kernel->gpa),
	                           .kernel_bytes = kernel->bytes,
	                           .options = info->options,
	                           .rsdp = MACHINE_ACPI_BASE,
	                           .has_screen = machine->has_screen};
	if (initrd) {
		files.initrd = info_pointer(initrd->gpa);
		files.initrd_bytes = initrd->bytes;
	}
	wrong = machine_without_firmware(machine); /* first: Multiboot 2 copies the ACPI root pointer */
	if (!wrong)
		wrong = loaders[info->guest_boot](&machine->memory, &files, vcpu->frame);
	return wrong ? wrong : set_state(vcpu);
}
