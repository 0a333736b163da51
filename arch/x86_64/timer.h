/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_TIMER_H
#define ARCH_X86_64_TIMER_H

#include <stdbool.h>
#include <stdint.h>
#include "arch/x86_64/insn.h"

/*
 * The host's one-shot timer, inline because it is armed at every switch. The starter has measured: `mul` is local
 * APIC ticks per TSC tick in 32.32, `max` the largest distance whose product fits and whose count is below 2^32.
 * The count is rounded up (never early, never 0). With a TSC deadline timer, `msr` is set and nothing is converted.
 */
struct timer_scale {
	uint64_t mul, max;
	bool msr, deadline; /* by MSR; by the TSC deadline timer's, at that */
};
void timer_arm_msr(const struct timer_scale *scale, uint64_t deadline);
/* From the look at the TSC to the count that is being counted down; no CPU takes fewer for these instructions. */
#define TIMER_ARM_TICKS 12u
#define TIMER_COUNT ((volatile uint32_t *)UINT64_C(0xfee00380))

static inline uint32_t timer_count(const struct timer_scale *scale, uint64_t deadline)
{
	uint64_t now = rdtsc() + TIMER_ARM_TICKS, delta = deadline - now;
	if (__builtin_expect(delta > scale->max, false)) /* past, or far away: then it fires early, once */
		delta = deadline < now ? 0 : scale->max;
	return (uint32_t)((delta * scale->mul >> 32) + 1);
}

static inline void timer_arm(const struct timer_scale *scale, uint64_t deadline)
{
	if (__builtin_expect(scale->msr, false))
		timer_arm_msr(scale, deadline);
	else
		*TIMER_COUNT = timer_count(scale, deadline);
}

#endif
