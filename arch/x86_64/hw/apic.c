/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/*
 * SDM 3A chapter 11: the page, or x2APIC where the CPU has it, which makes the page dead.
 */
enum { APIC_ICR = 0x300, APIC_ICR_HIGH = 0x310 };
#define ICR_PENDING (1u << 12)
#define PENDING_POLLS 100000u

static volatile uint32_t *reg_at(unsigned reg)
{
	return (volatile uint32_t *)(uintptr_t)(APIC_BASE + reg);
}

void apic_write(unsigned reg, uint32_t value)
{
	if (given.x2apic)
		wrmsr(MSR_X2APIC + reg / 16, value);
	else
		*reg_at(reg) = value;
}

void apic_send(uint32_t id, uint32_t command)
{
	if (given.x2apic) {
		__asm__ volatile("mfence; lfence" : : : "memory"); /* the MSR write does not wait for earlier stores */
		wrmsr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)id << 32 | command);
		return;
	}
	for (unsigned i = 0; i < PENDING_POLLS && (*reg_at(APIC_ICR) & ICR_PENDING); i++)
		__asm__ volatile("pause");
	*reg_at(APIC_ICR_HIGH) = id << 24;
	*reg_at(APIC_ICR) = command;
}

void machine_kick(unsigned cpu)
{
	apic_send(given.percpu[cpu].apic_id, APIC_ICR_FIXED | VECTOR_KICK);
}
