/* SPDX-License-Identifier: ISC */
/*
 * An 8254 interval timer and the PC's port 61h.
 *
 * The channels count by arithmetic (pit_channel.c). Only channel 0's rising edges have to happen by themselves: pit_run
 * reports those between the last run and now as one, and the deadline is the next.
 *
 * Left out: the sound.
 * Data sheet: Intel 8254 (231164-005); port 61h: Intel PIIX3 (290550).
 */
#include "devices/pit.h"

enum { READ_BACK = 3, READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };
enum { CONTROL = 3, GATE_2 = 1, PORT61_KEPT = 0x0f, PORT61_REFRESH = 0x10, PORT61_OUT2 = 0x20 };
#define REFRESH_NS 15085 /* half a period of the memory refresh clock: PIIX3 toggles every 15.085 us */

static uint64_t now_tick(const struct pit *pit)
{
	return clock_ticks(clock_now(pit->clock), PIT_HZ);
}

/* Reports what channel 0 did up to `tick`. */
static void report(struct pit *pit, uint64_t tick)
{
	struct pit_channel *channel = &pit->channel[0];
	uint64_t rise = pit_channel_rise(channel, pit->reported);

	for (unsigned i = 0; i < PIT_CHANNELS; i++)
		pit_channel_settle(&pit->channel[i], tick);
	if (rise <= tick) {
		pin_set(&pit->pin, false);
		pin_set(&pit->pin, true);
	}
	pit->reported = tick;
	pin_set(&pit->pin, pit_channel_out(channel, tick));
	rise = pit_channel_rise(channel, tick);
	clock_set_deadline(pit->clock, &pit->deadline, rise == CLOCK_NEVER ? CLOCK_NEVER : clock_ns(rise, PIT_HZ));
}

void pit_run(struct pit *pit, uint64_t now_ns)
{
	uint64_t tick = clock_ticks(now_ns, PIT_HZ);

	if (now_ns >= pit->deadline && tick >= pit->reported)
		report(pit, tick);
}

static void read_back(struct pit *pit, uint8_t command, uint64_t tick)
{
	for (unsigned i = 0; i < PIT_CHANNELS; i++) {
		if (!(command >> (i + 1) & 1))
			continue;
		if (!(command & READ_BACK_NO_COUNT))
			pit_channel_latch_count(&pit->channel[i], tick);
		if (!(command & READ_BACK_NO_STATUS))
			pit_channel_latch_status(&pit->channel[i], tick);
	}
}

static void write_control(struct pit *pit, uint8_t command, uint64_t tick)
{
	if (command >> 6 == READ_BACK)
		read_back(pit, command, tick);
	else if (!(command & 0x30))
		pit_channel_latch_count(&pit->channel[command >> 6], tick);
	else
		pit_channel_mode(&pit->channel[command >> 6], command);
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	struct pit *pit = owner;
	uint64_t tick = now_tick(pit);

	(void)size;
	if (offset == CONTROL)
		return UINT32_MAX; /* write-only: the data bus floats */
	pit_channel_settle(&pit->channel[offset], tick);
	return pit_channel_read(&pit->channel[offset], tick);
}

static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct pit *pit = owner;
	uint64_t tick = now_tick(pit);

	(void)size;
	report(pit, tick);
	if (offset == CONTROL)
		write_control(pit, (uint8_t)value, tick);
	else
		pit_channel_write(&pit->channel[offset], (uint8_t)value, tick);
	report(pit, tick);
}

static uint32_t port61_read(void *owner, uint16_t offset, unsigned size)
{
	struct pit *pit = owner;
	uint64_t now = clock_now(pit->clock), tick = clock_ticks(now, PIT_HZ);

	(void)offset;
	(void)size;
	pit_channel_settle(&pit->channel[2], tick);
	return (uint32_t)(pit->port61 | (now / REFRESH_NS & 1 ? PORT61_REFRESH : 0) |
	                  (pit_channel_out(&pit->channel[2], tick) ? PORT61_OUT2 : 0));
}

static void port61_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct pit *pit = owner;

	(void)offset;
	(void)size;
	pit->port61 = value & PORT61_KEPT;
	pit_channel_gate(&pit->channel[2], value & GATE_2, now_tick(pit));
}

void pit_reset(struct pit *pit)
{
	uint64_t tick = now_tick(pit);

	for (unsigned i = 0; i < PIT_CHANNELS; i++)
		pit->channel[i] =
		        (struct pit_channel){.count = 65536, .start = tick, .mode = 3, .access = 3, .gate = i != 2};
	pit->port61 = 0;
	pit->reported = tick;
	report(pit, tick);
}

void pit_init(struct pit *pit, const struct device_clock *clock, const struct pin *pin)
{
	*pit = (struct pit){.clock = clock, .pin = *pin};
	pit_reset(pit);
}

enum status pit_attach(struct pit *pit, struct bus *bus)
{
	enum status status = bus_add(bus, &(struct bus_range){0x40, 4, pit, port_read, port_write, 1});

	return status ? status : bus_add(bus, &(struct bus_range){0x61, 1, pit, port61_read, port61_write, 1});
}
