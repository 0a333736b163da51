/* SPDX-License-Identifier: ISC */
#ifndef LIB_BITS_H
#define LIB_BITS_H

#include <stdint.h>

#define BIT(number) (UINT64_C(1) << (number))

/* Number of the lowest and of the highest set bit. `bits` must not be 0. */
static inline unsigned bits_first(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}
static inline unsigned bits_last(uint64_t bits)
{
	return 63u - (unsigned)__builtin_clzll(bits);
}

/* How many are set. By hand: the built-in calls a compiler library where the CPU is not known to have the instruction. */
static inline unsigned bits_count(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

#endif
