/* SPDX-License-Identifier: ISC */
/*
 * Nothing counts: a channel remembers the tick at which its count began, and the count and the output are functions of
 * the ticks since then. Invariant: count is 1..65536, so it can be divided by.
 *
 * Left out: the clock it takes to load a count (a count written is in the counter at once); in mode 3 a new count waits
 * for the end of the whole period, not of the half; in modes 1 and 5 a new count holds at once, not from the next trigger.
 * Data sheet: Intel 8254 (231164-005).
 */
#include "devices/pit_channel.h"

enum { LOW = 1, HIGH = 2, BOTH = 3 };
enum { STATUS_OUT = 0x80, STATUS_NULL = 0x40 };

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
void pit_channel_settle(struct pit_channel *channel, uint64_t tick)
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

bool pit_channel_out(const struct pit_channel *channel, uint64_t tick)
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
uint64_t pit_channel_rise(const struct pit_channel *channel, uint64_t tick)
{
	uint64_t at = channel->start + channel->count;

	if (!counting(channel))
		return UINT64_MAX;
	if (periodic(channel)) {
		if (tick < channel->start)
			return channel->start;
		return channel->start + ((tick - channel->start) / channel->count + 1) * channel->count;
	}
	if (channel->mode >= 4)
		at++;
	return at > tick ? at : UINT64_MAX;
}

void pit_channel_latch_count(struct pit_channel *channel, uint64_t tick)
{
	if (channel->latched) /* an earlier latch stays until it is read */
		return;
	channel->latch = value_at(channel, tick);
	channel->latched = channel->access;
}

void pit_channel_latch_status(struct pit_channel *channel, uint64_t tick)
{
	if (channel->status_latched)
		return;
	channel->status = (uint8_t)((pit_channel_out(channel, tick) ? STATUS_OUT : 0) |
	                            (!channel->loaded || channel->next ? STATUS_NULL : 0) | channel->access << 4 |
	                            channel->mode << 1 | channel->bcd);
	channel->status_latched = true;
}

void pit_channel_mode(struct pit_channel *channel, uint8_t command)
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
		channel->switch_at = pit_channel_rise(channel, tick);
		channel->next = count;
		return;
	}
	channel->count = count;
	channel->loaded = true;
	if (triggered_by_gate(channel))
		return;
	channel->start = tick;
	channel->held = 0;
}

void pit_channel_write(struct pit_channel *channel, uint8_t value, uint64_t tick)
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

uint8_t pit_channel_read(struct pit_channel *channel, uint64_t tick)
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

void pit_channel_gate(struct pit_channel *channel, bool gate, uint64_t tick)
{
	if (gate == channel->gate)
		return;
	pit_channel_settle(channel, tick);
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
