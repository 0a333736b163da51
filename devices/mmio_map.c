/* SPDX-License-Identifier: ISC */
/* A guest has a dozen ranges: a loop over them costs less than anything that would have to be kept in order. */
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
}

enum status mmio_map_fixed(struct mmio_map *map, uint64_t base, uint64_t size, const struct window *window)
{
	unsigned slot;
	enum status status = mmio_map_add(map, window, &slot);
	if (!status)
		mmio_map_place(map, slot, base, size);
	return status;
}

const struct mmio_range *mmio_map_find(const struct mmio_map *map, uint64_t gpa, unsigned size)
{
	for (const struct mmio_range *range = map->range + map->count; range-- != map->range;) {
		uint64_t offset = gpa - range->base;
		if (offset < range->size && size <= range->size - offset)
			return range;
	}
	return 0;
}
