/* SPDX-License-Identifier: ISC */
#include "lib/placement.h"
#include "lib/bytes.h"
#include "lib/config.h"
#include "lib/range.h"
#include "lib/tables.h"

/*
 * First fit over what is taken, without a list of what is free: reserved ranges, the package, and what has been placed
 * so far stand in one list by address. A candidate address moves up past each range of it that it touches; it only ever
 * moves up, so one walk over the list is enough.
 */
struct request {
	uint64_t size, alignment;
};

/* Per subject: I/O and MSR permission maps; per vCPU: VMCB or VMCS, extended state. Tables of a CPU that has leaves of 1 GiB
 * leave pages unused, so that everything has the same place everywhere. */
const struct placement_costs placement_costs_amd = {
        .subject_pages = 5,
        .vcpu_pages = 2,
        .leaf_max = TABLES_LEAF_2M,
};
const struct placement_costs placement_costs_intel = {
        .subject_pages = 4,
        .vcpu_pages = 2,
        .leaf_max = TABLES_LEAF_2M,
};

static void take(struct placement *out, uint64_t base, uint64_t size)
{
	struct placement_range *slot = &out->taken[out->taken_count++];

	for (; slot > out->taken && slot[-1].base > base; slot--)
		*slot = slot[-1];
	*slot = (struct placement_range){base, size};
}

/* The first address from `at` on that fits and touches nothing taken, or PLACEMENT_NONE. */
static uint64_t first_free(const struct placement *out, uint64_t at, struct request want)
{
	uint64_t candidate;

	if (!range_round_up(at, want.alignment, &candidate))
		return PLACEMENT_NONE;
	for (const struct placement_range *t = out->taken; t < out->taken + out->taken_count; t++)
		if (range_overlap(candidate, want.size, t->base, t->size) &&
		    (__builtin_add_overflow(t->base, t->size, &at) || !range_round_up(at, want.alignment, &candidate)))
			return PLACEMENT_NONE;
	return candidate;
}

/* The same within memory. */
static uint64_t find(const struct placement_input *in, const struct placement *out, struct request want)
{
	uint64_t lowest = PLACEMENT_NONE;

	for (const struct placement_range *m = in->memory; m < in->memory + in->memory_count; m++) {
		const uint64_t at = first_free(out, m->base, want);
		if (at < lowest && range_inside(at, want.size, m->base, m->size) &&
		    range_below(at, want.size, in->phys_limit))
			lowest = at;
	}
	return lowest;
}

/* What was found for a region (CONFIG_NONE: the pool), or that nothing was. */
static void place(struct placement *out, uint32_t region, uint64_t at, uint64_t size)
{
	if (at == PLACEMENT_NONE) {
		if (!out->missing)
			out->failed = region;
		out->missing += size;
		return;
	}
	take(out, at, size);
	*(region == CONFIG_NONE ? &out->pool : &out->region[region]) = at;
}

/* Is a pinned region all in one range of memory, or, for a device, clear of memory and package? */
static bool pin_fits(const struct placement_input *in, const struct placement *out, const struct config_region *region)
{
	const bool device = region->kind == REGION_DEVICE;
	bool inside = false;

	if (!range_below(region->hpa, region->size, in->phys_limit))
		return false;
	for (const struct placement_range *m = in->memory; m < in->memory + in->memory_count; m++) {
		if (device && range_overlap(region->hpa, region->size, m->base, m->size))
			return false;
		inside |= range_inside(region->hpa, region->size, m->base, m->size);
	}
	if (device)
		return !range_overlap(region->hpa, region->size, in->package, in->config->package_size);
	return inside && first_free(out, region->hpa, (struct request){region->size, 1}) == region->hpa;
}

static void place_pinned(const struct placement_input *in, struct placement *out)
{
	const struct config_region *region = config_regions(in->config);

	for (uint32_t i = 0; i < in->config->table[TABLE_REGION].count; i++, region++) {
		if (region->kind == REGION_FILE)
			out->region[i] = in->package + region->payload_offset;
		else if (region->hpa == PLACEMENT_NONE)
			continue;
		else if (region->kind == REGION_DEVICE && pin_fits(in, out, region))
			out->region[i] = region->hpa;
		else
			place(out, i, pin_fits(in, out, region) ? region->hpa : PLACEMENT_NONE, region->size);
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
	place(out, CONFIG_NONE, find(in, out, (struct request){out->pool_size, 4096}), out->pool_size);
}

/* By alignment, size, index. */
static bool comes_before(const struct config_region *a, const struct config_region *b)
{
	if (a->alignment != b->alignment)
		return a->alignment > b->alignment;
	return a->size != b->size ? a->size > b->size : a < b;
}

/* Of the regions that want a place, the first that comes after `last`, or of all if that is 0. */
static const struct config_region *next_region(const struct config_header *c, const struct config_region *last)
{
	const struct config_region *best = 0, *region = config_regions(c);

	for (uint32_t i = 0; i < c->table[TABLE_REGION].count; i++, region++)
		if (region->kind != REGION_FILE && region->kind != REGION_DEVICE && region->hpa == PLACEMENT_NONE &&
		    (!last || comes_before(last, region)) && (!best || comes_before(region, best)))
			best = region;
	return best;
}

enum status placement_compute(const struct placement_input *in, struct placement *out)
{
	memset(out, 0, sizeof(*out));
	memset(out->region, 0xff, sizeof(out->region));
	out->pool = PLACEMENT_NONE;
	out->failed = CONFIG_NONE;
	if (in->reserved_count > PLACEMENT_RESERVED)
		return ERR_RANGE;
	for (uint32_t i = 0; i < in->reserved_count; i++)
		take(out, in->reserved[i].base, in->reserved[i].size);
	take(out, in->package, in->config->package_size);
	place_pinned(in, out);
	place_pool(in, out);
	for (const struct config_region *r = 0; (r = next_region(in->config, r));)
		place(out, (uint32_t)(r - config_regions(in->config)),
		      find(in, out, (struct request){r->size, r->alignment}), r->size);
	return out->missing ? ERR_MEMORY : OK;
}
