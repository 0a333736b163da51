/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/lapic_state.h"

/*
 * The registers (SDM 3A table 11-1 and 11.12.1.2, APM 2 16.3). One table, indexed by offset / 16, serves both ways in:
 * the MSRs of x2APIC mode, where a wrong access is #GP, and the offsets of xAPIC mode, where it sets ESR or is ignored.
 * Left out: arbitration priority and remote read (absent on every CPU with x2APIC), extended AMD registers, CMCI, and
 * EOI-broadcast suppression; the version register says so. The APIC id is read-only in both modes.
 */
#define MSR_APIC_BASE 0x1bu
#define MSR_TSC_DEADLINE 0x6e0u
#define MSR_X2APIC 0x800u
#define MSR_EOI 0x80bu
#define MSR_ICR 0x830u
#define MSR_SELF_IPI 0x83fu
#define VERSION 0x00050014u /* six LVT entries, integrated APIC */
#define ICR_TO_SELF 0x40000u
#define ICR_RESERVED 0xfff33000u /* of the low half in x2APIC mode */
#define REGISTERS 64u

typedef uint32_t read_register(const struct lapic *lapic, unsigned index, uint64_t now);
typedef enum lapic_effect write_register(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now,
                                         uint64_t *detail);

static uint32_t read_id(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic_is_x2apic(lapic) ? lapic->id : lapic->id << 24;
}

static uint32_t read_version(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)lapic, (void)index, (void)now;
	return VERSION;
}

static uint32_t read_zero(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)lapic, (void)index, (void)now;
	return 0;
}

static uint32_t read_tpr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->tpr;
}

/* SDM 3A 11.8.3.1: the higher class of the two; its sub-class only if it is the task's. */
static uint32_t read_ppr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	uint32_t service = lapic->isr_top & 0xf0u;
	return (lapic->tpr & 0xf0u) >= service ? lapic->tpr : service;
}

static uint32_t read_ldr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->ldr;
}

static uint32_t read_dfr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->dfr;
}

static uint32_t read_svr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->svr;
}

static uint32_t read_set(const uint64_t set[4], unsigned part)
{
	return (uint32_t)(__atomic_load_n(&set[part >> 1], __ATOMIC_RELAXED) >> (part & 1u) * 32u);
}

static uint32_t read_isr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)now;
	return read_set(lapic->isr, index & 7u);
}

static uint32_t read_tmr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)now;
	return read_set(lapic->tmr, index & 7u);
}

static uint32_t read_irr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)now;
	return read_set(lapic->irr, index & 7u);
}

static uint32_t read_esr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->esr;
}

static uint32_t read_icr(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)now;
	return (uint32_t)(lapic->icr >> (index & 1u) * 32u);
}

static uint32_t read_lvt(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)now;
	return lapic->lvt[index - 0x32u];
}

static uint32_t read_initial(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->initial_count;
}

static uint32_t read_current(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index;
	return lapic_timer_count(lapic, now);
}

static uint32_t read_divide(const struct lapic *lapic, unsigned index, uint64_t now)
{
	(void)index, (void)now;
	return lapic->divide;
}

static enum lapic_effect write_tpr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)now, (void)detail;
	lapic->tpr = value;
	return LAPIC_RAISED;
}

static enum lapic_effect write_eoi(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)value, (void)now;
	return lapic_eoi(lapic, detail);
}

static enum lapic_effect write_ldr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)now, (void)detail;
	lapic->ldr = value;
	return LAPIC_DONE;
}

static enum lapic_effect write_dfr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)now, (void)detail;
	lapic->dfr = value | 0x0fffffffu;
	return LAPIC_DONE;
}

/* SDM 3A 11.4.7.2: while software-disabled every LVT mask bit is set and stays set. */
static enum lapic_effect write_svr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)now, (void)detail;
	lapic->svr = value;
	for (unsigned entry = 0; entry < LVT_COUNT && !(value & SVR_ENABLE); entry++)
		lapic->lvt[entry] |= LVT_MASKED;
	return LAPIC_DONE;
}

/* A write makes the errors since the write before visible (SDM 3A 11.5.3). */
static enum lapic_effect write_esr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)value, (void)now, (void)detail;
	lapic->esr = __atomic_exchange_n(&lapic->esr_pending, 0, __ATOMIC_SEQ_CST);
	return LAPIC_DONE;
}

static enum lapic_effect write_icr(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)now;
	if (index & 1u) {
		lapic->icr = (uint64_t)value << 32 | (uint32_t)lapic->icr;
		return LAPIC_DONE;
	}
	lapic->icr = (lapic->icr >> 32) << 32 | value;
	return lapic_icr_send(lapic, detail);
}

