/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_CLOCK_H
#define DEVICES_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Time for the device models: nanoseconds of the guest's clock, monotonic. A model that needs time has a pointer to one,
 * tells the next instant at which it has to act by x_deadline (CLOCK_NEVER: none), and acts in x_run(x, now). Calling
 * x_run early or twice is harmless; calling it late merges what was missed, as a real line does.
 * It keeps the instant by clock_set_deadline, so that whoever waits for it hears when it moves.
 */
struct device_clock {
	uint64_t (*now_ns)(void *owner);
	void *owner;
	bool *moved; /* or 0: set when a deadline may have moved */
};

#define CLOCK_NEVER UINT64_MAX
#define CLOCK_SECOND UINT64_C(1000000000)

static inline uint64_t clock_now(const struct device_clock *clock)
{
	return clock->now_ns(clock->owner);
}

/* Sets a model's deadline, and says so if it is another one. */
static inline void clock_set_deadline(const struct device_clock *clock, uint64_t *deadline, uint64_t now_due)
{
	if (*deadline != now_due && clock->moved)
		*clock->moved = true;
	*deadline = now_due;
}

/* Nanoseconds -> ticks that have passed, rounded down; exact for ever, needs hz < 2^34. */
static inline uint64_t clock_ticks(uint64_t ns, uint64_t hz)
{
	return ns / CLOCK_SECOND * hz + ns % CLOCK_SECOND * hz / CLOCK_SECOND;
}

/* The first nanosecond at which clock_ticks gives `ticks`; ticks / hz must be below 584 years, which is all that ns can say. */
static inline uint64_t clock_ns(uint64_t ticks, uint64_t hz)
{
	return ticks / hz * CLOCK_SECOND + (ticks % hz * CLOCK_SECOND + hz - 1) / hz;
}

#endif
