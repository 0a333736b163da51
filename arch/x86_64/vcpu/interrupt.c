/* SPDX-License-Identifier: ISC */
#include "vendor.h"

/*
 * What the local APIC has for the guest, and events for its next entry. How an interrupt comes to be taken is the
 * vendor's (vendor_arm); here is everything around it.
 */
void vcpu_inject(struct vcpu *vcpu, unsigned vector, bool has_error, uint32_t error)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t event = FRAME_INJECT_EXCEPTION(vector);

	if (has_error && vendor_get(state, cr0) & CR0_PE)
		event |= FRAME_INJECT_ERROR(error);
	vendor_event(state, event);
}

bool machine_fault_inject(struct vcpu *vcpu, enum exit reason)
{
	if (reason == EXIT_SHUTDOWN || reason == EXIT_ENTRY || reason == EXIT_EXCEPTION)
		return false;
	vendor_select(&vcpu->machine);
	if (reason == EXIT_INSTRUCTION)
		vcpu_inject(vcpu, VECTOR_UD, false, 0);
	else
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
	return true;
}

enum status machine_inject(struct vcpu *vcpu, uint64_t event)
{
	unsigned type = EVENT_TYPE(event), vector = (unsigned)event & 0xffu;

	if (!(event & EVENT_VALID))
		return OK;
	if ((type != 2 && type != 3) || (type == 2 && vector != 2) || (type == 3 && (vector > 31 || vector == 2)))
		return ERR_ARGUMENT;
	vendor_select(&vcpu->machine);
	vendor_event(&vcpu->machine, event & (UINT64_C(0xffffffff) << 32 | EVENT_VALID | 0xfff));
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

	vendor_select(state);
	if (state->lapic->nmi_pending || vendor_event_waits(state))
		return true;
	if (!(vendor_get(state, rflags) & RFLAGS_IF))
		return false;
	return lapic_highest(vendor_lapic(state)) || lapic_extint_ready(state->lapic);
}

void machine_vcpu_timer(struct vcpu *vcpu, uint64_t now)
{
	lapic_timer_run(vcpu->machine.lapic, now);
	vcpu->machine.check = 1;
}

void machine_extint_line(struct vcpu *vcpu, bool raised)
{
	lapic_extint_line(vcpu->machine.lapic, raised);
	vcpu->machine.check = 1;
}

bool machine_extint_ready(const struct vcpu *vcpu)
{
	const struct vcpu_state *state = &vcpu->machine;

	vendor_select(state);
	return !state->armed_extint && lapic_extint_ready(state->lapic) && vendor_get(state, rflags) & RFLAGS_IF &&
	       !vendor_shadow(state) && !vendor_event_waits(state);
}
