/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_MMIO_MAP_H
#define DEVICES_MMIO_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/window.h"

/* Device memory: ranges of guest-physical addresses that may move and be switched. Later ones shadow earlier ones. */
#define MMIO_RANGES 48u
struct mmio_range {
	uint64_t base, size; /* size 0: switched off */
	struct window window;
};
/* Zeroed memory is an empty map. */
struct mmio_map {
	struct mmio_range range[MMIO_RANGES];
	unsigned count;
	const struct mmio_range *last; /* answers all of [last_base, last_base + last_size) */
	uint64_t last_base, last_size;
};

/* Adds a range, switched off; *slot is what mmio_map_place takes. ERR_FULL, ERR_ARGUMENT: a function is missing. */
enum status mmio_map_add(struct mmio_map *map, const struct window *window, unsigned *slot);
/* Moves it; size 0 switches it off. */
void mmio_map_place(struct mmio_map *map, unsigned slot, uint64_t base, uint64_t size);
/* Adds a range that stays where it is. */
enum status mmio_map_fixed(struct mmio_map *map, uint64_t base, uint64_t size, const struct window *window);
/* The range that holds all of the access, or 0. */
const struct mmio_range *mmio_map_search(struct mmio_map *map, uint64_t gpa, unsigned size); /* for mmio_map_find */
static inline const struct mmio_range *mmio_map_find(struct mmio_map *map, uint64_t gpa, unsigned size)
{
	uint64_t offset = gpa - map->last_base;
	if (offset < map->last_size && size <= map->last_size - offset)
		return map->last;
	return mmio_map_search(map, gpa, size);
}

#endif
