/* SPDX-License-Identifier: ISC */
/*
 * Destinations of I/O APIC messages (SDM 3A 11.6.2; 82093AA 3.2.4): eight bits, physical or logical. The logical form
 * depends on registers of each local APIC that only xAPIC mode can write, and then by MMIO, which passes through here.
 */
#include "devices/interrupt.h"
#include "devices/machine.h"
#include "sdk/vcpu.h"

enum { MODE_FIXED = 0, MODE_LOWEST = 1, BROADCAST = 0xff };

void interrupt_tell(struct machine *machine)
{
	if (machine->intr != machine->intr_told && line_extint(0, machine->intr) == OK)
		machine->intr_told = machine->intr;
}

void interrupt_intr(void *owner, unsigned line, bool level)
{
	struct machine *machine = owner;
	(void)line;
	machine->intr = level;
	interrupt_tell(machine);
}

static bool in_cluster(uint8_t destination, uint32_t cluster, uint32_t members)
{
	return destination >> 4 == cluster && (destination & members);
}

bool interrupt_matches(uint64_t rte, uint32_t id, uint32_t ldr, uint32_t dfr)
{
	uint8_t destination = IOAPIC_RTE_DESTINATION(rte);
	uint32_t logical = ldr >> 24;
	if (destination == BROADCAST)
		return true;
	if (!(rte & IOAPIC_RTE_LOGICAL))
		return destination == id;
	if (!ldr) /* x2APIC: 16 to a cluster, and eight bits name only the first half of cluster 0 */
		return id < 8 && (destination >> id & 1);
	if (dfr >> 28 == 0xf) /* flat */
		return destination & logical;
	return in_cluster(destination, logical >> 4, logical & 0xf);
}

/* Other delivery modes have no source in this machine: SMI and INIT pins do not exist, ExtINT has its own line. */
void interrupt_message(void *owner, uint64_t rte)
{
	struct machine *machine = owner;
	unsigned mode = IOAPIC_RTE_MODE(rte);
	if (mode != MODE_FIXED && mode != MODE_LOWEST)
		return;
	uint32_t vector = IOAPIC_RTE_VECTOR(rte) | (rte & IOAPIC_RTE_LEVEL ? LAPIC_LEVEL : 0);
	for (uint32_t i = 0; i < machine->vcpu_count; i++) {
		if (!interrupt_matches(rte, i, machine->vcpu[i].ldr, machine->vcpu[i].dfr))
			continue;
		(void)lapic_assert(i, vector);
		if (mode == MODE_LOWEST)
			return;
	}
}

/* SDM 3A 11.11: an edge with the fields of a redirection entry in other places; memory elsewhere is no interrupt. */
void interrupt_msi(void *owner, uint64_t address, uint32_t data)
{
	uint64_t destination = address >> 12 & 0xff, rte = data & 0x7ff;
	if (address >> 20 != 0xfee)
		return;
	interrupt_message(owner, rte | destination << 56 | (address & 4 ? IOAPIC_RTE_LOGICAL : 0));
}
