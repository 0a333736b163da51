/* SPDX-License-Identifier: ISC */
/*
 * One byte per port says who owns it, so the hot path is: byte, range, call. An access is passed on whole only if it
 * lies inside one range, naturally aligned, and the range takes its width; anything else is done byte by byte (word by
 * word for a 16-bit device), low byte first, as the ISA bus does. The splitting is kept out of line: the hot path then
 * saves no registers for it.
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
	if (!range->width)
		bus->range[bus->count].width = 1;
	for (unsigned i = 0; i < range->count; i++)
		bus->map[range->base + i] = bus->count;
	return OK;
}

/* Whether the range takes an access of this size at once. Nobody's range has width 0 and takes none. */
static bool whole(const struct bus_range *range, unsigned offset, unsigned size)
{
	if (size == 1)
		return range->width;
	return size <= range->width && size <= range->count - offset && !(offset & (size - 1));
}

/* The size of the next piece of an access that is not taken whole. */
static unsigned piece(const struct bus_range *range, unsigned offset, unsigned left)
{
	return left >= 2 && whole(range, offset, 2) ? 2 : 1;
}

__attribute__((noinline)) static uint32_t read_pieces(const struct bus *bus, uint16_t port, unsigned size)
{
	uint32_t value = 0;
	unsigned part = 1;

	for (unsigned done = 0; done < size && done < 4; done += part) {
		uint16_t at = (uint16_t)(port + done);
		const struct bus_range *range = &bus->range[bus->map[at]];
		uint16_t offset = (uint16_t)(at - range->base);
		uint32_t got = UINT32_MAX;

		part = piece(range, offset, size - done);
		if (range->width)
			got = range->read(range->device, offset, part);
		value |= (got & ones(part)) << 8 * done;
	}
	return value;
}

__attribute__((noinline)) static void write_pieces(const struct bus *bus, uint16_t port, unsigned size, uint32_t value)
{
	unsigned part = 1;

	for (unsigned done = 0; done < size && done < 4; done += part) {
		uint16_t at = (uint16_t)(port + done);
		const struct bus_range *range = &bus->range[bus->map[at]];
		uint16_t offset = (uint16_t)(at - range->base);

		part = piece(range, offset, size - done);
		if (range->width)
			range->write(range->device, offset, part, value >> 8 * done & ones(part));
	}
}

uint32_t bus_read(const struct bus *bus, uint16_t port, unsigned size)
{
	const struct bus_range *range = &bus->range[bus->map[port]];
	uint16_t offset = (uint16_t)(port - range->base);

	if (!whole(range, offset, size))
		return read_pieces(bus, port, size);
	return range->read(range->device, offset, size) & ones(size);
}

void bus_write(const struct bus *bus, uint16_t port, unsigned size, uint32_t value)
{
	const struct bus_range *range = &bus->range[bus->map[port]];
	uint16_t offset = (uint16_t)(port - range->base);

	if (whole(range, offset, size))
		range->write(range->device, offset, size, value & ones(size));
	else
		write_pieces(bus, port, size, value);
}
