/* SPDX-License-Identifier: ISC */
/* Multiboot 1: a header in the first 8 KiB says how to load the file; ELF if it does not say where. */
#include "devices/boot_elf.h"

enum { SEARCH_BYTES = 8192, FLAG_ADDRESSES = 1 << 16, FLAGS_KNOWN = 3 };
enum { INFO_MEMORY = 1, INFO_COMMAND_LINE = 4, INFO_MODULES = 8, INFO_MAP = 64, INFO_LOADER_NAME = 512 };
#define HEADER_MAGIC 0x1badb002u
#define LOADER_MAGIC 0x2badb002u

struct header {
	uint32_t magic, flags, checksum;
	uint32_t header_address, load_address, load_end, bss_end, entry;
};
struct information {
	uint32_t flags, memory_lower, memory_upper, boot_device, command_line, module_count, modules;
	uint32_t symbols[4], map_bytes, map, drive_bytes, drives, config_table, loader_name, apm_table;
	uint32_t video[6];
};
struct map_entry {
	uint32_t size; /* of the rest */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));
struct module {
	uint32_t start, end, text, reserved;
};
_Static_assert(sizeof(struct map_entry) == 24 && sizeof(struct information) == 96, "Multiboot 0.6.96, 3.3");
#define LOADER_NAME "Bulkhead"
#define NAME_AT (BOOT_INFO + 0x800)

/* The header's offset in the file and its contents; fields beyond the third are zero where the file ends. */
static bool find(const struct boot_files *files, struct header *header, uint64_t *offset)
{
	for (uint64_t at = 0; at < SEARCH_BYTES && boot_inside(at, 12, files->kernel_bytes); at += 4) {
		uint64_t left = files->kernel_bytes - at;
		*header = (struct header){0};
		__builtin_memcpy(header, files->kernel + at, left < sizeof *header ? 12 : sizeof *header);
		*offset = at;
		if (header->magic == HEADER_MAGIC && header->magic + header->flags + header->checksum == 0)
			return true;
	}
	return false;
}

static const char *load_addresses(const struct guest_memory *memory, const struct boot_files *files,
                                  const struct header *header, uint64_t offset, uint64_t *end)
{
	uint64_t before = (uint64_t)header->header_address - header->load_address;
	if (header->load_address > header->header_address || before > offset)
		return "multiboot header: its address fields do not fit its place in the file";
	uint64_t from = offset - before, bytes = files->kernel_bytes - from;
	if (header->load_end) {
		bytes = (uint64_t)header->load_end - header->load_address;
		if (header->load_end < header->load_address || !boot_inside(from, bytes, files->kernel_bytes))
			return "multiboot header: load_end_addr lies outside the file";
	}
	*end = header->load_address + bytes;
	if (header->load_address < BOOT_AREA_END || !guest_memory_at(memory, header->load_address, bytes))
		return "multiboot header: the load address is not in guest memory above 32 KiB";
	guest_memory_write(memory, header->load_address, files->kernel + from, bytes);
	if (header->bss_end > *end) {
		if (!guest_memory_fill(memory, *end, 0, header->bss_end - *end))
			return "multiboot header: bss_end_addr lies outside guest memory";
		*end = header->bss_end;
	}
	return 0;
}

static const char *load(const struct guest_memory *memory, const struct boot_files *files, uint32_t *rip, uint64_t *end)
{
	struct header header;
	struct boot_elf elf;
	uint64_t offset;
	if (!find(files, &header, &offset))
		return "kernel has no Multiboot 1 header in its first 8 KiB";
	if (header.flags & 0xffff & ~(uint32_t)FLAGS_KNOWN)
		return "multiboot header: it requires something that is not offered (flag bits 2..15)";
	if (header.flags & FLAG_ADDRESSES) {
		*rip = header.entry;
		return load_addresses(memory, files, &header, offset, end);
	}
	if (!boot_elf_open(&elf, files->kernel, files->kernel_bytes))
		return "multiboot header has no addresses and the kernel is not an ELF file for x86";
	*rip = (uint32_t)elf.entry;
	return boot_elf_load(&elf, memory, end);
}

static bool write_map(const struct guest_memory *memory, struct information *information)
{
	struct e820_entry entries[BOOT_MAP_ENTRIES];
	struct e820_list list = {entries, 0, BOOT_MAP_ENTRIES};
	if (!boot_map(memory, &list))
		return false;
	for (unsigned i = 0; i < list.count; i++) {
		struct map_entry entry = {20, entries[i].base, entries[i].size, entries[i].type};
		if (!guest_memory_write(memory, BOOT_MAP + i * sizeof entry, &entry, sizeof entry))
			return false;
	}
	information->map = BOOT_MAP;
	information->map_bytes = (uint32_t)(list.count * sizeof(struct map_entry));
	return true;
}

static bool put_modules(const struct guest_memory *memory, const struct boot_files *files, uint64_t floor,
                        struct information *information)
{
	struct boot_placed placed[BOOT_MODULES_MAX];
	unsigned count;
	if (!boot_modules(memory, files, floor, placed, &count))
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct module module = {placed[i].start, placed[i].end, placed[i].text, 0};
		if (!guest_memory_write(memory, BOOT_MODULES + i * sizeof module, &module, sizeof module))
			return false;
	}
	if (count) {
		information->flags |= INFO_MODULES;
		information->module_count = count;
		information->modules = BOOT_MODULES;
	}
	return true;
}

const char *boot_multiboot(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry)
{
	uint32_t rip;
	uint64_t end, low = guest_memory_low_end(memory);
	const char *wrong = load(memory, files, &rip, &end);
	if (wrong)
		return wrong;
	if (!boot_text(memory, files->options, BOOT_TEXT_BYTES))
		return "kernel command line is too long";
	struct information information = {.flags = INFO_MEMORY | INFO_COMMAND_LINE | INFO_MAP | INFO_LOADER_NAME,
	                                  .memory_lower = 640,
	                                  .memory_upper = low > 0x100000 ? (uint32_t)(low / 1024 - 1024) : 0,
	                                  .command_line = BOOT_TEXT,
	                                  .loader_name = NAME_AT};
	if (!put_modules(memory, files, end, &information))
		return "guest memory is too small for kernel and modules";
	if (!write_map(memory, &information) || !guest_memory_write(memory, NAME_AT, LOADER_NAME, sizeof LOADER_NAME) ||
	    !guest_memory_write(memory, BOOT_INFO, &information, sizeof information))
		return "guest memory is too small for the multiboot information";
	boot_flat(memory, entry, rip);
	entry->gpr[FRAME_RAX] = LOADER_MAGIC;
	entry->gpr[FRAME_RBX] = BOOT_INFO;
	return 0;
}
