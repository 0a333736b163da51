/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_PHYS_H
#define START_X86_64_PHYS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A bounded view of physical memory for the parsers of what the boot loader and the firmware left there: physical
 * address `at` is readable if it lies in [base, base + size), at the pointer bias + at. The starter's view has bias 0;
 * a test's view is a byte array.
 */
struct phys_view {
	uintptr_t bias;
	uint64_t base, size;
};

#define UNALIGNED __attribute__((packed, may_alias))
struct phys_unaligned16 {
	uint16_t value;
} UNALIGNED;
struct phys_unaligned32 {
	uint32_t value;
} UNALIGNED;
struct phys_unaligned64 {
	uint64_t value;
} UNALIGNED;

/* The `size` bytes at `at`, or 0 if they are not all in the view. */
static inline const uint8_t *phys_at(const struct phys_view *view, uint64_t at, uint64_t size)
{
	if (at < view->base || at - view->base > view->size || size > view->size - (at - view->base))
		return NULL;
	return (const uint8_t *)(view->bias + (uintptr_t)at);
}

/* Little-endian and not aligned, like everything that firmware leaves. */
static inline uint16_t phys_u16(const uint8_t *p)
{
	return ((const struct phys_unaligned16 *)p)->value;
}

static inline uint32_t phys_u32(const uint8_t *p)
{
	return ((const struct phys_unaligned32 *)p)->value;
}

static inline uint64_t phys_u64(const uint8_t *p)
{
	return ((const struct phys_unaligned64 *)p)->value;
}

#endif
