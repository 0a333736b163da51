/* SPDX-License-Identifier: ISC */
/*
 * Multiboot 2: a header of tags in the first 32 KiB says how to load the file; ELF if no tag does. What a kernel is told
 * is a list of tags, too: command line, loader, modules, memory, ACPI root pointer. A tag of the header, or a piece of
 * information in it, that is not offered and not marked optional is refused by name.
 *
 * Left out: frame buffers, EFI, relocation (a relocatable kernel stays where it is linked), the ELF section table.
 * Specification: Multiboot2 2.0, 3.1 (header), 3.3 (state), 3.6 (information).
 */
#include "devices/boot_elf.h"

enum { SEARCH_BYTES = 32768, HEADER_BYTES = 16, OPTIONAL = 1, TAGS_MAX = 64 };
enum header_tag {
	HEADER_END = 0,
	HEADER_REQUEST = 1,
	HEADER_ADDRESSES = 2,
	HEADER_ENTRY = 3,
	HEADER_CONSOLE = 4,
	HEADER_ALIGN = 6,
	HEADER_EFI_SERVICES = 7,
	HEADER_EFI_32 = 8,
	HEADER_EFI_64 = 9,
	HEADER_RELOCATABLE = 10
};
enum tag {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMORY = 4,
	TAG_MAP = 6,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15
};
enum { RSDP_OLD_BYTES = 20, RSDP_BYTES = 36, RSDP_REVISION = 15 };
#define HEADER_MAGIC 0xe85250d6u
#define LOADER_MAGIC 0x36d76289u
#define LOADER_NAME "Bulkhead"

struct map_entry {
	uint64_t base, length;
	uint32_t type, reserved;
};
_Static_assert(sizeof(struct map_entry) == 24, "Multiboot2 3.6.8");

/* What the tags of a header say. */
struct wish {
	bool has_addresses, has_entry;
	uint64_t offset; /* of the header in the file */
	uint32_t header, load, load_end, bss_end, entry;
};

