/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "lib/bytes.h"

/*
 * The VMCS' part of arch/x86_64/vcpu/frame.c.
 */
/* Fields of a register: 2 apart, in the order ES .. GS, LDTR, TR; the frame has GDTR and IDTR in between. */
static unsigned field_of(unsigned index)
{
	return 2 * (index < FRAME_GDTR ? index : index == FRAME_LDTR ? 6u : 7u);
}

static void export_segment(unsigned index, struct frame_segment *segment)
{
	unsigned at = field_of(index);

	segment->selector = (uint16_t)vmcs_read(VMCS_GUEST_SELECTOR + at);
	segment->attributes = decode_rights(vmcs_read(VMCS_GUEST_RIGHTS + at));
	segment->limit = (uint32_t)vmcs_read(VMCS_GUEST_LIMIT + at);
	segment->base = vmcs_read(VMCS_GUEST_BASE + at);
}

static void import_segment(unsigned index, const struct frame_segment *segment)
{
	unsigned at = field_of(index);

	vmcs_write(VMCS_GUEST_SELECTOR + at, segment->selector);
	vmcs_write(VMCS_GUEST_RIGHTS + at, encode_rights(segment->attributes, segment->limit));
	vmcs_write(VMCS_GUEST_LIMIT + at, segment->limit);
	vmcs_write(VMCS_GUEST_BASE + at, segment->base);
}

void vendor_import_segments(struct vcpu_state *state, const struct frame_segment segment[FRAME_SEGMENTS])
{
	(void)state;
	for (unsigned i = 0; i < FRAME_SEGMENTS; i++)
		if (i != FRAME_GDTR && i != FRAME_IDTR)
			import_segment(i, &segment[i]);
	vmcs_write(VMCS_GDTR_LIMIT, segment[FRAME_GDTR].limit & 0xffff);
	vmcs_write(VMCS_GDTR_BASE, segment[FRAME_GDTR].base);
	vmcs_write(VMCS_IDTR_LIMIT, segment[FRAME_IDTR].limit & 0xffff);
	vmcs_write(VMCS_IDTR_BASE, segment[FRAME_IDTR].base);
}

static void export_segments(struct exit_frame *frame)
{
	for (unsigned i = 0; i < FRAME_SEGMENTS; i++)
		if (i != FRAME_GDTR && i != FRAME_IDTR)
			export_segment(i, &frame->segment[i]);
	frame->segment[FRAME_GDTR] = (struct frame_segment){.limit = (uint32_t)vmcs_read(VMCS_GDTR_LIMIT),
	                                                    .base = vmcs_read(VMCS_GDTR_BASE)};
	frame->segment[FRAME_IDTR] = (struct frame_segment){.limit = (uint32_t)vmcs_read(VMCS_IDTR_LIMIT),
	                                                    .base = vmcs_read(VMCS_IDTR_BASE)};
}

static void export_control(const struct vcpu_state *state, struct exit_frame *frame)
{
	frame->cr0 = (vmcs_read(VMCS_cr0) & ~CR0_MASK) | (vmcs_read(VMCS_CR0_SHADOW) & CR0_MASK);
	frame->cr2 = state->vendor.cr2;
	frame->cr3 = vmcs_read(VMCS_cr3);
	frame->cr4 = vmcs_read(VMCS_cr4) & CR4_SETTABLE;
	frame->efer = vmcs_read(VMCS_efer);
	frame->dr6 = state->vendor.dr6;
	frame->dr7 = vmcs_read(VMCS_dr7);
	frame->cpl = vendor_cpl(state);
	frame->shadow = vendor_shadow(state) != 0;
}

/* CPL is the privilege level of SS (SDM 3C 24.4.1). */
static void import_control(struct vcpu_state *state, const struct exit_frame *frame)
{
	uint32_t entry = (uint32_t)vmcs_read(VMCS_ENTRY) & ~ENTRY_IA32E;

	vendor_set_cr0(state, frame->cr0);
	state->vendor.cr2 = frame->cr2;
	vmcs_write(VMCS_cr3, frame->cr3);
	vmcs_write(VMCS_cr4, frame->cr4 | CR4_VMXE);
	vmcs_write(VMCS_efer, frame->efer);
	vmcs_write(VMCS_ENTRY, entry | (frame->efer & EFER_LMA ? ENTRY_IA32E : 0));
	state->vendor.dr6 = frame->dr6;
	vmcs_write(VMCS_dr7, frame->dr7);
	vmcs_write(VMCS_SS_RIGHTS, (vmcs_read(VMCS_SS_RIGHTS) & ~UINT64_C(0x60)) | (uint64_t)frame->cpl << 5);
	vmcs_write(VMCS_SHADOW, (vmcs_read(VMCS_SHADOW) & SHADOW_NMI) | (frame->shadow & 1 ? SHADOW_MOV_SS : 0));
}

/* Are its registers in the CPU? A layer's are its guest's (vcpu/switch.c) and nobody asks for them. */
static bool is_live(const struct vcpu_state *state)
{
	const struct vcpu *vcpu = (const struct vcpu *)state; /* its first member */

	return vcpu->cpu->loaded == vcpu;
}

/* STAR to KERNEL_GS_BASE lie in one run, and in the same order in both. */
void vendor_export(struct vcpu_state *state, struct exit_frame *frame, unsigned parts)
{
	if (parts & FRAME_HAS_CONTROL) {
		if (is_live(state))
			intel_save_control(state);
		export_control(state, frame);
	}
	if (parts & FRAME_HAS_SEGMENTS)
		export_segments(frame);
	if (!(parts & FRAME_HAS_SYSTEM))
		return;
	if (is_live(state))
		intel_save(state);
	memcpy(&frame->star, state->vendor.switched, sizeof(state->vendor.switched));
	frame->sysenter_cs = vmcs_read(VMCS_SYSENTER_CS);
	frame->sysenter_esp = vmcs_read(VMCS_SYSENTER_ESP);
	frame->sysenter_eip = vmcs_read(VMCS_SYSENTER_EIP);
	frame->pat = vmcs_read(VMCS_pat);
}

static uint64_t canonical(uint64_t address)
{
	return (uint64_t)((int64_t)(address << 16) >> 16);
}

/* WRMSR and VM entry take canonical addresses only, where other processors do not look. */
static void import_system(struct vcpu_state *state, const struct exit_frame *frame)
{
	memcpy(state->vendor.switched, &frame->star, sizeof(state->vendor.switched));
	for (unsigned i = 1; i < 5; i++)
		state->vendor.switched[i] = i == 3 ? (uint32_t)frame->sfmask : canonical(state->vendor.switched[i]);
	vmcs_write(VMCS_SYSENTER_CS, frame->sysenter_cs);
	vmcs_write(VMCS_SYSENTER_ESP, canonical(frame->sysenter_esp));
	vmcs_write(VMCS_SYSENTER_EIP, canonical(frame->sysenter_eip));
}

void vendor_import(struct vcpu_state *state, const struct exit_frame *frame, unsigned parts)
{
	bool load = parts & (FRAME_HAS_CONTROL | FRAME_HAS_SYSTEM) && is_live(state);

	if (load)
		intel_save(state);
	if (parts & FRAME_HAS_SEGMENTS)
		vendor_import_segments(state, frame->segment);
	if (parts & FRAME_HAS_CONTROL)
		import_control(state, frame);
	if (parts & FRAME_HAS_SYSTEM)
		import_system(state, frame);
	if (load)
		intel_load(state);
}
