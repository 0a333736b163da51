/* SPDX-License-Identifier: ISC */
/* Regions and maps: one writer per page, W^X, and pinned addresses that collide with nothing. */
#include "tools/check.h"

#define ANYWHERE (~UINT64_C(0))

static void check_map(struct compiler *compiler, const struct described_map *map)
{
	const struct description *d = compiler->description;
	const struct described_region *region = &d->region[map->region];
	const uint32_t both = MAP_WRITE | MAP_EXECUTE;
	if (d->subject[map->subject].kind == KIND_GUEST && !map->gpa)
		problem(&compiler->report, map->line, "E-map-guest",
		        "a guest sees only its own RAM; map the region in an app and connect the two by a channel");
	if ((map->rights & both) == both)
		problem(&compiler->report, map->line, "E-map-write-execute",
		        "region \"%s\" would be writable and executable; use rw or rx", region->name);
	else if (map->rights & MAP_WRITE && region->kind == REGION_FILE)
		problem(&compiler->report, map->line, "E-map-file",
		        "region \"%s\" is a file of the package, which nobody may write; use access=\"r\"",
		        region->name);
	else if (map->rights & MAP_EXECUTE && region->kind != REGION_PERSISTENT)
		problem(&compiler->report, map->line, "E-map-execute",
		        "region \"%s\" is not for code; use r or rw (only persistent memory can be rx)", region->name);
}

static void check_users(struct compiler *compiler, uint32_t index)
{
	const struct description *d = compiler->description;
	const struct described_region *region = &d->region[index];
	bool single = region->kind == REGION_DEVICE || region->kind == REGION_PERSISTENT;
	const struct described_map *user = NULL, *writer = NULL;
	for (unsigned i = 0; i < d->map_count; i++) {
		const struct described_map *map = &d->map[i];
		if (map->region != index)
			continue;
		if (user && single)
			problem(&compiler->report, map->line, "E-region-two-owners",
			        "region \"%s\" belongs to \"%s\" (line %d) already; only shared and file regions have "
			        "several users",
			        region->name, d->subject[user->subject].name, user->line);
		if (writer && !single && map->rights & MAP_WRITE)
			problem(&compiler->report, map->line, "E-two-writers",
			        "region \"%s\" is written by \"%s\" (line %d) already; a page has one writer: use "
			        "access=\"r\", "
			        "or a second region for the way back",
			        region->name, d->subject[writer->subject].name, writer->line);
		user = map;
		writer = map->rights & MAP_WRITE ? map : writer;
	}
	if (!user)
		problem(&compiler->report, region->line, "E-region-unused",
		        "nobody maps region \"%s\"; add <map region=\"%s\"/> to a subject, or remove it", region->name,
		        region->name);
	else if (region->kind == REGION_CHANNEL && !writer)
		problem(&compiler->report, region->line, "E-region-no-writer",
		        "nobody writes region \"%s\"; give one of its users access=\"rw\"", region->name);
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

static void check_pinned(struct compiler *compiler, uint32_t index)
{
	const struct description *d = compiler->description;
	const struct described_region *region = &d->region[index];
	uint64_t ram = d->board.memory < UINT64_C(2) << 30 ? d->board.memory : UINT64_C(2) << 30;
	if (region->at == ANYWHERE || region->kind == REGION_FILE)
		return;
	if (overlap(region->at, region->size, 0xfec00000, 0x100000) ||
	    overlap(region->at, region->size, 0xfee00000, 0x100000))
		problem(&compiler->report, region->line, "E-region-controllers",
		        "region \"%s\" covers an interrupt controller; leave 0xfec00000 and 0xfee00000 (1M each) to "
		        "the core",
		        region->name);
	if (region->kind == REGION_DEVICE && (overlap(region->at, region->size, 0, 0xa0000) ||
	                                      overlap(region->at, region->size, 0x100000, ram - 0x100000)))
		problem(&compiler->report, region->line, "E-device-ram",
		        "device region \"%s\" lies in the board's RAM; use the device's own address", region->name);
	for (uint32_t i = 0; i < index; i++)
		if (d->region[i].at != ANYWHERE &&
		    overlap(region->at, region->size, d->region[i].at, d->region[i].size))
			problem(&compiler->report, region->line, "E-region-overlap",
			        "region \"%s\" overlaps region \"%s\" of line %d; give each its own addresses",
			        region->name, d->region[i].name, d->region[i].line);
}

void check_memory(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->map_count; i++)
		check_map(compiler, &d->map[i]);
	for (uint32_t i = 0; i < d->region_count; i++) {
		check_users(compiler, i);
		check_pinned(compiler, i);
	}
}
