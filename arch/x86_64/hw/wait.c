/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include "core/machine.h"

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
