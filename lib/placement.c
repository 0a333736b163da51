/* SPDX-License-Identifier: ISC */
#include "lib/placement.h"
#include "lib/bytes.h"
#include "lib/config.h"
#include "lib/range.h"
#include "lib/tables.h"

/*
 * First fit over what is taken, without a list of what is free: the taken ranges are the reserved ones, the package, the
 * pool, and the regions placed so far, which are kept sorted by address. A candidate address moves up past whatever it
 * touches until it touches nothing; it only ever moves up, so each walk is bounded by the number of taken ranges.
 */
struct request {
	uint64_t size, alignment;
};

/* per subject: I/O and MSR permission maps; per vCPU: VMCB, extended state. Leaves of 1 GiB are left to hardware that
 * has them; the tables stay the same everywhere. */
const struct placement_costs placement_costs_amd = {
        .subject_pages = 5,
        .vcpu_pages = 2,
        .leaf_max = UINT64_C(2) << 20,
};

static const struct config_region *region_at(const struct placement_input *in, uint32_t region)
{
	return &config_regions(in->config)[region];
}

static uint32_t region_count(const struct placement_input *in)
{
	return in->config->table[TABLE_REGION].count;
}

static bool takes_memory(const struct config_region *region)
{
	return region->kind != REGION_FILE && region->kind != REGION_DEVICE;
}

/* If [at, at + size) touches the range: true, and *end = where that one ends. */
static bool touches(uint64_t at, uint64_t size, uint64_t base, uint64_t base_size, uint64_t *end)
{
	if (!range_overlap(at, size, base, base_size))
		return false;
	if (__builtin_add_overflow(base, base_size, end))
		*end = UINT64_MAX;
	return true;
}

static bool touches_fixed(const struct placement_input *in, const struct placement *out, uint64_t at, uint64_t size,
                          uint64_t *end)
{
	for (uint32_t i = 0; i < in->reserved_count; i++)
		if (touches(at, size, in->reserved[i].base, in->reserved[i].size, end))
			return true;
	if (touches(at, size, in->package, in->config->package_size, end))
		return true;
	return out->pool != PLACEMENT_NONE && touches(at, size, out->pool, out->pool_size, end);
}

/* The same for placed regions; *cursor skips those that lie below `at` for good. */
static bool touches_placed(const struct placement_input *in, const struct placement *out, uint64_t at, uint64_t size,
                           uint32_t *cursor, uint64_t *end)
{
	for (; *cursor < out->order_count; ++*cursor) {
		const uint32_t region = out->order[*cursor];
		const uint64_t base = out->region[region], bytes = region_at(in, region)->size;
		if (touches(at, size, base, bytes, end))
			return true;
		if (base >= at)
			return false;
	}
	return false;
}

static bool is_free(const struct placement_input *in, const struct placement *out, uint64_t at, uint64_t size)
{
	uint32_t cursor = 0;
	uint64_t end;

	return !touches_fixed(in, out, at, size, &end) && !touches_placed(in, out, at, size, &cursor, &end);
}

/* The lowest free address in one range of memory, or PLACEMENT_NONE. */
static uint64_t find_in(const struct placement_input *in, const struct placement *out,
                        const struct placement_range *memory, struct request want)
{
	uint64_t at, end = memory->base;
	uint32_t cursor = 0;

	do {
		if (!range_round_up(end, want.alignment, &at) ||
		    !range_inside(at, want.size, memory->base, memory->size) ||
		    !range_below(at, want.size, in->phys_limit))
			return PLACEMENT_NONE;
	} while (touches_fixed(in, out, at, want.size, &end) || touches_placed(in, out, at, want.size, &cursor, &end));
	return at;
}

static uint64_t find(const struct placement_input *in, const struct placement *out, struct request want)
{
	uint64_t lowest = PLACEMENT_NONE;

	for (uint32_t i = 0; i < in->memory_count; i++) {
		const uint64_t at = find_in(in, out, &in->memory[i], want);
		if (at < lowest)
			lowest = at;
	}
	return lowest;
}

static void fail(struct placement *out, uint32_t region, uint64_t bytes)
{
	if (!out->missing)
		out->failed = region;
	out->missing += bytes;
}

