/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * Interprocessor interrupts (SDM 3A 11.6, 11.12.9, 11.12.10; APM 2 16.5): what an ICR value asks for and whom it means.
 * The sender's mode gives the width of the destination, the receiver's mode its logical address. Combinations that the
 * manuals call invalid send nothing. The commonest, a fixed vector to oneself, is done here without the caller.
 */
#define ICR_MODE(icr) ((unsigned)((icr) >> 8) & 7u)
#define ICR_LOGICAL 0x800u
#define ICR_ASSERT 0x4000u
#define ICR_LEVEL 0x8000u
#define ICR_SHORTHAND(icr) ((unsigned)((icr) >> 18) & 3u)
enum { TO_DESTINATION = 0, TO_SELF = 1, TO_ALL = 2, TO_OTHERS = 3 };

enum lapic_ipi lapic_ipi_kind(uint64_t icr)
{
	static const uint8_t kinds[8] = {
	        [2] = LAPIC_IPI_NONE,         [3] = LAPIC_IPI_NONE,         [MODE_NMI] = LAPIC_IPI_NMI,
	        [MODE_INIT] = LAPIC_IPI_INIT, [MODE_SIPI] = LAPIC_IPI_SIPI, [MODE_EXTINT] = LAPIC_IPI_NONE,
	};
	unsigned mode = ICR_MODE(icr), shorthand = ICR_SHORTHAND(icr);
	/* SDM 3A table 11-4: to self and to all including self only fixed is valid. */
	if (mode != MODE_FIXED && (shorthand == TO_SELF || shorthand == TO_ALL))
		return LAPIC_IPI_NONE;
	/* INIT level de-assert only synchronised the arbitration ids of the APIC bus. */
	if (mode == MODE_INIT && (icr & (ICR_LEVEL | ICR_ASSERT)) == ICR_LEVEL)
		return LAPIC_IPI_NONE;
	return (enum lapic_ipi)kinds[mode];
}

/* A cluster's number above a set of its members: 16, or with the page 4, or 8 and no number. */
static bool logical_matches(const struct lapic *self, uint32_t destination)
{
	uint32_t own = self->reg[REG_LDR].value, model = self->reg[REG_DFR].value >> 28;
	unsigned members = 16;
	if (!lapic_is_x2apic(self)) {
		own >>= 24;
		members = model == 0xf ? 8 : 4;
		if (model != 0xf && model != 0)
			return false;
	}
	return destination >> members == own >> members && (destination & own & ((1u << members) - 1));
}

bool lapic_ipi_matches(const struct lapic *self, const struct lapic *from, uint64_t icr)
{
	if (!(self->base & APIC_BASE_ENABLE))
		return false;
	if (ICR_MODE(icr) == MODE_LOWEST && !(lapic_load(self, REG_SVR) & SVR_ENABLE))
		return false;
	unsigned shorthand = from ? ICR_SHORTHAND(icr) : TO_DESTINATION;
	if (shorthand != TO_DESTINATION)
		return shorthand == TO_ALL || (self == from) == (shorthand == TO_SELF);
	bool wide = from && lapic_is_x2apic(from);
	uint32_t destination = (uint32_t)(icr >> (wide ? 32 : 56));
	if (destination == (wide ? 0xffffffffu : 0xffu))
		return true;
	return icr & ICR_LOGICAL ? logical_matches(self, destination) : destination == self->id;
}

enum lapic_effect lapic_icr_send(struct lapic *lapic, uint64_t icr, uint64_t *detail)
{
	/* To oneself alone: by shorthand, or (single-CPU systems do it) by the own physical id, whose place in the ICR is
	 * that in the register in both modes. */
	uint64_t target = icr & ~(uint64_t)(0xffu | ICR_ASSERT);
	unsigned vector = icr & 0xffu;
	if (((uint32_t)target == ICR_TO_SELF || target == (uint64_t)lapic->reg[REG_ID].value << 32) && vector >= 16) {
		if (lapic_load(lapic, REG_SVR) & SVR_ENABLE)
			lapic_pend(lapic, vector, false);
		return LAPIC_RAISED;
	}
	enum lapic_ipi kind = lapic_ipi_kind(icr);
	if (kind == LAPIC_IPI_NONE)
		return LAPIC_DONE;
	if (kind == LAPIC_IPI_VECTOR && vector < 16) {
		lapic_error(lapic, ESR_SEND_ILLEGAL);
		return LAPIC_RAISED;
	}
	*detail = icr;
	return LAPIC_IPI;
}
