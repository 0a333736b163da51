/* SPDX-License-Identifier: ISC */
/*
 * Memory maps. What a map does not say is reserved is free for placement; so everything that the boot loader leaves in
 * RAM (first MiB, core, package) must become a reserved range here, as it does in the starter.
 */
#include "tools/inspect/platform.h"
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UINT64_C(4096)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static void add(struct placement_range *range, uint32_t *count, uint64_t base, uint64_t end)
{
	if (base < end && *count < PLATFORM_RANGES)
		range[(*count)++] = (struct placement_range){.base = base, .size = end - base};
}

static void add_reserved(struct platform *platform, uint64_t base, uint64_t end, const char *name)
{
	uint32_t index = platform->reserved_count;
	add(platform->reserved, &platform->reserved_count, base, end);
	if (platform->reserved_count > index)
		snprintf(platform->reserved_name[index], sizeof(platform->reserved_name[index]), "%s", name);
}

/* The assumptions that the more exact sources replace. */
static void start(struct platform *platform)
{
	*platform = (struct platform){
	        .core = 2 * MIB,
	        .core_size = MIB,
	        .phys_limit = UINT64_C(1) << 40,
	        .costs = placement_costs_amd,
	};
}

/* q35: RAM ends at 2 GiB if 2.75 GiB or more are asked for, and goes on at 4 GiB; SeaBIOS keeps the last 128 KiB. */
void platform_q35(struct platform *platform, uint64_t bytes)
{
	char size[32];
	uint64_t low = bytes < 0xb0000000u ? bytes : 2 * GIB;
	start(platform);
	if (bytes % GIB == 0)
		snprintf(size, sizeof(size), "%llu GiB", (unsigned long long)(bytes / GIB));
	else
		snprintf(size, sizeof(size), "%llu MiB", (unsigned long long)(bytes / MIB));
	snprintf(platform->what, sizeof(platform->what), "QEMU q35 with %s", size);
	add(platform->memory, &platform->memory_count, 0, 0x9f000);
	add(platform->memory, &platform->memory_count, MIB, low - 0x21000);
	add(platform->memory, &platform->memory_count, 4 * GIB, 4 * GIB + (bytes - low));
	platform->package_gap = PAGE; /* QEMU's Multiboot information */
	add_reserved(platform, 0, 0x9f000, "first MiB");
}

uint64_t platform_size(const char *text)
{
	static const char unit[] = "KMGT";
	char *end;
	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	uint64_t value = strtoull(text, &end, 0);
	if (errno)
		return 0;
	const char *found = *end ? strchr(unit, *end) : NULL;
	unsigned shift = found ? 10 * (unsigned)(found - unit + 1) : 0;
	if (found)
		end++;
	if (*end || (shift && value >> (64 - shift)))
		return 0;
	return value << shift;
}

/* One line of /proc/iomem. Returns false if it is wrong; lines without meaning for placement are fine. */
static bool parse_line(struct platform *platform, const char *line)
{
	unsigned long long first, last;
	int used = 0;
	char text[48] = "";
	if (*line == ' ' || *line == '#' || *line == 0 || *line == '\r')
		return true;
	if (sscanf(line, "%llx-%llx : %n", &first, &last, &used) != 2 || !used || last < first || last >> 52)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line + used, "\r\n"), line + used);
	uint64_t base = (first + PAGE - 1) / PAGE * PAGE, end = (last + 1) / PAGE * PAGE;
	uint32_t count = platform->memory_count;
	if (!strcmp(text, "System RAM")) {
		if (count && base < platform->memory[count - 1].base + platform->memory[count - 1].size)
			return false;
		add(platform->memory, &platform->memory_count, base, end);
	} else if (!strcmp(text, "Package"))
		platform->package = base;
	else if (!strcmp(text, "Core")) {
		platform->core = base;
		platform->core_size = end > base ? end - base : 0;
	} else
		add_reserved(platform, first / PAGE * PAGE, (last + PAGE) / PAGE * PAGE, text);
	return true;
}

bool platform_parse(struct platform *platform, const char *text, unsigned *line)
{
	char one[256];
	start(platform);
	add_reserved(platform, 0, MIB, "first MiB");
	for (*line = 1; *text; (*line)++) {
		size_t length = strcspn(text, "\n");
		snprintf(one, sizeof(one), "%.*s", length < sizeof(one) ? (int)length : (int)sizeof(one) - 1, text);
		if (!parse_line(platform, one))
			return false;
		text += length + (text[length] == '\n');
	}
	*line = 0;
	return platform->memory_count != 0;
}

bool platform_read(struct platform *platform, const char *path, const char *core)
{
	char text[65536];
	unsigned line;
	FILE *file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "bulkhead: %s: %s\n", path, strerror(errno));
		return false;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	if (!platform_parse(platform, text, &line)) {
		if (line)
			fprintf(stderr, "%s:%u: not a line of a memory map: \"FIRST-LAST : WHAT\" in hexadecimal\n",
			        path, line);
		else
			fprintf(stderr, "%s: no \"System RAM\" in this memory map (read /proc/iomem as root)\n", path);
		return false;
	}
	if (core && platform->core == 2 * MIB)
		platform_core(platform, core);
	snprintf(platform->what, sizeof(platform->what), "memory map %s", path);
	return true;
}

/*
 * What GRUB and QEMU load. Where the first segment only keeps room, it is the place of a core, the second is the starter,
 * and what follows is free when regions are placed (start/x86_64/start.ld).
 */
bool platform_core(struct platform *platform, const char *elf_path)
{
	Elf32_Ehdr header;
	uint64_t low = ~UINT64_C(0), high = 0, kept = 0;
	FILE *file = fopen(elf_path, "rb");
	if (!file)
		return false;
	bool good = fread(&header, sizeof(header), 1, file) == 1 && !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
	            header.e_ident[EI_CLASS] == ELFCLASS32 && header.e_phentsize == sizeof(Elf32_Phdr) &&
	            !fseek(file, (long)header.e_phoff, SEEK_SET);
	bool place = false;
	for (unsigned i = 0; good && i < header.e_phnum; i++) {
		Elf32_Phdr segment;
		good = fread(&segment, sizeof(segment), 1, file) == 1;
		if (!good || segment.p_type != PT_LOAD || !segment.p_memsz)
			continue;
		uint64_t end = segment.p_paddr + (uint64_t)segment.p_memsz;
		place |= i == 0 && !segment.p_filesz;
		low = segment.p_paddr < low ? segment.p_paddr : low;
		high = end > high ? end : high;
		kept = place && i > 1 ? kept : high;
	}
	fclose(file);
	if (!good || low >= high)
		return false;
	platform->core = low / PAGE * PAGE;
	platform->core_size = (kept + PAGE - 1) / PAGE * PAGE - platform->core;
	platform->loaded_end = high;
	return true;
}
