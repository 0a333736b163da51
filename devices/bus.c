/* SPDX-License-Identifier: ISC */
/*
 * One byte per port says who owns it, so the hot path is: byte, range, call. An access is passed on whole only if it
 * lies inside one range, naturally aligned, and the range takes its width; anything else is done byte by byte (word by
 * word for a 16-bit device), low byte first, as the ISA bus does. The splitting is kept out of line: the hot path then
 * saves no registers for it.
 */
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

enum status bus_add_movable(struct bus *bus, const struct bus_range *range, unsigned *slot)
{
	if (!range->count || !range->read || !range->write)
		return ERR_ARGUMENT;
	if (bus->count + 1 >= BUS_MAX_RANGES)
		return ERR_FULL;
	*slot = ++bus->count;
	bus->range[bus->count] = *range;
	bus->range[bus->count].base = 0;
	bus->moves[bus->count] = BUS_NOWHERE;
	return OK;
}

static bool covers(const struct bus *bus, unsigned slot, enum bus_moves moves, unsigned port)
{
	return bus->moves[slot] == moves && port - bus->range[slot].base < bus->range[slot].count;
}

/* Whose a port is: of the ranges that stay the last one, else the last one of those that move. */
static uint8_t owner_of(const struct bus *bus, unsigned port)
{
	uint8_t owner = 0;

	for (unsigned i = 1; i <= bus->count; i++)
		if (covers(bus, i, BUS_PLACED, port))
			owner = (uint8_t)i;
	for (unsigned i = 1; i <= bus->count; i++)
		if (covers(bus, i, BUS_STAYS, port))
			owner = (uint8_t)i;
	return owner;
}

static void settle(struct bus *bus, unsigned base, unsigned count)
{
	for (unsigned port = base; port < base + count && port < 65536; port++)
		bus->map[port] = owner_of(bus, port);
}

void bus_move(struct bus *bus, unsigned slot, uint16_t base, bool on)
{
	struct bus_range *range = &bus->range[slot];
	bool was_on = bus->moves[slot] == BUS_PLACED;
	unsigned before = range->base;

	if (was_on == on && before == base)
		return;
	bus->moves[slot] = BUS_NOWHERE;
	if (was_on)
		settle(bus, before, range->count);
	range->base = base;
	if (!on)
		return;
	bus->moves[slot] = BUS_PLACED;
	settle(bus, base, range->count);
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
