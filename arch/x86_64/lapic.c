/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * Interrupt acceptance and priority (SDM 3A 11.8, APM 2 16.6). Three 256-bit sets: requested, in service, level.
 * Only IRR, its `irr` bytes and TMR are written by other CPUs, bit by bit and atomically; everything else belongs to the
 * owner's CPU. Invariant: isr_top is the highest bit of ISR, or 0; no vector below 16 is ever in a set. Priorities are
 * compared by class (bits 7:4), so a pending vector is deliverable when its class is above those of the task and of
 * isr_top.
 */
__attribute__((noinline)) unsigned lapic_search(const struct lapic *lapic, size_t first, uint64_t words)
{
	while (words) {
		size_t word = (63u ^ (unsigned)__builtin_clzll(words)) >> 3;
		uint32_t bits = lapic_load(lapic, first + word);
		if (bits)
			return (unsigned)word << 5 | (31u ^ (unsigned)__builtin_clz(bits));
		words &= ~(UINT64_C(0xff) << word * 8);
	}
	return LAPIC_NO_VECTOR;
}

void lapic_identify(struct lapic *lapic)
{
	bool wide = lapic_is_x2apic(lapic);
	lapic->reg[REG_ID].value = wide ? lapic->id : lapic->id << 24;
	lapic->reg[REG_LDR].value = wide ? lapic->id >> 4 << 16 | 1u << lapic->id % 16 : 0;
}

void lapic_registers_reset(struct lapic *lapic)
{
	__atomic_store_n(&lapic->irr.all, 0, __ATOMIC_RELAXED);
	lapic->isr.all = 0;
	for (unsigned i = 0; i < REG_COUNT; i++)
		__atomic_store_n(&lapic->reg[i].value, i >= REG_TIMER && i <= REG_ERROR ? LVT_MASKED : 0,
		                 __ATOMIC_RELAXED);
	lapic->reg[REG_VERSION].value = 0x00050014; /* six LVT entries, integrated APIC */
	lapic->reg[REG_DFR].value = 0xffffffff;
	lapic->reg[REG_SVR].value = 0xff;
	lapic_identify(lapic);
	lapic->deadline = NEVER;
	lapic->period = 0;
	lapic->isr_top = LAPIC_NO_VECTOR;
	__atomic_store_n(&lapic->esr_pending, 0, __ATOMIC_RELAXED);
}

void lapic_reset(struct lapic *lapic, uint32_t id, bool x2apic)
{
	lapic->id = id;
	lapic->base =
	        UINT64_C(0xfee00000) | APIC_BASE_ENABLE | (x2apic ? APIC_BASE_EXTD : 0) | (id ? 0 : APIC_BASE_BSP);
	lapic->extint = 0;
	lapic_init(lapic);
	lapic->state = LAPIC_RUNNING;
}

void lapic_init(struct lapic *lapic)
{
	lapic_registers_reset(lapic);
	lapic->nmi_pending = 0;
	lapic->state = lapic->base & APIC_BASE_BSP ? LAPIC_RUNNING : LAPIC_WAIT_SIPI;
}

void lapic_error(struct lapic *lapic, uint32_t bit)
{
	uint32_t before = __atomic_fetch_or(&lapic->esr_pending, bit, __ATOMIC_SEQ_CST);
	uint32_t entry = lapic_load(lapic, REG_ERROR);
	if (!(before & bit) && !(entry & LVT_MASKED) && (entry & 0xffu) >= 16)
		lapic_request(lapic, entry & 0xffu);
}

/* One copy for all who are in no hurry. */
__attribute__((noinline)) bool lapic_post(struct lapic *lapic, unsigned vector, bool level)
{
	return lapic_load(lapic, REG_SVR) & SVR_ENABLE && lapic_pend(lapic, vector, level);
}

static unsigned above(const struct lapic *lapic, unsigned priority)
{
	unsigned vector = lapic_highest_in(lapic, REG_IRR, lapic_requested(lapic));
	return vector > (priority | 0xfu) ? vector : LAPIC_NO_VECTOR; /* of a higher class */
}

unsigned lapic_highest(const struct lapic *lapic)
{
	unsigned task = lapic->reg[REG_TPR].value;
	return above(lapic, task > lapic->isr_top ? task : lapic->isr_top);
}

unsigned lapic_pending(const struct lapic *lapic)
{
	return above(lapic, lapic->isr_top);
}

bool lapic_accept(struct lapic *lapic, unsigned vector)
{
	struct lapic_register *sets = &lapic->reg[vector / 32];
	uint32_t bit = 1u << vector % 32;
	/* The byte first: a request that comes in between sets it again, and one before is seen in the word. */
	__atomic_store_n(&lapic->irr.of[vector / 32], 0, __ATOMIC_RELAXED);
	if (__atomic_and_fetch(&sets[REG_IRR].value, ~bit, __ATOMIC_SEQ_CST) != 0)
		__atomic_store_n(&lapic->irr.of[vector / 32], 1, __ATOMIC_RELAXED);
	sets[REG_ISR].value |= bit;
	lapic->isr.of[vector / 32] = 1;
	lapic->isr_top = vector;
	return lapic_requested(lapic) != 0;
}

bool lapic_extint_ready(const struct lapic *lapic)
{
	return lapic->extint && (!(lapic->base & APIC_BASE_ENABLE) || lapic_lvt_is(lapic, REG_LINT0, MODE_EXTINT));
}

bool lapic_extint_line(struct lapic *lapic, bool raised)
{
	bool rising = raised && !lapic->extint;
	lapic->extint = raised;
	if (!rising)
		return false;
	if (lapic_lvt_is(lapic, REG_LINT0, MODE_FIXED))
		return lapic_post(lapic, lapic->reg[REG_LINT0].value & 0xffu, false);
	if (!lapic_lvt_is(lapic, REG_LINT0, MODE_NMI))
		return lapic_extint_ready(lapic);
	lapic->nmi_pending = 1;
	return true;
}
