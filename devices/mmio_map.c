/* SPDX-License-Identifier: ISC */
/*
 * A guest has a dozen ranges: a loop over them costs less than anything that would have to be kept in order. A driver
 * asks for the same one again and again, so the part of it around the last access that no later range touches is kept.
 */
#include "devices/mmio_map.h"

enum status mmio_map_add(struct mmio_map *map, const struct window *window, unsigned *slot)
{
	if (!window->read || !window->write)
		return ERR_ARGUMENT;
	if (map->count == MMIO_RANGES)
		return ERR_FULL;
	*slot = map->count;
	map->range[map->count++] = (struct mmio_range){.window = *window};
	return OK;
}

void mmio_map_place(struct mmio_map *map, unsigned slot, uint64_t base, uint64_t size)
{
	map->range[slot].base = base;
	map->range[slot].size = size;
	map->last_size = 0;
}

enum status mmio_map_fixed(struct mmio_map *map, uint64_t base, uint64_t size, const struct window *window)
{
	unsigned slot;
	enum status status = mmio_map_add(map, window, &slot);
	if (!status)
		mmio_map_place(map, slot, base, size);
	return status;
}

/* Nothing is kept where an access begins in a later range that it leaves: that depends on its size. */
static void keep(struct mmio_map *map, const struct mmio_range *range, uint64_t gpa)
{
	uint64_t first = range->base, last = range->base + (range->size - 1);
	for (const struct mmio_range *later = range + 1; later != map->range + map->count; later++) {
		if (gpa - later->base < later->size)
			return;
		if (!later->size)
			continue;
		if (later->base > gpa && later->base <= last)
			last = later->base - 1;
		else if (later->base < gpa && later->base + later->size > first)
			first = later->base + later->size;
	}
	map->last = range;
	map->last_base = first;
	map->last_size = last - first + 1;
}

const struct mmio_range *mmio_map_search(struct mmio_map *map, uint64_t gpa, unsigned size)
{
	for (const struct mmio_range *range = map->range + map->count; range-- != map->range;) {
		uint64_t offset = gpa - range->base;
		if (offset < range->size && size <= range->size - offset) {
			keep(map, range, gpa);
			return range;
		}
	}
	return 0;
}
