/* SPDX-License-Identifier: ISC */
/* Operands: registers, and memory by segment, base, index and displacement. */
#include "devices/decode/emulate_work.h"
#include "devices/decode/alu.h"

enum { VECTOR_SS = 12, VECTOR_GP = 13 };

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

uint64_t work_get(const struct work *work, unsigned number, bool high, unsigned size)
{
	return (work->frame->gpr[number] >> (high ? 8 : 0)) & alu_mask(size);
}

void work_set(const struct work *work, unsigned number, bool high, unsigned size, uint64_t value)
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

bool work_linear_rm(const struct work *work, unsigned size, uint64_t *linear)
{
	return emulate_linear(work->frame, work->in->segment, offset_of(work), size, linear);
}

enum emulate_answer work_read_rm(struct work *work, unsigned size, bool to_write, uint64_t *value)
{
	const struct instruction *in = work->in;
	if (in->rm_is_register) {
		*value = work_get(work, in->rm, in->rm_high, size);
		return EMULATE_OK;
	}
	uint64_t linear;
	if (!work_linear_rm(work, size, &linear))
		return EMULATE_FAULT;
	return work->memory->read(work->memory->owner, linear, size, to_write ? EMULATE_TO_WRITE : 0, value);
}

enum emulate_answer work_write_rm(struct work *work, uint64_t value)
{
	const struct instruction *in = work->in;
	if (in->rm_is_register) {
		work_set(work, in->rm, in->rm_high, in->size, value);
		return EMULATE_OK;
	}
	uint64_t linear;
	if (!work_linear_rm(work, in->size, &linear))
		return EMULATE_FAULT;
	return work->memory->write(work->memory->owner, linear, in->size, value & alu_mask(in->size));
}

enum emulate_answer work_replace_rm(struct work *work, uint64_t expected, uint64_t value)
{
	const struct instruction *in = work->in;
	if (in->rm_is_register)
		return work_write_rm(work, value);
	uint64_t linear;
	if (!work_linear_rm(work, in->size, &linear))
		return EMULATE_FAULT;
	value &= alu_mask(in->size);
	return work->memory->exchange(work->memory->owner, linear, in->size, 0, &expected, &value);
}

uint64_t work_source(const struct work *work)
{
	const struct instruction *in = work->in;
	if (in->source == OPERAND_IMMEDIATE)
		return in->immediate;
	if (in->source == OPERAND_SEGMENT)
		return work->frame->segment[in->reg].selector;
	return in->source == OPERAND_RAX ? work_get(work, FRAME_RAX, false, in->size)
	                                 : work_get(work, in->reg, in->reg_high, in->size);
}

void work_set_destination(const struct work *work, uint64_t value)
{
	const struct instruction *in = work->in;
	if (in->destination == OPERAND_RAX)
		work_set(work, FRAME_RAX, false, in->size, value);
	else
		work_set(work, in->reg, in->reg_high, in->size, value);
}
