/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/timer.h"
#include "arch/x86_64/hw/apic.h"
#include "core/machine.h"

void timer_arm_msr(const struct timer_scale *scale, uint64_t deadline)
{
	if (scale->deadline)
		wrmsr(MSR_TSC_DEADLINE, deadline == 0 ? 1 : deadline); /* 0 would disarm */
	else
		wrmsr(MSR_X2APIC + APIC_TIMER_INITIAL / 16, timer_count(scale, deadline));
}

uint64_t machine_now(void)
{
	return rdtsc();
}
