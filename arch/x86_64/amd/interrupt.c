/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vendor.h"

/*
 * External interrupts are always offered as a virtual interrupt (V_IRQ, APM 2 15.21.4), never by event injection: the
 * hardware waits for RFLAGS.IF and the shadow itself, so no window exits are needed. After an exit V_IRQ tells whether
 * the guest took it; only then the vector moves from IRR to ISR. Exceptions and NMIs are injected as events.
 */
/* Its priority is not compared with V_TPR: lapic_highest() has done so with the guest's own. */
static void offer(struct vcpu_state *state, unsigned vector)
{
	state->vendor.vmcb->int_ctl = V_INTR_MASKING | V_IRQ | V_IGNORE_TPR | V_VECTOR(vector);
}

static void arm_window(struct vcpu_state *state)
{
	offer(state, 0);
	state->vendor.vmcb->intercept1 |= INTERCEPT_VINTR;
	state->vendor.window_armed = 1;
	state->vendor.armed = 0;
}

static void disarm_window(struct vcpu_state *state)
{
	if (!state->vendor.window_armed)
		return;
	state->vendor.window_armed = 0;
	state->vendor.vmcb->intercept1 &= ~INTERCEPT_VINTR;
	state->vendor.vmcb->int_ctl = V_INTR_MASKING;
}

/* NMIs, and whatever has to do with the 8259's INTR line and windows. true: the local APIC has to wait. */
static __attribute__((noinline)) bool arm_unusual(struct vcpu_state *state)
{
	struct lapic *lapic = state->lapic;

	if (lapic->nmi_pending && !vendor_event_waits(state)) {
		lapic->nmi_pending = 0;
		vendor_event(state, EVENT_NMI);
	}
	if (state->armed_extint)
		return true; /* the acknowledged vector goes first */
	if (lapic_extint_ready(lapic)) {
		arm_window(state);
		return true;
	}
	disarm_window(state);
	return false;
}

struct vcpu *vendor_arm(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct lapic *lapic = state->lapic;

	__atomic_exchange_n(&state->check, 0, __ATOMIC_SEQ_CST);
	if ((lapic->nmi_pending | lapic->extint | state->armed_extint | state->vendor.window_armed) &&
	    arm_unusual(state))
		return vcpu;
	unsigned vector = lapic_highest(lapic);
	if (vector == state->vendor.armed)
		return vcpu;
	state->vendor.armed = state->vendor.after = vector;
	if (vector)
		offer(state, vector);
	else
		state->vendor.vmcb->int_ctl = V_INTR_MASKING;
	return vcpu;
}

void machine_extint(struct vcpu *vcpu, unsigned vector)
{
	struct vcpu_state *state = &vcpu->machine;

	disarm_window(state);
	state->vendor.armed = state->vendor.after = vector;
	state->armed_extint = 1;
	offer(state, vector);
}

static void taken(struct vcpu_state *state)
{
	if (state->vendor.vmcb->int_ctl & V_IRQ) {
		state->vendor.after = 1;
		return;
	}
	if (state->armed_extint || lapic_accept(state->lapic, state->vendor.armed))
		state->check = 1;
	state->armed_extint = 0;
	state->vendor.armed = 0;
}

__attribute__((noinline)) void amd_after(struct vcpu_state *state)
{
	struct vmcb *vmcb = state->vendor.vmcb;

	state->vendor.after = 0;
	vmcb->tlb_control = state->vendor.flush_always;
	if (state->vendor.armed)
		taken(state);
	/* an event the exit interrupted: give it again; a software interrupt is simply executed again (APM 2 15.7.2) */
	if (vmcb->exit_int_info & EVENT_VALID && EVENT_TYPE(vmcb->exit_int_info) != 4)
		vmcb->event_inject = vmcb->exit_int_info;
}
