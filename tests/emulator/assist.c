/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/assist.h"
#include "arch/x86_64/lapic_state.h"

/*
 * What arch/x86_64/intel/assist.c would be if the processor delivered interrupts too: it is told the vector requested, and
 * keeps the page meanwhile. For tests/guest/delivery only, which shows what an emulator makes of that; while another CPU
 * may write to IRR it would be wrong on any processor (docs/decisions/vt-x.md).
 */
void assist_choose(struct assist *assist, const struct lapic *lapic, uint32_t has, bool reports)
{
	(void)reports; /* no level-triggered interrupt in that test */
	assist->mode = lapic_is_x2apic(lapic) ? has & SECONDARY_APIC : 0;
	assist->threshold = 0;
	assist->status = lapic->isr_top << 8 | lapic_highest_in(lapic, REG_IRR, lapic_requested(lapic));
}

void assist_follow(struct lapic *lapic)
{
	for (unsigned word = 0; word < 8; word++)
		lapic->isr.of[word] = lapic->reg[REG_ISR + word].value != 0;
	lapic->isr_top = lapic_highest_in(lapic, REG_ISR, lapic->isr.all);
}
