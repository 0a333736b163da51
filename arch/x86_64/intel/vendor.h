/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_VENDOR_H
#define ARCH_X86_64_INTEL_VENDOR_H

#include "arch/x86_64/intel/assist.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/intel/decode.h"
#include "arch/x86_64/vcpu/vcpu.h"

/*
 * The accessors of arch/x86_64/vcpu/vcpu.h, and what the files of this folder share. One VMCS is loaded on each CPU, and
 * VMREAD and VMWRITE mean that one: after an exit it is the exited vCPU's.
 */
#define EXCEPTIONS (1u << VECTOR_DB | 1u << VECTOR_AC | 1u << VECTOR_MC) /* that exit */

void intel_select(const struct vcpu_state *state); /* loads its VMCS, filled if this is the first time. vcpu.c */
void intel_flush(void);
void intel_event(uint64_t event);
struct lapic *intel_lapic(const struct vcpu_state *state);
void intel_vectoring(void); /* an event that the exit has cut short is given again */
/* What neither an entry nor an exit switches: vcpu/switch.c. The second: of it, what belongs to FRAME_HAS_CONTROL. */
void intel_save(struct vcpu_state *state);
void intel_save_control(struct vcpu_state *state);
void intel_load(const struct vcpu_state *state);
uint64_t intel_msr_bitmap(const struct vcpu_vendor *vendor); /* the one that goes with its mode. vcpu.c */
extern uint64_t intel_current[CONFIG_MAX_CPUS];              /* the VMCS that each has loaded */

static inline uint64_t vmcs_read(enum vmcs_field field)
{
	uint64_t value;

	__asm__ volatile("vmread %1, %0" : "=r"(value) : "r"((uint64_t)field) : "cc");
	return value;
}
static inline void vmcs_write(enum vmcs_field field, uint64_t value)
{
	__asm__ volatile("vmwrite %0, %1" : : "r"(value), "r"((uint64_t)field) : "cc");
}
static inline void vendor_select(const struct vcpu_state *state)
{
	if (*state->vendor.current != state->vendor.vmcs)
		intel_select(state);
}
/* A field that both vendors' control blocks have. */
#define vendor_get(state, field) ((void)(state), vmcs_read(VMCS_##field))
#define vendor_set(state, field, value) ((void)(state), vmcs_write(VMCS_##field, value))
#define vendor_cpl(state) ((void)(state), (unsigned)(vmcs_read(VMCS_SS_RIGHTS) >> 5) & 3u)
#define vendor_shadow(state) ((void)(state), vmcs_read(VMCS_SHADOW) & (SHADOW_STI | SHADOW_MOV_SS))
#define vendor_efer(state) vendor_get(state, efer)
#define vendor_set_efer(state, value) vendor_set(state, efer, value) /* LMA, and so the entry control, stay */
/* An event for the next entry; is there one? */
#define vendor_event(state, event) ((void)(state), intel_event(event))
#define vendor_event_waits(state) ((void)(state), vmcs_read(VMCS_ENTRY_EVENT) & EVENT_VALID)
/* Its local APIC as the guest has left it. */
#define vendor_lapic(state) intel_lapic(state)
#define vendor_flush(state) ((void)(state), intel_flush())
#define vendor_save intel_save
#define vendor_load intel_load

/* NE is fixed in VMX operation: the guest sees its own in the shadow. */
static inline void vendor_set_cr0(struct vcpu_state *state, uint64_t cr0)
{
	(void)state;
	vmcs_write(VMCS_cr0, (cr0 | CR0_NE) & ~CR0_CACHE);
	vmcs_write(VMCS_CR0_SHADOW, cr0);
}
/* On to this instruction, out of the interrupt shadow. */
static inline void vendor_go(struct vcpu_state *state, uint64_t rip)
{
	uint64_t shadow = vmcs_read(VMCS_SHADOW);

	(void)state;
	vmcs_write(VMCS_rip, rip);
	if (shadow & (SHADOW_STI | SHADOW_MOV_SS))
		vmcs_write(VMCS_SHADOW, shadow & ~(uint64_t)(SHADOW_STI | SHADOW_MOV_SS));
}
/* At every exit. An instruction's own exit never comes in the middle of an event. */
static inline void vendor_begin(struct vcpu_state *state, bool instruction)
{
	(void)state;
	if (!instruction && vmcs_read(VMCS_VECTORING_EVENT) & EVENT_VALID)
		intel_vectoring();
}
/* The instruction behind the one that exited; `length` 0: there is none. */
static inline uint64_t vendor_behind(const struct vcpu_state *state, uint64_t rip, uint32_t length)
{
	(void)state;
	return length ? rip + vmcs_read(VMCS_LENGTH) : rip;
}
#define vendor_behind_port(state, rip) vendor_behind(state, rip, 1)
#define vendor_port(state) ((void)(state), vmcs_read(VMCS_QUALIFICATION))
#define vendor_port_string(raw) ((raw) >> 4 & 1)
#define vendor_port_info(raw, string) decode_port(raw)

#endif
