/* SPDX-License-Identifier: ISC */
/*
 * A high precision event timer: one 64-bit counter, three comparators, each one-shot or periodic, 32 or 64 bits wide.
 *
 * The counter is the clock's ticks plus an offset that halting and writing it change, so nothing runs between accesses.
 * Every change computes for each timer the tick at which it fires next; the smallest is the deadline. Whoever is late
 * fires once for all that was missed.
 *
 * Left out: FSB interrupts. With legacy replacement PIT and RTC keep driving lines 0 and 8, which the guest has told to
 * be silent. Specification: IA-PC HPET 1.0a, 2.3.
 */
#include "devices/hpet.h"

enum { CAPABILITIES = 0x00, CONFIG = 0x10, STATUS = 0x20, COUNTER = 0xf0, TIMERS = 0x100, TIMER_STEP = 0x20 };
enum { ENABLE = 1, LEGACY = 2 };
enum { T_LEVEL = 0x02, T_ON = 0x04, T_PERIODIC = 0x08, T_CAN_PERIODIC = 0x10, T_CAN_64 = 0x20, T_SET = 0x40 };
enum { T_32 = 0x100, T_ROUTE_SHIFT = 9, T_WRITABLE = 0x3f0e | T_32 };
/* what firmware may route a timer to: pins 2, 8 and 20 to 23 */
#define T_ROUTES (UINT64_C(0x00f00104) << 32)
#define PERIOD_FS (UINT64_C(1000000000000000) / HPET_HZ)

static uint64_t ticks(const struct hpet *hpet)
{
	return clock_ticks(clock_now(hpet->clock), HPET_HZ);
}

static uint64_t counter(const struct hpet *hpet)
{
	return hpet->config & ENABLE ? ticks(hpet) + hpet->counter : hpet->counter;
}

static uint64_t width(const struct hpet_timer *timer)
{
	return timer->config & T_32 ? UINT32_MAX : UINT64_MAX;
}

/* Ticks from now until the counter passes the comparator; a comparator that has just been reached is a whole turn away. */
static uint64_t distance(const struct hpet *hpet, const struct hpet_timer *timer)
{
	uint64_t left = (timer->comparator - counter(hpet)) & width(timer);
	return left ? left : width(timer);
}

static void update(struct hpet *hpet)
{
	uint64_t now = ticks(hpet), first = CLOCK_NEVER;
	for (unsigned i = 0; i < HPET_TIMERS; i++) {
		struct hpet_timer *timer = &hpet->timer[i];
		timer->due = CLOCK_NEVER;
		if (!(hpet->config & ENABLE) || !(timer->config & T_ON))
			continue;
		uint64_t left = distance(hpet, timer);
		if (left < UINT64_MAX / 32)
			timer->due = now + left;
		if (timer->due < first)
			first = timer->due;
	}
	clock_set_deadline(hpet->clock, &hpet->deadline, first == CLOCK_NEVER ? first : clock_ns(first, HPET_HZ));
}

static void drive(const struct hpet *hpet, unsigned index, bool level)
{
	const struct hpet_timer *timer = &hpet->timer[index];
	const struct pin *to = &hpet->ioapic;
	unsigned line = timer->config >> T_ROUTE_SHIFT & 31;
	if (hpet->config & LEGACY && index < 2) {
		to = &hpet->isa;
		line = index ? 8 : 0;
	}
	if (to->set)
		to->set(to->owner, line, level);
}

/* The lines of level interrupts that are not cleared yet: down before anything that may move them, up again after it. */
static void drive_levels(const struct hpet *hpet, bool level)
{
	for (unsigned i = 0; i < HPET_TIMERS; i++)
		if (hpet->status >> i & 1 && hpet->timer[i].config & T_LEVEL)
			drive(hpet, i, level);
}

static void fire(struct hpet *hpet, unsigned index, uint64_t now)
{
	struct hpet_timer *timer = &hpet->timer[index];
	if (timer->config & T_LEVEL) {
		hpet->status |= UINT64_C(1) << index;
		drive(hpet, index, true);
	} else {
		drive(hpet, index, true);
		drive(hpet, index, false);
	}
	if (timer->config & T_PERIODIC && timer->period)
		timer->comparator =
		        (timer->comparator + ((now - timer->due) / timer->period + 1) * timer->period) & width(timer);
}

