/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vendor.h"
#include "core/subject.h"
#include "core/system.h"

/*
 * A vCPU's control block: what is constant is written by vendor_open, what a reset restores by vendor_reset. The
 * permission maps belong to the subject: start/x86_64/permission.c.
 */
static void open_control(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->machine.vendor.vmcb;
	const struct config_subject *config = vcpu->subject->config;
	uint32_t subject = vcpu->subject->index;

	vmcb->intercept_cr = INTERCEPT_CR8;
	vmcb->intercept_exceptions = INTERCEPT_DB | INTERCEPT_AC | INTERCEPT_MC;
	vmcb->intercept1 = INTERCEPT_INTR | INTERCEPT_NMI | INTERCEPT_SMI | INTERCEPT_INIT | INTERCEPT_RDPMC |
	                   INTERCEPT_CPUID | INTERCEPT_INVD | INTERCEPT_INVLPGA | INTERCEPT_IOIO | INTERCEPT_MSR |
	                   INTERCEPT_FERR | INTERCEPT_SHUTDOWN;
	vmcb->intercept1 |= config->flags & SUBJECT_EXIT_HALT ? INTERCEPT_HLT : 0;
	vmcb->intercept1 |= config->flags & SUBJECT_EXIT_PAUSE ? INTERCEPT_PAUSE : 0;
	vmcb->intercept2 = INTERCEPT2_ALL;
	vmcb->iopm = the_system.permissions[subject];
	vmcb->msrpm = vmcb->iopm + PERMISSION_MSRPM;
	vmcb->asid = the_system.tag[vcpu->index];
	vcpu->machine.vendor.flush_always = vmcb->asid == given.tags - 1;
	vmcb->np_enable = 1;
	vmcb->nested_cr3 = the_system.table_root[subject];
}

void vendor_open(struct vcpu *vcpu, void *page)
{
	vcpu->machine.vendor.vmcb = page;
	vcpu->machine.vendor.host = given.host_state[vcpu->config->cpu];
	open_control(vcpu);
}

#define SAVE_BYTES (0x670 - offsetof(struct vmcb, segment)) /* as far as the state save area is defined */

void vendor_reset(struct vcpu_state *state)
{
	struct vmcb *vmcb = state->vendor.vmcb;

	state->vendor.armed = state->vendor.window_armed = 0;
	vcpu_zero(vmcb->segment, SAVE_BYTES);
	vmcb->efer = EFER_SVME;
	vmcb->dr7 = 0x400;
	vmcb->dr6 = 0xffff0ff0;
	vmcb->rflags = 2;
	vmcb->pat = PAT_RESET;
	vmcb->int_ctl = V_INTR_MASKING;
	vmcb->interrupt_shadow = 0;
	vmcb->event_inject = 0;
	vmcb->intercept1 &= ~INTERCEPT_VINTR;
}
