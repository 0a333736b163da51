/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_APIC_H
#define ARCH_X86_64_HW_APIC_H

#include <stdint.h>

/* The host's local APIC: x2APIC where CPUID has it, else the page at its architectural address. */
#define APIC_BASE UINT64_C(0xfee00000)
#define APIC_EOI 0x0b0u
#define APIC_LVT_TIMER 0x320u
#define APIC_TIMER_INITIAL 0x380u
#define APIC_TIMER_CURRENT 0x390u
#define APIC_TIMER_DIVIDE 0x3e0u
#define APIC_LVT_MASKED (1u << 16)
#define APIC_LVT_DEADLINE (2u << 17)
#define APIC_ICR_INIT 0x4500u
#define APIC_ICR_STARTUP 0x4600u
#define APIC_ICR_FIXED 0x4000u

uint32_t apic_read(unsigned reg);
void apic_write(unsigned reg, uint32_t value);
void apic_send(uint32_t id, uint32_t command); /* waits, bounded, until an earlier one has gone */

#endif
