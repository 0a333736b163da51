/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PIT_CHANNEL_H
#define DEVICES_PIT_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

/* One counter of an 8254. Ticks are those of its clock since some origin and never go back. */
struct pit_channel {
	uint64_t start;     /* tick at which the present count began (the trigger, in modes 1 and 5) */
	uint64_t held;      /* modes 0 and 4 with the gate low: ticks counted before it fell */
	uint64_t switch_at; /* modes 2 and 3: tick at which `next` takes over, if there is one */
	uint32_t count;     /* 1..65536: what it counts from */
	uint32_t next;      /* 0: none */
	uint16_t latch;     /* latched count */
	uint8_t latched;    /* bytes of it still to read: bit 0 low, bit 1 high */
	uint8_t mode, access, status, write_low;
	bool bcd, gate, loaded, triggered, status_latched, read_high, write_high;
};

/* Count and output are functions of the tick; settle first (a count waiting for its period's end). */
void pit_channel_settle(struct pit_channel *channel, uint64_t tick);
bool pit_channel_out(const struct pit_channel *channel, uint64_t tick);
/* The first tick after `tick` at which the output rises; all ones if it will not by itself. */
uint64_t pit_channel_rise(const struct pit_channel *channel, uint64_t tick);
void pit_channel_gate(struct pit_channel *channel, bool gate, uint64_t tick);

/* What the ports do: control word, latch commands, data bytes. */
void pit_channel_mode(struct pit_channel *channel, uint8_t command);
void pit_channel_latch_count(struct pit_channel *channel, uint64_t tick);
void pit_channel_latch_status(struct pit_channel *channel, uint64_t tick);
void pit_channel_write(struct pit_channel *channel, uint8_t value, uint64_t tick);
uint8_t pit_channel_read(struct pit_channel *channel, uint64_t tick);

#endif
