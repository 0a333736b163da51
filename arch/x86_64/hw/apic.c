/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/apic.h"
#include "abi/config.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/*
 * SDM 3A chapter 11. The mode is decided by CPUID alone: an emulator without x2APIC ignores the enabling write in
 * silence, and one with it makes the page dead.
 */
enum { APIC_ID = 0x20, APIC_TPR = 0x80, APIC_SVR = 0xf0, APIC_ICR = 0x300, APIC_ICR_HIGH = 0x310 };
#define BASE_ENABLED (1u << 11)
#define BASE_X2APIC (1u << 10)
#define SVR_ENABLED (1u << 8)
#define ICR_PENDING (1u << 12)
#define LVT_NMI 0x400u
#define PENDING_POLLS 100000u

static bool x2apic ONCE;

static volatile uint32_t *reg_at(unsigned reg)
{
	return (volatile uint32_t *)(uintptr_t)(APIC_BASE + reg);
}

uint32_t apic_read(unsigned reg)
{
	return x2apic ? (uint32_t)rdmsr(MSR_X2APIC + reg / 16) : *reg_at(reg);
}

void apic_write(unsigned reg, uint32_t value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, value);
	else
		*reg_at(reg) = value;
}

void apic_send(uint32_t id, uint32_t command)
{
	if (x2apic) {
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
	apic_send(percpu[cpu].apic_id, APIC_ICR_FIXED | VECTOR_KICK);
}

INIT_TEXT bool apic_x2apic(void)
{
	uint32_t regs[4];
	cpuid(1, 0, regs);
	return regs[CPUID_ECX] >> 21 & 1;
}

INIT_TEXT uint32_t apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

INIT_TEXT void apic_init(void)
{
	/* performance, thermal, LINT0, error: masked. 0x350 = LINT0, 0x360 = LINT1 */
	static const uint16_t masked[] = {APIC_LVT_TIMER, 0x330, 0x340, 0x350, 0x370};
	x2apic = apic_x2apic();
	uint64_t base = rdmsr(MSR_APIC_BASE) | BASE_ENABLED;
	wrmsr(MSR_APIC_BASE, base);
	if (x2apic)
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
	apic_write(APIC_SVR, SVR_ENABLED | VECTOR_SPURIOUS);
	for (unsigned i = 0; i < sizeof masked / sizeof masked[0]; i++)
		apic_write(masked[i], APIC_LVT_MASKED);
	apic_write(0x360, LVT_NMI);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_EOI, 0);
}
