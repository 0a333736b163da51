/* SPDX-License-Identifier: ISC */
#include "devices/decode/alu.h"
#include "devices/decode/emulate_work.h"

enum { ATTRIBUTE_D = 1u << 10, VECTOR_GP = 13 };

static unsigned stack_size(const struct work *work)
{
	if (work->mode == DECODE_64)
		return 8;
	return work->frame->segment[FRAME_SS].attributes & ATTRIBUTE_D ? 4 : 2;
}

/* Stack pointer moved by `by`; only the stack's width of it changes. */
static uint64_t stack_moved(const struct work *work, uint64_t by)
{
	uint64_t mask = alu_mask(stack_size(work)), rsp = work->frame->gpr[FRAME_RSP];
	return (rsp & ~mask) | ((rsp + by) & mask);
}

static enum emulate_answer put(struct work *work, uint64_t value)
{
	unsigned size = work->in->size;
	uint64_t linear, rsp = stack_moved(work, (uint64_t)0 - size);
	if (!emulate_linear(work->frame, FRAME_SS, rsp & alu_mask(stack_size(work)), size, &linear))
		return EMULATE_FAULT;
	enum emulate_answer answer = work->memory->write(work->memory->owner, linear, size, value);
	if (answer == EMULATE_OK)
		work->frame->gpr[FRAME_RSP] = rsp;
	return answer;
}

static enum emulate_answer push(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t value;
	enum emulate_answer answer = EMULATE_OK;
	if (in->source == OPERAND_IMMEDIATE)
		value = in->immediate & alu_mask(in->size);
	else
		answer = work_read_rm(work, in->size, 0, &value);
	return answer == EMULATE_OK ? put(work, value) : answer;
}

static enum emulate_answer pop(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t value, linear, rsp = stack_moved(work, in->size);
	uint64_t top = work->frame->gpr[FRAME_RSP] & alu_mask(stack_size(work));
	if (!emulate_linear(work->frame, FRAME_SS, top, in->size, &linear))
		return EMULATE_FAULT;
	enum emulate_answer answer = work->memory->read(work->memory->owner, linear, in->size, 0, &value);
	if (answer == EMULATE_OK && !in->rm_is_register)
		answer = work_write_rm(work, value);
	if (answer != EMULATE_OK)
		return answer;
	work->frame->gpr[FRAME_RSP] = rsp;
	return in->rm_is_register ? work_write_rm(work, value) : EMULATE_OK;
}

/* CALL and JMP to an address in memory. A target that is none leaves the stack alone (SDM 2A, CALL). */
static enum emulate_answer jump(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t target;
	enum emulate_answer answer = work_read_rm(work, in->size, false, &target);
	if (answer != EMULATE_OK)
		return answer;
	bool fits = work->mode == DECODE_64 ? (int64_t)(target << 16) >> 16 == (int64_t)target
	                                    : target <= work->frame->segment[FRAME_CS].limit;
	if (!fits) {
		work->frame->inject = FRAME_INJECT_EXCEPTION(VECTOR_GP) | FRAME_INJECT_ERROR(0);
		return EMULATE_FAULT;
	}
	if (in->operation == OP_CALL)
		answer = put(work, work->next_rip & alu_mask(in->size));
	if (answer == EMULATE_OK)
		work->next_rip = target;
	return answer;
}

enum emulate_answer emulate_stack(struct work *work)
{
	if (work->in->operation == OP_CALL || work->in->operation == OP_JMP)
		return jump(work);
	return work->in->operation == OP_PUSH ? push(work) : pop(work);
}
