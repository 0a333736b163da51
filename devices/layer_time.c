/* SPDX-License-Identifier: ISC */
#include "devices/layer_time.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/info.h"

#define YEAR_2000_S 946684800
#define PAUSE_NS UINT64_C(20000)

/* Written once by vCPU 0 before any guest vCPU runs. */
static uint64_t base_tsc;

void layer_time_start(void)
{
	base_tsc = clock_tsc();
}

uint64_t layer_time_now(void *unused)
{
	(void)unused;
	return clock_ns_from_tsc(clock_tsc() - base_tsc);
}

uint64_t layer_time_tsc(uint64_t now_ns)
{
	uint64_t tsc, ticks;
	if (now_ns >= UINT64_MAX - 2)
		return 0;
	/* Both conversions round down; two nanoseconds more cover it at any TSC rate, so no timer comes too early. */
	ticks = clock_tsc_from_ns(now_ns + 2);
	return __builtin_add_overflow(base_tsc, ticks, &tsc) ? 0 : tsc;
}

int64_t layer_time_unix(void)
{
	uint64_t unix_ns = clock_unix_ns();
	return unix_ns ? (int64_t)(unix_ns / CLOCK_S) : YEAR_2000_S;
}

uint64_t layer_time_unix_base_ns(void)
{
	uint64_t origin = info_get()->time_unix_ns;
	return origin ? origin + clock_ns_from_tsc(base_tsc) : YEAR_2000_S * CLOCK_S;
}

uint64_t layer_time_tsc_base(void)
{
	return base_tsc;
}

uint64_t layer_time_tsc_now(void)
{
	return clock_tsc();
}

void layer_time_wait(uint64_t events, uint64_t ns)
{
	event_wait(events, clock_deadline(ns));
}

void layer_time_pause(void)
{
	layer_time_wait(0, PAUSE_NS);
}
