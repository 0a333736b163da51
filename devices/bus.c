/* SPDX-License-Identifier: ISC */
/*
 * One byte per port says who owns it, so the hot path is: byte, range, call. An access is passed on whole only if it
 * lies inside one range, naturally aligned, and the range takes its width; anything else is done byte by byte (word by word for a 16-bit device),
 * low byte first, as the ISA bus does.
 */
#include <stdbool.h>
#include "devices/bus.h"

static uint32_t ones(unsigned size)
{
	return size >= 4 ? UINT32_MAX : (UINT32_C(1) << 8 * size) - 1;
}

enum status bus_add(struct bus *bus, const struct bus_range *range)
{
	if (!range->count || range->base + range->count > 65536 || !range->read || !range->write)
		return ERR_ARGUMENT;
	if (bus->count + 1 >= BUS_MAX_RANGES)
		return ERR_FULL;
	bus->count++;
	bus->range[bus->count] = *range;
	for (unsigned i = 0; i < range->count; i++)
		bus->map[range->base + i] = bus->count;
	return OK;
}

/* Whether the range takes an access of this size at once; bytes always are. */
static bool whole(const struct bus_range *range, unsigned offset, unsigned size)
{
	return size == 1 || (size <= range->width && size <= range->count - offset && !(offset & (size - 1)));
}

/* The size of the first piece of an access that is too wide. */
static unsigned piece(const struct bus_range *range, unsigned offset, unsigned size)
{
	return size > 2 && whole(range, offset, 2) ? 2 : 1;
}

uint32_t bus_read(const struct bus *bus, uint16_t port, unsigned size)
{
	uint32_t value = 0;
	unsigned done = 0;

	while (done < size && done < 4) {
		uint16_t at = (uint16_t)(port + done);
		const struct bus_range *range = &bus->range[bus->map[at]];
		uint16_t offset = (uint16_t)(at - range->base);
		unsigned part = size - done;
		uint32_t got = UINT32_MAX;

		if (!bus->map[at]) {
			part = 1;
		} else {
			if (!whole(range, offset, part))
				part = piece(range, offset, part);
			got = range->read(range->device, offset, part);
			if (part == size)
				return got & ones(size);
		}
		value |= (got & ones(part)) << 8 * done;
		done += part;
	}
	return value;
}

void bus_write(const struct bus *bus, uint16_t port, unsigned size, uint32_t value)
{
	unsigned done = 0;

	while (done < size && done < 4) {
		uint16_t at = (uint16_t)(port + done);
		const struct bus_range *range = &bus->range[bus->map[at]];
		uint16_t offset = (uint16_t)(at - range->base);
		unsigned part = size - done;

		if (!bus->map[at]) {
			part = 1;
		} else {
			if (!whole(range, offset, part))
				part = piece(range, offset, part);
			range->write(range->device, offset, part, value >> 8 * done & ones(part));
		}
		done += part;
	}
}
