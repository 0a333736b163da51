/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "lib/bytes.h"

/*
 * The VMCS' part of arch/x86_64/vcpu/frame.c.
 */
/* A register's fields: 2 apart, in the order ES .. GS, LDTR, TR, then those that have neither selector nor rights. */
#define TABLES 16u
static const uint8_t field_of[FRAME_SEGMENTS] = {
        0, 2, 4, 6, 8, 10, [FRAME_GDTR] = TABLES, [FRAME_LDTR] = 12, [FRAME_IDTR] = TABLES + 2, [FRAME_TR] = 14};

static void export_segment(unsigned at, struct frame_segment *segment)
{
	*segment = (struct frame_segment){.limit = (uint32_t)vmcs_read(VMCS_GUEST_LIMIT + at),
	                                  .base = vmcs_read(VMCS_GUEST_BASE + at)};
	if (at >= TABLES)
		return;
	segment->selector = (uint16_t)vmcs_read(VMCS_GUEST_SELECTOR + at);
	segment->attributes = decode_rights(vmcs_read(VMCS_GUEST_RIGHTS + at));
}

void vendor_import_segments(struct vcpu_state *state, const struct frame_segment segment[FRAME_SEGMENTS])
{
	(void)state;
	for (unsigned i = 0; i < FRAME_SEGMENTS; i++) {
		unsigned at = field_of[i];
		vmcs_write(VMCS_GUEST_LIMIT + at, at < TABLES ? segment[i].limit : segment[i].limit & 0xffff);
		vmcs_write(VMCS_GUEST_BASE + at, segment[i].base);
		if (at >= TABLES)
			continue;
		vmcs_write(VMCS_GUEST_SELECTOR + at, segment[i].selector);
		vmcs_write(VMCS_GUEST_RIGHTS + at, encode_rights(segment[i].attributes, segment[i].limit));
	}
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
		for (unsigned i = 0; i < FRAME_SEGMENTS; i++)
			export_segment(field_of[i], &frame->segment[i]);
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
