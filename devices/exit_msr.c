/* SPDX-License-Identifier: ISC */
/*
 * MSRs that the description hands to the layer: KVM's clock. Any other gives #GP, as on a CPU that has it not. Only the
 * general registers are in the frame.
 */
#include "devices/exit.h"

enum { VECTOR_GP = 13 };

static bool is_clock(uint32_t msr)
{
	return msr == KVM_MSR_WALL_CLOCK || msr == KVM_MSR_SYSTEM_TIME;
}

void exit_msr(struct layer_vcpu *vcpu, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	struct machine *machine = vcpu->machine;
	uint32_t msr = (uint32_t)frame->info[0];
	bool write = frame->info[0] >> 32 & 1;
	uint64_t value = frame->info[1];
	if (!is_clock(msr) || (write && !kvm_clock_write(&machine->kvm_clock, &machine->memory, msr, value))) {
		exit_inject(vcpu, VECTOR_GP, true);
		resume->flags = RUN_INJECT;
		return;
	}
	uint64_t *kept = &vcpu->clock_msr[msr - KVM_MSR_WALL_CLOCK];
	resume->flags = RUN_ADVANCE;
	if (write) {
		*kept = value;
		return;
	}
	frame->gpr[FRAME_RAX] = (uint32_t)*kept;
	frame->gpr[FRAME_RDX] = *kept >> 32;
	resume->flags |= RUN_TAKE(FRAME_HAS_GPR);
}
