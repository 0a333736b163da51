/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * The registers (SDM 3A table 11-1 and 11.12.1.2, APM 2 16.3). One table, indexed by offset / 16, serves both ways in:
 * the MSRs of x2APIC mode, where a wrong access is #GP, and the offsets of xAPIC mode, where it sets ESR or is ignored.
 * A read is a load but for what time or priority computes; a write stores the writable bits, and a few do more.
 * Left out: arbitration priority and remote read (absent on every CPU with x2APIC), extended AMD registers, CMCI, and
 * EOI-broadcast suppression; the version register says so. The APIC id is read-only in both modes.
 */
#define MSR_APIC_BASE 0x1bu
#define MSR_TSC_DEADLINE 0x6e0u
#define MSR_X2APIC 0x800u
#define APIC_BASE_ADDRESS UINT64_C(0x000ffffffffff000)
#define APIC_BASE_MODE (APIC_BASE_ENABLE | APIC_BASE_EXTD)

/* Ways in that exist; and whether a write can change what is deliverable. */
#define PAGE_READ 1u
#define PAGE_WRITE 2u
#define PAGE (PAGE_READ | PAGE_WRITE)
#define MSR_READ 4u
#define MSR_WRITE 8u
#define READ (PAGE_READ | MSR_READ)
#define ALL (PAGE | MSR_READ | MSR_WRITE)
#define RAISES 16u
static const struct rule {
	uint32_t writable;
	uint16_t ignored; /* read-only bits that a write may carry in x2APIC mode */
	uint16_t ways;
} rules[REG_COUNT] = {
        [REG_ID] = {0, 0, READ},
        [REG_VERSION] = {0, 0, READ},
        [REG_TPR] = {0xff, 0, ALL | RAISES},
        [0x09] = {0, 0, PAGE_READ}, /* arbitration priority */
        [REG_PPR] = {0, 0, READ},
        [REG_EOI] = {0, 0, PAGE_WRITE | MSR_WRITE},
        [0x0c] = {0, 0, PAGE_READ}, /* remote read */
        [REG_LDR] = {0xff000000, 0, PAGE | MSR_READ},
        [REG_DFR] = {0xf0000000, 0, PAGE},
        [REG_SVR] = {0x3ff, 0, ALL},
        [REG_ISR... REG_IRR + 7] = {0, 0, READ},
        [REG_ESR] = {0, 0, ALL},
        [REG_ICR] = {0x000ccfff, 0, ALL},
        [REG_ICR_HIGH] = {0xff000000, 0, PAGE},
        [REG_TIMER] = {0x000700ff, 0x1000, ALL},
        [REG_TIMER + 1 ... REG_LINT0 - 1] = {0x000107ff, 0x1000, ALL},
        [REG_LINT0] = {0x0001a7ff, 0x5000, ALL | RAISES}, /* the INTR line may be up already */
        [REG_LINT0 + 1] = {0x0001a7ff, 0x5000, ALL},
        [REG_ERROR] = {0x000100ff, 0x1000, ALL},
        [REG_INITIAL] = {0xffffffff, 0, ALL},
        [REG_CURRENT] = {0, 0, READ},
        [REG_DIVIDE] = {0xb, 0, ALL},
        [REG_SELF_IPI] = {0xff, 0, MSR_WRITE},
};

static uint32_t read(const struct lapic *lapic, unsigned index, uint64_t now)
{
	if (index == REG_CURRENT)
		return lapic_timer_count(lapic, now);
	/* SDM 3A 11.8.3.1: the higher class of the two; its sub-class only if it is the task's. */
	uint32_t task = lapic_load(lapic, REG_TPR), service = lapic->isr_top & 0xf0u;
	if (index == REG_PPR)
		return (task & 0xf0u) >= service ? task : service;
	return lapic_load(lapic, index);
}

static enum lapic_effect write(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	switch (index) {
	case REG_EOI:
		return lapic_eoi(lapic, detail);
	case REG_SELF_IPI:
		return lapic_icr_send(lapic, ICR_TO_SELF | value, detail);
	case REG_ICR:
		lapic->reg[REG_ICR].value = value;
		return lapic_icr_send(lapic, (uint64_t)lapic->reg[REG_ICR_HIGH].value << 32 | value, detail);
	case REG_INITIAL:
		lapic_timer_start(lapic, value, now);
		return LAPIC_TIMER;
	case REG_DIVIDE:
		lapic_timer_divide(lapic, value, now);
		return LAPIC_TIMER;
	case REG_DFR:
		value |= 0x0fffffff;
		break;
	case REG_ESR: /* makes the errors since the write before visible (SDM 3A 11.5.3) */
		value = __atomic_exchange_n(&lapic->esr_pending, 0, __ATOMIC_SEQ_CST);
		break;
	case REG_SVR: /* while software-disabled every LVT mask bit is set and stays set (SDM 3A 11.4.7.2) */
		for (unsigned entry = REG_TIMER; entry <= REG_ERROR && !(value & SVR_ENABLE); entry++)
			lapic->reg[entry].value |= LVT_MASKED;
		break;
	case REG_TIMER ... REG_ERROR:
		if (!(lapic->reg[REG_SVR].value & SVR_ENABLE))
			value |= LVT_MASKED;
		if (index != REG_TIMER)
			break;
		lapic_timer_mode(lapic, value);
		return LAPIC_TIMER;
	default:
		break;
	}
	__atomic_store_n(&lapic->reg[index].value, value, __ATOMIC_RELAXED);
	return rules[index].ways & RAISES ? LAPIC_RAISED : LAPIC_DONE;
}

