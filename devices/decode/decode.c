/* SPDX-License-Identifier: ISC */
/*
 * The tables of forms.c say operation and shape of each form that is known; a shape says which operands it has and what
 * follows the opcode. Reading past the bytes given sets one sticky answer, so the code between has no checks.
 */
#include "devices/decode/decode.h"
#include "abi/frame.h"
#include "devices/decode/forms.h"

struct reader {
	const uint8_t *bytes;
	unsigned available, at;
	enum decode_answer answer;
};
struct prefix {
	bool operand, address, lock, repeat, repeat_not_equal;
	uint8_t segment; /* FRAME_SEGMENTS = none */
	uint8_t rex;
};
enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8, REX = 0x40 };

static uint8_t next(struct reader *reader)
{
	if (reader->at >= INSTRUCTION_BYTES)
		reader->answer = DECODE_UNKNOWN;
	else if (reader->at >= reader->available)
		reader->answer = reader->answer == DECODE_OK ? DECODE_SHORT : reader->answer;
	else
		return reader->bytes[reader->at++];
	return 0;
}

/* A little-endian number, sign-extended. */
static int64_t next_number(struct reader *reader, unsigned size)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)next(reader) << (8 * i);
	unsigned unused = 64 - 8 * size;
	return (int64_t)(value << unused) >> unused;
}

static bool take_prefix(struct prefix *prefix, uint8_t byte, enum decode_mode mode)
{
	static const struct {
		uint8_t byte, segment;
		bool long_mode;
	} override[] = {{0x26, FRAME_ES, false}, {0x2e, FRAME_CS, false}, {0x36, FRAME_SS, false},
	                {0x3e, FRAME_DS, false}, {0x64, FRAME_FS, true},  {0x65, FRAME_GS, true}};
	for (unsigned i = 0; i < sizeof override / sizeof *override; i++)
		if (byte == override[i].byte) {
			if (override[i].long_mode || mode != DECODE_64)
				prefix->segment = override[i].segment;
			return true;
		}
	switch (byte) {
	case 0x66:
		return prefix->operand = true;
	case 0x67:
		return prefix->address = true;
	case 0xf0:
		return prefix->lock = true;
	case 0xf2:
		prefix->repeat = false;
		return prefix->repeat_not_equal = true;
	case 0xf3:
		prefix->repeat_not_equal = false;
		return prefix->repeat = true;
	default:
		return false;
	}
}

/* Prefixes up to the first opcode byte, which is returned. REX counts only directly before the opcode. */
static uint8_t take_prefixes(struct reader *reader, struct prefix *prefix, enum decode_mode mode)
{
	*prefix = (struct prefix){.segment = FRAME_SEGMENTS};
	for (unsigned i = 0; i < INSTRUCTION_BYTES; i++) {
		uint8_t byte = next(reader);
		if (mode == DECODE_64 && (byte & 0xf0) == REX)
			prefix->rex = byte;
		else if (take_prefix(prefix, byte, mode))
			prefix->rex = 0;
		else
			return byte;
	}
	reader->answer = DECODE_UNKNOWN;
	return 0;
}

static uint8_t operand_size(const struct prefix *prefix, enum decode_mode mode)
{
	if (prefix->rex & REX_W)
		return 8;
	return (mode == DECODE_16) != prefix->operand ? 2 : 4;
}

static uint8_t address_size(const struct prefix *prefix, enum decode_mode mode)
{
	if (mode == DECODE_64)
		return prefix->address ? 4 : 8;
	return (mode == DECODE_16) != prefix->address ? 2 : 4;
}

/* SDM 2A table 2-1 */
static void take_memory16(struct reader *reader, struct instruction *out, unsigned mod, unsigned rm)
{
	static const struct {
		uint8_t base, index;
		bool has_index;
	} pair[8] = {{FRAME_RBX, FRAME_RSI, true}, {FRAME_RBX, FRAME_RDI, true}, {FRAME_RBP, FRAME_RSI, true},
	             {FRAME_RBP, FRAME_RDI, true}, {FRAME_RSI, 0, false},        {FRAME_RDI, 0, false},
	             {FRAME_RBP, 0, false},        {FRAME_RBX, 0, false}};
	bool direct = mod == 0 && rm == 6;
	out->has_base = !direct;
	out->base = pair[rm].base;
	out->has_index = pair[rm].has_index;
	out->index = pair[rm].index;
	if (mod == 1)
		out->displacement = next_number(reader, 1);
	else if (mod == 2 || direct)
		out->displacement = next_number(reader, 2);
}

