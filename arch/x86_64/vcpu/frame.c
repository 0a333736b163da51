/* SPDX-License-Identifier: ISC */
#include "vendor.h"
#include "lib/bytes.h"

/*
 * The layer's view of its guest. Outgoing: copies. Incoming: every value is read once into a local, made sound (or
 * refused) and then stored; what is unsound beyond that the hardware refuses at entry, which is the guest's fault.
 */
#define RFLAGS_SETTABLE UINT64_C(0x3f7fd5)

void machine_export(struct vcpu *vcpu, struct exit_frame *frame, unsigned parts)
{
	struct vcpu_state *state = &vcpu->machine;

	vendor_select(state);
	frame->valid = parts;
	frame->instruction_length = 0;
	frame->rip = vendor_get(state, rip);
	frame->next_rip = state->next_rip == frame->rip ? 0 : state->next_rip;
	frame->rflags = vendor_get(state, rflags);
	memcpy(frame->gpr, state->gpr, sizeof(frame->gpr));
	frame->gpr[FRAME_RSP] = vendor_get(state, rsp);
	vendor_export(state, frame, parts);
}

static enum status check_control(struct exit_frame *frame)
{
	if (frame->cr0 >> 32 || (frame->cr0 & CR0_PG && !(frame->cr0 & CR0_PE)) || frame->cr4 & ~CR4_SETTABLE ||
	    frame->efer & ~EFER_GUEST || frame->dr7 >> 32 || frame->cpl > 3)
		return ERR_ARGUMENT;
	frame->efer &= ~EFER_LMA;
	if (frame->efer & EFER_LME && frame->cr0 & CR0_PG)
		frame->efer |= EFER_LMA;
	frame->cr0 |= CR0_ET;
	frame->cr3 &= UINT64_C(0x000fffffffffffff);
	frame->dr6 = (frame->dr6 & 0xe00f) | 0xffff0ff0;
	frame->dr7 = (frame->dr7 & 0xffff2bff) | 0x400;
	return OK;
}

enum status machine_import(struct vcpu *vcpu, const struct exit_frame *shared, unsigned parts)
{
	struct vcpu_state *state = &vcpu->machine;
	struct exit_frame frame;

	/* the one read of each part: another vCPU of the layer may be writing to the page */
	memcpy(&frame, shared, offsetof(struct exit_frame, cr0));
	vendor_select(state);
	if (parts & ~FRAME_HAS_GPR) {
		memcpy(&frame.cr0, &shared->cr0, sizeof(frame) - offsetof(struct exit_frame, cr0));
		__asm__ volatile("" : : : "memory");
		if (parts & FRAME_HAS_CONTROL) {
			if (check_control(&frame) != OK)
				return ERR_ARGUMENT;
			vendor_flush(state);
		}
		vendor_import(state, &frame, parts);
		state->check = 1;
	}
	if (parts & FRAME_HAS_GPR) {
		memcpy(state->gpr, frame.gpr, sizeof(state->gpr));
		vendor_set(state, rip, frame.rip);
		vendor_set(state, rsp, frame.gpr[FRAME_RSP]);
		frame.rflags = (frame.rflags & RFLAGS_SETTABLE) | 2;
		if (frame.rflags != vendor_get(state, rflags)) /* else nothing new decides about interrupts */
			state->check = 1;
		vendor_set(state, rflags, frame.rflags);
	}
	return OK;
}
