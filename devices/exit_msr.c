/* SPDX-License-Identifier: ISC */
/*
 * MSRs that the description hands to the layer: KVM's clock, and the MTRRs, which are only kept. Any other gives #GP, as
 * on a CPU that has it not. Only the general registers are in the frame.
 */
#include "devices/exit.h"

enum { VECTOR_GP = 13 };

static bool is_clock(uint32_t msr)
{
	return msr == KVM_MSR_WALL_CLOCK || msr == KVM_MSR_SYSTEM_TIME;
}

/* Where an MTRR is kept, or 0. */
static uint64_t *mtrr(struct layer_vcpu *vcpu, uint32_t msr)
{
	if (msr >= 0x200 && msr <= 0x20f)
		return &vcpu->mtrr[msr - 0x200];
	if (msr >= 0x250 && msr <= 0x26f)
		return &vcpu->mtrr[16 + msr - 0x250];
	return msr == 0x2ff ? &vcpu->mtrr[MACHINE_MTRRS - 1] : 0;
}

void exit_msr(struct layer_vcpu *vcpu, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	struct machine *machine = vcpu->machine;
	uint32_t msr = (uint32_t)frame->info[0];
	bool write = frame->info[0] >> 32 & 1;
	uint64_t value = frame->info[1];
	uint64_t *kept = is_clock(msr) ? &vcpu->clock_msr[msr - KVM_MSR_WALL_CLOCK] : mtrr(vcpu, msr);
	if (!kept || (is_clock(msr) && write && !kvm_clock_write(&machine->kvm_clock, &machine->memory, msr, value))) {
		exit_inject(vcpu, VECTOR_GP, true);
		resume->flags = RUN_INJECT;
		return;
	}
	resume->flags = RUN_ADVANCE;
	if (write) {
		*kept = value;
		return;
	}
	frame->gpr[FRAME_RAX] = (uint32_t)*kept;
	frame->gpr[FRAME_RDX] = *kept >> 32;
	resume->flags |= RUN_TAKE(FRAME_HAS_GPR);
}