static enum lapic_effect write_lvt(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)now, (void)detail;
	unsigned entry = index - 0x32u;
	if (!(lapic->svr & SVR_ENABLE))
		value |= LVT_MASKED;
	if (entry == LVT_TIMER) {
		lapic_timer_lvt(lapic, value);
		return LAPIC_TIMER;
	}
	lapic->lvt[entry] = value;
	/* The INTR line may be up already and find LINT0 open now. */
	return entry == LVT_LINT0 ? LAPIC_RAISED : LAPIC_DONE;
}

static enum lapic_effect write_initial(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now,
                                       uint64_t *detail)
{
	(void)index, (void)detail;
	lapic_timer_start(lapic, value, now);
	return LAPIC_TIMER;
}

static enum lapic_effect write_divide(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now,
                                      uint64_t *detail)
{
	(void)index, (void)detail;
	lapic_timer_divide(lapic, value, now);
	return LAPIC_TIMER;
}

static enum lapic_effect write_self(struct lapic *lapic, unsigned index, uint32_t value, uint64_t now, uint64_t *detail)
{
	(void)index, (void)now, (void)detail;
	if (value < 16)
		lapic_error(lapic, ESR_SEND_ILLEGAL);
	else
		lapic_pend(lapic, value, false);
	return LAPIC_RAISED;
}

/* `writable`: bits a write changes; `ignored`: read-only bits that a write may carry in x2APIC mode. */
#define XAPIC_ONLY 1u /* absent in x2APIC mode */
#define X2APIC_ONLY 2u
#define XAPIC_WRITE 4u /* read-only in x2APIC mode */
struct rule {
	read_register *read;
	write_register *write;
	uint32_t writable, ignored, flags;
};
#define SET8(first, function)                                                                                 \
	[first] = {.read = function}, [first + 1] = {.read = function}, [first + 2] = {.read = function},     \
	[first + 3] = {.read = function}, [first + 4] = {.read = function}, [first + 5] = {.read = function}, \
	[first + 6] = {.read = function}, [first + 7] = {.read = function}
static const struct rule rules[REGISTERS] = {
        [0x02] = {read_id, 0, 0, 0, 0},
        [0x03] = {read_version, 0, 0, 0, 0},
        [0x08] = {read_tpr, write_tpr, 0xff, 0, 0},
        [0x09] = {read_zero, 0, 0, 0, XAPIC_ONLY},
        [0x0a] = {read_ppr, 0, 0, 0, 0},
        [0x0b] = {0, write_eoi, 0, 0, 0},
        [0x0c] = {read_zero, 0, 0, 0, XAPIC_ONLY},
        [0x0d] = {read_ldr, write_ldr, 0xff000000u, 0, XAPIC_WRITE},
        [0x0e] = {read_dfr, write_dfr, 0xf0000000u, 0, XAPIC_ONLY},
        [0x0f] = {read_svr, write_svr, 0x3ff, 0, 0},
        SET8(0x10, read_isr),
        SET8(0x18, read_tmr),
        SET8(0x20, read_irr),
        [0x28] = {read_esr, write_esr, 0, 0, 0},
        [0x30] = {read_icr, write_icr, 0x000ccfffu, 0, XAPIC_ONLY},
        [0x31] = {read_icr, write_icr, 0xff000000u, 0, XAPIC_ONLY},
        [0x32] = {read_lvt, write_lvt, 0x000700ffu, 0x1000, 0},
        [0x33] = {read_lvt, write_lvt, 0x000107ffu, 0x1000, 0},
        [0x34] = {read_lvt, write_lvt, 0x000107ffu, 0x1000, 0},
        [0x35] = {read_lvt, write_lvt, 0x0001a7ffu, 0x5000, 0},
        [0x36] = {read_lvt, write_lvt, 0x0001a7ffu, 0x5000, 0},
        [0x37] = {read_lvt, write_lvt, 0x000100ffu, 0x1000, 0},
        [0x38] = {read_initial, write_initial, 0xffffffffu, 0, 0},
        [0x39] = {read_current, 0, 0, 0, 0},
        [0x3e] = {read_divide, write_divide, 0xb, 0, 0},
        [0x3f] = {0, write_self, 0xff, 0, X2APIC_ONLY},
};

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
	lapic->base = value;
	if (mode == 0) {
		uint32_t state = lapic->state, nmi = lapic->nmi_pending;
		lapic_init(lapic);
		lapic->state = state;
		lapic->nmi_pending = nmi;
	} else if (before == APIC_BASE_ENABLE && mode == APIC_BASE_MODE) {
		lapic->ldr = (lapic->id >> 4) << 16 | 1u << (lapic->id & 15u);
		lapic->icr = (uint32_t)lapic->icr;
	}
	*detail = value;
	return LAPIC_BASE;
}

