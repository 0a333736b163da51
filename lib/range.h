/* SPDX-License-Identifier: ISC */
#ifndef LIB_RANGE_H
#define LIB_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* Ranges [base, base + size) without overflow: no sum of two values from outside is ever formed unchecked. */

/* Does the range end at or below limit? */
static inline bool range_below(uint64_t base, uint64_t size, uint64_t limit)
{
	return base <= limit && size <= limit - base;
}

/* Does it lie in [outer, outer + outer_size)? */
static inline bool range_inside(uint64_t base, uint64_t size, uint64_t outer, uint64_t outer_size)
{
	return base >= outer && range_below(base - outer, size, outer_size);
}

/* Do two ranges, of which neither wraps, share a byte? */
static inline bool range_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b ? a_size > b - a && b_size : b_size > a - b && a_size;
}

static inline bool range_aligned(uint64_t value, uint64_t power)
{
	return (value & (power - 1)) == 0;
}

static inline bool range_is_power(uint64_t value)
{
	return value && (value & (value - 1)) == 0;
}

/* Rounds up to a multiple of a power of two; false if that does not fit in 64 bits. */
static inline bool range_round_up(uint64_t value, uint64_t power, uint64_t *rounded)
{
	if (__builtin_add_overflow(value, power - 1, rounded))
		return false;
	*rounded &= ~(power - 1);
	return true;
}

#endif
