/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_CPU_H
#define START_X86_64_CPU_H

#include <stdint.h>

/* Once, before the first cpu_load(): descriptors of all CPUs, and how this machine's local APICs are reached. */
void cpu_init(void);
/* On each CPU, on its own stack: GDT, TSS, IDT, GS base = its record, control register bits the machine has; its local APIC
 * enabled, with everything masked but NMI. */
void cpu_load(unsigned cpu);
uint32_t cpu_apic_id(void);

#endif
