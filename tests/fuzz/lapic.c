/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "arch/x86_64/lapic.h"

/*
 * Random accesses to two local APICs of one subject: registers by both ways, vectors, time, INIT. After each step the
 * invariants of arch/x86_64/lapic.c must hold. Input: a byte for the modes, then steps of 13 bytes.
 */
struct step {
	uint8_t what;
	uint32_t where;
	uint64_t value;
};
#define STEP_BYTES 13u

static uint32_t at(const struct lapic *lapic, unsigned offset)
{
	return lapic->reg[offset >> 4].value;
}

enum { ISR = 0x100, TMR = 0x180, IRR = 0x200 };
static unsigned top(const struct lapic *lapic, unsigned set)
{
	for (unsigned vector = 256; vector-- > 0;)
		if (at(lapic, set + (vector >> 5 << 4)) >> (vector & 31) & 1)
			return vector;
	return 0;
}

#define CHECK(x)                          \
	do {                              \
		if (!(x))                 \
			__builtin_trap(); \
	} while (0)

static void check(struct lapic *lapic, uint64_t now)
{
	uint64_t mode = lapic->base >> 10 & 3;
	CHECK(lapic->isr_top == top(lapic, ISR));
	CHECK(((at(lapic, IRR) | at(lapic, ISR) | at(lapic, TMR)) & 0xffff) == 0);
	for (unsigned word = 0; word < 8; word++) {
		CHECK(lapic->irr.of[word] || at(lapic, IRR + 16 * word) == 0);
		CHECK(lapic->isr.of[word] || at(lapic, ISR + 16 * word) == 0);
	}
	CHECK(mode != 1);
	CHECK((lapic->base & 0xfff00000000002ff) == 0);
	unsigned vector = lapic_highest(lapic), pending = lapic_pending(lapic);
	CHECK(vector == 0 ||
	      (vector == top(lapic, IRR) && vector >> 4 > lapic->isr_top >> 4 && vector >> 4 > at(lapic, 0x80) >> 4));
	CHECK(pending == 0 || pending == top(lapic, IRR));
	CHECK(vector == 0 || pending == vector);
	for (unsigned entry = 0x320; entry <= 0x370; entry += 0x10)
		CHECK(at(lapic, 0xf0) & 0x100 || at(lapic, entry) & 0x10000);
	CHECK(!lapic_extint_ready(lapic) || lapic->extint);
	CHECK(lapic_register_read(lapic, 0x390, now) <= at(lapic, 0x380));
	if (mode == 0)
		CHECK(top(lapic, IRR) == 0 && lapic->isr_top == 0 && lapic->deadline == ~UINT64_C(0));
	CHECK(at(lapic, 0x20) == (mode == 3 ? lapic->id : lapic->id << 24));
	CHECK((lapic->id == 0) == (lapic->base >> 8 & 1));
}

static void send(struct lapic *pair, struct lapic *from, uint64_t icr)
{
	enum lapic_ipi kind = lapic_ipi_kind(icr);
	CHECK(kind != LAPIC_IPI_NONE);
	for (unsigned i = 0; i < 2; i++)
		if (lapic_ipi_matches(&pair[i], from, icr)) {
			if (kind == LAPIC_IPI_VECTOR)
				lapic_post(&pair[i], icr & 0xff, false);
			else if (kind == LAPIC_IPI_INIT)
				lapic_init(&pair[i]);
		}
}

static void take(struct lapic *pair, struct lapic *lapic, enum lapic_effect effect, uint64_t detail)
{
	if (effect == LAPIC_IPI)
		send(pair, lapic, detail);
	if (effect == LAPIC_EOI)
		CHECK(detail >= 16 && detail < 256);
	if (effect == LAPIC_BASE)
		CHECK(detail == lapic->base);
}

static void run(struct lapic *pair, const struct step *step, uint64_t *now)
{
	struct lapic *lapic = &pair[step->what >> 7];
	uint64_t detail = 0, value = 0;
	switch (step->what & 7) {
	case 0:
		take(pair, lapic, lapic_msr_write(lapic, 0x800 + (step->where & 0x4f), step->value, *now, &detail),
		     detail);
		break;
	case 1:
		lapic_msr_read(lapic, 0x800 + (step->where & 0xff), *now, &value);
		break;
	case 2:
		take(pair, lapic,
		     lapic_register_write(lapic, step->where & 0xfff, (uint32_t)step->value, *now, &detail), detail);
		break;
	case 3:
		lapic_register_read(lapic, step->where & 0xfff, *now);
		break;
	case 4:
		take(pair, lapic, lapic_msr_write(lapic, step->where & 1 ? 0x1b : 0x6e0, step->value, *now, &detail),
		     detail);
		break;
	case 5:
		lapic_post(lapic, step->where & 0x1ff, step->value & 1);
		break;
	case 6:
		*now = (*now + (step->value & 0xffffffffffff)) & 0xfffffffffffffff;
		lapic_timer_run(lapic, *now);
		CHECK(lapic->deadline > *now);
		break;
	default:
		lapic_extint_line(lapic, step->value & 1);
		if (lapic_highest(lapic))
			lapic_accept(lapic, lapic_highest(lapic));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lapic pair[2] = {0};
	uint64_t now = 0;
	if (size < 1)
		return 0;
	for (uint32_t i = 0; i < 2; i++)
		lapic_reset(&pair[i], i, data[0] >> i & 1);
	for (size_t at = 1; size - at >= STEP_BYTES; at += STEP_BYTES) {
		struct step step = {.what = data[at]};
		memcpy(&step.where, data + at + 1, 4);
		memcpy(&step.value, data + at + 5, 8);
		run(pair, &step, &now);
		check(&pair[0], now);
		check(&pair[1], now);
	}
	return 0;
}
