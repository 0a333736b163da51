/* SPDX-License-Identifier: ISC */
/*
 * An 8254 interval timer and the PC's port 61h.
 *
 * Nothing counts: a channel remembers the tick at which its count began, and the count and the output are functions of
 * the ticks since then. Only channel 0's rising edges have to happen by themselves: pit_run reports those between the
 * last run and now as one, and the deadline is the next.
 *
 * Left out: the sound; the clock it takes to load a count (a count written is in the counter at once); in mode 3 a new
 * count waits for the end of the whole period, not of the half.
 * Data sheet: Intel 8254 (231164-005); port 61h: Intel PIIX3 (290550).
 */
#include "devices/pit.h"

enum { LOW = 1, HIGH = 2, BOTH = 3 };
enum { READ_BACK = 3, READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };
enum { STATUS_OUT = 0x80, STATUS_NULL = 0x40 };
enum { CONTROL = 3, GATE_2 = 1, PORT61_KEPT = 0x0f, PORT61_REFRESH = 0x10, PORT61_OUT2 = 0x20 };
#define REFRESH_NS 15085 /* half a period of the memory refresh clock: PIIX3 toggles every 15.085 us */

static uint32_t modulus(const struct pit_channel *channel)
{
	return channel->bcd ? 10000 : 65536;
}

static bool periodic(const struct pit_channel *channel)
{
	return channel->mode == 2 || channel->mode == 3;
}

/* Modes 1 and 5 wait for the gate to rise; the others use it as an enable. */
static bool triggered_by_gate(const struct pit_channel *channel)
{
	return channel->mode == 1 || channel->mode == 5;
}

static bool counting(const struct pit_channel *channel)
{
	return channel->loaded && (triggered_by_gate(channel) ? channel->triggered : channel->gate);
}

/* A count written in mode 2 or 3 takes over at the end of the period. */
static void settle(struct pit_channel *channel, uint64_t tick)
{
	if (!channel->next || tick < channel->switch_at)
		return;
	channel->start = channel->switch_at;
	channel->count = channel->next;
	channel->next = 0;
}

static uint64_t elapsed(const struct pit_channel *channel, uint64_t tick)
{
	return counting(channel) ? tick - channel->start : channel->held;
}

static uint32_t square_wave_value(uint32_t count, uint32_t phase)
{
	uint32_t high = (count + 1) / 2;

	return (count & ~1u) - 2 * (phase < high ? phase : phase - high);
}

static uint16_t to_bcd(uint32_t value)
{
	return (uint16_t)(value / 1000 % 10 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10);
}

static uint16_t value_at(const struct pit_channel *channel, uint64_t tick)
{
	uint64_t passed = elapsed(channel, tick);
	uint32_t count = channel->count, all = modulus(channel), value;

	if (!periodic(channel))
		value = (count + all - (uint32_t)(passed % all)) % all;
	else if (channel->mode == 2)
		value = count - (uint32_t)(passed % count);
	else
		value = square_wave_value(count, (uint32_t)(passed % count));
	return channel->bcd ? to_bcd(value % all) : (uint16_t)value;
}

static bool out_at(const struct pit_channel *channel, uint64_t tick)
{
	uint64_t passed = elapsed(channel, tick);

	if (channel->mode == 0)
		return channel->loaded && passed >= channel->count;
	if (!counting(channel))
		return true;
	switch (channel->mode) {
	case 1:
		return passed >= channel->count;
	case 2:
		return passed % channel->count != channel->count - 1;
	case 3:
		return passed % channel->count < (channel->count + 1) / 2;
	default: /* 4 and 5: low for one clock */
		return passed != channel->count;
	}
}

/* The first tick after `tick` at which the output rises. */
static uint64_t rise_after(const struct pit_channel *channel, uint64_t tick)
{
	uint64_t at = channel->start + channel->count;

	if (!counting(channel))
		return CLOCK_NEVER;
	if (periodic(channel)) {
		if (tick < channel->start)
			return channel->start;
		return channel->start + ((tick - channel->start) / channel->count + 1) * channel->count;
	}
	if (channel->mode >= 4)
		at++;
	return at > tick ? at : CLOCK_NEVER;
}

static uint64_t now_tick(const struct pit *pit)
{
	return clock_ticks(clock_now(pit->clock), PIT_HZ);
}

/* Reports what channel 0 did up to `tick`. */
static void report(struct pit *pit, uint64_t tick)
{
	struct pit_channel *channel = &pit->channel[0];
	uint64_t rise = rise_after(channel, pit->reported);

	for (unsigned i = 0; i < PIT_CHANNELS; i++)
		settle(&pit->channel[i], tick);
	if (rise <= tick) {
		pin_set(&pit->pin, false);
		pin_set(&pit->pin, true);
	}
	pit->reported = tick;
	pin_set(&pit->pin, out_at(channel, tick));
	rise = rise_after(channel, tick);
	pit->deadline = rise == CLOCK_NEVER ? CLOCK_NEVER : clock_ns(rise, PIT_HZ);
}

void pit_run(struct pit *pit, uint64_t now_ns)
{
	uint64_t tick = clock_ticks(now_ns, PIT_HZ);

	if (now_ns >= pit->deadline && tick >= pit->reported)
		report(pit, tick);
}

static void latch_count(struct pit_channel *channel, uint64_t tick)
{
	if (channel->latched) /* an earlier latch stays until it is read */
		return;
	channel->latch = value_at(channel, tick);
	channel->latched = channel->access;
}

static void latch_status(struct pit_channel *channel, uint64_t tick)
{
	if (channel->status_latched)
		return;
	channel->status = (uint8_t)((out_at(channel, tick) ? STATUS_OUT : 0) |
	                            (!channel->loaded || channel->next ? STATUS_NULL : 0) | channel->access << 4 |
	                            channel->mode << 1 | channel->bcd);
	channel->status_latched = true;
}

