/* SPDX-License-Identifier: ISC */
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/info.h"

/*
 * Durations are split at whole milliseconds before they are multiplied, so that 64 bits are enough for centuries and no
 * 128-bit division (a library call) is needed. What does not fit comes out as the largest value.
 */
static uint64_t scale(uint64_t value, uint64_t from, uint64_t to)
{
	uint64_t whole, part = value % from * to / from;

	if (__builtin_mul_overflow(value / from, to, &whole) || __builtin_add_overflow(whole, part, &whole))
		return UINT64_MAX;
	return whole;
}

uint64_t clock_tsc_from_ns(uint64_t ns)
{
	return scale(ns, CLOCK_MS, info_get()->tsc_khz);
}

uint64_t clock_ns_from_tsc(uint64_t ticks)
{
	uint64_t khz = info_get()->tsc_khz;

	return khz ? scale(ticks, khz, CLOCK_MS) : 0;
}

uint64_t clock_ns(void)
{
	return clock_ns_from_tsc(clock_tsc());
}

uint64_t clock_unix_ns(void)
{
	uint64_t origin = info_get()->time_unix_ns;

	return origin ? origin + clock_ns() : 0;
}

uint64_t clock_deadline(uint64_t ns)
{
	uint64_t deadline;

	if (__builtin_add_overflow(clock_tsc(), clock_tsc_from_ns(ns), &deadline))
		return EVENT_FOREVER;
	return deadline;
}

void clock_sleep_until(uint64_t tsc)
{
	while (clock_tsc() < tsc)
		event_wait(0, tsc);
}

void clock_sleep(uint64_t ns)
{
	clock_sleep_until(clock_deadline(ns));
}