/* SDM 2A tables 2-2 and 2-3 */
static void take_memory(struct reader *reader, struct instruction *out, const struct prefix *prefix, unsigned mod,
                        unsigned rm, enum decode_mode mode)
{
	uint8_t base = (uint8_t)rm;
	if (rm == 4) {
		uint8_t sib = next(reader);
		base = sib & 7;
		out->index = (uint8_t)((sib >> 3 & 7) | (prefix->rex & REX_X ? 8 : 0));
		out->has_index = out->index != FRAME_RSP;
		out->scale = sib >> 6;
	}
	bool direct = mod == 0 && base == 5;
	out->has_base = !direct;
	out->base = (uint8_t)(base | (prefix->rex & REX_B ? 8 : 0));
	out->rip_relative = direct && rm == 5 && mode == DECODE_64;
	if (mod == 1)
		out->displacement = next_number(reader, 1);
	else if (mod == 2 || direct)
		out->displacement = next_number(reader, 4);
}

static void take_modrm(struct reader *reader, struct instruction *out, const struct prefix *prefix,
                       enum decode_mode mode, bool byte_registers)
{
	uint8_t modrm = next(reader);
	unsigned mod = modrm >> 6, rm = modrm & 7;
	out->reg = (uint8_t)((modrm >> 3 & 7) | (prefix->rex & REX_R ? 8 : 0));
	if (byte_registers && !prefix->rex && out->reg >= 4) {
		out->reg_high = true;
		out->reg &= 3;
	}
	if (mod == 3) {
		out->rm_is_register = true;
		out->rm = (uint8_t)(rm | (prefix->rex & REX_B ? 8 : 0));
		out->rm_high = out->source_size == 1 && !prefix->rex && rm >= 4;
		if (out->rm_high)
			out->rm &= 3;
	} else if (out->address_size == 2) {
		take_memory16(reader, out, mod, rm);
	} else {
		take_memory(reader, out, prefix, mod, rm, mode);
	}
	bool stack = out->has_base && (out->base == FRAME_RBP || out->base == FRAME_RSP);
	out->segment = stack ? FRAME_SS : FRAME_DS;
}

static void take_immediate(struct reader *reader, struct instruction *out, unsigned size)
{
	out->immediate = (uint64_t)next_number(reader, size < 8 ? size : 4);
}

