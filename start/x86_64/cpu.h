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

/* Its local APIC, besides hw/apic.h */
#define APIC_LVT_TIMER 0x320u
#define APIC_TIMER_CURRENT 0x390u
#define APIC_TIMER_DIVIDE 0x3e0u
#define APIC_LVT_MASKED (1u << 16)
#define APIC_LVT_DEADLINE (2u << 17)
#define APIC_ICR_INIT 0x4500u
#define APIC_ICR_STARTUP 0x4600u
uint32_t apic_read(unsigned reg);

#endif
