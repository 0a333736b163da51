/* SPDX-License-Identifier: ISC */
#include "start/x86_64/multiboot.h"
#include "start/x86_64/ranges.h"

/*
 * Both versions end in the same two things: a memory map, walked twice (first what is RAM, then what is not, which
 * wins), and the first module. A map is described by where it is and how wide its records are, so one walk serves
 * both. Multiboot Specification 0.6.96, 3.3; Multiboot2 Specification 2.0, 3.6.
 */
#define MAP_RECORDS_MAX 1024u
#define MEMORY_AVAILABLE 1u

#define MB1_HAS_MODULES (1u << 3)
#define MB1_HAS_MAP (1u << 6)
enum { MB1_BYTES = 52, MB1_FLAGS = 0, MB1_MODULE_COUNT = 20, MB1_MODULES = 24, MB1_MAP_SIZE = 44, MB1_MAP = 48 };

#define MB2_TAGS_MAX 256u
enum mb2_tag { MB2_END = 0, MB2_MODULE = 3, MB2_MAP = 6, MB2_ACPI_OLD = 14, MB2_ACPI_NEW = 15 };

struct map {
	const uint8_t *bytes;
	uint32_t size;
	uint32_t stride; /* 0: each record begins with its own size (version 1) */
};

static void map_walk(const struct map *map, struct ranges *ranges, bool available)
{
	uint32_t at = 0;
	for (unsigned i = 0; i < MAP_RECORDS_MAX && map->size - at >= 24; i++) {
		const uint8_t *record = map->bytes + at;
		uint64_t stride = map->stride;
		if (stride == 0) {
			stride = (uint64_t)phys_u32(record) + 4;
			record += 4;
			if (stride < 24)
				return;
		}
		if ((phys_u32(record + 16) == MEMORY_AVAILABLE) == available)
			(available ? ranges_add : ranges_cut)(ranges, phys_u64(record), phys_u64(record + 8));
		if (stride > map->size - at)
			return;
		at += (uint32_t)stride;
	}
}

static void set_module(struct boot_info *boot, const uint8_t *bounds)
{
	boot->package = phys_u32(bounds);
	boot->package_size = (uint64_t)phys_u32(bounds + 4) - boot->package;
}

static enum status parse_1(const struct phys_view *view, uint64_t at, struct boot_info *boot, struct map *map)
{
	const uint8_t *info = phys_at(view, at, MB1_BYTES);
	if (!info)
		return ERR_RANGE;
	uint32_t flags = phys_u32(info + MB1_FLAGS);
	if ((flags & MB1_HAS_MODULES) && phys_u32(info + MB1_MODULE_COUNT) != 0) {
		const uint8_t *module = phys_at(view, phys_u32(info + MB1_MODULES), 16);
		if (!module)
			return ERR_RANGE;
		set_module(boot, module);
	}
	if (!(flags & MB1_HAS_MAP))
		return OK;
	map->size = phys_u32(info + MB1_MAP_SIZE);
	map->bytes = phys_at(view, phys_u32(info + MB1_MAP), map->size);
	return map->bytes ? OK : ERR_RANGE;
}

static enum status parse_2(const struct phys_view *view, uint64_t at, struct boot_info *boot, struct map *map,
                           uint64_t *rsdp)
{
	const uint8_t *info = phys_at(view, at, 8);
	if (!info)
		return ERR_RANGE;
	uint32_t total = phys_u32(info), offset = 8;
	if (total < 8)
		return ERR_CORRUPT;
	info = phys_at(view, at, total);
	if (!info)
		return ERR_RANGE;
	for (unsigned i = 0; i < MB2_TAGS_MAX && total - offset >= 8; i++) {
		const uint8_t *tag = info + offset;
		uint32_t type = phys_u32(tag), size = phys_u32(tag + 4); /* its 8-byte head counts too */
		if (type == MB2_END)
			break;
		if (size < (type == MB2_MODULE || type == MB2_MAP ? 16 : 8) || size > total - offset)
			return ERR_CORRUPT;
		if (type == MB2_MODULE && boot->package_size == 0)
			set_module(boot, tag + 8);
		if (type == MB2_MAP)
			*map = (struct map){.bytes = tag + 16, .size = size - 16, .stride = phys_u32(tag + 8)};
		if (map->bytes && map->stride < 24)
			return ERR_CORRUPT;
		if (type == MB2_ACPI_NEW || (type == MB2_ACPI_OLD && *rsdp == 0))
			*rsdp = at + offset + 8;
		uint64_t step = ((uint64_t)size + 7) & ~UINT64_C(7);
		if (step > total - offset)
			break;
		offset += (uint32_t)step;
	}
	return OK;
}

enum status multiboot_parse(const struct phys_view *view, uint32_t magic, uint64_t info, struct boot_info *boot,
                            struct multiboot *out)
{
	struct ranges ranges = {.at = boot->memory};
	struct map map = {0};
	enum status status = ERR_VERSION;

	boot->package_size = 0;
	*out = (struct multiboot){0};
	if (magic == MULTIBOOT1_MAGIC)
		status = parse_1(view, info, boot, &map);
	else if (magic == MULTIBOOT2_MAGIC)
		status = parse_2(view, info, boot, &map, &out->rsdp);
	if (status == OK && boot->package_size >> 32)
		status = ERR_CORRUPT; /* it ends before it begins */
	if (status == OK && map.bytes) {
		map_walk(&map, &ranges, true);
		map_walk(&map, &ranges, false);
	}
	out->dropped = ranges.dropped;
	boot->memory_count = ranges.count;
	return status == OK && ranges.count == 0 ? ERR_MEMORY : status;
}
