/* SPDX-License-Identifier: ISC */
/* Signed numbers are multiplied and divided by their absolute values or as what they are modulo 2^n. */
#include "devices/decode/alu.h"
#include "devices/decode/decode.h"

static bool negative(unsigned size, uint64_t value)
{
	return value >> (8 * size - 1) & 1;
}

static uint64_t high_of(unsigned size, uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	return (uint64_t)((wide)a * b >> 8 * size) & alu_mask(size);
}

uint64_t alu_multiply(unsigned size, bool is_signed, uint64_t a, uint64_t b, uint64_t *high, uint64_t *flags)
{
	uint64_t mask = alu_mask(size);
	a &= mask;
	b &= mask;
	uint64_t low = a * b & mask, expected = 0;
	*high = high_of(size, a, b);
	if (is_signed) { /* each negative factor counts 2^n too much of the other one */
		*high = (*high - (negative(size, a) ? b : 0) - (negative(size, b) ? a : 0)) & mask;
		expected = negative(size, low) ? mask : 0;
	}
	*flags = (*flags & ~(FLAG_CF | FLAG_OF)) | (*high != expected ? FLAG_CF | FLAG_OF : 0);
	return low;
}

static void negate(unsigned size, uint64_t *low, uint64_t *high)
{
	uint64_t mask = alu_mask(size);
	*low = (0 - *low) & mask;
	*high = (~*high + (*low == 0)) & mask;
}

/* A bit of the quotient comes into `low` as one of the dividend leaves it. */
static bool divide(unsigned size, uint64_t *low, uint64_t *high, uint64_t divisor)
{
	uint64_t mask = alu_mask(size), quotient = *low, rest = *high;
	if (rest >= divisor) /* also if it is 0 */
		return false;
	for (unsigned i = 0; i < 8 * size; i++) {
		bool beyond = negative(size, rest);
		rest = (rest << 1 | negative(size, quotient)) & mask;
		quotient = quotient << 1 & mask;
		if (beyond || rest >= divisor) {
			rest = (rest - divisor) & mask;
			quotient |= 1;
		}
	}
	*low = quotient;
	*high = rest;
	return true;
}

bool alu_divide(unsigned size, bool is_signed, uint64_t *low, uint64_t *high, uint64_t divisor)
{
	uint64_t mask = alu_mask(size), quotient = *low & mask, rest = *high & mask, none = 0;
	bool minus = is_signed && negative(size, rest), below = is_signed && negative(size, divisor & mask);
	divisor = below ? (0 - divisor) & mask : divisor & mask;
	if (minus)
		negate(size, &quotient, &rest);
	if (!divide(size, &quotient, &rest, divisor))
		return false;
	uint64_t most = is_signed ? (mask >> 1) + (minus != below) : mask;
	if (quotient > most)
		return false;
	if (minus != below)
		negate(size, &quotient, &none);
	*low = quotient;
	*high = minus ? (0 - rest) & mask : rest;
	return true;
}

uint64_t alu_scan(unsigned operation, unsigned size, uint64_t a, uint64_t *flags)
{
	uint64_t count = 0;
	a &= alu_mask(size);
	*flags = (*flags & ~FLAG_ZF) | (a ? 0 : FLAG_ZF);
	if (operation == OP_BSF || operation == OP_BSR)
		return a == 0 ? 0 : (uint64_t)(operation == OP_BSF ? __builtin_ctzll(a) : 63 - __builtin_clzll(a));
	*flags &= ~(FLAG_CF | FLAG_PF | FLAG_AF | FLAG_SF | FLAG_OF);
	for (; a; a &= a - 1)
		count++;
	return count;
}

#define COUNT(name, type)                                                                            \
	do {                                                                                         \
		type count = (type)before;                                                           \
		__asm__(name " %3, %0" : "+r"(count), "=@ccc"(carry), "=@ccz"(zero) : "r"((type)a)); \
		before = count;                                                                      \
	} while (0)
uint64_t alu_count(unsigned operation, unsigned size, uint64_t before, uint64_t a, uint64_t *flags)
{
	bool carry, zero, low = operation == OP_TZCNT;
	if (size == 8 && low)
		COUNT("tzcntq", uint64_t);
	else if (size == 8)
		COUNT("lzcntq", uint64_t);
	else if (size == 4 && low)
		COUNT("tzcntl", uint32_t);
	else if (size == 4)
		COUNT("lzcntl", uint32_t);
	else if (low)
		COUNT("tzcntw", uint16_t);
	else
		COUNT("lzcntw", uint16_t);
	*flags = (*flags & ~(FLAG_CF | FLAG_ZF)) | (carry ? FLAG_CF : 0) | (zero ? FLAG_ZF : 0);
	return before;
}
#undef COUNT

/* CRC-32C, the lowest bit first (SDM 2A, CRC32). */
uint64_t alu_crc32(unsigned size, uint64_t sum, uint64_t a)
{
	enum { POLYNOMIAL = 0x82f63b78 };
	uint32_t crc = (uint32_t)sum;
	for (unsigned i = 0; i < 8 * size; i++) {
		bool odd = (crc ^ (uint32_t)(a >> i)) & 1;
		crc = crc >> 1 ^ (odd ? POLYNOMIAL : 0);
	}
	return crc;
}

/* Pairs: the second of each is the first one's opposite (SDM 1 appendix B). */
bool alu_condition(unsigned condition, uint64_t flags)
{
	bool less = !(flags & FLAG_SF) != !(flags & FLAG_OF);
	const bool holds[8] = {flags & FLAG_OF,
	                       flags & FLAG_CF,
	                       flags & FLAG_ZF,
	                       flags & (FLAG_CF | FLAG_ZF),
	                       flags & FLAG_SF,
	                       flags & FLAG_PF,
	                       less,
	                       less || (flags & FLAG_ZF)};
	return holds[condition >> 1 & 7] != (condition & 1);
}
