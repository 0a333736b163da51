/* SPDX-License-Identifier: ISC */
/* Arithmetic that is more than a function of two operands. */
#include "devices/decode/alu.h"
#include "devices/decode/emulate_work.h"

enum { VECTOR_DE = 0, PRIVILEGE = 3 };

static enum emulate_answer shift(struct work *work)
{
	const struct instruction *in = work->in;
	unsigned count = (uint8_t)(in->by_cl ? work->frame->gpr[FRAME_RCX] : in->immediate);
	uint64_t rm, filler = work->frame->gpr[in->reg];
	enum emulate_answer answer = work_read_rm(work, in->size, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	return work_replace_rm(work, rm, alu_shift(in->operation, in->size, rm, filler, count, &work->flags));
}

/* The upper half of a double operand is AH, or RDX in its sizes. */
static enum emulate_answer multiply_or_divide(struct work *work)
{
	const struct instruction *in = work->in;
	bool byte = in->size == 1, is_signed = in->operation == OP_IMUL || in->operation == OP_IDIV;
	unsigned upper = byte ? FRAME_RAX : FRAME_RDX;
	uint64_t rm, low = work_get(work, FRAME_RAX, false, in->size), high = work_get(work, upper, byte, in->size);
	enum emulate_answer answer = work_read_rm(work, in->size, false, &rm);
	if (answer != EMULATE_OK)
		return answer;
	if (in->operation <= OP_IMUL) {
		low = alu_multiply(in->size, is_signed, low, rm, &high, &work->flags);
	} else if (!alu_divide(in->size, is_signed, &low, &high, rm)) {
		work->frame->inject = FRAME_INJECT_EXCEPTION(VECTOR_DE);
		return EMULATE_FAULT;
	}
	work_set(work, FRAME_RAX, false, in->size, low);
	work_set(work, upper, byte, in->size, high);
	return EMULATE_OK;
}

/* From memory to a register. */
static enum emulate_answer to_register(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t rm, high, reg = work_get(work, in->reg, false, in->size);
	enum emulate_answer answer = work_read_rm(work, in->source_size, false, &rm);
	if (answer != EMULATE_OK)
		return answer;
	switch (in->operation) {
	case OP_IMUL_REG:
		rm = alu_multiply(in->size, true, reg, rm, &high, &work->flags);
		break;
	case OP_IMUL_IMMEDIATE:
		rm = alu_multiply(in->size, true, rm, in->immediate, &high, &work->flags);
		break;
	case OP_CRC32:
		rm = alu_crc32(in->source_size, reg, rm);
		break;
	case OP_CMOV: /* half a register is set in either case: APM 3, CMOVcc */
		rm = alu_condition(in->condition, work->flags) ? rm : reg;
		break;
	case OP_TZCNT:
	case OP_LZCNT:
		rm = alu_count(in->operation, in->size, reg, rm, &work->flags);
		break;
	default:
		rm = alu_scan(in->operation, in->size, rm, &work->flags);
		if (in->operation != OP_POPCNT && (work->flags & FLAG_ZF))
			return EMULATE_OK; /* the register stays */
	}
	work_set_destination(work, rm);
	return EMULATE_OK;
}

static uint64_t swapped(unsigned size, uint64_t value)
{
	return __builtin_bswap64(value) >> (64 - 8 * size);
}

static enum emulate_answer move_swapped(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t value;
	if (in->destination == OPERAND_RM)
		return work_write_rm(work, swapped(in->size, work_source(work)));
	enum emulate_answer answer = work_read_rm(work, in->size, false, &value);
	if (answer == EMULATE_OK)
		work_set_destination(work, swapped(in->size, value));
	return answer;
}

static enum emulate_answer adjust_privilege(struct work *work)
{
	uint64_t rm, least = work_source(work) & PRIVILEGE;
	enum emulate_answer answer = work_read_rm(work, 2, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	bool raise = (rm & PRIVILEGE) < least;
	work->flags = raise ? work->flags | FLAG_ZF : work->flags & ~FLAG_ZF;
	return work_replace_rm(work, rm, raise ? (rm & ~(uint64_t)PRIVILEGE) | least : rm);
}

enum emulate_answer emulate_arithmetic(struct work *work)
{
	unsigned operation = work->in->operation;
	if (operation <= OP_SHRD)
		return shift(work);
	if (operation <= OP_IDIV)
		return multiply_or_divide(work);
	if (operation <= OP_CMOV)
		return to_register(work);
	if (operation == OP_MOVBE)
		return move_swapped(work);
	if (operation == OP_SET)
		return work_write_rm(work, alu_condition(work->in->condition, work->flags));
	return adjust_privilege(work);
}