/* Which operands there are, and what follows the address. */
static void take_operands(struct reader *reader, struct instruction *out, unsigned shape)
{
	static const struct {
		uint8_t destination, source;
	} operands[] = {[SHAPE_RM_REG] = {OPERAND_RM, OPERAND_REG},
	                [SHAPE_REG_RM] = {OPERAND_REG, OPERAND_RM},
	                [SHAPE_RM_IMMEDIATE] = {OPERAND_RM, OPERAND_IMMEDIATE},
	                [SHAPE_RM_IMMEDIATE8] = {OPERAND_RM, OPERAND_IMMEDIATE},
	                [SHAPE_RM_ONE] = {OPERAND_RM, OPERAND_IMMEDIATE},
	                [SHAPE_RM_CL] = {OPERAND_RM, 0},
	                [SHAPE_RM_REG_IMMEDIATE8] = {OPERAND_RM, OPERAND_REG},
	                [SHAPE_RM_REG_CL] = {OPERAND_RM, OPERAND_REG},
	                [SHAPE_REG_RM_IMMEDIATE] = {OPERAND_REG, OPERAND_RM},
	                [SHAPE_REG_RM_IMMEDIATE8] = {OPERAND_REG, OPERAND_RM},
	                [SHAPE_MEMORY_TO_REG] = {OPERAND_REG, OPERAND_RM},
	                [SHAPE_RM_SET] = {OPERAND_RM, 0},
	                [SHAPE_RAX_OFFSET] = {OPERAND_RAX, OPERAND_RM},
	                [SHAPE_OFFSET_RAX] = {OPERAND_RM, OPERAND_RAX},
	                [SHAPE_RM] = {OPERAND_RM, OPERAND_RM},
	                [SHAPE_STRING] = {0, 0},
	                [SHAPE_MEMORY_REG] = {OPERAND_RM, OPERAND_REG},
	                [SHAPE_REGISTER] = {OPERAND_RM, OPERAND_RM},
	                [SHAPE_RM_SEGMENT] = {OPERAND_RM, OPERAND_SEGMENT},
	                [SHAPE_SEGMENT_RM] = {OPERAND_SEGMENT, OPERAND_RM},
	                [SHAPE_IMMEDIATE] = {0, OPERAND_IMMEDIATE},
	                [SHAPE_IMMEDIATE8] = {0, OPERAND_IMMEDIATE},
	                [SHAPE_CR_RM] = {OPERAND_REG, OPERAND_RM},
	                [SHAPE_RM_CR] = {OPERAND_RM, OPERAND_REG}};
	out->destination = operands[shape].destination;
	out->source = operands[shape].source;
	if (shape == SHAPE_RAX_OFFSET || shape == SHAPE_OFFSET_RAX) {
		out->displacement = next_number(reader, out->address_size);
	} else if (shape == SHAPE_RM_IMMEDIATE || shape == SHAPE_IMMEDIATE || shape == SHAPE_REG_RM_IMMEDIATE) {
		take_immediate(reader, out, out->size);
	} else if (shape == SHAPE_RM_IMMEDIATE8 || shape == SHAPE_IMMEDIATE8 || shape == SHAPE_REG_RM_IMMEDIATE8 ||
	           shape == SHAPE_RM_REG_IMMEDIATE8) {
		take_immediate(reader, out, 1);
	} else if (shape == SHAPE_RM_ONE) {
		out->immediate = 1;
	}
	out->by_cl = shape == SHAPE_RM_CL || shape == SHAPE_RM_REG_CL;
}

static uint8_t source_size(const struct instruction *out, unsigned flags)
{
	return flags & WIDEN8 ? 1 : flags & WIDEN16 ? 2 : flags & WIDEN32 ? 4 : out->size;
}

static bool known(const struct form *form, const struct prefix *prefix, enum decode_mode mode)
{
	bool prefixed = prefix->repeat || prefix->repeat_not_equal;
	if (form->shape == SHAPE_NONE || ((form->flags & PREFIXED) && !prefix->repeat))
		return false;
	return !((form->flags & PLAIN) && prefixed) && !((form->flags & LEGACY) && mode == DECODE_64);
}

/* The form of an opcode in whichever map it is. */
static const struct form *find(struct reader *reader, uint8_t *opcode, const struct prefix *prefix,
                               enum decode_mode mode)
{
	static const struct form arpl = {OP_ARPL, SHAPE_RM_REG, 0}, none = {0};
	static const struct form counts[2] = {{OP_TZCNT, SHAPE_REG_RM, 0}, {OP_LZCNT, SHAPE_REG_RM, 0}};
	if (*opcode == 0x63 && mode != DECODE_64)
		return &arpl;
	if (*opcode != 0x0f)
		return &forms_one_byte[*opcode];
	*opcode = next(reader);
	if ((*opcode & 0xfe) == 0xbc && prefix->repeat)
		return &counts[*opcode & 1];
	if (*opcode != 0x38)
		return &forms_two_byte[*opcode];
	*opcode = next(reader);
	if ((*opcode & 0xfe) != 0xf0 || prefix->repeat)
		return &none;
	return &forms_three_byte[(*opcode & 1) + (prefix->repeat_not_equal ? 2 : 0)];
}

/* LOCK goes with a write to memory that read it before; everything else is #UD. */
static bool lockable(const struct instruction *out)
{
	unsigned operation = out->operation;
	if (out->destination != OPERAND_RM || out->rm_is_register)
		return false;
	return (operation >= OP_ADD && operation <= OP_XADD && operation != OP_CMP && operation != OP_TEST) ||
	       operation == OP_CMPXCHG8B || (operation >= OP_BTS && operation <= OP_BTC);
}

