/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/control.h"
#include "arch/x86_64/intel/assist.h"

/*
 * One table: what the back end uses, and what is lost where an optional one is missing. A control that neither the table
 * wants nor the processor insists on is off.
 */
const struct capability control_table[] = {
        {CONTROL_PIN, PIN_INTERRUPT, "external-interrupt exiting", 0},
        {CONTROL_PIN, PIN_NMI, "NMI exiting", 0},
        {CONTROL_PIN, PIN_VIRTUAL_NMI, "virtual NMIs", 0},
        {CONTROL_PIN, PIN_PREEMPTION, "preemption timer", "frames end by the local APIC's timer"},
        {CONTROL_PROCESSOR, PROCESSOR_INTERRUPT_WINDOW | PROCESSOR_NMI_WINDOW, "interrupt and NMI windows", 0},
        {CONTROL_PROCESSOR, PROCESSOR_HLT | PROCESSOR_MWAIT | PROCESSOR_MONITOR | PROCESSOR_RDPMC | PROCESSOR_CR8,
         "exits of HLT, MWAIT, MONITOR, RDPMC and CR8", 0},
        {CONTROL_PROCESSOR, PROCESSOR_IO_BITMAPS | PROCESSOR_MSR_BITMAPS, "I/O and MSR bitmaps", 0},
        {CONTROL_PROCESSOR, PROCESSOR_PAUSE, "PAUSE exiting", "exit-pause has no effect"},
        {CONTROL_PROCESSOR, PROCESSOR_SECONDARY, "secondary controls", 0},
        {CONTROL_SECONDARY, SECONDARY_EPT, "EPT", 0},
        {CONTROL_SECONDARY, SECONDARY_UNRESTRICTED, "unrestricted guest", 0},
        {CONTROL_SECONDARY, SECONDARY_WBINVD, "WBINVD exiting", 0},
        {CONTROL_SECONDARY, SECONDARY_VPID, "VPID", "translations are forgotten at every exit"},
        {CONTROL_SECONDARY, SECONDARY_RDTSCP, "RDTSCP", "RDTSCP is an invalid instruction"},
        {CONTROL_PROCESSOR, PROCESSOR_TPR_SHADOW, "TPR shadow", "each access to the task priority exits"},
        {CONTROL_SECONDARY, SECONDARY_X2APIC, "virtualized x2APIC mode", "the same, in x2APIC mode"},
        {CONTROL_SECONDARY, SECONDARY_REGISTERS, "APIC-register virtualization", "reads of the local APIC exit"},
        {CONTROL_SECONDARY, SECONDARY_DELIVERY, "virtual-interrupt delivery", "each end of an interrupt exits"},
        {CONTROL_EXIT, EXIT_SAVE_DEBUG | EXIT_HOST_64 | EXIT_SAVE_PAT | EXIT_LOAD_PAT | EXIT_SAVE_EFER | EXIT_LOAD_EFER,
         "switching of PAT and EFER at exits", 0},
        {CONTROL_ENTRY, ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER, "switching of PAT and EFER at entries", 0},
        {CONTROL_EPT, 1u << 6 | 1u << 14 | 1u << 16, "EPT of four levels, write-back, 2 MiB pages", 0},
        {CONTROL_EPT, 1u << 20, "INVEPT", 0},
};
const unsigned control_table_count = sizeof(control_table) / sizeof(*control_table);

const char *control_choose(const uint64_t capability[CONTROL_WORDS], uint64_t chosen[CONTROL_WORDS])
{
	for (unsigned i = 0; i < CONTROL_WORDS; i++)
		chosen[i] = (uint32_t)capability[i];
	for (unsigned i = 0; i < control_table_count; i++) {
		const struct capability *c = &control_table[i];
		if ((capability[c->word] >> 32 & c->mask) == c->mask)
			chosen[c->word] |= c->mask;
		else if (!c->lost)
			return c->name;
	}
	if (!(chosen[CONTROL_PROCESSOR] & PROCESSOR_TPR_SHADOW)) /* SDM 3C 26.2.1.1: not without it */
		chosen[CONTROL_SECONDARY] &= ~(uint64_t)SECONDARY_APIC;
	return 0;
}
