/* SPDX-License-Identifier: ISC */
#include "start/x86_64/control.h"
#include "arch/x86_64/intel/assist.h"
#include "lib/capability.h"
#include "start/x86_64/vmx.h"

/* A control that neither the list wants nor the processor insists on is off. */
#define PROCESSOR_WINDOWS (PROCESSOR_INTERRUPT_WINDOW | PROCESSOR_NMI_WINDOW)
#define PROCESSOR_EXITS (PROCESSOR_HLT | PROCESSOR_MWAIT | PROCESSOR_MONITOR | PROCESSOR_RDPMC | PROCESSOR_CR8)
#define PROCESSOR_BITMAPS (PROCESSOR_IO_BITMAPS | PROCESSOR_MSR_BITMAPS)
#define EXIT_SWITCHED (EXIT_SAVE_DEBUG | EXIT_HOST_64 | EXIT_SAVE_PAT | EXIT_LOAD_PAT | EXIT_SAVE_EFER | EXIT_LOAD_EFER)
#define ENTRY_SWITCHED (ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER)
#define EPT_USED (1u << 6 | 1u << 14 | 1u << 16)
#define EPT_1G CONTROL_EPT_1G
#define EPT_INVEPT (1u << 20)
#define ROW(word, mask, name, lost) {word, mask, name, lost},
const struct capability control_table[] = {CONTROLS_INTEL(ROW)};
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
	if (!(chosen[CONTROL_SECONDARY] &
	      SECONDARY_REGISTERS)) /* the priority, which is the processor's then, must be read there */
		chosen[CONTROL_SECONDARY] &= ~(uint64_t)SECONDARY_DELIVERY;
	return 0;
}
