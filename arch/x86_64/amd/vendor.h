/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_AMD_VENDOR_H
#define ARCH_X86_64_AMD_VENDOR_H

#include "arch/x86_64/amd/vmcb.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/vcpu/vcpu.h"

/* The accessors of arch/x86_64/vcpu/vcpu.h, and what the files of this folder share. A VMCB is memory: nothing to select. */
void amd_after(struct vcpu_state *state); /* what an exit has cut short or ended. interrupt.c */

#define vendor_select(state) ((void)(state))
/* What an entry does not switch, and machine_switch() does not either: nothing. */
#define vendor_save(state) ((void)(state))
#define vendor_load(state) ((void)(state))
/* A field that both vendors' control blocks have. */
#define vendor_get(state, field) ((state)->vendor.vmcb->field)
#define vendor_set(state, field, value) ((state)->vendor.vmcb->field = (value))
#define vendor_set_cr0(state, value) vendor_set(state, cr0, value)
#define vendor_cpl(state) vendor_get(state, cpl)
#define vendor_shadow(state) (vendor_get(state, interrupt_shadow) & 1)
#define vendor_efer(state) (vendor_get(state, efer) & ~EFER_SVME)
#define vendor_set_efer(state, value) vendor_set(state, efer, (value) | EFER_SVME)
/* An event for the next entry; is there one? */
#define vendor_event(state, event) vendor_set(state, event_inject, event)
#define vendor_event_waits(state) (vendor_get(state, event_inject) & EVENT_VALID)

/* On to this instruction, out of the interrupt shadow. */
static inline void vendor_go(struct vcpu_state *state, uint64_t rip)
{
	struct vmcb *vmcb = state->vendor.vmcb;

	vmcb->rip = rip;
	vmcb->interrupt_shadow = 0;
}
/* Its local APIC as the guest has left it: nobody but the core changes it. */
#define vendor_lapic(state) ((state)->lapic)

/* All translations of the vCPU are forgotten at its next entry. */
static inline void vendor_flush(struct vcpu_state *state)
{
	state->vendor.after = 1;
	state->vendor.vmcb->tlb_control = 1;
}
/* At every exit. An instruction's own exit never comes in the middle of an event. */
static inline void vendor_begin(struct vcpu_state *state, bool instruction)
{
	if (state->vendor.after | (instruction ? 0 : state->vendor.vmcb->exit_int_info & EVENT_VALID))
		amd_after(state);
}
/* The instruction behind the one that exited, which is `length` bytes long if hardware is silent. */
static inline uint64_t vendor_behind(const struct vcpu_state *state, uint64_t rip, uint32_t length)
{
	return given.next_rip ? state->vendor.vmcb->next_rip : rip + length;
}
#define vendor_behind_port(state, rip) ((void)(rip), vendor_get(state, exit_info2))

/* Port accesses, APM 2 15.10.2: port in 16..31, size one-hot in 4..6, IN 0, string 2, REP 3; then frame.info[0] */
#define vendor_port(state) vendor_get(state, exit_info1)
#define vendor_port_string(raw) ((raw) >> 2 & 1)
static inline uint64_t vendor_port_info(uint64_t raw, bool string)
{
	return raw >> 16 | (raw & 0x70) << 12 | (raw & 1) << 24 | (string ? (raw & 12) << 23 : 0);
}

#endif
