/* SPDX-License-Identifier: ISC */
/* Everything is an addition, a subtraction, a logical operation or a bit test; carries come from the operands' bits. */
#include "devices/decode/alu.h"
#include "devices/decode/decode.h"

#define ARITHMETIC (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

/* PF: an even number of ones in the low byte. 0x6996 is the parity of each nibble. */
static bool even(uint64_t result)
{
	unsigned nibble = (unsigned)(result ^ result >> 4) & 15;
	return !(0x6996u >> nibble & 1);
}

uint64_t alu_result_flags(uint64_t result, unsigned size)
{
	uint64_t flags = 0;
	if (even(result))
		flags |= FLAG_PF;
	if (result == 0)
		flags |= FLAG_ZF;
	if (result >> (8 * size - 1) & 1)
		flags |= FLAG_SF;
	return flags;
}

/* `carries`: per bit, the carry or borrow out of it; `overflow`: its top bit is OF. */
static uint64_t finish(uint64_t result, unsigned size, uint64_t carries, uint64_t overflow, uint64_t auxiliary,
                       uint64_t *flags)
{
	uint64_t sign = UINT64_C(1) << (8 * size - 1), set = alu_result_flags(result, size);
	if (carries & sign)
		set |= FLAG_CF;
	if (overflow & sign)
		set |= FLAG_OF;
	*flags = (*flags & ~ARITHMETIC) | set | (auxiliary & FLAG_AF);
	return result;
}

static uint64_t add(unsigned size, uint64_t a, uint64_t b, uint64_t carry, uint64_t *flags)
{
	uint64_t result = (a + b + carry) & alu_mask(size);
	return finish(result, size, (a & b) | ((a | b) & ~result), (a ^ result) & (b ^ result), a ^ b ^ result, flags);
}

static uint64_t subtract(unsigned size, uint64_t a, uint64_t b, uint64_t borrow, uint64_t *flags)
{
	uint64_t result = (a - b - borrow) & alu_mask(size);
	return finish(result, size, (~a & b) | ((~a | b) & result), (a ^ b) & (a ^ result), a ^ b ^ result, flags);
}

static uint64_t bit(unsigned operation, unsigned size, uint64_t a, uint64_t number, uint64_t *flags)
{
	uint64_t mask = UINT64_C(1) << (number & (8 * size - 1));
	*flags = (*flags & ~FLAG_CF) | (a & mask ? FLAG_CF : 0);
	switch (operation) {
	case OP_BTS:
		return a | mask;
	case OP_BTR:
		return a & ~mask;
	case OP_BTC:
		return a ^ mask;
	default:
		return a;
	}
}

/* INC and DEC leave CF alone. */
static uint64_t keep_carry(uint64_t result, uint64_t before, uint64_t *flags)
{
	*flags = (*flags & ~FLAG_CF) | (before & FLAG_CF);
	return result;
}

uint64_t alu(unsigned operation, unsigned size, uint64_t a, uint64_t b, uint64_t *flags)
{
	uint64_t before = *flags, carry = before & FLAG_CF;
	a &= alu_mask(size);
	if (operation < OP_BT)
		b &= alu_mask(size);
	switch (operation) {
	case OP_ADD:
		return add(size, a, b, 0, flags);
	case OP_ADC:
		return add(size, a, b, carry, flags);
	case OP_SUB:
		return subtract(size, a, b, 0, flags);
	case OP_SBB:
		return subtract(size, a, b, carry, flags);
	case OP_CMP:
		subtract(size, a, b, 0, flags);
		return a;
	case OP_AND:
		return finish(a & b, size, 0, 0, 0, flags);
	case OP_OR:
		return finish(a | b, size, 0, 0, 0, flags);
	case OP_XOR:
		return finish(a ^ b, size, 0, 0, 0, flags);
	case OP_TEST:
		finish(a & b, size, 0, 0, 0, flags);
		return a;
	case OP_NOT:
		return ~a & alu_mask(size);
	case OP_NEG:
		return subtract(size, 0, a, 0, flags);
	case OP_INC:
		return keep_carry(add(size, a, 1, 0, flags), before, flags);
	case OP_DEC:
		return keep_carry(subtract(size, a, 1, 0, flags), before, flags);
	default:
		return bit(operation, size, a, b, flags);
	}
}
