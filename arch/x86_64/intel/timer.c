/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/intel/vendor.h"

/*
 * While a guest runs, cpu->timer is kept by the preemption timer (entry.S); the local APIC's is needed only where there
 * is none, and to end a HLT.
 */
static bool preempts(const struct cpu *cpu)
{
	return cpu && given.controls[CONTROL_PIN] & PIN_PREEMPTION;
}

void machine_timer(struct cpu *cpu, uint64_t deadline)
{
	if (!preempts(cpu))
		timer_arm(&given.timer, deadline);
}

void machine_wait(struct cpu *cpu, const volatile uint64_t *unless)
{
	if (*unless)
		return;
	if (preempts(cpu))
		timer_arm(&given.timer, cpu->timer);
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}
