/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_LAPIC_STATE_H
#define ARCH_X86_64_LAPIC_STATE_H

#include "arch/x86_64/lapic.h"

/* What the files of the local APIC share: register bits (SDM 3A 11.4 to 11.12) and steps. Nobody else includes this. */
#define APIC_BASE_BSP (UINT64_C(1) << 8)
#define APIC_BASE_EXTD (UINT64_C(1) << 10)
#define APIC_BASE_ENABLE (UINT64_C(1) << 11)
#define APIC_BASE_MODE (APIC_BASE_ENABLE | APIC_BASE_EXTD)
#define APIC_BASE_ADDRESS UINT64_C(0x000ffffffffff000)
#define APIC_BASE_RESET UINT64_C(0xfee00000)

#define SVR_ENABLE 0x100u
#define LVT_MASKED 0x10000u
#define LVT_MODE 0x700u
#define LVT_MODE_FIXED 0x000u
#define LVT_MODE_NMI 0x400u
#define LVT_MODE_EXTINT 0x700u
#define LVT_TIMER_MODE 0x60000u
#define LVT_TIMER_PERIODIC 0x20000u
#define LVT_TIMER_DEADLINE 0x40000u
enum { LVT_TIMER, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_COUNT };

#define ESR_SEND_ILLEGAL 0x20u
#define ESR_RECEIVE_ILLEGAL 0x40u
#define ESR_REGISTER_ILLEGAL 0x80u

#define ICR_VECTOR(icr) ((unsigned)(icr)&0xffu)
#define ICR_MODE(icr) ((unsigned)((icr) >> 8) & 7u)
#define ICR_LOGICAL 0x800u
#define ICR_ASSERT 0x4000u
#define ICR_LEVEL 0x8000u
#define ICR_SHORTHAND(icr) ((unsigned)((icr) >> 18) & 3u)
enum { ICR_FIXED = 0, ICR_LOWEST = 1, ICR_NMI = 4, ICR_INIT = 5, ICR_SIPI = 6 };
enum { TO_DESTINATION = 0, TO_SELF = 1, TO_ALL = 2, TO_OTHERS = 3 };

#define NEVER (~UINT64_C(0))

static inline bool lapic_is_x2apic(const struct lapic *lapic)
{
	return lapic->base & APIC_BASE_EXTD; /* never without APIC_BASE_ENABLE */
}

static inline uint64_t vector_bit(unsigned vector)
{
	return UINT64_C(1) << (vector & 63u);
}

enum lapic_effect lapic_eoi(struct lapic *lapic, uint64_t *detail);
/* Records an error of ESR; a new one posts the error vector. */
void lapic_error(struct lapic *lapic, uint32_t bit);

/* lapic_post(), here because the self IPI wants it inline with `level` known. */
static inline bool lapic_pend(struct lapic *lapic, unsigned vector, bool level)
{
	if (!(__atomic_load_n(&lapic->svr, __ATOMIC_RELAXED) & SVR_ENABLE))
		return false;
	if (vector - 16u > 239u) {
		lapic_error(lapic, ESR_RECEIVE_ILLEGAL);
		return false;
	}
	/* The trigger mode first: whoever takes the request from irr must find its trigger mode. */
	uint64_t *word = &lapic->tmr[vector >> 6];
	uint64_t bit = vector_bit(vector);
	bool was_level = __atomic_load_n(word, __ATOMIC_RELAXED) & bit;
	if (level && !was_level)
		__atomic_fetch_or(word, bit, __ATOMIC_SEQ_CST);
	else if (!level && was_level)
		__atomic_fetch_and(word, ~bit, __ATOMIC_SEQ_CST);
	return !(__atomic_fetch_or(&lapic->irr[vector >> 6], bit, __ATOMIC_SEQ_CST) & bit);
}
enum lapic_effect lapic_icr_send(struct lapic *lapic, uint64_t *detail);

uint32_t lapic_timer_count(const struct lapic *lapic, uint64_t now);
void lapic_timer_start(struct lapic *lapic, uint32_t count, uint64_t now);
void lapic_timer_divide(struct lapic *lapic, uint32_t divide, uint64_t now);
void lapic_timer_lvt(struct lapic *lapic, uint32_t value);
uint64_t lapic_timer_deadline(const struct lapic *lapic);
enum lapic_effect lapic_timer_set_deadline(struct lapic *lapic, uint64_t deadline);

#endif
