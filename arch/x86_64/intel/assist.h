/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_ASSIST_H
#define ARCH_X86_64_INTEL_ASSIST_H

#include "arch/x86_64/intel/vmcs.h"
#include "arch/x86_64/lapic.h"

/* Pure: what the processor may do with the local APIC's page by itself (SDM 3C chapter 30), from this entry on. */
#define SECONDARY_APIC (SECONDARY_X2APIC | SECONDARY_REGISTERS | SECONDARY_DELIVERY)
struct assist {
	uint32_t mode;      /* the controls of SECONDARY_APIC in force; 0: every access to the local APIC exits */
	uint32_t threshold; /* without delivery: a task priority of a lower class exits */
	uint32_t status;    /* with delivery: the vector in service, to which nothing is requested */
};
/* `has`: the secondary controls that there are; `reports`: somebody wants to know of the end of level interrupts. */
void assist_choose(struct assist *assist, const struct lapic *lapic, uint32_t has, bool reports);
/* After a run with delivery: ends of interrupts that the page alone shows. */
void assist_follow(struct lapic *lapic);

#endif