void hpet_run(struct hpet *hpet, uint64_t now_ns)
{
	uint64_t now = clock_ticks(now_ns, HPET_HZ);
	if (now_ns < hpet->deadline)
		return;
	for (unsigned i = 0; i < HPET_TIMERS; i++)
		if (hpet->timer[i].due <= now)
			fire(hpet, i, now);
	update(hpet);
}

static uint64_t read_timer(const struct hpet_timer *timer, unsigned reg)
{
	if (reg == 0)
		return timer->config | T_CAN_PERIODIC | T_CAN_64 | T_ROUTES;
	return reg == 8 ? timer->comparator & width(timer) : 0;
}

static uint64_t read_register(const struct hpet *hpet, uint32_t at)
{
	if (at >= TIMERS && at < TIMERS + HPET_TIMERS * TIMER_STEP)
		return read_timer(&hpet->timer[(at - TIMERS) / TIMER_STEP], at % TIMER_STEP);
	switch (at) {
	case CAPABILITIES:
		return HPET_BLOCK_ID | PERIOD_FS << 32;
	case CONFIG:
		return hpet->config;
	case STATUS:
		return hpet->status;
	case COUNTER:
		return counter(hpet);
	default:
		return 0;
	}
}

static void write_config(struct hpet *hpet, uint64_t value)
{
	uint64_t before = counter(hpet);
	drive_levels(hpet, false);
	hpet->config = value & (ENABLE | LEGACY);
	drive_levels(hpet, true);
	hpet->counter = hpet->config & ENABLE ? before - ticks(hpet) : before;
}

/* In periodic mode a write sets the period; with T_SET before it, the comparator first. */
static void write_comparator(struct hpet_timer *timer, uint64_t value)
{
	value &= width(timer);
	if (!(timer->config & T_PERIODIC) || timer->set_accumulator)
		timer->comparator = value;
	if (timer->config & T_PERIODIC && !timer->set_accumulator)
		timer->period = value;
	if (timer->config & T_PERIODIC && timer->set_accumulator && !timer->period)
		timer->period = value;
	timer->set_accumulator = false;
}

static void write_timer(struct hpet *hpet, struct hpet_timer *timer, unsigned reg, uint64_t value)
{
	if (reg == 0) {
		drive_levels(hpet, false);
		timer->set_accumulator = value & T_SET;
		timer->config = value & T_WRITABLE;
		timer->comparator &= width(timer);
		drive_levels(hpet, true);
	} else if (reg == 8) {
		write_comparator(timer, value);
	}
}

static void write_register(struct hpet *hpet, uint32_t at, uint64_t value)
{
	if (at >= TIMERS && at < TIMERS + HPET_TIMERS * TIMER_STEP) {
		write_timer(hpet, &hpet->timer[(at - TIMERS) / TIMER_STEP], at % TIMER_STEP, value);
	} else if (at == CONFIG) {
		write_config(hpet, value);
	} else if (at == STATUS) {
		for (unsigned i = 0; i < HPET_TIMERS; i++)
			if (hpet->status & value & (UINT64_C(1) << i))
				drive(hpet, i, false);
		hpet->status &= ~value;
	} else if (at == COUNTER && !(hpet->config & ENABLE)) {
		hpet->counter = value;
	}
	update(hpet);
}

uint64_t hpet_read(void *owner, uint32_t offset, unsigned size)
{
	(void)size;
	return read_register(owner, offset & ~7u) >> 8 * (offset & 7);
}

/* Half of a register, written alone, leaves the other half. */
void hpet_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	struct hpet *hpet = owner;
	uint32_t at = offset & ~7u;
	if (offset % size || size < 4)
		return;
	if (size == 4) {
		uint64_t kept = at == STATUS ? 0 : read_register(hpet, at);
		value = offset & 4 ? (kept & UINT32_MAX) | value << 32
		                   : (kept & ~(uint64_t)UINT32_MAX) | (value & UINT32_MAX);
	}
	write_register(hpet, at, value);
}

void hpet_init(struct hpet *hpet, const struct device_clock *clock, const struct pin *ioapic, const struct pin *isa)
{
	*hpet = (struct hpet){.clock = clock, .ioapic = *ioapic, .isa = *isa, .deadline = CLOCK_NEVER};
	for (unsigned i = 0; i < HPET_TIMERS; i++) {
		hpet->timer[i].comparator = UINT64_MAX;
		hpet->timer[i].due = CLOCK_NEVER;
	}
}
