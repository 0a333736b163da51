/* SPDX-License-Identifier: ISC */
/* A round is: read one or two elements, write or compare them, then move the index registers, then the count. */
#include "devices/decode/emulate_string.h"
#include "devices/decode/alu.h"

struct round {
	struct exit_frame *frame;
	const struct instruction *in;
	const struct emulate_memory *memory;
	uint64_t *flags;
};

void emulate_string_move(struct exit_frame *frame, const struct instruction *instruction, unsigned number, uint64_t by)
{
	uint64_t mask = alu_mask(instruction->address_size), *reg = &frame->gpr[number];
	uint64_t kept = instruction->address_size == 2 ? *reg & ~mask : 0;
	*reg = kept | ((*reg + by) & mask);
}

static bool linear_of(const struct round *round, unsigned number, uint64_t *linear)
{
	uint64_t offset = round->frame->gpr[number] & alu_mask(round->in->address_size);
	unsigned segment = number == FRAME_RDI ? FRAME_ES : round->in->segment;
	return emulate_linear(round->frame, segment, offset, round->in->size, linear);
}

static enum emulate_answer load(const struct round *round, unsigned number, uint64_t *value)
{
	uint64_t linear;
	if (!linear_of(round, number, &linear))
		return EMULATE_FAULT;
	return round->memory->read(round->memory->owner, linear, round->in->size, 0, value);
}

static enum emulate_answer store(const struct round *round, uint64_t value)
{
	uint64_t linear;
	if (!linear_of(round, FRAME_RDI, &linear))
		return EMULATE_FAULT;
	return round->memory->write(round->memory->owner, linear, round->in->size, value);
}

static void load_rax(const struct round *round, uint64_t value)
{
	uint64_t mask = round->in->size == 4 ? ~UINT64_C(0) : alu_mask(round->in->size);
	uint64_t *rax = &round->frame->gpr[FRAME_RAX];
	*rax = (*rax & ~mask) | (value & mask);
}

static enum emulate_answer one(const struct round *round)
{
	unsigned operation = round->in->operation;
	bool uses_source = operation == OP_MOVS || operation == OP_CMPS || operation == OP_LODS;
	uint64_t source = round->frame->gpr[FRAME_RAX] & alu_mask(round->in->size), other;
	enum emulate_answer answer = uses_source ? load(round, FRAME_RSI, &source) : EMULATE_OK;
	if (answer != EMULATE_OK)
		return answer;
	if (operation == OP_MOVS || operation == OP_STOS)
		return store(round, source);
	if (operation == OP_LODS) {
		load_rax(round, source);
		return EMULATE_OK;
	}
	answer = load(round, FRAME_RDI, &other);
	if (answer == EMULATE_OK)
		alu(OP_CMP, round->in->size, source, other, round->flags);
	return answer;
}

static bool ends(const struct instruction *in, uint64_t flags)
{
	if (in->operation != OP_CMPS && in->operation != OP_SCAS)
		return false;
	return (in->repeat && !(flags & FLAG_ZF)) || (in->repeat_not_equal && (flags & FLAG_ZF));
}

enum emulate_answer emulate_string(struct exit_frame *frame, const struct instruction *instruction,
                                   const struct emulate_memory *memory, uint64_t *flags, bool *again)
{
	const struct round round = {frame, instruction, memory, flags};
	bool repeated = instruction->repeat || instruction->repeat_not_equal;
	bool moves_source = instruction->operation != OP_STOS && instruction->operation != OP_SCAS;
	bool moves_destination = instruction->operation != OP_LODS;
	uint64_t by = frame->rflags & FLAG_DF ? (uint64_t)0 - instruction->size : instruction->size;
	uint64_t mask = alu_mask(instruction->address_size);
	for (unsigned i = 0; i < EMULATE_REPEATS; i++) {
		if (repeated && (frame->gpr[FRAME_RCX] & mask) == 0)
			return EMULATE_OK;
		enum emulate_answer answer = one(&round);
		if (answer != EMULATE_OK)
			return answer;
		if (moves_source)
			emulate_string_move(frame, instruction, FRAME_RSI, by);
		if (moves_destination)
			emulate_string_move(frame, instruction, FRAME_RDI, by);
		if (!repeated)
			return EMULATE_OK;
		emulate_string_move(frame, instruction, FRAME_RCX, ~UINT64_C(0));
		if (ends(instruction, *flags))
			return EMULATE_OK;
	}
	*again = (frame->gpr[FRAME_RCX] & mask) != 0;
	return EMULATE_OK;
}
