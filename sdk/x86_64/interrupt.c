/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include "sdk/interrupt.h"
#include "sdk/x86_64/start.h"

/*
 * The virtual local APIC in x2APIC mode, by MSR (APM 2 16.11, SDM 3A 11.12). It is the core's, so there is nothing to
 * wait for. Linked only into applications that use interrupts: the 224 entries are half of its size.
 */
#define MSR_APIC_BASE 0x1bu
#define APIC_BASE_X2APIC 0xc00u /* EXTD and AE */
#define MSR_EOI 0x80bu
#define MSR_SPURIOUS 0x80fu
#define SPURIOUS_ENABLE 0x1ffu
#define MSR_ICR 0x830u
#define MSR_LVT_TIMER 0x832u
#define LVT_DEADLINE (2u << 17)
#define LVT_MASKED (1u << 16)
#define MSR_DEADLINE 0x6e0u
#define FIRST_VECTOR 32u
#define VECTORS 256u

static interrupt_handler *handlers[VECTORS];

static uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

void interrupt_dispatch(uint64_t vector)
{
	handlers[vector]((unsigned)vector);
	msr_write(MSR_EOI, 0);
}

void interrupt_handle(unsigned vector, interrupt_handler *handler)
{
	if (vector < FIRST_VECTOR || vector >= VECTORS)
		return;
	handlers[vector] = handler;
	exception_gate(vector, (uintptr_t)interrupt_entry + (uintptr_t)(vector - FIRST_VECTOR) * INTERRUPT_ENTRY_BYTES);
}

void interrupt_enable(void)
{
	uint64_t base = msr_read(MSR_APIC_BASE);

	if ((base & APIC_BASE_X2APIC) != APIC_BASE_X2APIC)
		msr_write(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
	msr_write(MSR_SPURIOUS, SPURIOUS_ENABLE);
	__asm__ volatile("sti" : : : "memory");
}

void interrupt_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

void interrupt_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

void interrupt_timer(unsigned vector, uint64_t tsc)
{
	msr_write(MSR_LVT_TIMER, tsc ? LVT_DEADLINE | vector : LVT_MASKED);
	msr_write(MSR_DEADLINE, tsc);
}

void interrupt_send(uint32_t vcpu, unsigned vector)
{
	msr_write(MSR_ICR, (uint64_t)vcpu << 32 | vector);
}
