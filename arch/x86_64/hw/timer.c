/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/timer.h"
#include "abi/config.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/timer.h"
#include "core/machine.h"

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

struct timer_scale timer_scale ONCE;
static uint64_t tsc_khz ONCE;
static bool deadline_mode ONCE;

struct sample {
	uint64_t tsc, doubt;
	uint32_t apic;
	uint32_t pit;
};

INIT_TEXT static uint32_t pit_count(void)
{
	out8(0x43, 0x80); /* latch channel 2 */
	uint32_t low = in8(0x42);
	return low | (uint32_t)in8(0x42) << 8;
}

INIT_TEXT static struct sample sample_edge(void)
{
	struct sample sample = {0};
	uint32_t first = pit_count();
	uint64_t before = rdtsc();
	for (unsigned i = 0; i < EDGE_POLLS; i++) {
		sample.pit = pit_count();
		sample.tsc = rdtsc();
		if (sample.pit != first)
			break;
		before = sample.tsc;
	}
	sample.apic = apic_read(APIC_TIMER_CURRENT);
	sample.doubt = rdtsc() - before;
	return sample;
}

INIT_TEXT static struct sample sample_best(void)
{
	struct sample best = {.doubt = ~UINT64_C(0)};
	for (unsigned i = 0; i < SAMPLES; i++) {
		struct sample sample = sample_edge();
		if (sample.doubt < best.doubt)
			best = sample;
	}
	return best;
}

/* true if the PIT did not run out in between: then its difference is the truth. */
INIT_TEXT static bool measure(struct sample *from, struct sample *to)
{
	out8(0x61, (uint8_t)((in8(0x61) & ~2u) | 1u)); /* gate on, speaker off */
	out8(0x43, 0xb0);                              /* channel 2, both bytes, mode 0: OUT rises once, at zero */
	out8(0x42, 0xff);
	out8(0x42, 0xff);
	pit_count(); /* the first count loads it */
	*from = sample_best();
	for (unsigned i = 0; i < 1000 * EDGE_POLLS && !(in8(0x61) & 1u << 5); i++)
		if (from->pit - pit_count() >= PIT_TICKS)
			break;
	*to = sample_best();
	return !(in8(0x61) & 1u << 5) && from->pit > to->pit;
}

/* CPUID 0x15: crystal in ECX; the local APIC timer runs at the crystal's rate (SDM 3A 11.5.4). */
INIT_TEXT static bool stated(uint64_t *tsc_hz, uint64_t *apic_hz)
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

INIT_TEXT static bool measured(uint64_t *tsc_hz, uint64_t *apic_hz)
{
	struct sample from, to;
	apic_write(APIC_TIMER_INITIAL, ~0u);
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (!measure(&from, &to))
			continue;
		uint64_t ticks = from.pit - to.pit;
		*tsc_hz = (to.tsc - from.tsc) * PIT_HZ / ticks;
		*apic_hz = (uint64_t)(from.apic - to.apic) * PIT_HZ / ticks;
		apic_write(APIC_TIMER_INITIAL, 0);
		return true;
	}
	return false;
}

INIT_TEXT bool timer_init(void)
{
	uint64_t tsc_hz, apic_hz;
	uint32_t regs[4];
	cpuid(1, 0, regs);
	deadline_mode = regs[CPUID_ECX] >> 24 & 1;
	timer_scale.msr = deadline_mode || apic_x2apic();
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_TIMER_DIVIDE, 0xb); /* by 1 */
	if (!stated(&tsc_hz, &apic_hz) && !measured(&tsc_hz, &apic_hz))
		return false;
	tsc_khz = tsc_hz / 1000;
	if (tsc_khz == 0 || apic_hz == 0 || apic_hz >> 32)
		return false;
	timer_scale.mul = (apic_hz << 32) / tsc_hz;
	if (timer_scale.mul == 0)
		return false;
	timer_scale.max = (UINT64_C(0xfffffffe) << 32) / timer_scale.mul;
	return true;
}

INIT_TEXT void timer_start(void)
{
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (deadline_mode ? APIC_LVT_DEADLINE : 0));
	__asm__ volatile("mfence" : : : "memory"); /* before the first deadline: SDM 3A 11.5.4.1 */
}

void timer_arm_msr(uint64_t deadline)
{
	if (deadline_mode) {
		wrmsr(MSR_TSC_DEADLINE, deadline == 0 ? 1 : deadline); /* 0 would disarm */
		return;
	}
	uint64_t now = rdtsc(), delta = deadline - now;
	if (delta > timer_scale.max)
		delta = deadline < now ? 0 : timer_scale.max;
	wrmsr(MSR_X2APIC + APIC_TIMER_INITIAL / 16, (uint32_t)((delta * timer_scale.mul >> 32) + 1));
}

void machine_timer(struct cpu *cpu, uint64_t deadline)
{
	(void)cpu; /* the calling CPU's own timer */
	timer_arm(deadline);
}

uint64_t machine_now(void)
{
	return rdtsc();
}

uint64_t machine_tsc_khz(void)
{
	return tsc_khz;
}
