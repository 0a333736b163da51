/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * Interrupt acceptance and priority (SDM 3A 11.8, APM 2 16.6). Three 256-bit sets: requested, in service, level.
 * Only irr and tmr are written by other CPUs, bit by bit and atomically; everything else belongs to the owner's CPU.
 * Invariant: isr_top is the highest bit of isr, or 0; no vector below 16 is ever in a set. Priorities are compared by
 * class (bits 7:4), so a pending vector is deliverable when its class is above those of the task and of isr_top.
 */
static unsigned highest_bit(uint64_t word)
{
	return 63u ^ (unsigned)__builtin_clzll(word);
}

/* Unrolled: with few vectors in use the first or second look finds it. */
static inline unsigned highest_vector(const uint64_t set[4])
{
	uint64_t bits = __atomic_load_n(&set[3], __ATOMIC_RELAXED);

	if (bits)
		return 192u + highest_bit(bits);
	bits = __atomic_load_n(&set[2], __ATOMIC_RELAXED);
	if (bits)
		return 128u + highest_bit(bits);
	bits = __atomic_load_n(&set[1], __ATOMIC_RELAXED);
	if (bits)
		return 64u + highest_bit(bits);
	bits = __atomic_load_n(&set[0], __ATOMIC_RELAXED);
	return bits ? highest_bit(bits) : LAPIC_NO_VECTOR;
}

static void reset_registers(struct lapic *lapic)
{
	for (unsigned word = 0; word < 4; word++) {
		__atomic_store_n(&lapic->irr[word], 0, __ATOMIC_RELAXED);
		__atomic_store_n(&lapic->tmr[word], 0, __ATOMIC_RELAXED);
		lapic->isr[word] = 0;
	}
	for (unsigned entry = 0; entry < LVT_COUNT; entry++)
		lapic->lvt[entry] = LVT_MASKED;
	lapic->deadline = NEVER;
	lapic->period = 0;
	lapic->icr = 0;
	lapic->ldr = lapic_is_x2apic(lapic) ? (lapic->id >> 4) << 16 | 1u << (lapic->id & 15u) : 0;
	lapic->dfr = 0xffffffffu;
	lapic->tpr = 0;
	lapic->svr = 0xff;
	lapic->esr = 0;
	__atomic_store_n(&lapic->esr_pending, 0, __ATOMIC_RELAXED);
	lapic->initial_count = 0;
	lapic->divide = 0;
	lapic->isr_top = 0;
	lapic->nmi_pending = 0;
}

void lapic_reset(struct lapic *lapic, uint32_t id, bool x2apic, uint64_t ticks_mul)
{
	lapic->id = id;
	lapic->base = APIC_BASE_RESET | APIC_BASE_ENABLE | (x2apic ? APIC_BASE_EXTD : 0) | (id ? 0 : APIC_BASE_BSP);
	lapic->ticks_mul = ticks_mul;
	lapic->extint = 0;
	lapic->state = LAPIC_RUNNING;
	reset_registers(lapic);
}

void lapic_init(struct lapic *lapic)
{
	reset_registers(lapic);
	lapic->state = lapic->base & APIC_BASE_BSP ? LAPIC_RUNNING : LAPIC_WAIT_SIPI;
}

void lapic_error(struct lapic *lapic, uint32_t bit)
{
	uint32_t before = __atomic_fetch_or(&lapic->esr_pending, bit, __ATOMIC_SEQ_CST);
	uint32_t entry = __atomic_load_n(&lapic->lvt[LVT_ERROR], __ATOMIC_RELAXED);
	if (!(before & bit) && !(entry & LVT_MASKED) && (entry & 0xffu) >= 16)
		__atomic_fetch_or(&lapic->irr[(entry & 0xffu) >> 6], vector_bit(entry), __ATOMIC_SEQ_CST);
}

bool lapic_post(struct lapic *lapic, unsigned vector, bool level)
{
	return lapic_pend(lapic, vector, level);
}

static unsigned above(const struct lapic *lapic, unsigned priority)
{
	unsigned vector = highest_vector(lapic->irr);
	return (vector & 0xf0u) > (priority & 0xf0u) ? vector : LAPIC_NO_VECTOR;
}

unsigned lapic_highest(const struct lapic *lapic)
{
	return above(lapic, lapic->tpr > lapic->isr_top ? lapic->tpr : lapic->isr_top);
}

unsigned lapic_pending(const struct lapic *lapic)
{
	return above(lapic, lapic->isr_top);
}

void lapic_accept(struct lapic *lapic, unsigned vector)
{
	uint64_t bit = vector_bit(vector);
	__atomic_fetch_and(&lapic->irr[vector >> 6], ~bit, __ATOMIC_SEQ_CST);
	lapic->isr[vector >> 6] |= bit;
	if (vector > lapic->isr_top)
		lapic->isr_top = vector;
}

enum lapic_effect lapic_eoi(struct lapic *lapic, uint64_t *detail)
{
	unsigned vector = lapic->isr_top;
	if (vector == LAPIC_NO_VECTOR)
		return LAPIC_DONE;
	uint64_t bit = vector_bit(vector);
	uint64_t level = lapic->tmr[vector >> 6] & bit;
	lapic->isr[vector >> 6] &= ~bit;
	/* Nested interrupts are rare. */
	if (lapic->isr[0] | lapic->isr[1] | lapic->isr[2] | lapic->isr[3])
		lapic->isr_top = highest_vector(lapic->isr);
	else
		lapic->isr_top = LAPIC_NO_VECTOR;
	if (!level)
		return LAPIC_RAISED;
	*detail = vector;
	return LAPIC_EOI;
}

bool lapic_extint_ready(const struct lapic *lapic)
{
	if (!lapic->extint)
		return false;
	if (!(lapic->base & APIC_BASE_ENABLE))
		return true;
	/* Software-disabled APICs hold every LVT masked, so the mask says that too. */
	return (lapic->lvt[LVT_LINT0] & (LVT_MASKED | LVT_MODE)) == LVT_MODE_EXTINT;
}

bool lapic_extint_line(struct lapic *lapic, bool raised)
{
	bool rising = raised && !lapic->extint;
	uint32_t entry = lapic->lvt[LVT_LINT0];
	lapic->extint = raised;
	if (!rising)
		return false;
	if ((entry & (LVT_MASKED | LVT_MODE)) == LVT_MODE_FIXED && lapic->base & APIC_BASE_ENABLE)
		return lapic_post(lapic, entry & 0xffu, false);
	if ((entry & (LVT_MASKED | LVT_MODE)) == LVT_MODE_NMI) {
		lapic->nmi_pending = 1;
		return true;
	}
	return lapic_extint_ready(lapic);
}
