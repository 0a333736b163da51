/* SPDX-License-Identifier: ISC */
/* PVH: the kernel names its 32-bit entry in an ELF note and gets everything else through one structure in EBX. */
#include "devices/boot_elf.h"

enum { XEN_ELFNOTE_PHYS32_ENTRY = 18 };
#define START_MAGIC 0x336ec578u

struct start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp, map;
	uint32_t map_count, reserved;
};
struct start_module {
	uint64_t address, size, command_line, reserved;
};
struct start_map {
	uint64_t address, size;
	uint32_t type, reserved;
};
_Static_assert(sizeof(struct start_info) == 56 && sizeof(struct start_map) == 24, "hvm_start_info, version 1");

static uint32_t write_map(const struct guest_memory *memory)
{
	struct e820_entry entries[BOOT_MAP_ENTRIES];
	struct e820_list list = {entries, 0, BOOT_MAP_ENTRIES};
	if (!boot_map(memory, &list))
		return 0;
	for (unsigned i = 0; i < list.count; i++) {
		struct start_map map = {entries[i].base, entries[i].size, entries[i].type, 0};
		if (!guest_memory_write(memory, BOOT_MAP + i * sizeof map, &map, sizeof map))
			return 0;
	}
	return list.count;
}

const char *boot_pvh(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry)
{
	struct boot_elf elf;
	uint32_t rip;
	uint64_t end;
	if (!boot_elf_open(&elf, files->kernel, files->kernel_bytes))
		return "kernel is not an ELF file for x86";
	if (!boot_elf_note(&elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &rip))
		return "kernel has no PVH entry: ELF note Xen, type 18 is missing";
	const char *wrong = boot_elf_load(&elf, memory, &end);
	if (wrong)
		return wrong;
	if (!boot_text(memory, files->options, BOOT_TEXT_BYTES))
		return "kernel command line is too long";
	struct start_info info = {START_MAGIC, 1, 0, 0, 0, BOOT_TEXT, files->rsdp, BOOT_MAP, 0, 0};
	if (files->initrd_bytes) {
		struct start_module module = {0, files->initrd_bytes, 0, 0};
		module.address = boot_initrd(memory, files, end, GUEST_HOLE_BASE);
		if (!module.address || !guest_memory_write(memory, BOOT_MODULES, &module, sizeof module))
			return "guest memory is too small for kernel and initrd";
		info.module_count = 1;
		info.modules = BOOT_MODULES;
	}
	info.map_count = write_map(memory);
	if (!info.map_count || !guest_memory_write(memory, BOOT_INFO, &info, sizeof info))
		return "guest memory is too small for the start information";
	boot_flat(memory, entry, rip);
	entry->gpr[FRAME_RBX] = BOOT_INFO;
	return 0;
}
