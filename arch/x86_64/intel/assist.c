/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/assist.h"
#include "arch/x86_64/lapic_state.h"

/*
 * While no interrupt is requested, nothing that a guest does to its task priority or by ending an interrupt can make one
 * deliverable. So that long the processor does both in the page, and answers reads from it. As soon as one is requested
 * that cannot be taken at once, all accesses exit as they do without assists. What virtual-interrupt delivery is named
 * for is left to injection (docs/decisions/vt-x.md), so the requested vector of the interrupt status is 0 for good.
 *
 * Without delivery ends of interrupts exit anyway, and the threshold tells when the task priority lets one pass.
 */
/* ID, version, TPR, PPR, LDR, SVR, ISR, TMR, IRR, ESR, LVT, initial count, divide: what is in the page as it is read. ICR
 * is not, since its halves lie 16 bytes apart there, nor is the current count, which is computed. */
#define READABLE UINT64_C(0x41fc01ffffffa50c)
#define READS_OF_X2APIC 0x100 /* SDM 3C 24.6.9: a bit for each MSR from 0 on; writes 2 KiB on */
#define WRITES_OF_X2APIC 0x900

/* What nobody needs in the mode that comes out is not computed: this is part of every interrupt. */
__attribute__((noinline)) void assist_choose(struct assist *assist, const struct lapic *lapic, uint32_t has,
                                             bool reports)
{
	bool requested = lapic_requested(lapic);

	assist->mode = 0;
	if (has & SECONDARY_X2APIC && lapic_is_x2apic(lapic) && !(has & SECONDARY_DELIVERY && requested))
		assist->mode = has & SECONDARY_APIC;
	if (!(assist->mode & SECONDARY_DELIVERY)) { /* pending, and the task priority alone is in the way? */
		assist->threshold = requested && !lapic_highest(lapic) ? lapic_pending(lapic) >> 4 : 0;
		return;
	}
	assist->status = lapic->isr_top << 8;
	for (unsigned i = 0; i < 4 && reports; i++)
		assist->level[i] = lapic_load(lapic, REG_TMR + 2 * i) | (uint64_t)lapic_load(lapic, REG_TMR + 2 * i + 1)
		                                                                << 32;
}

void assist_follow(struct lapic *lapic)
{
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