static const struct rule *x2apic_rule(const struct lapic *lapic, uint32_t msr)
{
	uint32_t index = msr - MSR_X2APIC;
	if (index >= REGISTERS || !lapic_is_x2apic(lapic) || rules[index].flags & XAPIC_ONLY)
		return 0;
	return &rules[index];
}

enum lapic_effect lapic_msr_read(struct lapic *lapic, uint32_t msr, uint64_t now, uint64_t *value)
{
	const struct rule *rule = x2apic_rule(lapic, msr);
	if (rule && rule->read) {
		*value = rule->read(lapic, msr - MSR_X2APIC, now);
		return LAPIC_DONE;
	}
	if (msr == MSR_ICR && lapic_is_x2apic(lapic))
		*value = lapic->icr;
	else if (msr == MSR_APIC_BASE)
		*value = lapic->base;
	else if (msr == MSR_TSC_DEADLINE)
		*value = lapic_timer_deadline(lapic);
	else
		return LAPIC_FAULT;
	return LAPIC_DONE;
}

static enum lapic_effect write_icr_msr(struct lapic *lapic, uint64_t value, uint64_t *detail)
{
	if (!lapic_is_x2apic(lapic) || value & ICR_RESERVED)
		return LAPIC_FAULT;
	lapic->icr = value;
	/* The self IPI in one step: by shorthand, or by the own physical id. lapic_icr_send() would do the same. */
	uint64_t target = value & ~(uint64_t)(0xffu | ICR_ASSERT);
	if ((target == ICR_TO_SELF || target == (uint64_t)lapic->id << 32) && ICR_VECTOR(value) >= 16) {
		lapic_pend(lapic, ICR_VECTOR(value), false);
		return LAPIC_RAISED;
	}
	return lapic_icr_send(lapic, detail);
}

static enum lapic_effect write_rare(struct lapic *lapic, uint32_t msr, uint64_t value, uint64_t now, uint64_t *detail)
{
	if (msr == MSR_APIC_BASE)
		return write_base(lapic, value, detail);
	const struct rule *rule = x2apic_rule(lapic, msr);
	if (!rule || !rule->write || rule->flags & XAPIC_WRITE || value & ~(uint64_t)(rule->writable | rule->ignored))
		return LAPIC_FAULT;
	return rule->write(lapic, msr - MSR_X2APIC, (uint32_t)value & rule->writable, now, detail);
}

enum lapic_effect lapic_msr_write(struct lapic *lapic, uint32_t msr, uint64_t value, uint64_t now, uint64_t *detail)
{
	/* In the order of how often they come. */
	if (msr == MSR_EOI)
		return lapic_is_x2apic(lapic) && !value ? lapic_eoi(lapic, detail) : LAPIC_FAULT;
	if (msr == MSR_TSC_DEADLINE)
		return lapic_timer_set_deadline(lapic, value);
	if (msr == MSR_ICR)
		return write_icr_msr(lapic, value, detail);
	if (msr == MSR_SELF_IPI && lapic_is_x2apic(lapic) && value < 0x100)
		return write_self(lapic, 0, (uint32_t)value, now, detail);
	return write_rare(lapic, msr, value, now, detail);
}

/* The rule of an offset of the xAPIC page, or 0 after recording the illegal access. Globally disabled there is no page. */
static const struct rule *xapic_rule(struct lapic *lapic, unsigned offset)
{
	unsigned index = offset >> 4;
	if (!(lapic->base & APIC_BASE_ENABLE))
		return 0;
	bool absent = index >= REGISTERS || offset & 15u || rules[index].flags & X2APIC_ONLY ||
	              (!rules[index].read && !rules[index].write);
	if (!absent)
		return &rules[index];
	lapic_error(lapic, ESR_REGISTER_ILLEGAL);
	return 0;
}

uint32_t lapic_register_read(struct lapic *lapic, unsigned offset, uint64_t now)
{
	const struct rule *rule = xapic_rule(lapic, offset);
	return rule && rule->read ? rule->read(lapic, offset >> 4, now) : 0;
}

enum lapic_effect lapic_register_write(struct lapic *lapic, unsigned offset, uint32_t value, uint64_t now,
                                       uint64_t *detail)
{
	const struct rule *rule = xapic_rule(lapic, offset);
	if (!rule || !rule->write)
		return rule || !lapic->esr_pending ? LAPIC_DONE : LAPIC_RAISED;
	return rule->write(lapic, offset >> 4, value & rule->writable, now, detail);
}
