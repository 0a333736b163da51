/* SPDX-License-Identifier: ISC */
/* <region> and <map>: memory that belongs to the system, and who may do what with it. */
#include <string.h>
#include "tools/parse.h"

static const char *const kinds[] = {"shared", "persistent", "device", "file", NULL};
static const uint32_t kind_codes[] = {REGION_CHANNEL, REGION_PERSISTENT, REGION_DEVICE, REGION_FILE};
static const char *const accesses[] = {"r", "rw", "rx", "rwx", NULL};
static const uint32_t access_codes[] = {MAP_READ, MAP_READ | MAP_WRITE, MAP_READ | MAP_EXECUTE,
                                        MAP_READ | MAP_WRITE | MAP_EXECUTE};

static uint32_t find_region(const struct description *d, const char *name)
{
	for (unsigned i = 0; i < d->region_count; i++)
		if (!strcmp(d->region[i].name, name))
			return i;
	return CONFIG_NONE;
}

static void parse_at(struct compiler *compiler, const xmlNode *node, struct described_region *region)
{
	region->at = ~UINT64_C(0);
	const char *text = node_attribute(compiler, node, "at");
	if (!text) {
		if (region->kind == REGION_DEVICE)
			problem(&compiler->report, region->line, "E-region-at-missing",
			        "a device region has no address; say at=\"0x...\", where the device is");
		return;
	}
	if (region->kind == REGION_FILE) {
		problem(&compiler->report, region->line, "E-region-at-file",
		        "a file region lies in the package and has no address; remove at=");
		return;
	}
	node_number(compiler, node, "at", 0, (UINT64_C(1) << 52) - 1, &region->at);
	if (region->at != ~UINT64_C(0) && region->at % 4096)
		problem(&compiler->report, region->line, "E-region-at-granule",
		        "at=\"%s\" is not the start of a 4 KiB page; use a multiple of 0x1000", text);
}

static void parse_region(struct compiler *compiler, const xmlNode *node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->region_count, MAX_SHARED, "regions"))
		return;
	struct described_region *region = &d->region[d->region_count];
	const char *name = parse_name(compiler, node);
	region->line = node_line(node);
	if (find_region(d, name) != CONFIG_NONE) {
		problem(&compiler->report, region->line, "E-duplicate-region",
		        "there is another region named \"%s\"; give each its own name", name);
		return;
	}
	region->name = name;
	region->kind = kind_codes[node_choice(compiler, node, "kind", kinds)];
	region->file = node_attribute(compiler, node, "file");
	region->cached = node_yes(compiler, node, "cached");
	node_size(compiler, node, "size", &region->size);
	parse_at(compiler, node, region);
	bool is_file = region->kind == REGION_FILE;
	if (is_file && !region->file)
		problem(&compiler->report, region->line, "E-region-file-missing",
		        "a file region names no file; say file=\"...\"");
	bool begins = region->kind == REGION_PERSISTENT && region->file; /* with the content of a file */
	if (!is_file && region->file && !begins)
		problem(&compiler->report, region->line, "E-region-file-unexpected",
		        "only a region of kind file or persistent has a file; remove file=, or use kind=\"file\"");
	bool sized = node_attribute(compiler, node, "size") != NULL;
	if (is_file && sized)
		problem(&compiler->report, region->line, "E-region-size-file",
		        "a file region is as large as its file; remove size=");
	if (!is_file && !sized && !begins)
		problem(&compiler->report, region->line, "E-region-size-missing",
		        "the region has no size; say size=\"...\"");
	d->region_count++;
}

uint32_t parse_map_of(struct compiler *compiler, const xmlNode *node, const char *attribute, uint32_t subject,
                      uint32_t rights)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->map_count, MAX_MAPS, "maps"))
		return CONFIG_NONE;
	const char *name = node_attribute(compiler, node, attribute);
	uint32_t region = find_region(d, name);
	int line = node_line(node);
	if (region == CONFIG_NONE) {
		problem(&compiler->report, line, "E-map-region-unknown",
		        "%s=\"%s\" names no region; name a <region> of the system", attribute, name);
		return CONFIG_NONE;
	}
	for (unsigned i = 0; i < d->map_count; i++)
		if (d->map[i].subject == subject && d->map[i].region == region)
			problem(&compiler->report, line, "E-map-twice",
			        "\"%s\" maps region \"%s\" already; keep one of the two", d->subject[subject].name,
			        name);
	d->map[d->map_count++] = (struct described_map){subject, region, line, rights, 0};
	return region;
}

void parse_regions(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	EACH_CHILD(region, system, "region")
	parse_region(compiler, region);
	for (uint32_t i = 0; i < d->subject_count; i++) {
		if (!d->subject[i].node)
			continue;
		EACH_CHILD(map, d->subject[i].node, "map")
		parse_map_of(compiler, map, "region", i, access_codes[node_choice(compiler, map, "access", accesses)]);
	}
}
