/* SPDX-License-Identifier: ISC */
/*
 * Read the operands, compute, write the memory operand, and only then the registers: so a fault of the last memory
 * access leaves the registers as they were and the instruction can be executed again. What was read to be changed is only
 * written if it still is the same, whether there is a LOCK or not.
 */
#include "devices/decode/emulate.h"
#include "devices/decode/alu.h"
#include "devices/decode/emulate_string.h"
#include "devices/decode/emulate_work.h"

static enum emulate_answer move(struct work *work)
{
	const struct instruction *in = work->in;
	if (in->destination == OPERAND_RM)
		return work_write_rm(work, work_source(work));
	uint64_t value;
	enum emulate_answer answer = work_read_rm(work, in->source_size, false, &value);
	if (answer != EMULATE_OK)
		return answer;
	unsigned unused = 64 - 8u * in->source_size;
	if (in->operation == OP_MOVSX)
		value = (uint64_t)((int64_t)(value << unused) >> unused);
	work_set_destination(work, value);
	return EMULATE_OK;
}

static enum emulate_answer arithmetic(struct work *work)
{
	const struct instruction *in = work->in;
	bool to_rm = in->destination == OPERAND_RM;
	bool keeps = in->operation == OP_CMP || in->operation == OP_TEST || in->operation == OP_BT;
	uint64_t rm;
	enum emulate_answer answer = work_read_rm(work, in->size, to_rm && !keeps, &rm);
	if (answer != EMULATE_OK)
		return answer;
	uint64_t left = to_rm ? rm : work_get(work, in->reg, in->reg_high, in->size);
	uint64_t right = to_rm ? work_source(work) : rm;
	uint64_t result = alu(in->operation, in->size, left, right, &work->flags);
	if (keeps)
		return EMULATE_OK;
	if (to_rm)
		return work_replace_rm(work, rm, result);
	work_set_destination(work, result);
	return EMULATE_OK;
}

static enum emulate_answer execute(struct work *work)
{
	unsigned operation = work->in->operation;
	switch (operation) {
	case OP_MOV:
	case OP_MOVZX:
	case OP_MOVSX:
		return move(work);
	case OP_XCHG:
	case OP_XADD:
	case OP_CMPXCHG:
	case OP_CMPXCHG8B:
		return emulate_exchange(work);
	case OP_MOV_SEGMENT:
		return emulate_segment(work);
	case OP_PUSH:
	case OP_POP:
	case OP_CALL:
	case OP_JMP:
		return emulate_stack(work);
	default:
		if (operation >= OP_ADD && operation <= OP_BTC)
			return arithmetic(work);
		return operation >= OP_ROL && operation <= OP_ARPL ? emulate_arithmetic(work) : EMULATE_UNKNOWN;
	}
}

enum emulate_answer emulate(struct exit_frame *frame, const struct instruction *instruction,
                            const struct emulate_memory *memory)
{
	struct work work = {frame, instruction, memory, emulate_mode(frame), 0, frame->rflags};
	work.next_rip = (frame->rip + instruction->length) & alu_mask(work.mode == DECODE_64 ? 8 : 4);
	bool again = false;
	enum emulate_answer answer = instruction->operation >= OP_MOVS && instruction->operation <= OP_SCAS
	                                     ? emulate_string(frame, instruction, memory, &work.flags, &again)
	                                     : execute(&work);
	if (answer != EMULATE_OK)
		return answer;
	frame->rflags = work.flags & ~FLAG_RF;
	if (!again)
		frame->rip = work.next_rip;
	return EMULATE_OK;
}