/* Some forms are not what their opcode's neighbours are: the sizes, the registers that there are. */
static bool adapt(struct instruction *out, const struct prefix *prefix, unsigned shape, enum decode_mode mode)
{
	unsigned operation = out->operation;
	if (operation == OP_PUSH || operation == OP_POP) {
		if (mode == DECODE_64 && out->size == 4)
			out->size = 8;
	} else if (operation == OP_CALL || operation == OP_JMP) {
		if (mode == DECODE_64 && prefix->operand) /* two bytes with AMD, eight with Intel */
			return false;
		if (mode == DECODE_64)
			out->size = 8;
	} else if (operation == OP_CMPXCHG8B) {
		if (out->rm_is_register)
			return false;
		out->size = out->size == 8 ? 16 : 8;
	} else if (operation == OP_ARPL) {
		out->size = 2;
	} else if (operation == OP_CRC32) { /* the sum has four bytes, or eight */
		out->source_size = out->source_size == 1 ? 1 : out->size;
		out->size = out->size == 8 ? 8 : 4;
		return true;
	} else if (operation == OP_MOVBE) {
		if (out->rm_is_register)
			return false;
	} else if (shape == SHAPE_MEMORY_REG) {
		if (out->rm_is_register || prefix->operand || prefix->repeat || prefix->repeat_not_equal)
			return false;
		if (out->size == 2)
			out->size = 4;
	} else if (shape == SHAPE_RM_SEGMENT) {
		if (out->reg > FRAME_GS)
			return false;
		if (!out->rm_is_register)
			out->size = 2;
	} else if (shape == SHAPE_SEGMENT_RM) {
		if (out->reg > FRAME_GS || out->reg == FRAME_CS)
			return false;
		out->size = 2;
	} else if (shape == SHAPE_CR_RM || shape == SHAPE_RM_CR) {
		if (!out->rm_is_register) /* mod is ignored: rm is always a register, and nothing follows */
			return false;
		out->size = mode == DECODE_64 ? 8 : 4;
		if (prefix->lock && mode != DECODE_64)
			out->reg |= 8; /* APM 2 3.1.5: LOCK MOV CR0 is the other spelling of CR8 */
		out->lock = false;
	} else {
		return true;
	}
	out->source_size = out->size;
	return true;
}

static bool has_modrm(unsigned shape)
{
	return shape != SHAPE_STRING && shape != SHAPE_RAX_OFFSET && shape != SHAPE_OFFSET_RAX &&
	       shape != SHAPE_REGISTER && shape != SHAPE_IMMEDIATE && shape != SHAPE_IMMEDIATE8;
}

enum decode_answer decode(const uint8_t *bytes, unsigned available, enum decode_mode mode, struct instruction *out)
{
	struct reader reader = {bytes, available, 0, DECODE_OK};
	struct prefix prefix;
	*out = (struct instruction){.segment = FRAME_DS};
	uint8_t opcode = take_prefixes(&reader, &prefix, mode);
	const struct form *form = find(&reader, &opcode, &prefix, mode);
	if (reader.answer != DECODE_OK)
		return reader.answer;
	if (!known(form, &prefix, mode))
		return DECODE_UNKNOWN;

	unsigned shape = form->shape;
	out->size = form->flags & BYTE ? 1 : operand_size(&prefix, mode);
	out->source_size = source_size(out, form->flags);
	out->address_size = address_size(&prefix, mode);
	out->lock = prefix.lock;
	out->repeat = prefix.repeat;
	out->repeat_not_equal = prefix.repeat_not_equal;
	out->operation = form->operation;
	out->condition = opcode & 15;
	if (has_modrm(shape))
		take_modrm(&reader, out, &prefix, mode, !(form->flags & GROUP) && (form->flags & BYTE));
	if (shape == SHAPE_REGISTER) {
		out->rm_is_register = true;
		out->rm = (uint8_t)((opcode & 7) | (prefix.rex & REX_B ? 8 : 0));
	}
	if (form->flags & GROUP) {
		out->operation = forms_group[form->operation][out->reg & 7];
		if (out->operation == OP_TEST)
			shape = SHAPE_RM_IMMEDIATE;
	}
	if (reader.answer == DECODE_OK && (out->operation == OP_NONE || !adapt(out, &prefix, shape, mode)))
		return DECODE_UNKNOWN;
	take_operands(&reader, out, shape);
	if (out->lock && !lockable(out))
		return DECODE_UNKNOWN;
	if (prefix.segment != FRAME_SEGMENTS)
		out->segment = prefix.segment;
	out->length = (uint8_t)reader.at;
	return reader.answer;
}
