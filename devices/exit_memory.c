/* SPDX-License-Identifier: ISC */
/* A second-level fault: decode the instruction and execute it with its operands on memory and devices. */
#include "devices/exit.h"
#include "devices/guest_access.h"

static uint64_t word(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

/*
 * A MOV has one memory operand, and the CPU has walked to it, with all rights checked, before the access became an
 * exit: then there is no need to walk again. Where another vCPU has meanwhile put another MOV there, it still is a place
 * where this one could read or, as the direction is compared, write.
 */
static bool is_operand(const struct instruction *in, uint64_t how)
{
	if (in->operation < OP_MOV || in->operation > OP_MOVSX || (how & FRAME_MEMORY_WALK))
		return false;
	return (in->destination == OPERAND_RM) == ((how & FRAME_MEMORY_WRITE) != 0);
}

/* What exit_finish does not know: after a load of SS one more instruction comes before an interrupt or trap (APM 3, MOV). */
static void finish_segment(struct layer_vcpu *vcpu, const struct instruction *in, uint64_t dr6, struct resume *resume)
{
	resume->flags |= RUN_TAKE(FRAME_HAS_SEGMENTS);
	if (in->reg != FRAME_SS)
		return;
	vcpu->frame->shadow = 1;
	vcpu->frame->dr6 = dr6;
	resume->flags = (resume->flags | RUN_TAKE(FRAME_HAS_CONTROL)) & ~(uint64_t)RUN_INJECT;
}

/* Apart, so that a MOV saves no registers for it. */
static __attribute__((noinline)) void any_instruction(struct layer_vcpu *vcpu, const struct code_memo *code,
                                                      enum emulate_answer answer, struct resume *resume)
{
	struct emulate_memory memory = guest_access_memory(vcpu);
	uint64_t dr6 = vcpu->frame->dr6;
	vcpu->fault_is_operand = is_operand(&code->instruction, vcpu->frame->info[1]);
	if (answer == EMULATE_OK)
		answer = emulate(vcpu->frame, &code->instruction, &memory);
	if (!exit_finish(vcpu, answer, resume))
		exit_fault(vcpu, LAYER_FAULT_INSTRUCTION, word(code->bytes, 8), word(code->bytes + 8, 7));
	else if (answer == EMULATE_OK && code->instruction.operation == OP_MOV_SEGMENT)
		finish_segment(vcpu, &code->instruction, dr6, resume);
}

void exit_memory(struct layer_vcpu *vcpu, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	const struct code_memo *code;
	exit_frame_complete(vcpu);
	vcpu->fault_gpa = frame->info[0];
	vcpu->fault_is_operand = false;
	if (frame->info[1] & FRAME_MEMORY_FETCH) {
		exit_fault(vcpu, LAYER_FAULT_MEMORY, frame->info[0], frame->rip);
		return;
	}
	enum emulate_answer answer = guest_access_decode(vcpu, &code);
	if (answer == EMULATE_OK && exit_move(vcpu, code, resume))
		return;
	any_instruction(vcpu, code, answer, resume);
}
