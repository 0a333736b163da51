/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_AMD_AMD_H
#define ARCH_X86_64_AMD_AMD_H

#include <stdbool.h>
#include <stdint.h>
#include "arch/x86_64/amd/vmcb.h"
#include "core/vcpu.h"

/* entry.S */
void amd_run(struct vcpu *vcpu);
/* Called after every #VMEXIT: the vCPU to enter next; 0 = a decision of the scheduler is due; AMD_EXIT_FULL = nothing is
 * decided yet, call amd_exit_full() with all registers stored. */
struct vcpu *amd_exit(struct vcpu *vcpu);
struct vcpu *amd_exit_full(struct vcpu *vcpu);
#define AMD_EXIT_FULL ((struct vcpu *)1)
/* Before an entry, when state.check is set: offer what the local APIC has. interrupt.c */
void amd_interrupt_arm(struct vcpu *vcpu);
/* After an exit with something armed: did the guest take it? */
void amd_interrupt_taken(struct vcpu_state *state);
/* RDMSR, WRMSR outside the permission map. msr.c: 0 = answered, else enum exit + 1 */
uint64_t amd_msr(struct vcpu *vcpu, bool write);
void amd_ipi(struct vcpu *from, uint64_t icr);
void amd_inject(struct vcpu *vcpu, unsigned vector, bool has_error, uint32_t error);
extern bool amd_has_next_rip;
extern uint64_t amd_host_xcr0; /* every component this CPU has */

static inline void xsetbv(uint64_t value)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}
static inline uint64_t xgetbv(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (uint64_t)high << 32;
}
static inline void xsave(uint8_t *area, uint64_t components)
{
	__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t)components), "d"(0) : "memory");
}
static inline void xrstor(const uint8_t *area, uint64_t components)
{
	__asm__ volatile("xrstor64 (%0)"
	                 :
	                 : "r"(area), "a"((uint32_t)components), "d"((uint32_t)(components >> 32))
	                 : "memory");
}

#define CR4_GUEST_OSXSAVE (UINT64_C(1) << 18)
#define EFER_SVME (UINT64_C(1) << 12)
#define EFER_LMA (UINT64_C(1) << 10)
#define EFER_LME (UINT64_C(1) << 8)
#define EFER_GUEST (UINT64_C(1) | EFER_LME | EFER_LMA | UINT64_C(1) << 11) /* SCE, LME, LMA, NXE */
#define CR0_PE UINT64_C(1)
#define CR0_PG (UINT64_C(1) << 31)
#define RFLAGS_IF (UINT64_C(1) << 9)
#define PAT_RESET UINT64_C(0x0007040600070406)

#endif
