/* SPDX-License-Identifier: ISC */
/* MSRs that the description hands to the layer: KVM's clock. Any other gives #GP, as on a CPU that has it not. */
#include "devices/exit.h"

enum { VECTOR_GP = 13, MSR_LENGTH = 2 };

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
	exit_frame_complete(vcpu);
	if (!is_clock(msr) || (write && !kvm_clock_write(&machine->kvm_clock, &machine->memory, msr, value))) {
		exit_inject(vcpu, VECTOR_GP, true);
		resume->flags = RUN_INJECT;
		return;
	}
	uint64_t *kept = &vcpu->clock_msr[msr - KVM_MSR_WALL_CLOCK];
	if (write) {
		*kept = value;
	} else {
		frame->gpr[FRAME_RAX] = (uint32_t)*kept;
		frame->gpr[FRAME_RDX] = *kept >> 32;
	}
	frame->rip = frame->next_rip ? frame->next_rip : frame->rip + MSR_LENGTH;
	exit_finish(vcpu, EMULATE_OK, resume);
}
