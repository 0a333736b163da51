/* SPDX-License-Identifier: ISC */
/*
 * The memory map: placement is run exactly as the starter runs it, then every byte of RAM becomes part of one extent. The
 * extents are sorted by address and the gaps filled as "free", so a byte with two owners cannot hide: it is an overlap
 * of neighbours, and is reported.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/config.h"
#include "tools/inspect/target.h"

#define PAGE UINT64_C(4096)

static uint64_t whole_pages(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static void add(struct model *model, struct extent extent, const char *label)
{
	if (!extent.size)
		return;
	if (model->extent_count == model->extent_room) {
		model->extent_room = model->extent_room ? 2 * model->extent_room : 256;
		model->extents = realloc(model->extents, model->extent_room * sizeof(*model->extents));
		if (!model->extents)
			abort();
	}
	snprintf(extent.label, sizeof(extent.label), "%s", label);
	model->extents[model->extent_count++] = extent;
}

static void explain_failure(struct model *model, enum status status)
{
	uint32_t region = model->placement.failed;
	char name[NAME_TEXT] = "the core's own pages";
	uint32_t line = 0;
	if (region < model->config->table[TABLE_REGION].count) {
		model_name(name, config_regions(model->config)[region].name);
		line = config_regions(model->config)[region].line_number;
	}
	snprintf(model->placement_problem, sizeof(model->placement_problem),
	         "%s: no place for %s (line %u of the description), %" PRIu64 " KiB are missing",
	         status == ERR_MEMORY ? "too little memory" : "cannot be placed", name, line,
	         model->placement.missing >> 10);
}

static void run_placement(struct model *model)
{
	enum status status = target_place(&model->platform, model->config, &model->placement);
	model->placed = status == OK;
	if (!model->placed)
		explain_failure(model, status);
}

static bool in_memory(const struct platform *platform, uint64_t base)
{
	for (uint32_t i = 0; i < platform->memory_count; i++)
		if (base >= platform->memory[i].base && base - platform->memory[i].base < platform->memory[i].size)
			return true;
	return false;
}

static void add_regions(struct model *model)
{
	const struct config_region *region = config_regions(model->config);
	for (uint32_t i = 0; i < model->config->table[TABLE_REGION].count; i++) {
		char name[NAME_TEXT];
		struct extent extent = {.base = model->placement.region[i],
		                        .size = region[i].size,
		                        .kind = EXTENT_REGION,
		                        .region = i,
		                        .owner = region[i].owner};
		model_name(name, region[i].name);
		if (region[i].kind == REGION_FILE || !model->placed)
			continue;
		if (!in_memory(&model->platform, extent.base))
			extent.kind = EXTENT_DEVICE;
		add(model, extent, name);
	}
}

/* Several regions may name the same bytes: they are listed once, for the longest of these, then the first. */
static bool listed_elsewhere(const struct config_region *region, uint32_t count, uint32_t index)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i == index || region[i].payload_offset != region[index].payload_offset)
			continue;
		uint64_t other = region[i].payload_size, own = region[index].payload_size;
		if (other > own || (other == own && i < index))
			return true;
	}
	return false;
}

static void add_payloads(struct model *model)
{
	const struct config_region *region = config_regions(model->config);
	for (uint32_t i = 0; i < model->config->table[TABLE_REGION].count; i++) {
		char name[NAME_TEXT], label[64];
		if (!region[i].payload_offset || !region[i].payload_size ||
		    listed_elsewhere(region, model->config->table[TABLE_REGION].count, i))
			continue;
		model_name(name, region[i].name);
		snprintf(label, sizeof(label), "%s: %s", region[i].kind == REGION_FILE ? "file" : "image of", name);
		add(model,
		    (struct extent){.base = model->platform.package + region[i].payload_offset,
		                    .size = whole_pages(region[i].payload_size),
		                    .kind = EXTENT_PAYLOAD,
		                    .region = i,
		                    .owner = region[i].owner},
		    label);
	}
}

static void add_core(struct model *model)
{
	const struct platform *platform = &model->platform;
	struct extent extent = {.region = CONFIG_NONE, .owner = CONFIG_NONE};
	for (uint32_t i = 0; i < platform->reserved_count; i++) {
		extent.base = platform->reserved[i].base;
		extent.size = platform->reserved[i].size;
		extent.kind = EXTENT_RESERVED;
		if (in_memory(platform, extent.base))
			add(model, extent, platform->reserved_name[i]);
	}
	extent.base = platform->core;
	extent.size = platform->core_size;
	extent.kind = EXTENT_CORE;
	add(model, extent, "core: image");
	extent.base = platform->package;
	extent.size = whole_pages(model->config->size);
	extent.kind = EXTENT_CONFIG;
	add(model, extent, "package: configuration");
	if (!model->placed)
		return;
	extent.base = model->placement.pool;
	extent.size = model->placement.table_pages * PAGE;
	extent.kind = EXTENT_TABLES;
	add(model, extent, "core: second-level tables");
	extent.base += extent.size;
	extent.size = model->placement.pool_size - extent.size;
	extent.kind = EXTENT_POOL;
	add(model, extent, "core: CPUs, vCPUs, stacks, own tables");
}

static int by_base(const void *a, const void *b)
{
	const struct extent *left = a, *right = b;
	if (left->base != right->base)
		return left->base < right->base ? -1 : 1;
	return left->size < right->size ? -1 : left->size > right->size;
}

static void note_overlaps(struct model *model)
{
	for (size_t i = 1; i < model->extent_count; i++) {
		const struct extent *one = &model->extents[i - 1], *two = &model->extents[i];
		if (two->base - one->base < one->size && !model->overlap[0])
			snprintf(model->overlap, sizeof(model->overlap), "0x%" PRIx64 " belongs to %.48s and to %.48s",
			         two->base, one->label, two->label);
	}
}

/* Free extents: what of a range of RAM no extent covers. `used` extents are sorted. */
static void add_free(struct model *model, size_t used)
{
	for (uint32_t r = 0; r < model->platform.memory_count; r++) {
		uint64_t at = model->platform.memory[r].base, end = at + model->platform.memory[r].size;
		for (size_t i = 0; i < used && at < end; i++) {
			struct extent extent = model->extents[i];
			if (extent.base + extent.size <= at || extent.base >= end)
				continue;
			if (extent.base > at)
				add(model,
				    (struct extent){.base = at,
				                    .size = extent.base - at,
				                    .region = CONFIG_NONE,
				                    .owner = CONFIG_NONE},
				    "free");
			at = extent.base + extent.size;
		}
		if (at < end)
			add(model,
			    (struct extent){.base = at, .size = end - at, .region = CONFIG_NONE, .owner = CONFIG_NONE},
			    "free");
	}
}

void model_place(struct model *model)
{
	run_placement(model);
	add_core(model);
	add_payloads(model);
	add_regions(model);
	qsort(model->extents, model->extent_count, sizeof(*model->extents), by_base);
	note_overlaps(model);
	add_free(model, model->extent_count);
	qsort(model->extents, model->extent_count, sizeof(*model->extents), by_base);
}