static uint16_t half(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t word(const uint8_t *at)
{
	return half(at) | (uint32_t)half(at + 2) << 16;
}

/* The header's place and length; false: there is none. */
static bool find(const struct boot_files *files, uint64_t *offset, uint32_t *bytes)
{
	for (uint64_t at = 0; at < SEARCH_BYTES && boot_inside(at, HEADER_BYTES, files->kernel_bytes); at += 8) {
		const uint8_t *header = files->kernel + at;
		if (word(header) != HEADER_MAGIC || word(header + 4) ||
		    word(header) + word(header + 4) + word(header + 8) + word(header + 12))
			continue;
		*offset = at;
		*bytes = word(header + 8);
		return *bytes >= HEADER_BYTES && boot_inside(at, *bytes, files->kernel_bytes);
	}
	return false;
}

static const char *request(const uint8_t *tag, uint32_t size)
{
	static const uint8_t offered[] = {TAG_COMMAND_LINE, TAG_LOADER,   TAG_MODULE,  TAG_MEMORY,
	                                  TAG_MAP,          TAG_ACPI_OLD, TAG_ACPI_NEW};
	for (uint32_t at = 8; at + 4 <= size; at += 4) {
		bool found = false;
		for (unsigned i = 0; i < sizeof offered; i++)
			found = found || word(tag + at) == offered[i];
		if (!found)
			return "multiboot2 header: it requires information that is not offered";
	}
	return 0;
}

static const char *take(const uint8_t *tag, uint32_t size, struct wish *wish)
{
	bool optional = half(tag + 2) & OPTIONAL;
	switch (half(tag)) {
	case HEADER_REQUEST:
		return optional ? 0 : request(tag, size);
	case HEADER_ADDRESSES:
		if (size < 24)
			return "multiboot2 header: a tag is too short";
		wish->has_addresses = true;
		wish->header = word(tag + 8);
		wish->load = word(tag + 12);
		wish->load_end = word(tag + 16);
		wish->bss_end = word(tag + 20);
		return 0;
	case HEADER_ENTRY:
		if (size < 12)
			return "multiboot2 header: a tag is too short";
		wish->has_entry = true;
		wish->entry = word(tag + 8);
		return 0;
	case HEADER_CONSOLE: /* text, at all times */
	case HEADER_ALIGN:   /* modules begin a page anyway */
	case HEADER_EFI_SERVICES:
	case HEADER_EFI_32:
	case HEADER_EFI_64: /* for loaders that EFI has started */
	case HEADER_RELOCATABLE:
		return 0;
	default:
		return optional ? 0 : "multiboot2 header: it requires something that is not offered";
	}
}

static const char *read_tags(const uint8_t *header, uint32_t bytes, struct wish *wish)
{
	uint64_t at = HEADER_BYTES;
	for (unsigned i = 0; i < TAGS_MAX && boot_inside(at, 8, bytes); i++) {
		uint32_t size = word(header + at + 4);
		if (size < 8 || !boot_inside(at, size, bytes))
			return "multiboot2 header: a tag reaches beyond its end";
		if (half(header + at) == HEADER_END)
			return 0;
		const char *wrong = take(header + at, size, wish);
		if (wrong)
			return wrong;
		at += ((uint64_t)size + 7) & ~UINT64_C(7);
	}
	return "multiboot2 header: its tags have no end";
}

static const char *load_addresses(const struct guest_memory *memory, const struct boot_files *files,
                                  const struct wish *wish, uint64_t *end)
{
	uint64_t before = (uint64_t)wish->header - wish->load;
	if (wish->load > wish->header || before > wish->offset)
		return "multiboot2 header: its address tag does not fit its place in the file";
	uint64_t from = wish->offset - before, bytes = files->kernel_bytes - from;
	if (wish->load_end) {
		bytes = (uint64_t)wish->load_end - wish->load;
		if (wish->load_end < wish->load || !boot_inside(from, bytes, files->kernel_bytes))
			return "multiboot2 header: load_end_addr lies outside the file";
	}
	*end = wish->load + bytes;
	if (wish->load < BOOT_AREA_END || !guest_memory_at(memory, wish->load, bytes))
		return "multiboot2 header: the load address is not in guest memory above 32 KiB";
	if (wish->bss_end > *end && !guest_memory_at(memory, *end, wish->bss_end - *end))
		return "multiboot2 header: bss_end_addr lies outside guest memory";
	guest_memory_write(memory, wish->load, files->kernel + from, bytes);
	if (wish->bss_end > *end) {
		guest_memory_fill(memory, *end, 0, wish->bss_end - *end);
		*end = wish->bss_end;
	}
	return 0;
}

static const char *load(const struct guest_memory *memory, const struct boot_files *files, uint32_t *rip, uint64_t *end)
{
	struct wish wish = {0};
	struct boot_elf elf;
	uint32_t bytes;
	if (!find(files, &wish.offset, &bytes))
		return "kernel has no Multiboot 2 header in its first 32 KiB";
	const char *wrong = read_tags(files->kernel + wish.offset, bytes, &wish);
	if (wrong)
		return wrong;
	if (wish.has_addresses) {
		*rip = wish.entry;
		return wish.has_entry ? load_addresses(memory, files, &wish, end)
		                      : "multiboot2 header: addresses without an entry";
	}
	if (!boot_elf_open(&elf, files->kernel, files->kernel_bytes))
		return "multiboot2 header has no addresses and the kernel is not an ELF file for x86";
	*rip = wish.has_entry ? wish.entry : (uint32_t)elf.entry;
	return boot_elf_load(&elf, memory, end);
}

/* --- the information: tags one behind the other, each on 8 bytes --- */

struct list {
	const struct guest_memory *memory;
	uint32_t at;
	bool full;
};

static void put(struct list *list, const void *bytes, uint64_t size)
{
	if (list->full || size > BOOT_AREA_END - list->at || !guest_memory_write(list->memory, list->at, bytes, size)) {
		list->full = true;
		return;
	}
	list->at += (uint32_t)size;
}

static void put_tag(struct list *list, enum tag type, const void *head, uint64_t head_bytes, const void *rest,
                    uint64_t rest_bytes)
{
	static const uint8_t zeroes[8];
	const uint32_t words[2] = {type, (uint32_t)(8 + head_bytes + rest_bytes)};
	put(list, words, sizeof words);
	put(list, head, head_bytes);
	put(list, rest, rest_bytes);
	put(list, zeroes, -list->at & 7);
}

static uint64_t text_bytes(const char *text)
{
	uint64_t length = 0;
	while (text[length])
		length++;
	return length + 1;
}

static void put_map(struct list *list)
{
	static const uint32_t head[2] = {sizeof(struct map_entry), 0};
	struct e820_entry entries[BOOT_MAP_ENTRIES];
	struct e820_list map = {entries, 0, BOOT_MAP_ENTRIES};
	struct map_entry row[BOOT_MAP_ENTRIES];
	if (!boot_map(list->memory, &map)) {
		list->full = true;
		return;
	}
	for (unsigned i = 0; i < map.count; i++)
		row[i] = (struct map_entry){entries[i].base, entries[i].size, entries[i].type, 0};
	put_tag(list, TAG_MAP, head, sizeof head, row, map.count * sizeof *row);
}

/* The root pointer itself, of which there are two forms: the new one begins as the old one. */
static void put_acpi(struct list *list, uint64_t gpa)
{
	uint8_t rsdp[RSDP_BYTES];
	if (!gpa || !guest_memory_read(list->memory, gpa, rsdp, sizeof rsdp) ||
	    __builtin_memcmp(rsdp, "RSD PTR ", 8) != 0)
		return;
	put_tag(list, TAG_ACPI_OLD, rsdp, RSDP_OLD_BYTES, 0, 0);
	if (rsdp[RSDP_REVISION] >= 2)
		put_tag(list, TAG_ACPI_NEW, rsdp, RSDP_BYTES, 0, 0);
}

static bool tell(const struct guest_memory *memory, const struct boot_files *files, const struct boot_placed *module,
                 unsigned modules)
{
	struct list list = {memory, BOOT_INFO + 8, false};
	uint64_t low = guest_memory_low_end(memory);
	const uint32_t sizes[2] = {640, low > 0x100000 ? (uint32_t)(low / 1024 - 1024) : 0};
	put_tag(&list, TAG_COMMAND_LINE, files->options, text_bytes(files->options), 0, 0);
	put_tag(&list, TAG_LOADER, LOADER_NAME, sizeof LOADER_NAME, 0, 0);
	for (unsigned i = 0; i < modules; i++)
		put_tag(&list, TAG_MODULE, &module[i], 8, module[i].words, text_bytes(module[i].words));
	put_tag(&list, TAG_MEMORY, sizes, sizeof sizes, 0, 0);
	put_map(&list);
	put_acpi(&list, files->rsdp);
	put_tag(&list, TAG_END, 0, 0, 0, 0);
	const uint32_t head[2] = {list.at - BOOT_INFO, 0};
	return !list.full && guest_memory_write(memory, BOOT_INFO, head, sizeof head);
}

const char *boot_multiboot2(const struct guest_memory *memory, const struct boot_files *files, struct exit_frame *entry)
{
	struct boot_placed module[BOOT_MODULES_MAX];
	uint32_t rip;
	uint64_t end;
	unsigned modules;
	const char *wrong = load(memory, files, &rip, &end);
	if (wrong)
		return wrong;
	if (!boot_modules(memory, files, end, module, &modules))
		return "guest memory is too small for kernel and modules";
	if (!tell(memory, files, module, modules))
		return "the command line is too long, or guest memory too small for the multiboot information";
	boot_flat(memory, entry, rip);
	entry->gpr[FRAME_RAX] = LOADER_MAGIC;
	entry->gpr[FRAME_RBX] = BOOT_INFO;
	return 0;
}
