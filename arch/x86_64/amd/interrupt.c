/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/amd.h"

/*
 * External interrupts are always offered as a virtual interrupt (V_IRQ, APM 2 15.21.4), never by event injection: the
 * hardware waits for RFLAGS.IF and the shadow itself, so no window exits are needed. After an exit V_IRQ tells whether
 * the guest took it; only then the vector moves from IRR to ISR. Exceptions and NMIs are injected as events.
 */
/* Its priority is not compared with V_TPR: lapic_highest() has done so with the guest's own. */
static void offer(struct vmcb *vmcb, unsigned vector)
{
	vmcb->int_ctl = V_INTR_MASKING | V_IRQ | V_IGNORE_TPR | V_VECTOR(vector);
}

static void arm_window(struct vcpu_state *state)
{
	offer(state->vmcb, 0);
	state->vmcb->intercept1 |= INTERCEPT_VINTR;
	state->window_armed = 1;
	state->armed = 0;
}

static void disarm_window(struct vcpu_state *state)
{
	if (!state->window_armed)
		return;
	state->window_armed = 0;
	state->vmcb->intercept1 &= ~INTERCEPT_VINTR;
	state->vmcb->int_ctl = V_INTR_MASKING;
}

/* NMIs, and whatever has to do with the 8259's INTR line and windows. true: the local APIC has to wait. */
static __attribute__((noinline)) bool arm_unusual(struct vcpu_state *state)
{
	struct lapic *lapic = state->lapic;

	if (lapic->nmi_pending && !(state->vmcb->event_inject & EVENT_VALID)) {
		lapic->nmi_pending = 0;
		state->vmcb->event_inject = EVENT_VALID | UINT64_C(2) << 8 | 2;
	}
	if (state->armed_extint)
		return true; /* the acknowledged vector goes first */
	if (state->want_window || lapic_extint_ready(lapic)) {
		arm_window(state);
		return true;
	}
	disarm_window(state);
	return false;
}

void amd_interrupt_arm(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct lapic *lapic = state->lapic;

	__atomic_exchange_n(&state->check, 0, __ATOMIC_SEQ_CST);
	if ((lapic->nmi_pending | lapic->extint | state->armed_extint | state->want_window | state->window_armed) &&
	    arm_unusual(state))
		return;
	unsigned vector = lapic_highest(lapic);
	if (vector == state->armed)
		return;
	state->armed = state->after = vector;
	if (vector)
		offer(state->vmcb, vector);
	else
		state->vmcb->int_ctl = V_INTR_MASKING;
}

void amd_interrupt_taken(struct vcpu_state *state)
{
	if (state->vmcb->int_ctl & V_IRQ) {
		state->after = 1;
		return;
	}
	if (state->armed_extint)
		state->armed_extint = 0;
	else
		lapic_accept(state->lapic, state->armed);
	state->armed = 0;
	state->check = 1;
}

void amd_inject(struct vcpu *vcpu, unsigned vector, bool has_error, uint32_t error)
{
	struct vmcb *vmcb = vcpu->machine.vmcb;

	vmcb->event_inject = EVENT_VALID | UINT64_C(3) << 8 | vector;
	if (has_error && vmcb->cr0 & CR0_PE)
		vmcb->event_inject |= EVENT_ERROR_VALID | (uint64_t)error << 32;
}

bool machine_fault_inject(struct vcpu *vcpu, enum exit reason)
{
	if (reason == EXIT_SHUTDOWN || reason == EXIT_ENTRY || reason == EXIT_EXCEPTION)
		return false;
	if (reason == EXIT_INSTRUCTION)
		amd_inject(vcpu, 6, false, 0);
	else
		amd_inject(vcpu, 13, true, 0);
	return true;
}

enum status machine_inject(struct vcpu *vcpu, uint64_t event)
{
	unsigned type = EVENT_TYPE(event), vector = (unsigned)event & 0xffu;

	if (!(event & EVENT_VALID))
		return OK;
	if ((type != 2 && type != 3) || (type == 2 && vector != 2) || (type == 3 && (vector > 31 || vector == 2)))
		return ERR_ARGUMENT;
	vcpu->machine.vmcb->event_inject = event & (UINT64_C(0xffffffff) << 32 | EVENT_VALID | 0xfff);
	return OK;
}

bool machine_vcpu_post(struct vcpu *vcpu, unsigned vector, bool level)
{
	bool fresh = lapic_post(vcpu->machine.lapic, vector, level);

	__atomic_store_n(&vcpu->machine.check, 1, __ATOMIC_SEQ_CST);
	return fresh;
}

bool machine_vcpu_wakes(const struct vcpu *vcpu)
{
	const struct vcpu_state *state = &vcpu->machine;

	if (state->lapic->nmi_pending || state->vmcb->event_inject & EVENT_VALID)
		return true;
	if (!(state->vmcb->rflags & RFLAGS_IF))
		return false;
	return lapic_highest(state->lapic) || lapic_extint_ready(state->lapic);
}

bool machine_vcpu_open_window(const struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu->machine.vmcb;

	return vmcb->rflags & RFLAGS_IF && !(vmcb->interrupt_shadow & 1) && !(vmcb->event_inject & EVENT_VALID);
}

void machine_vcpu_timer(struct vcpu *vcpu, uint64_t now)
{
	lapic_timer_run(vcpu->machine.lapic, now);
	vcpu->machine.check = 1;
}

void machine_extint(struct vcpu *vcpu, unsigned vector)
{
	struct vcpu_state *state = &vcpu->machine;

	disarm_window(state);
	state->armed = state->after = vector;
	state->armed_extint = 1;
	offer(state->vmcb, vector);
}

void machine_extint_line(struct vcpu *vcpu, bool raised)
{
	lapic_extint_line(vcpu->machine.lapic, raised);
	vcpu->machine.check = 1;
}

bool machine_extint_ready(const struct vcpu *vcpu)
{
	return !vcpu->machine.armed_extint && lapic_extint_ready(vcpu->machine.lapic);
}

void machine_want_window(struct vcpu *vcpu, bool wanted)
{
	vcpu->machine.want_window = wanted;
	vcpu->machine.check = 1;
}
