/* SPDX-License-Identifier: ISC */
/*
 * Read the operands, compute, write the memory operand, and only then the registers: so a fault of the last memory
 * access leaves the registers as they were and the instruction can be executed again.
 */
#include "devices/decode/emulate.h"
#include "devices/decode/alu.h"
#include "devices/decode/emulate_string.h"

enum { ATTRIBUTE_D = 1u << 10 };
enum { VECTOR_SS = 12, VECTOR_GP = 13 };

struct work {
	struct exit_frame *frame;
	const struct instruction *in;
	const struct emulate_memory *memory;
	enum decode_mode mode;
	uint64_t next_rip, flags;
};

bool emulate_linear(struct exit_frame *frame, unsigned segment, uint64_t offset, unsigned size, uint64_t *linear)
{
	const struct frame_segment *s = &frame->segment[segment];
	bool fits;
	if (emulate_mode(frame) == DECODE_64) {
		*linear = offset + (segment >= FRAME_FS ? s->base : 0);
		uint64_t last = *linear + (size - 1);
		fits = (int64_t)(*linear << 16) >> 16 == (int64_t)*linear &&
		       (int64_t)(last << 16) >> 16 == (int64_t)last;
	} else {
		*linear = (uint32_t)(s->base + offset);
		bool expand_down = (s->attributes & 0x1c) == 0x14;
		fits = expand_down || (offset <= s->limit && size - 1 <= s->limit - offset);
	}
	if (!fits)
		frame->inject =
		        FRAME_INJECT_EXCEPTION(segment == FRAME_SS ? VECTOR_SS : VECTOR_GP) | FRAME_INJECT_ERROR(0);
	return fits;
}

static uint64_t get(const struct work *work, unsigned number, bool high, unsigned size)
{
	return (work->frame->gpr[number] >> (high ? 8 : 0)) & alu_mask(size);
}

/* A 32-bit result clears the upper half; 8- and 16-bit results leave the rest alone. */
static void set(const struct work *work, unsigned number, bool high, unsigned size, uint64_t value)
{
	uint64_t *reg = &work->frame->gpr[number], mask = size == 4 ? ~UINT64_C(0) : alu_mask(size);
	unsigned shift = high ? 8 : 0;
	*reg = (*reg & ~(mask << shift)) | (value & alu_mask(size)) << shift;
}

/* Bit strings: a bit number in a register reaches beyond the operand (SDM 2A, BT). */
static uint64_t bit_string(const struct work *work)
{
	const struct instruction *in = work->in;
	if (in->operation < OP_BT || in->operation > OP_BTC || in->source != OPERAND_REG)
		return 0;
	unsigned unused = 64 - 8u * in->size;
	int64_t number = (int64_t)(work->frame->gpr[in->reg] << unused) >> unused;
	unsigned shift = in->size == 8 ? 6 : in->size == 4 ? 5 : 4;
	return (uint64_t)(number >> shift) * in->size;
}

static uint64_t offset_of(const struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t offset = (uint64_t)in->displacement + bit_string(work);
	if (in->rip_relative)
		offset += work->next_rip;
	if (in->has_base)
		offset += work->frame->gpr[in->base];
	if (in->has_index)
		offset += work->frame->gpr[in->index] << in->scale;
	if (in->operation == OP_POP && in->has_base && in->base == FRAME_RSP)
		offset += in->size; /* the address is computed after the increment */
	return offset & alu_mask(in->address_size);
}

static enum emulate_answer read_rm(struct work *work, unsigned size, bool to_write, uint64_t *value)
{
	const struct instruction *in = work->in;
	if (in->rm_is_register) {
		*value = get(work, in->rm, in->rm_high, size);
		return EMULATE_OK;
	}
	uint64_t linear;
	if (!emulate_linear(work->frame, in->segment, offset_of(work), size, &linear))
		return EMULATE_FAULT;
	return work->memory->read(work->memory->owner, linear, size, to_write, value);
}

static enum emulate_answer write_rm(struct work *work, uint64_t value)
{
	const struct instruction *in = work->in;
	if (in->rm_is_register) {
		set(work, in->rm, in->rm_high, in->size, value);
		return EMULATE_OK;
	}
	uint64_t linear;
	if (!emulate_linear(work->frame, in->segment, offset_of(work), in->size, &linear))
		return EMULATE_FAULT;
	return work->memory->write(work->memory->owner, linear, in->size, value & alu_mask(in->size));
}

static uint64_t plain_source(const struct work *work)
{
	const struct instruction *in = work->in;
	if (in->source == OPERAND_IMMEDIATE)
		return in->immediate;
	if (in->source == OPERAND_SEGMENT)
		return work->frame->segment[in->reg].selector;
	return in->source == OPERAND_RAX ? get(work, FRAME_RAX, false, in->size)
	                                 : get(work, in->reg, in->reg_high, in->size);
}

static void set_destination(const struct work *work, uint64_t value)
{
	const struct instruction *in = work->in;
	if (in->destination == OPERAND_RAX)
		set(work, FRAME_RAX, false, in->size, value);
	else
		set(work, in->reg, in->reg_high, in->size, value);
}

