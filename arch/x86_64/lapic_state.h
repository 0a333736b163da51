/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_LAPIC_STATE_H
#define ARCH_X86_64_LAPIC_STATE_H

#include <stddef.h>
#include "arch/x86_64/lapic.h"

/* What the files of the local APIC share: registers and their bits (SDM 3A 11.4 to 11.12), and steps. Nobody else
 * includes this but intel/assist.c. ISR, TMR and IRR are eight registers each; the LVT goes from REG_TIMER to REG_ERROR. */
enum { REG_ID = 0x02, REG_VERSION = 0x03, REG_TPR = 0x08, REG_PPR = 0x0a, REG_EOI = 0x0b, REG_LDR = 0x0d };
enum { REG_DFR = 0x0e, REG_SVR = 0x0f, REG_ISR = 0x10, REG_TMR = 0x18, REG_IRR = 0x20, REG_ESR = 0x28 };
enum { REG_ICR = 0x30, REG_ICR_HIGH = 0x31, REG_TIMER = 0x32, REG_LINT0 = 0x35, REG_ERROR = 0x37 };
enum { REG_INITIAL = 0x38, REG_CURRENT = 0x39, REG_DIVIDE = 0x3e, REG_SELF_IPI = 0x3f, REG_COUNT = 0x40 };
#define APIC_BASE_BSP (UINT64_C(1) << 8)
#define APIC_BASE_EXTD (UINT64_C(1) << 10)
#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define SVR_ENABLE 0x100u
#define LVT_MASKED 0x10000u
#define LVT_MODE 0x700u
#define TIMER_PERIODIC 0x20000u
#define TIMER_DEADLINE 0x40000u
#define ESR_SEND_ILLEGAL 0x20u
#define ESR_RECEIVE_ILLEGAL 0x40u
#define ESR_REGISTER_ILLEGAL 0x80u
enum { MODE_FIXED = 0, MODE_LOWEST = 1, MODE_NMI = 4, MODE_INIT = 5, MODE_SIPI = 6, MODE_EXTINT = 7 };
#define ICR_TO_SELF (1u << 18)

#define NEVER (~UINT64_C(0))

static inline bool lapic_is_x2apic(const struct lapic *lapic)
{
	return lapic->base & APIC_BASE_EXTD; /* never without APIC_BASE_ENABLE */
}

static inline uint32_t lapic_load(const struct lapic *lapic, size_t index)
{
	return __atomic_load_n(&lapic->reg[index].value, __ATOMIC_RELAXED);
}

/* An LVT entry's mode if it is not masked; software-disabled APICs hold every entry masked. */
static inline bool lapic_lvt_is(const struct lapic *lapic, unsigned index, unsigned mode)
{
	return (lapic->reg[index].value & (LVT_MASKED | LVT_MODE)) == mode << 8;
}

static inline uint64_t lapic_requested(const struct lapic *lapic)
{
	return __atomic_load_n(&lapic->irr.all, __ATOMIC_RELAXED);
}

/* The highest vector of the set that begins at register `first`; LAPIC_NO_VECTOR if none. */
unsigned lapic_search(const struct lapic *lapic, size_t first, uint64_t words);

/* The same, where the byte that says most is usually right. */
static inline unsigned lapic_highest_in(const struct lapic *lapic, size_t first, uint64_t words)
{
	if (words == 0)
		return LAPIC_NO_VECTOR;
	size_t word = (63u ^ (unsigned)__builtin_clzll(words)) >> 3;
	const struct lapic_register *sets = &lapic->reg[word]; /* so that `first` is a displacement */
	uint32_t bits = __atomic_load_n(&sets[first].value, __ATOMIC_RELAXED);
	if (__builtin_expect(bits == 0, false))
		return lapic_search(lapic, first, words);
	return (unsigned)word << 5 | (31u ^ (unsigned)__builtin_clz(bits));
}

/* The word first and then its byte: whoever finds the byte 0 is before this. true: the bit is new. */
static inline bool lapic_request(struct lapic *lapic, unsigned vector)
{
	struct lapic_register *sets = &lapic->reg[vector / 32];
	uint32_t bit = 1u << vector % 32, before = __atomic_fetch_or(&sets[REG_IRR].value, bit, __ATOMIC_SEQ_CST);
	__atomic_store_n(&lapic->irr.of[vector / 32], 1, __ATOMIC_RELEASE);
	return !(before & bit);
}

/* Records an error of ESR; a new one posts the error vector. */
void lapic_error(struct lapic *lapic, uint32_t bit);

/* lapic_post() of an APIC that software has enabled, here because some want it inline with `level` known. */
static inline bool lapic_pend(struct lapic *lapic, unsigned vector, bool level)
{
	if (vector - 16u > 239u) {
		lapic_error(lapic, ESR_RECEIVE_ILLEGAL);
		return false;
	}
	/* The trigger mode first: whoever takes the request from IRR must find its trigger mode. */
	struct lapic_register *sets = &lapic->reg[vector / 32];
	uint32_t *word = &sets[REG_TMR].value, bit = 1u << vector % 32;
	bool was_level = __atomic_load_n(word, __ATOMIC_RELAXED) & bit;
	if (level && !was_level)
		__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
	else if (!level && was_level)
		__atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
	return lapic_request(lapic, vector);
}

/* Inline for the same reason, and so that the caller knows the effect. Nested interrupts are rare. */
static inline __attribute__((always_inline)) enum lapic_effect lapic_eoi(struct lapic *lapic, uint64_t *detail)
{
	unsigned vector = lapic->isr_top;
	struct lapic_register *sets = &lapic->reg[vector / 32];
	if (vector == LAPIC_NO_VECTOR)
		return LAPIC_DONE;
	uint32_t others = sets[REG_ISR].value & ~(1u << vector % 32);
	sets[REG_ISR].value = others;
	if (__builtin_expect(others == 0, true))
		lapic->isr.of[vector / 32] = 0;
	lapic->isr_top = lapic_highest_in(lapic, REG_ISR, lapic->isr.all);
	if (__builtin_expect(__atomic_load_n(&sets[REG_TMR].value, __ATOMIC_RELAXED) >> vector % 32 & 1, false)) {
		*detail = vector;
		return LAPIC_EOI;
	}
	return lapic_requested(lapic) ? LAPIC_RAISED : LAPIC_DONE;
}

void lapic_registers_reset(struct lapic *lapic);
/* ID and LDR in the form of the mode. */
void lapic_identify(struct lapic *lapic);
enum lapic_effect lapic_icr_send(struct lapic *lapic, uint64_t icr, uint64_t *detail);
uint32_t lapic_timer_count(const struct lapic *lapic, uint64_t now);
void lapic_timer_start(struct lapic *lapic, uint32_t count, uint64_t now);
void lapic_timer_divide(struct lapic *lapic, uint32_t divide, uint64_t now);
void lapic_timer_mode(struct lapic *lapic, uint32_t entry);

#endif
