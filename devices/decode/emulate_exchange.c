/* SPDX-License-Identifier: ISC */
#include "devices/decode/alu.h"
#include "devices/decode/emulate_work.h"

enum { VECTOR_GP = 13 };

static enum emulate_answer plain_exchange(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t rm, reg = work_get(work, in->reg, in->reg_high, in->size);
	enum emulate_answer answer = work_read_rm(work, in->size, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	uint64_t result = in->operation == OP_XADD ? alu(OP_ADD, in->size, rm, reg, &work->flags) : reg;
	if (!in->rm_is_register)
		answer = work_replace_rm(work, rm, result);
	if (answer != EMULATE_OK)
		return answer;
	work_set(work, in->reg, in->reg_high, in->size, rm);
	return in->rm_is_register ? work_write_rm(work, result) : EMULATE_OK;
}

static enum emulate_answer compare_exchange(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t rm, rax = work_get(work, FRAME_RAX, false, in->size);
	enum emulate_answer answer = work_read_rm(work, in->size, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	alu(OP_CMP, in->size, rax, rm, &work->flags);
	if (rm == rax)
		answer = work_replace_rm(work, rm, work_get(work, in->reg, in->reg_high, in->size));
	else if (!in->rm_is_register) /* the old value is written back to memory (APM 3, CMPXCHG) */
		answer = work_replace_rm(work, rm, rm);
	if (answer == EMULATE_OK && rm != rax)
		work_set(work, FRAME_RAX, false, in->size, rm);
	return answer;
}

static enum emulate_answer compare_exchange_8(struct work *work)
{
	uint64_t rm, *gpr = work->frame->gpr, wanted = gpr[FRAME_RDX] << 32 | (uint32_t)gpr[FRAME_RAX];
	enum emulate_answer answer = work_read_rm(work, 8, true, &rm);
	if (answer == EMULATE_OK)
		answer = work_replace_rm(work, rm, rm == wanted ? gpr[FRAME_RCX] << 32 | (uint32_t)gpr[FRAME_RBX] : rm);
	if (answer != EMULATE_OK)
		return answer;
	work->flags = rm == wanted ? work->flags | FLAG_ZF : work->flags & ~FLAG_ZF;
	if (rm != wanted) {
		gpr[FRAME_RAX] = (uint32_t)rm;
		gpr[FRAME_RDX] = rm >> 32;
	}
	return EMULATE_OK;
}

/* All 16 bytes lie in one page: what is not aligned is a protection fault (APM 3, CMPXCHG16B). */
static enum emulate_answer compare_exchange_16(struct work *work)
{
	const struct emulate_memory *memory = work->memory;
	uint64_t linear, seen[2], *gpr = work->frame->gpr;
	bool fits = work_linear_rm(work, 16, &linear);
	if (linear % 16) /* comes before a stack fault */
		work->frame->inject = FRAME_INJECT_EXCEPTION(VECTOR_GP) | FRAME_INJECT_ERROR(0);
	if (!fits || linear % 16)
		return EMULATE_FAULT;
	enum emulate_answer answer = memory->read(memory->owner, linear, 8, EMULATE_TO_WRITE, &seen[0]);
	if (answer == EMULATE_OK)
		answer = memory->read(memory->owner, linear + 8, 8, EMULATE_TO_WRITE, &seen[1]);
	if (answer != EMULATE_OK)
		return answer;
	const uint64_t wanted[2] = {gpr[FRAME_RBX], gpr[FRAME_RCX]};
	bool equal = seen[0] == gpr[FRAME_RAX] && seen[1] == gpr[FRAME_RDX];
	answer = memory->exchange(memory->owner, linear, 16, 0, seen, equal ? wanted : seen);
	if (answer != EMULATE_OK)
		return answer;
	work->flags = equal ? work->flags | FLAG_ZF : work->flags & ~FLAG_ZF;
	gpr[FRAME_RAX] = seen[0]; /* if they are equal, what was there */
	gpr[FRAME_RDX] = seen[1];
	return EMULATE_OK;
}

enum emulate_answer emulate_exchange(struct work *work)
{
	switch (work->in->operation) {
	case OP_CMPXCHG:
		return compare_exchange(work);
	case OP_CMPXCHG8B:
		return work->in->size == 16 ? compare_exchange_16(work) : compare_exchange_8(work);
	default:
		return plain_exchange(work);
	}
}