static void read_back(struct pit *pit, uint8_t command, uint64_t tick)
{
	for (unsigned i = 0; i < PIT_CHANNELS; i++) {
		if (!(command >> (i + 1) & 1))
			continue;
		if (!(command & READ_BACK_NO_COUNT))
			latch_count(&pit->channel[i], tick);
		if (!(command & READ_BACK_NO_STATUS))
			latch_status(&pit->channel[i], tick);
	}
}

static void set_mode(struct pit_channel *channel, uint8_t command)
{
	uint8_t mode = command >> 1 & 7;

	channel->mode = mode > 5 ? mode & 3 : mode;
	channel->access = command >> 4 & 3;
	channel->bcd = command & 1;
	channel->loaded = channel->triggered = false;
	channel->read_high = channel->write_high = channel->status_latched = false;
	channel->latched = 0;
	channel->next = 0;
	channel->held = 0;
	if (channel->count > modulus(channel))
		channel->count = modulus(channel);
}

static void write_control(struct pit *pit, uint8_t command, uint64_t tick)
{
	if (command >> 6 == READ_BACK)
		read_back(pit, command, tick);
	else if (!(command & 0x30))
		latch_count(&pit->channel[command >> 6], tick);
	else
		set_mode(&pit->channel[command >> 6], command);
}

/* A nibble above 9 counts as that many: undefined on the chip, but defined here. */
static uint32_t initial_count(const struct pit_channel *channel, uint16_t value)
{
	uint32_t count = value;

	if (channel->bcd)
		count = (value >> 12) * 1000u + (value >> 8 & 15) * 100u + (value >> 4 & 15) * 10u + (value & 15);
	count %= modulus(channel);
	return count ? count : modulus(channel);
}

static void load(struct pit_channel *channel, uint16_t value, uint64_t tick)
{
	uint32_t count = initial_count(channel, value);

	if (periodic(channel) && counting(channel)) {
		channel->switch_at = rise_after(channel, tick);
		channel->next = count;
		return;
	}
	/* Modes 1 and 5: the present pulse keeps its length on the chip; here the new one holds from now on. */
	channel->count = count;
	channel->loaded = true;
	if (triggered_by_gate(channel))
		return;
	channel->start = tick;
	channel->held = 0;
}

static void write_count(struct pit_channel *channel, uint8_t value, uint64_t tick)
{
	if (channel->access == LOW) {
		load(channel, value, tick);
	} else if (channel->access == HIGH) {
		load(channel, (uint16_t)(value << 8), tick);
	} else if (!channel->write_high) {
		channel->write_low = value;
		channel->write_high = true;
		if (channel->mode == 0) { /* the first byte stops the count */
			channel->loaded = false;
			channel->held = 0;
		}
	} else {
		channel->write_high = false;
		load(channel, (uint16_t)(value << 8 | channel->write_low), tick);
	}
}

static uint8_t read_count(struct pit_channel *channel, uint64_t tick)
{
	uint16_t value = channel->latched ? channel->latch : value_at(channel, tick);
	bool high = channel->access == HIGH;

	if (channel->status_latched) {
		channel->status_latched = false;
		return channel->status;
	}
	if (channel->latched) {
		high = !(channel->latched & LOW);
		channel->latched &= (uint8_t) ~(high ? HIGH : LOW);
	} else if (channel->access == BOTH) {
		high = channel->read_high;
		channel->read_high = !high;
	}
	return (uint8_t)(high ? value >> 8 : value);
}

static void set_gate(struct pit_channel *channel, bool gate, uint64_t tick)
{
	if (gate == channel->gate)
		return;
	settle(channel, tick);
	if (!gate) {
		uint64_t passed = elapsed(channel, tick);

		channel->gate = false;
		if (!triggered_by_gate(channel))
			channel->held = periodic(channel) ? 0 : passed;
		if (channel->next) { /* a stopped counter starts anew with what was written last */
			channel->count = channel->next;
			channel->next = 0;
		}
		return;
	}
	channel->gate = true;
	if (triggered_by_gate(channel)) {
		channel->triggered = true;
		channel->start = tick;
	} else {
		channel->start = tick - channel->held;
	}
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	struct pit *pit = owner;
	uint64_t tick = now_tick(pit);

	(void)size;
	if (offset == CONTROL)
		return UINT32_MAX; /* write-only: the data bus floats */
	settle(&pit->channel[offset], tick);
	return read_count(&pit->channel[offset], tick);
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
		write_count(&pit->channel[offset], (uint8_t)value, tick);
	report(pit, tick);
}

static uint32_t port61_read(void *owner, uint16_t offset, unsigned size)
{
	struct pit *pit = owner;
	uint64_t now = clock_now(pit->clock), tick = clock_ticks(now, PIT_HZ);

	(void)offset;
	(void)size;
	settle(&pit->channel[2], tick);
	return (uint32_t)(pit->port61 | (now / REFRESH_NS & 1 ? PORT61_REFRESH : 0) |
	                  (out_at(&pit->channel[2], tick) ? PORT61_OUT2 : 0));
}

static void port61_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct pit *pit = owner;

	(void)offset;
	(void)size;
	pit->port61 = value & PORT61_KEPT;
	set_gate(&pit->channel[2], value & GATE_2, now_tick(pit));
}

void pit_reset(struct pit *pit)
{
	uint64_t tick = now_tick(pit);

	for (unsigned i = 0; i < PIT_CHANNELS; i++)
		pit->channel[i] =
		        (struct pit_channel){.count = 65536, .start = tick, .mode = 3, .access = BOTH, .gate = i != 2};
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