static void place(struct placement *out, uint32_t region, uint64_t at)
{
	uint32_t slot = out->order_count++;

	for (; slot > 0 && out->region[out->order[slot - 1]] > at; slot--)
		out->order[slot] = out->order[slot - 1];
	out->order[slot] = (uint16_t)region;
	out->region[region] = at;
}

static bool in_memory(const struct placement_input *in, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < in->memory_count; i++)
		if (range_inside(base, size, in->memory[i].base, in->memory[i].size))
			return true;
	return false;
}

static bool clear_of_memory(const struct placement_input *in, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < in->memory_count; i++)
		if (range_overlap(base, size, in->memory[i].base, in->memory[i].size))
			return false;
	return !range_overlap(base, size, in->package, in->config->package_size);
}

static bool pin_fits(const struct placement_input *in, const struct placement *out, const struct config_region *region)
{
	if (!range_below(region->hpa, region->size, in->phys_limit))
		return false;
	if (region->kind == REGION_DEVICE)
		return clear_of_memory(in, region->hpa, region->size);
	return in_memory(in, region->hpa, region->size) && is_free(in, out, region->hpa, region->size);
}

static void place_pinned(const struct placement_input *in, struct placement *out)
{
	for (uint32_t i = 0; i < region_count(in); i++) {
		const struct config_region *region = region_at(in, i);
		if (region->kind == REGION_FILE) {
			out->region[i] = in->package + region->payload_offset;
			continue;
		}
		if (region->hpa == PLACEMENT_NONE)
			continue;
		if (!pin_fits(in, out, region))
			fail(out, i, region->size);
		else if (takes_memory(region))
			place(out, i, region->hpa);
		else
			out->region[i] = region->hpa;
	}
}

static void place_pool(const struct placement_input *in, struct placement *out)
{
	const struct config_header *c = in->config;
	const struct placement_costs *costs = &in->costs;
	uint64_t pages = costs->fixed_pages;

	for (uint32_t subject = 0; subject < c->table[TABLE_SUBJECT].count; subject++)
		out->table_pages += tables_count(c, subject, costs->leaf_max);
	pages += (uint64_t)costs->cpu_pages * c->cpu_count;
	pages += (uint64_t)costs->subject_pages * c->table[TABLE_SUBJECT].count;
	pages += (uint64_t)costs->vcpu_pages * c->table[TABLE_VCPU].count;
	out->pool_size = (pages + out->table_pages) * 4096;
	out->pool = find(in, out, (struct request){out->pool_size, 4096});
	if (out->pool == PLACEMENT_NONE)
		fail(out, CONFIG_NONE, out->pool_size);
}

static bool comes_before(const struct config_region *a, const struct config_region *b)
{
	return a->alignment != b->alignment ? a->alignment > b->alignment : a->size > b->size;
}

/* The next region to place: by alignment, size, index. `tried` has a bit for each that was placed or did not fit. */
static uint32_t next_region(const struct placement_input *in, const uint64_t *tried)
{
	uint32_t best = CONFIG_NONE;

	for (uint32_t i = 0; i < region_count(in); i++) {
		const struct config_region *region = region_at(in, i);
		if (!takes_memory(region) || region->hpa != PLACEMENT_NONE || tried[i / 64] >> i % 64 & 1)
			continue;
		if (best == CONFIG_NONE || comes_before(region, region_at(in, best)))
			best = i;
	}
	return best;
}

static void place_others(const struct placement_input *in, struct placement *out)
{
	uint64_t tried[CONFIG_MAX_REGIONS / 64] = {0};
	uint32_t region;

	while ((region = next_region(in, tried)) != CONFIG_NONE) {
		const struct request want = {region_at(in, region)->size, region_at(in, region)->alignment};
		const uint64_t at = find(in, out, want);
		tried[region / 64] |= UINT64_C(1) << region % 64;
		if (at == PLACEMENT_NONE)
			fail(out, region, want.size);
		else
			place(out, region, at);
	}
}

enum status placement_compute(const struct placement_input *in, struct placement *out)
{
	memset(out, 0, sizeof(*out));
	memset(out->region, 0xff, sizeof(out->region));
	out->pool = PLACEMENT_NONE;
	out->failed = CONFIG_NONE;
	place_pinned(in, out);
	place_pool(in, out);
	place_others(in, out);
	return out->missing ? ERR_MEMORY : OK;
}
