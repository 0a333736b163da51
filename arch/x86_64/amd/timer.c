/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/given.h"
#include "core/machine.h"

/* The local APIC's timer ends a guest's run and a HLT. */
void machine_timer(struct cpu *cpu, uint64_t deadline)
{
	(void)cpu; /* the calling CPU's own timer */
	timer_arm(&given.timer, deadline);
}

void machine_wait(struct cpu *cpu, const volatile uint64_t *unless)
{
	(void)cpu;
	if (*unless == 0)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
}
