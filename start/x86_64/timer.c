/* SPDX-License-Identifier: ISC */
#include "start/x86_64/timer.h"
#include "start/x86_64/cpu.h"
#include "start/x86_64/insn.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/hw/idt.h"

/*
 * Frequencies come from CPUID 0x15 where it states them, else from one 8 ms measurement of TSC and local APIC timer
 * against PIT channel 2. A sample is taken at an edge of the PIT's count, and of several the one with the shortest
 * doubt is kept: an emulator may lose its CPU for milliseconds between two instructions.
 */
#define PIT_HZ UINT64_C(1193182)
#define PIT_TICKS 9546u /* 8 ms */
#define SAMPLES 8u
#define ATTEMPTS 5u
#define EDGE_POLLS 100000u

uint64_t timer_tsc_khz;

struct sample {
	uint64_t tsc, doubt;
	uint32_t apic, pit;
};

static uint32_t pit_count(void)
{
	out8(0x43, 0x80); /* latch channel 2 */
	uint32_t low = in8(0x42);
	return low | (uint32_t)in8(0x42) << 8;
}

__attribute__((noinline)) static void sample(struct sample *best)
{
	best->doubt = ~UINT64_C(0);
	for (unsigned i = 0; i < SAMPLES; i++) {
		struct sample edge = {.pit = pit_count(), .tsc = rdtsc()};
		uint32_t first = edge.pit;
		uint64_t before = edge.tsc;
		for (unsigned polls = 0; edge.pit == first && polls < EDGE_POLLS; polls++) {
			before = edge.tsc;
			edge.pit = pit_count();
			edge.tsc = rdtsc();
		}
		edge.apic = apic_read(APIC_TIMER_CURRENT);
		edge.doubt = rdtsc() - before;
		if (edge.doubt < best->doubt)
			*best = edge;
	}
}

static bool pit_ran_out(void)
{
	return in8(0x61) & 1u << 5;
}

/* CPUID 0x15: crystal in ECX; the local APIC timer runs at the crystal's rate (SDM 3A 11.5.4). */
static bool stated(uint64_t *tsc_hz, uint64_t *apic_hz)
{
	uint32_t regs[4];
	cpuid(0, 0, regs);
	if (regs[CPUID_EAX] < 0x15)
		return false;
	cpuid(0x15, 0, regs);
	if (regs[CPUID_EAX] == 0 || regs[CPUID_EBX] == 0 || regs[CPUID_ECX] == 0)
		return false;
	*apic_hz = regs[CPUID_ECX];
	*tsc_hz = *apic_hz * regs[CPUID_EBX] / regs[CPUID_EAX];
	return true;
}

/* The PIT's difference is the truth if it did not run out in between. */
static bool measured(uint64_t *tsc_hz, uint64_t *apic_hz)
{
	struct sample from, to;
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		out8(0x61, (uint8_t)((in8(0x61) & ~2u) | 1u)); /* gate on, speaker off */
		out8(0x43, 0xb0); /* channel 2, both bytes, mode 0: OUT rises once, at zero */
		out8(0x42, 0xff);
		out8(0x42, 0xff);
		pit_count(); /* the first count loads it */
		apic_write(APIC_TIMER_INITIAL, ~0u);
		sample(&from);
		for (unsigned polls = 0; polls < 10 * EDGE_POLLS && !pit_ran_out(); polls++)
			if (from.pit - pit_count() >= PIT_TICKS)
				break;
		sample(&to);
		apic_write(APIC_TIMER_INITIAL, 0);
		const bool ran_out = pit_ran_out();
		if (!ran_out && from.pit == to.pit) /* it stands still: gated, or there is none */
			return false;
		if (ran_out || from.pit <= to.pit)
			continue;
		*tsc_hz = (to.tsc - from.tsc) * PIT_HZ / (from.pit - to.pit);
		*apic_hz = (from.apic - to.apic) * PIT_HZ / (from.pit - to.pit);
		return true;
	}
	return false;
}

bool timer_init(void)
{
	uint64_t tsc_hz, apic_hz;
	uint32_t regs[4];
	cpuid(1, 0, regs);
	given.timer.deadline = regs[CPUID_ECX] >> 24 & 1;
	given.timer.msr = given.timer.deadline || given.x2apic;
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_TIMER_DIVIDE, 0xb); /* by 1 */
	if (!stated(&tsc_hz, &apic_hz) && !measured(&tsc_hz, &apic_hz))
		return false;
	timer_tsc_khz = tsc_hz / 1000;
	if (timer_tsc_khz == 0 || apic_hz >> 32)
		return false;
	given.timer.mul = (apic_hz << 32) / tsc_hz;
	if (given.timer.mul == 0)
		return false;
	given.timer.max = (UINT64_C(0xfffffffe) << 32) / given.timer.mul;
	return true;
}

void timer_start(void)
{
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (given.timer.deadline ? APIC_LVT_DEADLINE : 0));
	__asm__ volatile("mfence" : : : "memory"); /* before the first deadline: SDM 3A 11.5.4.1 */
}
