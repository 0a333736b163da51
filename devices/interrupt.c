/* SPDX-License-Identifier: ISC */
/*
 * Destinations of I/O APIC messages (SDM 3A 11.6.2; 82093AA 3.2.4): eight bits, physical or logical. The logical form
 * depends on registers of each local APIC, asked for only then: Linux uses physical destinations with x2APIC.
 */
#include "devices/interrupt.h"
#include "devices/machine.h"
#include "sdk/vcpu.h"

enum { MODE_FIXED = 0, MODE_LOWEST = 1, BROADCAST = 0xff };
enum { LAPIC_LDR = 0xd0, LAPIC_DFR = 0xe0 };

void interrupt_intr(void *owner, unsigned line, bool level)
{
	struct machine *machine = owner;
	(void)line;
	if (machine->intr == level)
		return;
	machine->intr = level;
	(void)line_extint(0, level);
}

bool interrupt_matches(uint64_t rte, uint32_t id, uint32_t ldr, uint32_t dfr)
{
	uint8_t destination = IOAPIC_RTE_DESTINATION(rte);
	if (destination == BROADCAST)
		return true;
	if (!(rte & IOAPIC_RTE_LOGICAL))
		return destination == id;
	if (ldr & 0xffffff) /* x2APIC: cluster in the high half, 8 bits can only name cluster 0 */
		return ldr >> 16 == 0 && (destination & ldr);
	uint32_t logical = ldr >> 24;
	if (dfr >> 28 == 0xf) /* flat */
		return destination & logical;
	return destination >> 4 == logical >> 4 && (destination & logical & 0xf);
}

static bool meant(uint64_t rte, uint32_t vcpu)
{
	uint32_t ldr = 0, dfr = 0;
	if ((rte & IOAPIC_RTE_LOGICAL) &&
	    (lapic_read(vcpu, LAPIC_LDR, &ldr) != OK || lapic_read(vcpu, LAPIC_DFR, &dfr) != OK))
		return false;
	return interrupt_matches(rte, vcpu, ldr, dfr);
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
		if (!meant(rte, i))
			continue;
		(void)lapic_assert(i, vector);
		if (mode == MODE_LOWEST)
			return;
	}
}
