/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/assist.h"
#include "arch/x86_64/lapic_state.h"

/*
 * While no interrupt is requested, nothing that a guest does to its task priority or by ending an interrupt can make one
 * deliverable. So that long the processor does both in the page, and answers reads from it. As soon as one is requested
 * that cannot be taken at once, or a level-triggered one is in service whose end somebody wants to hear of, all accesses
 * exit as they do without assists. What virtual-interrupt delivery is named
 * for is left to injection (docs/decisions/vt-x.md), so the requested vector of the interrupt status is 0 for good.
 *
 * Without delivery ends of interrupts exit anyway, and the threshold tells when the task priority lets one pass.
 */
static bool level_in_service(const struct lapic *lapic)
{
	for (uint64_t words = lapic->isr.all; words; words &= words - 1) {
		unsigned word = (unsigned)__builtin_ctzll(words) / 8;
		if (lapic->reg[REG_ISR + word].value & lapic_load(lapic, REG_TMR + word))
			return true;
	}
	return false;
}

void assist_choose(struct assist *assist, const struct lapic *lapic, uint32_t has, bool reports)
{
	bool requested = lapic_requested(lapic);

	assist->mode = 0;
	assist->threshold = 0;
	assist->status = lapic->isr_top << 8;
	if (has & SECONDARY_X2APIC && lapic_is_x2apic(lapic) &&
	    !(has & SECONDARY_DELIVERY && (requested || (reports && level_in_service(lapic)))))
		assist->mode = has & SECONDARY_APIC;
	/* pending, and the task priority alone is in the way? */
	if (requested && !(assist->mode & SECONDARY_DELIVERY) && !lapic_highest(lapic))
		assist->threshold = lapic_pending(lapic) >> 4;
}

/* The processor clears bits, but does not know of the bytes that say which words have some. */
void assist_follow(struct lapic *lapic)
{
	for (unsigned word = lapic->isr_top / 32; word < 8 && !lapic->reg[REG_ISR + word].value; word--)
		lapic->isr.of[word] = 0;
	lapic->isr_top = lapic_highest_in(lapic, REG_ISR, lapic->isr.all);
}
