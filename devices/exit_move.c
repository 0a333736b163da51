/* SPDX-License-Identifier: ISC */
/*
 * Nearly all accesses to devices are plain MOVs. The CPU has walked to the operand, with all rights and limits checked,
 * before the access became an exit: what is left is one call of the model and one register. Anything unusual is said to
 * be none of this before anything has happened, and emulate() does it.
 */
#include "devices/decode/alu.h"
#include "devices/exit.h"
#include "devices/mmio.h"

enum { PAGE = 4096 };

static bool is_load(const struct instruction *in)
{
	return in->destination != OPERAND_RM && in->source == OPERAND_RM;
}

static bool is_store(const struct instruction *in)
{
	return in->destination == OPERAND_RM &&
	       (in->source == OPERAND_REG || in->source == OPERAND_RAX || in->source == OPERAND_IMMEDIATE);
}

uint64_t exit_move_kind(const struct instruction *in)
{
	bool plain = in->operation == OP_MOV || (in->operation == OP_MOVZX && is_load(in));
	if (!plain || in->rm_is_register || in->reg_high)
		return EXIT_MOVE_NOT;
	if (is_load(in))
		return 0;
	return is_store(in) ? FRAME_MEMORY_WRITE : EXIT_MOVE_NOT;
}

/* The operand's place in its page; there the width of addresses makes no difference. */
static unsigned place(const struct exit_frame *frame, const struct code_memo *code)
{
	const struct instruction *in = &code->instruction;
	uint64_t at = (uint64_t)in->displacement;
	if (in->has_base)
		at += frame->gpr[in->base];
	if (in->has_index)
		at += frame->gpr[in->index] << in->scale;
	if (in->rip_relative)
		at += frame->rip + in->length;
	if (code->mode != DECODE_64 || in->segment >= FRAME_FS)
		at += frame->segment[in->segment].base;
	return (unsigned)at % PAGE;
}

static uint64_t stored(const struct exit_frame *frame, const struct instruction *in)
{
	return (in->source == OPERAND_IMMEDIATE ? in->immediate : frame->gpr[in->reg]) & alu_mask(in->size);
}

static void load(struct exit_frame *frame, const struct instruction *in, uint64_t value)
{
	uint64_t *reg = &frame->gpr[in->reg]; /* 0, RAX, where the form has no other */
	value &= alu_mask(in->source_size);
	if (in->size < 4) /* the rest of the register stays */
		value |= *reg & ~alu_mask(in->size);
	*reg = value;
}

bool exit_move(struct layer_vcpu *vcpu, const struct code_memo *code, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	const struct instruction *in = &code->instruction;
	unsigned at = (unsigned)vcpu->fault_gpa % PAGE;
	if ((frame->info[1] & EXIT_MOVE_BITS) != code->move || (frame->rflags & FLAG_TF) || frame->shadow ||
	    place(frame, code) != at || in->source_size > PAGE - at)
		return false;
	if (code->move)
		mmio_write(vcpu, vcpu->fault_gpa, in->size, stored(frame, in));
	else
		load(frame, in, mmio_read(vcpu, vcpu->fault_gpa, in->source_size));
	frame->rflags &= ~FLAG_RF;
	frame->rip += in->length;
	if (code->mode != DECODE_64)
		frame->rip = (uint32_t)frame->rip;
	resume->flags = RUN_TAKE(FRAME_HAS_GPR);
	return true;
}