static enum emulate_answer move(struct work *work)
{
	const struct instruction *in = work->in;
	if (in->destination == OPERAND_RM)
		return write_rm(work, plain_source(work));
	uint64_t value;
	enum emulate_answer answer = read_rm(work, in->source_size, false, &value);
	if (answer != EMULATE_OK)
		return answer;
	unsigned unused = 64 - 8u * in->source_size;
	if (in->operation == OP_MOVSX)
		value = (uint64_t)((int64_t)(value << unused) >> unused);
	set_destination(work, value);
	return EMULATE_OK;
}

static enum emulate_answer arithmetic(struct work *work)
{
	const struct instruction *in = work->in;
	bool to_rm = in->destination == OPERAND_RM;
	bool keeps = in->operation == OP_CMP || in->operation == OP_TEST || in->operation == OP_BT;
	uint64_t rm;
	enum emulate_answer answer = read_rm(work, in->size, to_rm && !keeps, &rm);
	if (answer != EMULATE_OK)
		return answer;
	uint64_t left = to_rm ? rm : get(work, in->reg, in->reg_high, in->size);
	uint64_t right = to_rm ? plain_source(work) : rm;
	uint64_t result = alu(in->operation, in->size, left, right, &work->flags);
	if (keeps)
		return EMULATE_OK;
	if (to_rm)
		return write_rm(work, result);
	set_destination(work, result);
	return EMULATE_OK;
}

static enum emulate_answer exchange(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t rm, reg = get(work, in->reg, in->reg_high, in->size);
	enum emulate_answer answer = read_rm(work, in->size, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	uint64_t result = in->operation == OP_XADD ? alu(OP_ADD, in->size, rm, reg, &work->flags) : reg;
	if (!in->rm_is_register)
		answer = write_rm(work, result);
	if (answer != EMULATE_OK)
		return answer;
	set(work, in->reg, in->reg_high, in->size, rm);
	return in->rm_is_register ? write_rm(work, result) : EMULATE_OK;
}

static enum emulate_answer compare_exchange(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t rm, rax = get(work, FRAME_RAX, false, in->size);
	enum emulate_answer answer = read_rm(work, in->size, true, &rm);
	if (answer != EMULATE_OK)
		return answer;
	alu(OP_CMP, in->size, rax, rm, &work->flags);
	if (rm == rax)
		answer = write_rm(work, get(work, in->reg, in->reg_high, in->size));
	else if (!in->rm_is_register) /* the old value is written back to memory (APM 3, CMPXCHG) */
		answer = write_rm(work, rm);
	if (answer == EMULATE_OK && rm != rax)
		set(work, FRAME_RAX, false, in->size, rm);
	return answer;
}

static enum emulate_answer compare_exchange_8(struct work *work)
{
	uint64_t rm, *gpr = work->frame->gpr, wanted = gpr[FRAME_RDX] << 32 | (uint32_t)gpr[FRAME_RAX];
	enum emulate_answer answer = read_rm(work, 8, true, &rm);
	if (answer == EMULATE_OK)
		answer = write_rm(work, rm == wanted ? gpr[FRAME_RCX] << 32 | (uint32_t)gpr[FRAME_RBX] : rm);
	if (answer != EMULATE_OK)
		return answer;
	work->flags = rm == wanted ? work->flags | FLAG_ZF : work->flags & ~FLAG_ZF;
	if (rm != wanted) {
		gpr[FRAME_RAX] = (uint32_t)rm;
		gpr[FRAME_RDX] = rm >> 32;
	}
	return EMULATE_OK;
}

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

static enum emulate_answer push(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t value, linear, rsp = stack_moved(work, (uint64_t)0 - in->size);
	enum emulate_answer answer = EMULATE_OK;
	if (in->source == OPERAND_IMMEDIATE)
		value = in->immediate & alu_mask(in->size);
	else
		answer = read_rm(work, in->size, false, &value);
	if (answer != EMULATE_OK)
		return answer;
	if (!emulate_linear(work->frame, FRAME_SS, rsp & alu_mask(stack_size(work)), in->size, &linear))
		return EMULATE_FAULT;
	answer = work->memory->write(work->memory->owner, linear, in->size, value);
	if (answer == EMULATE_OK)
		work->frame->gpr[FRAME_RSP] = rsp;
	return answer;
}

static enum emulate_answer pop(struct work *work)
{
	const struct instruction *in = work->in;
	uint64_t value, linear, rsp = stack_moved(work, in->size);
	uint64_t top = work->frame->gpr[FRAME_RSP] & alu_mask(stack_size(work));
	if (!emulate_linear(work->frame, FRAME_SS, top, in->size, &linear))
		return EMULATE_FAULT;
	enum emulate_answer answer = work->memory->read(work->memory->owner, linear, in->size, false, &value);
	if (answer == EMULATE_OK && !in->rm_is_register)
		answer = write_rm(work, value);
	if (answer != EMULATE_OK)
		return answer;
	work->frame->gpr[FRAME_RSP] = rsp;
	return in->rm_is_register ? write_rm(work, value) : EMULATE_OK;
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
		return exchange(work);
	case OP_CMPXCHG:
		return compare_exchange(work);
	case OP_CMPXCHG8B:
		return compare_exchange_8(work);
	case OP_PUSH:
		return push(work);
	case OP_POP:
		return pop(work);
	default:
		return operation >= OP_ADD && operation <= OP_BTC ? arithmetic(work) : EMULATE_UNKNOWN;
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
