/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vendor.h"
#include "lib/bytes.h"

/*
 * The VMCB's part of arch/x86_64/vcpu/frame.c: the frame's segments have its form. STAR to SYSENTER_EIP lie in one run,
 * and in the same order in both.
 */
#define SYSTEM_BYTES (offsetof(struct vmcb, cr2) - offsetof(struct vmcb, star))
_Static_assert(SYSTEM_BYTES == offsetof(struct exit_frame, pat) - offsetof(struct exit_frame, star), "the same order");

void vendor_export(struct vcpu_state *state, struct exit_frame *frame, unsigned parts)
{
	const struct vmcb *vmcb = state->vendor.vmcb;

	if (parts & FRAME_HAS_CONTROL) {
		frame->cr0 = vmcb->cr0;
		frame->cr2 = vmcb->cr2;
		frame->cr3 = vmcb->cr3;
		frame->cr4 = vmcb->cr4;
		frame->efer = vmcb->efer & ~EFER_SVME;
		frame->dr6 = vmcb->dr6;
		frame->dr7 = vmcb->dr7;
		frame->cpl = vmcb->cpl;
		frame->shadow = vmcb->interrupt_shadow & 1;
	}
	if (parts & FRAME_HAS_SEGMENTS)
		memcpy(frame->segment, vmcb->segment, sizeof(frame->segment));
	if (parts & FRAME_HAS_SYSTEM) {
		memcpy(&frame->star, &vmcb->star, SYSTEM_BYTES);
		frame->pat = vmcb->pat;
	}
}

static void import_control(struct vmcb *vmcb, const struct exit_frame *frame)
{
	vmcb->cr0 = frame->cr0;
	vmcb->cr2 = frame->cr2;
	vmcb->cr3 = frame->cr3;
	vmcb->cr4 = frame->cr4;
	vmcb->efer = frame->efer | EFER_SVME;
	vmcb->dr6 = frame->dr6;
	vmcb->dr7 = frame->dr7;
	vmcb->cpl = (uint8_t)frame->cpl;
	vmcb->interrupt_shadow = frame->shadow & 1;
}

void vendor_import_segments(struct vcpu_state *state, const struct frame_segment segment[FRAME_SEGMENTS])
{
	struct vmcb *vmcb = state->vendor.vmcb;

	for (unsigned i = 0; i < FRAME_SEGMENTS; i++) {
		vmcb->segment[i] = segment[i];
		vmcb->segment[i].attributes &= 0xfff;
	}
}

void vendor_import(struct vcpu_state *state, const struct exit_frame *frame, unsigned parts)
{
	if (parts & FRAME_HAS_CONTROL)
		import_control(state->vendor.vmcb, frame);
	if (parts & FRAME_HAS_SEGMENTS)
		vendor_import_segments(state, frame->segment);
	if (parts & FRAME_HAS_SYSTEM)
		memcpy(&state->vendor.vmcb->star, &frame->star, SYSTEM_BYTES);
}
