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
/* ID, version, TPR, PPR, LDR, SVR, ISR, TMR, IRR, ESR, LVT, initial count, divide: what is in the page as it is read. ICR
 * is not, since its halves lie 16 bytes apart there, nor is the current count, which is computed. */
#define READABLE UINT64_C(0x41fc01ffffffa50c)
#define READS_OF_X2APIC 0x100 /* SDM 3C 24.6.9: a bit for each MSR from 0 on; writes 2 KiB on */
#define WRITES_OF_X2APIC 0x900

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

static void open(uint8_t *bytes, uint64_t registers)
{
	for (unsigned i = 0; i < 8; i++)
		bytes[i] &= (uint8_t) ~(registers >> 8 * i);
}

void assist_open(uint8_t *msr_bitmap, uint32_t has)
{
	uint64_t task = UINT64_C(1) << REG_TPR, end = UINT64_C(1) << REG_EOI, priority = UINT64_C(1) << REG_PPR;

	if (!(has & SECONDARY_X2APIC))
		return;
	open(msr_bitmap + READS_OF_X2APIC, task);
	open(msr_bitmap + WRITES_OF_X2APIC, task);
	if (has & SECONDARY_REGISTERS)
		open(msr_bitmap + READS_OF_X2APIC, has & SECONDARY_DELIVERY ? READABLE : READABLE & ~priority);
	if (has & SECONDARY_DELIVERY)
		open(msr_bitmap + WRITES_OF_X2APIC, end);
}
