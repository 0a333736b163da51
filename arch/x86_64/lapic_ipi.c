/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * Interprocessor interrupts (SDM 3A 11.6, 11.12.9, 11.12.10; APM 2 16.5): what an ICR value asks for and whom it means.
 * The sender's mode gives the width of the destination, the receiver's mode its logical address. Combinations that the
 * manuals call invalid send nothing. The commonest, a fixed vector to oneself, is done here without the caller.
 */
static bool kind_allowed(unsigned mode, unsigned shorthand)
{
	/* SDM 3A table 11-4: to self and to all including self only fixed is valid. */
	return mode == ICR_FIXED || shorthand == TO_DESTINATION || shorthand == TO_OTHERS;
}

enum lapic_ipi lapic_ipi_kind(uint64_t icr)
{
	static const uint8_t kinds[8] = {
	        [ICR_FIXED] = LAPIC_IPI_VECTOR, [ICR_LOWEST] = LAPIC_IPI_VECTOR,
	        [2] = LAPIC_IPI_NONE,           [3] = LAPIC_IPI_NONE,
	        [ICR_NMI] = LAPIC_IPI_NMI,      [ICR_INIT] = LAPIC_IPI_INIT,
	        [ICR_SIPI] = LAPIC_IPI_SIPI,    [7] = LAPIC_IPI_NONE,
	};
	unsigned mode = ICR_MODE(icr);
	if (!kind_allowed(mode, ICR_SHORTHAND(icr)))
		return LAPIC_IPI_NONE;
	/* INIT level de-assert only synchronised the arbitration ids of the APIC bus. */
	if (mode == ICR_INIT && (icr & (ICR_LEVEL | ICR_ASSERT)) == ICR_LEVEL)
		return LAPIC_IPI_NONE;
	return (enum lapic_ipi)kinds[mode];
}

static bool logical_matches(const struct lapic *self, uint32_t destination)
{
	if (lapic_is_x2apic(self))
		return destination >> 16 == self->ldr >> 16 && (destination & self->ldr & 0xffffu);
	uint32_t own = self->ldr >> 24;
	if (self->dfr >> 28 == 0xf)
		return destination & own & 0xffu;
	if (self->dfr >> 28 == 0)
		return destination >> 4 == own >> 4 && (destination & own & 0xfu);
	return false;
}

bool lapic_ipi_matches(const struct lapic *self, const struct lapic *from, uint64_t icr)
{
	if (!(self->base & APIC_BASE_ENABLE))
		return false;
	if (ICR_MODE(icr) == ICR_LOWEST && !(self->svr & SVR_ENABLE))
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

/* A fixed vector to oneself alone, by shorthand or (single-CPU systems do it) by the own physical id. */
static bool to_self(const struct lapic *lapic, uint64_t icr)
{
	if (ICR_MODE(icr) != ICR_FIXED)
		return false;
	if (ICR_SHORTHAND(icr) == TO_DESTINATION && !(icr & ICR_LOGICAL))
		return icr >> (lapic_is_x2apic(lapic) ? 32 : 56) == lapic->id;
	return ICR_SHORTHAND(icr) == TO_SELF;
}

enum lapic_effect lapic_icr_send(struct lapic *lapic, uint64_t *detail)
{
	uint64_t icr = lapic->icr;
	enum lapic_ipi kind = lapic_ipi_kind(icr);
	if (kind == LAPIC_IPI_NONE)
		return LAPIC_DONE;
	if (kind == LAPIC_IPI_VECTOR && ICR_VECTOR(icr) < 16) {
		lapic_error(lapic, ESR_SEND_ILLEGAL);
		return LAPIC_RAISED;
	}
	if (to_self(lapic, icr)) {
		lapic_post(lapic, ICR_VECTOR(icr), false);
		return LAPIC_RAISED;
	}
	*detail = icr;
	return LAPIC_IPI;
}
