/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/amd.h"
#include "lib/bytes.h"

/*
 * The layer's view of its guest. Outgoing: copies. Incoming: every value is read once into a local, made sound (or
 * refused) and then stored; what is unsound beyond that the hardware refuses at entry, which is the guest's fault.
 */
#define RFLAGS_SETTABLE UINT64_C(0x3f7fd5)
#define CR4_SETTABLE UINT64_C(0x3707ff) /* VME..OSXMMEXCPT, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP; no LA57, PKE, VMXE */

static void export_system(const struct vmcb *vmcb, struct exit_frame *frame)
{
	frame->star = vmcb->star;
	frame->lstar = vmcb->lstar;
	frame->cstar = vmcb->cstar;
	frame->sfmask = vmcb->sfmask;
	frame->kernel_gs_base = vmcb->kernel_gs_base;
	frame->sysenter_cs = vmcb->sysenter_cs;
	frame->sysenter_esp = vmcb->sysenter_esp;
	frame->sysenter_eip = vmcb->sysenter_eip;
	frame->pat = vmcb->pat;
}

static void export_control(const struct vmcb *vmcb, struct exit_frame *frame)
{
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

void machine_export(struct vcpu *vcpu, struct exit_frame *frame, unsigned parts)
{
	const struct vcpu_state *state = &vcpu->machine;
	const struct vmcb *vmcb = state->vmcb;

	frame->valid = parts;
	frame->instruction_length = 0;
	frame->rip = vmcb->rip;
	frame->next_rip = state->next_rip == vmcb->rip ? 0 : state->next_rip;
	frame->rflags = vmcb->rflags;
	memcpy(frame->gpr, state->gpr, sizeof(frame->gpr));
	frame->gpr[FRAME_RSP] = vmcb->rsp;
	if (parts & FRAME_HAS_CONTROL)
		export_control(vmcb, frame);
	if (parts & FRAME_HAS_SEGMENTS)
		memcpy(frame->segment, vmcb->segment, sizeof(frame->segment));
	if (parts & FRAME_HAS_SYSTEM)
		export_system(vmcb, frame);
}

static void import_gpr(struct vcpu_state *state, const struct exit_frame *frame)
{
	memcpy(state->gpr, frame->gpr, sizeof(state->gpr));
	state->vmcb->rsp = state->gpr[FRAME_RSP];
	state->vmcb->rip = frame->rip;
	state->vmcb->rflags = (frame->rflags & RFLAGS_SETTABLE) | 2;
}

static enum status import_control(struct vmcb *vmcb, const struct exit_frame *frame)
{
	uint64_t cr0 = frame->cr0, cr4 = frame->cr4, efer = frame->efer;

	if (cr0 >> 32 || (cr0 & CR0_PG && !(cr0 & CR0_PE)) || cr4 & ~CR4_SETTABLE || efer & ~EFER_GUEST ||
	    frame->dr7 >> 32 || frame->cpl > 3)
		return ERR_ARGUMENT;
	efer &= ~EFER_LMA;
	if (efer & EFER_LME && cr0 & CR0_PG)
		efer |= EFER_LMA;
	vmcb->cr0 = cr0 | 0x10;
	vmcb->cr2 = frame->cr2;
	vmcb->cr3 = frame->cr3 & UINT64_C(0x000fffffffffffff);
	vmcb->cr4 = cr4;
	vmcb->efer = efer | EFER_SVME;
	vmcb->dr6 = (frame->dr6 & 0xe00f) | 0xffff0ff0;
	vmcb->dr7 = (frame->dr7 & 0xffff2bff) | 0x400;
	vmcb->cpl = (uint8_t)frame->cpl;
	vmcb->interrupt_shadow = frame->shadow & 1;
	vmcb->tlb_control = 1;
	return OK;
}

static void import_segments(struct vmcb *vmcb, const struct exit_frame *frame)
{
	for (unsigned i = 0; i < FRAME_SEGMENTS; i++) {
		vmcb->segment[i] = frame->segment[i];
		vmcb->segment[i].attributes &= 0xfff;
	}
}

static void import_system(struct vmcb *vmcb, const struct exit_frame *frame)
{
	vmcb->star = frame->star;
	vmcb->lstar = frame->lstar;
	vmcb->cstar = frame->cstar;
	vmcb->sfmask = frame->sfmask;
	vmcb->kernel_gs_base = frame->kernel_gs_base;
	vmcb->sysenter_cs = frame->sysenter_cs;
	vmcb->sysenter_esp = frame->sysenter_esp;
	vmcb->sysenter_eip = frame->sysenter_eip;
}

enum status machine_import(struct vcpu *vcpu, const struct exit_frame *shared, unsigned parts)
{
	struct vcpu_state *state = &vcpu->machine;
	struct exit_frame frame;

	/* the one read: another vCPU of the layer may be writing to the page */
	memcpy(&frame, shared, sizeof(frame));
	__asm__ volatile("" : : : "memory");
	if (parts & FRAME_HAS_CONTROL && import_control(state->vmcb, &frame) != OK)
		return ERR_ARGUMENT;
	if (parts & FRAME_HAS_GPR)
		import_gpr(state, &frame);
	if (parts & FRAME_HAS_SEGMENTS)
		import_segments(state->vmcb, &frame);
	if (parts & FRAME_HAS_SYSTEM)
		import_system(state->vmcb, &frame);
	state->check = state->after = 1;
	return OK;
}

void machine_set_rax(struct vcpu *vcpu, uint64_t value)
{
	vcpu->machine.gpr[0] = value;
}
