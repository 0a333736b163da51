/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_BUS_H
#define DEVICES_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"

/*
 * The I/O port space: 64 Ki ports, each belonging to at most one range. Sizes are 1, 2 or 4 bytes; a port above 65535
 * wraps. Ports nobody claims read all ones and ignore writes.
 */
struct bus_range {
	uint16_t base, count; /* count > 0, base + count <= 65536 */
	void *device;
	/* `offset` counts from base; a read returns `size` bytes, the rest of the word is ignored. */
	uint32_t (*read)(void *device, uint16_t offset, unsigned size);
	void (*write)(void *device, uint16_t offset, unsigned size, uint32_t value);
	/* Widest access the device takes as one (0 means 1), aligned to base; the bus splits others, low byte first. */
	uint8_t width;
};

#define BUS_MAX_RANGES 128
enum bus_moves { BUS_STAYS, BUS_NOWHERE, BUS_PLACED };
/* Zeroed memory is an empty bus. 64 KiB of it are the map port -> index into range[] (0: nobody). */
struct bus {
	uint8_t map[65536];
	struct bus_range range[BUS_MAX_RANGES];
	uint8_t count;                 /* ranges in use, range[0] not counted */
	uint8_t moves[BUS_MAX_RANGES]; /* enum bus_moves: of each range */
};

/* Later ranges shadow earlier ones where they overlap (port CF9 lies inside CF8..CFF). ERR_FULL if there is no room,
   ERR_ARGUMENT if the range is empty, leaves the port space or lacks a function. */
enum status bus_add(struct bus *bus, const struct bus_range *range);
/* A range that is nowhere until bus_move places it; its base does not count yet. It gives way to ranges that stay. */
enum status bus_add_movable(struct bus *bus, const struct bus_range *range, unsigned *slot);
void bus_move(struct bus *bus, unsigned slot, uint16_t base, bool on);
uint32_t bus_read(const struct bus *bus, uint16_t port, unsigned size);
void bus_write(const struct bus *bus, uint16_t port, unsigned size, uint32_t value);

#endif
