/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_IOAPIC_H
#define ARCH_X86_64_HW_IOAPIC_H

#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/hw/idt.h"

/* 82093AA: an index and a data register; a line's entry is two registers. */
#define IOAPIC_LOW (1u << 13)
#define IOAPIC_LEVEL (1u << 15)
#define IOAPIC_MASKED (1u << 16)

static inline volatile uint32_t *ioapic_select(uint64_t ioapic, uint32_t reg)
{
	volatile uint32_t *at = (volatile uint32_t *)(uintptr_t)ioapic;

	*at = reg;
	return at + 4;
}
static inline void ioapic_write(uint64_t ioapic, uint32_t reg, uint32_t value)
{
	*ioapic_select(ioapic, reg) = value;
}
/* The lower half of a line's entry while it is open. */
static inline uint32_t ioapic_entry(const struct given_line *l, unsigned line)
{
	return (VECTOR_LINE + line) | (l->low ? IOAPIC_LOW : 0) | (l->level ? IOAPIC_LEVEL : 0);
}

#endif
