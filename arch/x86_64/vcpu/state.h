/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_VCPU_STATE_H
#define ARCH_X86_64_VCPU_STATE_H

#include <stdint.h>
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/lapic.h"

/*
 * What this machine keeps of a vCPU; first in struct vcpu, so entry.S reaches it by the vCPU's address. General registers
 * in the order of the instruction encoding; RSP, RIP and RFLAGS live in the vendor's control block. Included by the
 * vendor's vcpu_state.h alone, behind its struct vcpu_vendor.
 */
struct vcpu_state {
	uint64_t gpr[16];
	struct vcpu_vendor vendor; /* 128 */
	struct lapic *lapic;
	uint64_t next_rip;     /* behind the instruction that exited */
	uint64_t detail[3];    /* frame.info of the last exit */
	uint32_t armed_extint; /* vector of an ExtINT on its way to the guest: not in the local APIC; 0 = none */
	uint32_t check;        /* atomic: look at the local APIC before the next entry */
	uint32_t reason;       /* enum exit of the last exit that exit_other() has seen */
	uint32_t unanswered;   /* enum exit + 1 that vcpu_exit() left to vcpu_exit_full() */
	const struct config_cpuid *cpuid;
	const struct config_msr *msr, *msr_last; /* the table; the record asked for last */
	uint32_t cpuid_count, msr_count;
	struct cpuid_facts facts;
	uint64_t xcr0;     /* the guest's */
	uint64_t xcr0_max; /* what its description grants; 0 = no FPU */
	uint8_t *xsave;
	uint64_t dr[4];
	uint64_t tsc_aux;
	uint64_t msr_store[8];
};

static inline uint64_t vcpu_argument(const struct vcpu_state *state, unsigned index)
{
	static const uint8_t reg[4] = {0, 7, 6, 2}; /* RAX, RDI, RSI, RDX */

	return state->gpr[reg[index]];
}
static inline void vcpu_result(struct vcpu_state *state, unsigned index, uint64_t value)
{
	static const uint8_t reg[4] = {0, 7, 6, 2};

	state->gpr[reg[index]] = value;
}
static inline uint64_t vcpu_deadline(const struct vcpu_state *state)
{
	return state->lapic->deadline;
}

#endif
