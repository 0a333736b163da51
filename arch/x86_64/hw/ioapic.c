/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/hw/ioapic.h"
#include "core/machine.h"

/*
 * Physical interrupt lines (82093AA data sheet). A level line is masked here before it is acknowledged, else it would
 * come again at once; an edge line is only acknowledged. The index and data registers are a pair that CPUs share:
 * the lock is held for one access, with interrupts off, and never by an NMI.
 */
void ioapic_interrupt(unsigned line); /* from vectors.S */
static uint32_t lock;

void machine_line_mask(unsigned line, bool masked)
{
	const struct given_line *l = &given.line[line];
	uint32_t entry = ioapic_entry(l, line) | (masked ? IOAPIC_MASKED : 0);

	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
	ioapic_write(l->ioapic, l->entry, entry);
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

void ioapic_interrupt(unsigned line)
{
	if (given.line[line].level)
		machine_line_mask(line, true);
	apic_write(APIC_EOI, 0);
	core_interrupt_line(percpu_number(), line);
}
