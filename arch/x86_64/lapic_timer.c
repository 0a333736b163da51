/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * The local APIC's timer (SDM 3A 11.5.4, APM 2 16.4.1). Its clock is the TSC. All three modes end up in one absolute
 * deadline; the current count is computed from it when it is read. A periodic deadline moves by whole periods from the
 * one before, never from now, so a late look does not shift the next round.
 */
/* Divide configuration: bits 3, 1, 0 = 000 .. 110 -> 2 .. 128, 111 -> 1 (SDM 3A 11.5.4, figure 11-10). */
static unsigned divide_shift(const struct lapic *lapic)
{
	uint32_t divide = lapic->reg[REG_DIVIDE].value;
	return (((divide & 3u) | (divide >> 1 & 4u)) + 1u) & 7u;
}

static uint64_t after(uint64_t now, uint64_t ticks)
{
	uint64_t deadline;
	return __builtin_add_overflow(now, ticks, &deadline) ? NEVER : deadline;
}

uint32_t lapic_timer_count(const struct lapic *lapic, uint64_t now)
{
	if (lapic->period == 0 || lapic->deadline == NEVER)
		return 0;
	uint64_t left = lapic->deadline - now;
	if (now >= lapic->deadline) {
		if (!(lapic->reg[REG_TIMER].value & TIMER_PERIODIC))
			return 0;
		left = lapic->period - (now - lapic->deadline) % lapic->period;
	}
	unsigned shift = divide_shift(lapic);
	return (uint32_t)((left + (UINT64_C(1) << shift) - 1) >> shift); /* rounded up: 0 is the end */
}

/* Counts down what is left from now on, then, if periodic, the initial count. */
static void count_from(struct lapic *lapic, uint32_t left, uint64_t now)
{
	unsigned shift = divide_shift(lapic);
	lapic->period = (uint64_t)lapic->reg[REG_INITIAL].value << shift;
	lapic->deadline = left ? after(now, (uint64_t)left << shift) : NEVER;
}

void lapic_timer_start(struct lapic *lapic, uint32_t count, uint64_t now)
{
	if (lapic->reg[REG_TIMER].value & TIMER_DEADLINE)
		return;
	lapic->reg[REG_INITIAL].value = count;
	count_from(lapic, count, now);
}

void lapic_timer_divide(struct lapic *lapic, uint32_t divide, uint64_t now)
{
	uint32_t left = lapic_timer_count(lapic, now);
	lapic->reg[REG_DIVIDE].value = divide;
	if (left)
		count_from(lapic, left, now);
}

void lapic_timer_mode(struct lapic *lapic, uint32_t entry)
{
	uint32_t change = lapic->reg[REG_TIMER].value ^ entry;
	lapic->reg[REG_TIMER].value = entry;
	/* One-shot and periodic share the running count; any other change of mode disarms (SDM 3A 11.5.4.1). */
	if (!(change & TIMER_DEADLINE))
		return;
	lapic->reg[REG_INITIAL].value = 0;
	count_from(lapic, 0, 0);
}

void lapic_timer_run(struct lapic *lapic, uint64_t now)
{
	uint32_t entry = lapic->reg[REG_TIMER].value;
	if (lapic->deadline > now || lapic->deadline == NEVER)
		return;
	if (entry & TIMER_PERIODIC && lapic->period) {
		uint64_t missed = (now - lapic->deadline) / lapic->period;
		lapic->deadline = after(lapic->deadline, (missed + 1) * lapic->period);
	} else {
		lapic->deadline = NEVER;
	}
	if (!(entry & LVT_MASKED)) /* so the APIC is enabled */
		lapic_pend(lapic, entry & 0xffu, false);
}
