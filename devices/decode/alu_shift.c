/* SPDX-License-Identifier: ISC */
/*
 * A rotation changes CF and OF, a shift all flags but AF. What the manuals leave open (OF after more than one step, CF
 * beyond the operand's width) gets what one step more of the same would have given.
 */
#include "devices/decode/alu.h"
#include "devices/decode/decode.h"

struct shifted {
	uint64_t result;
	bool carry, overflow;
};

static bool bit(uint64_t value, unsigned number)
{
	return value >> number & 1;
}

static struct shifted rotate(unsigned operation, unsigned bits, uint64_t a, unsigned count)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - bits);
	unsigned left = (operation == OP_ROL ? count : bits - count % bits) % bits;
	uint64_t result = left ? (a << left | a >> (bits - left)) & mask : a;
	if (operation == OP_ROL)
		return (struct shifted){result, result & 1, bit(result, bits - 1) != (result & 1)};
	return (struct shifted){result, bit(result, bits - 1), bit(result, bits - 1) != bit(result, bits - 2)};
}

/* Through the carry: bits + 1 places. */
static struct shifted rotate_carry(unsigned operation, unsigned bits, uint64_t a, unsigned count, bool carry)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - bits);
	struct shifted s = {a, carry, false};
	for (unsigned i = count % (bits + 1); i > 0; i--) {
		bool out = operation == OP_RCL ? bit(s.result, bits - 1) : s.result & 1;
		s.result = operation == OP_RCL ? (s.result << 1 & mask) | s.carry
		                               : s.result >> 1 | (uint64_t)s.carry << (bits - 1);
		s.carry = out;
	}
	s.overflow = bit(s.result, bits - 1) != (operation == OP_RCL ? s.carry : bit(s.result, bits - 2));
	return s;
}

static struct shifted shift(unsigned operation, unsigned bits, uint64_t a, unsigned count)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - bits);
	unsigned unused = 64 - bits;
	int64_t wide = (int64_t)(a << unused) >> unused;
	struct shifted s;
	switch (operation) {
	case OP_SHR:
		return (struct shifted){a >> count, bit(a, count - 1), bit(a, bits - 1)};
	case OP_SAR:
		return (struct shifted){(uint64_t)(wide >> count) & mask, bit((uint64_t)wide, count - 1), false};
	default:
		s.result = a << count & mask;
		s.carry = count <= bits && bit(a, bits - count);
		s.overflow = bit(s.result, bits - 1) != s.carry;
		return s;
	}
}

static struct shifted double_shift(unsigned operation, unsigned bits, uint64_t a, uint64_t filler, unsigned count)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - bits);
	struct shifted s;
	if (count > bits) { /* only with 16 bits: no manual says what happens */
		uint64_t other = filler;
		filler = a;
		a = other;
		count -= bits;
	}
	if (operation == OP_SHLD) {
		s.result = (a << count | filler >> (bits - count)) & mask;
		s.carry = bit(a, bits - count);
	} else {
		s.result = (a >> count | filler << (bits - count)) & mask;
		s.carry = bit(a, count - 1);
	}
	s.overflow = bit(s.result, bits - 1) != bit(a, bits - 1);
	return s;
}

uint64_t alu_shift(unsigned operation, unsigned size, uint64_t a, uint64_t filler, unsigned count, uint64_t *flags)
{
	unsigned bits = 8 * size;
	struct shifted s;
	a &= alu_mask(size);
	count &= size == 8 ? 63 : 31;
	if (count == 0)
		return a;
	if (operation <= OP_ROR)
		s = rotate(operation, bits, a, count);
	else if (operation <= OP_RCR)
		s = rotate_carry(operation, bits, a, count, *flags & FLAG_CF);
	else if (operation <= OP_SAR)
		s = shift(operation, bits, a, count);
	else
		s = double_shift(operation, bits, a, filler & alu_mask(size), count);
	uint64_t changed = FLAG_CF | FLAG_OF;
	if (operation >= OP_SHL)
		changed |= FLAG_SF | FLAG_ZF | FLAG_PF;
	uint64_t set = alu_result_flags(s.result, size) | (s.carry ? FLAG_CF : 0) | (s.overflow ? FLAG_OF : 0);
	*flags = (*flags & ~changed) | (set & changed);
	return s.result;
}
