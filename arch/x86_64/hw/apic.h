/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_APIC_H
#define ARCH_X86_64_HW_APIC_H

#include <stdint.h>

/* The host's local APIC: x2APIC where CPUID has it, else the page at its architectural address. */
#define APIC_BASE UINT64_C(0xfee00000)
#define APIC_EOI 0x0b0u
#define APIC_TIMER_INITIAL 0x380u
#define APIC_ICR_FIXED 0x4000u

void apic_write(unsigned reg, uint32_t value);
void apic_send(uint32_t id, uint32_t command); /* waits, bounded, until an earlier one has gone */

#endif