/* Disabled -> xAPIC -> x2APIC -> disabled, and xAPIC -> disabled; all else is #GP (SDM 3A 11.12.5, APM 2 16.9). */
static enum lapic_effect write_base(struct lapic *lapic, uint64_t value, uint64_t *detail)
{
	uint64_t before = lapic->base & APIC_BASE_MODE, mode = value & APIC_BASE_MODE;
	if (value & ~(APIC_BASE_ADDRESS | APIC_BASE_MODE | APIC_BASE_BSP) || mode == APIC_BASE_EXTD)
		return LAPIC_FAULT;
	if ((before == 0 && mode == APIC_BASE_MODE) || (before == APIC_BASE_MODE && mode == APIC_BASE_ENABLE))
		return LAPIC_FAULT;
	value = (value & ~APIC_BASE_BSP) | (lapic->base & APIC_BASE_BSP);
	if (value == lapic->base)
		return LAPIC_DONE;
	lapic->base = *detail = value;
	if (mode == 0) {
		lapic_registers_reset(lapic);
	} else if (before != mode && mode == APIC_BASE_MODE) {
		lapic_identify(lapic);
		lapic->reg[REG_ICR_HIGH].value = 0;
	}
	return LAPIC_BASE;
}

static bool msr_exists(const struct lapic *lapic, uint32_t msr, unsigned way)
{
	uint32_t index = msr - MSR_X2APIC;
	return index < REG_COUNT && lapic_is_x2apic(lapic) && rules[index].ways & way;
}

enum lapic_effect lapic_msr_read(struct lapic *lapic, uint32_t msr, uint64_t now, uint64_t *value)
{
	if (msr_exists(lapic, msr, MSR_READ)) {
		*value = read(lapic, msr - MSR_X2APIC, now);
		if (msr == MSR_X2APIC + REG_ICR)
			*value |= (uint64_t)lapic->reg[REG_ICR_HIGH].value << 32;
	} else if (msr == MSR_APIC_BASE) {
		*value = lapic->base;
	} else if (msr == MSR_TSC_DEADLINE) {
		bool armed = lapic->reg[REG_TIMER].value & TIMER_DEADLINE && lapic->deadline != NEVER;
		*value = armed ? lapic->deadline : 0;
	} else {
		return LAPIC_FAULT;
	}
	return LAPIC_DONE;
}

enum lapic_effect lapic_msr_write(struct lapic *lapic, uint32_t msr, uint64_t value, uint64_t now, uint64_t *detail)
{
	/* In the order of how often they come; the general way would do for the first, too. */
	uint32_t index = msr - MSR_X2APIC;
	if (index == REG_EOI && value == 0 && lapic_is_x2apic(lapic))
		return lapic_eoi(lapic, detail);
	if (msr == MSR_TSC_DEADLINE) {
		if (lapic->reg[REG_TIMER].value & TIMER_DEADLINE)
			lapic->deadline = value ? value : NEVER;
		return LAPIC_TIMER;
	}
	if (msr == MSR_APIC_BASE)
		return write_base(lapic, value, detail);
	if (!msr_exists(lapic, msr, MSR_WRITE) || (uint32_t)value & ~(rules[index].writable | rules[index].ignored))
		return LAPIC_FAULT;
	if (index == REG_ICR)
		lapic->reg[REG_ICR_HIGH].value = (uint32_t)(value >> 32);
	else if (value >> 32)
		return LAPIC_FAULT;
	return write(lapic, index, (uint32_t)value & rules[index].writable, now, detail);
}

/* Of an offset of the xAPIC page, 0 after recording the illegal access. Globally disabled there is no page. */
static unsigned page_ways(struct lapic *lapic, unsigned offset)
{
	unsigned ways = offset < 16 * REG_COUNT && offset % 16 == 0 ? rules[offset / 16].ways & PAGE : 0;
	if (!(lapic->base & APIC_BASE_ENABLE))
		return 0;
	if (ways == 0)
		lapic_error(lapic, ESR_REGISTER_ILLEGAL);
	return ways;
}

uint32_t lapic_register_read(struct lapic *lapic, unsigned offset, uint64_t now)
{
	return page_ways(lapic, offset) & PAGE_READ ? read(lapic, offset / 16, now) : 0;
}

enum lapic_effect lapic_register_write(struct lapic *lapic, unsigned offset, uint32_t value, uint64_t now,
                                       uint64_t *detail)
{
	unsigned ways = page_ways(lapic, offset);
	if (ways & PAGE_WRITE)
		return write(lapic, offset / 16, value & rules[offset / 16].writable, now, detail);
	return ways == 0 && lapic->esr_pending ? LAPIC_RAISED : LAPIC_DONE;
}
