/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"

/*
 * An interrupt is injected when the guest can take it, and then it is in service: an entry that succeeds has delivered
 * it, and one that was cut short says so (IDT vectoring). Until then the window asks for an exit as soon as it can.
 */
#define CAN_ERROR (1u << 8 | 0x1fu << 10 | 1u << 17) /* #DF, #TS to #PF, #AC: SDM 3C 26.2.1.3 */
#define EXTINT_VALID 0x100u

/* Only what VM entry accepts: an error code exactly where the exception has one. */
void intel_event(uint64_t event)
{
	unsigned type = EVENT_TYPE(event), vector = (unsigned)event & 0xffu;
	bool error = type == 3 && CAN_ERROR >> (vector & 31) & 1 && vmcs_read(VMCS_cr0) & CR0_PE;

	vmcs_write(VMCS_ENTRY_EVENT, (event & (EVENT_VALID | 0x7ff)) | (error ? EVENT_ERROR_VALID : 0));
	vmcs_write(VMCS_ENTRY_ERROR, error ? event >> 32 & 0x7fff : 0);
	vmcs_write(VMCS_ACTIVITY, 0);
}

/* Software interrupts and exceptions are executed again. An NMI that was cut short does not block NMIs yet. */
void intel_vectoring(void)
{
	uint64_t event = vmcs_read(VMCS_VECTORING_EVENT);

	if (EVENT_TYPE(event) >= 4)
		return;
	if (EVENT_TYPE(event) == 2)
		vmcs_write(VMCS_SHADOW, vmcs_read(VMCS_SHADOW) & ~(uint64_t)SHADOW_NMI);
	vmcs_write(VMCS_ENTRY_EVENT, event & (EVENT_VALID | 0xfff));
	vmcs_write(VMCS_ENTRY_ERROR, vmcs_read(VMCS_VECTORING_ERROR));
}

static void set_windows(struct vcpu_state *state, uint32_t windows)
{
	uint32_t before = state->vendor.processor;

	windows |= before & ~(PROCESSOR_INTERRUPT_WINDOW | PROCESSOR_NMI_WINDOW);
	if (windows == before)
		return;
	state->vendor.processor = windows;
	vmcs_write(VMCS_PROCESSOR, windows);
}

/* true if it can be taken at the next entry, and will be. */
static bool inject(uint64_t event, uint64_t blocked_by)
{
	if (vmcs_read(VMCS_ENTRY_EVENT) & EVENT_VALID || vmcs_read(VMCS_SHADOW) & blocked_by)
		return false;
	vmcs_write(VMCS_ENTRY_EVENT, event);
	return true;
}

static bool inject_interrupt(unsigned vector)
{
	return vmcs_read(VMCS_rflags) & RFLAGS_IF && inject(EVENT_VALID | vector, SHADOW_STI | SHADOW_MOV_SS);
}

struct lapic *intel_lapic(const struct vcpu_state *state)
{
	if (state->vendor.mode & SECONDARY_DELIVERY)
		assist_follow(state->lapic);
	return state->lapic;
}

/*
 * The local APIC's page is handed to the processor. A bitmap in which its registers are open is in force only while the
 * x2APIC mode is virtualized: without, the guest would reach those of the CPU.
 */
static void assist(struct vcpu *vcpu)
{
	struct vcpu_vendor *vendor = &vcpu->machine.vendor;
	struct assist now;

	assist_choose(&now, vcpu->machine.lapic, (uint32_t)given.controls[CONTROL_SECONDARY], vcpu->layer);
	if (now.mode != vendor->mode) {
		vendor->mode = now.mode;
		vmcs_write(VMCS_SECONDARY, (given.controls[CONTROL_SECONDARY] & ~(uint64_t)SECONDARY_APIC) | now.mode);
		vmcs_write(VMCS_MSR_BITMAP, intel_msr_bitmap(vendor));
	}
	if (!(now.mode & SECONDARY_DELIVERY)) {
		vmcs_write(VMCS_TPR_THRESHOLD, now.threshold);
		return;
	}
	vmcs_write(VMCS_INTERRUPT_STATUS, now.status);
}

struct vcpu *vendor_arm(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct lapic *lapic = intel_lapic(state);
	uint32_t windows = 0;

	__atomic_exchange_n(&state->check, 0, __ATOMIC_SEQ_CST);
	vendor_select(state);
	if (lapic->nmi_pending) {
		if (inject(EVENT_NMI, SHADOW_STI | SHADOW_MOV_SS | SHADOW_NMI))
			lapic->nmi_pending = 0;
		else
			windows |= PROCESSOR_NMI_WINDOW;
	}
	unsigned vector = lapic_highest(lapic);
	if (state->armed_extint) { /* the acknowledged vector goes first */
		if (inject_interrupt(state->armed_extint & 0xff))
			state->armed_extint = 0;
		if (state->armed_extint || vector)
			windows |= PROCESSOR_INTERRUPT_WINDOW;
	} else if (lapic_extint_ready(lapic)) {
		windows |= PROCESSOR_INTERRUPT_WINDOW;
	} else if (vector) {
		if (inject_interrupt(vector))
			lapic_accept(lapic, vector);
		else
			windows |= PROCESSOR_INTERRUPT_WINDOW;
	}
	set_windows(state, windows);
	if (state->vendor.processor & PROCESSOR_TPR_SHADOW)
		assist(vcpu);
	return vcpu;
}

void machine_extint(struct vcpu *vcpu, unsigned vector)
{
	vcpu->machine.armed_extint = EXTINT_VALID | vector;
	vcpu->machine.check = 1;
}
