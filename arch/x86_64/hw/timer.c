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

/*
 * One of the only two places where a physical interrupt is taken; the other is machine_wait(), the vendor's timer.c. STI
 * holds interrupts back for one more instruction (APM 2 8.1.4): so the NOP is the window, and nothing can come between
 * the check of `unless` there and HLT.
 */
void machine_window(struct cpu *cpu)
{
	(void)cpu;
	__asm__ volatile("sti; nop; cli" : : : "memory");
}
