/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * The local APIC's timer (SDM 3A 11.5.4, APM 2 16.4.1). All three modes end up in one absolute TSC deadline; the current
 * count is computed from it when it is read. A periodic deadline moves by whole periods from the one before, never
 * from now, so a late look does not shift the next round. `period` is the length of the initial count in TSC ticks.
 */
static uint32_t mode(const struct lapic *lapic)
{
	return lapic->lvt[LVT_TIMER] & LVT_TIMER_MODE;
}

static bool counts(const struct lapic *lapic)
{
	return mode(lapic) == 0 || mode(lapic) == LVT_TIMER_PERIODIC;
}

/* Divide configuration: bits 3, 1, 0 = 000 .. 110 -> 2 .. 128, 111 -> 1 (SDM 3A 11.5.4, figure 11-10). */
static unsigned divide_shift(uint32_t divide)
{
	return (((divide & 3u) | (divide >> 1 & 4u)) + 1u) & 7u;
}

static uint64_t count_ticks(const struct lapic *lapic, uint32_t count)
{
	unsigned __int128 ticks =
	        (unsigned __int128)((uint64_t)count << divide_shift(lapic->divide)) * lapic->ticks_mul;
	ticks >>= 32;
	if (ticks >> 62)
		return UINT64_C(1) << 62;
	return ticks ? (uint64_t)ticks : 1;
}

static uint64_t after(uint64_t now, uint64_t ticks)
{
	uint64_t deadline;
	return __builtin_add_overflow(now, ticks, &deadline) ? NEVER : deadline;
}

/* factor * part / whole rounded up, for 0 < part <= whole: the quotient fits, so the division cannot fault. */
static uint32_t share(uint32_t factor, uint64_t part, uint64_t whole)
{
	unsigned __int128 product = (unsigned __int128)factor * part + (whole - 1);
	uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64);
	__asm__("divq %2" : "+a"(low), "+d"(high) : "r"(whole) : "cc");
	return (uint32_t)low;
}

uint32_t lapic_timer_count(const struct lapic *lapic, uint64_t now)
{
	if (!counts(lapic) || lapic->deadline == NEVER || !lapic->period)
		return 0;
	uint64_t left = lapic->deadline - now;
	if (now >= lapic->deadline) {
		if (mode(lapic) != LVT_TIMER_PERIODIC)
			return 0;
		left = lapic->period - (now - lapic->deadline) % lapic->period;
	}
	return share(lapic->initial_count, left < lapic->period ? left : lapic->period, lapic->period);
}

void lapic_timer_start(struct lapic *lapic, uint32_t count, uint64_t now)
{
	if (!counts(lapic))
		return;
	lapic->initial_count = count;
	lapic->period = count ? count_ticks(lapic, count) : 0;
	lapic->deadline = count ? after(now, lapic->period) : NEVER;
}

void lapic_timer_divide(struct lapic *lapic, uint32_t divide, uint64_t now)
{
	uint32_t left = lapic_timer_count(lapic, now);
	lapic->divide = divide;
	if (!counts(lapic) || lapic->deadline == NEVER)
		return;
	lapic->period = count_ticks(lapic, lapic->initial_count);
	if (left)
		lapic->deadline = after(now, count_ticks(lapic, left));
}

void lapic_timer_lvt(struct lapic *lapic, uint32_t value)
{
	bool counted = counts(lapic);
	bool same = mode(lapic) == (value & LVT_TIMER_MODE);
	lapic->lvt[LVT_TIMER] = value;
	/* One-shot and periodic share the running count; any other change of mode disarms (SDM 3A 11.5.4.1). */
	if (same || (counted && counts(lapic)))
		return;
	lapic->deadline = NEVER;
	lapic->initial_count = 0;
	lapic->period = 0;
}

uint64_t lapic_timer_deadline(const struct lapic *lapic)
{
	return mode(lapic) == LVT_TIMER_DEADLINE && lapic->deadline != NEVER ? lapic->deadline : 0;
}

enum lapic_effect lapic_timer_set_deadline(struct lapic *lapic, uint64_t deadline)
{
	if (mode(lapic) == LVT_TIMER_DEADLINE)
		lapic->deadline = deadline ? deadline : NEVER;
	return LAPIC_TIMER;
}

void lapic_timer_run(struct lapic *lapic, uint64_t now)
{
	uint32_t entry = lapic->lvt[LVT_TIMER];
	if (lapic->deadline > now || lapic->deadline == NEVER)
		return;
	if (mode(lapic) == LVT_TIMER_PERIODIC && lapic->period) {
		uint64_t missed = (now - lapic->deadline) / lapic->period;
		lapic->deadline = after(lapic->deadline, (missed + 1) * lapic->period);
	} else {
		lapic->deadline = NEVER;
	}
	if (!(entry & LVT_MASKED))
		lapic_post(lapic, entry & 0xffu, false);
}
