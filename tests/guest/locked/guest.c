/* SPDX-License-Identifier: ISC */
/*
 * Two vCPUs do the same to one place, at the same time, by instructions that the layer emulates: the window of a VGA,
 * which is linear memory with Bochs' extension on, and operands half in RAM and half in it. Each step begins when both
 * have come to it. Only code and stack: no constant in memory, no jump table, no static variable (attack-devices).
 */
#include <stdbool.h>
#include <stdint.h>
#include "tests/guest/locked/steps.h"

#pragma GCC optimize("no-jump-tables", "no-tree-switch-conversion", "no-tree-loop-distribute-patterns")

#define COM1 0x3f8
#define VBE_INDEX 0x1ce
#define VBE_DATA 0x1cf
#define WINDOW 0xa0000u
#define AP_START 0x8000u
#define AP_EDX 0x7000u
#define X2APIC_ICR 0x830u
#define MEETING ((volatile uint32_t *)(uintptr_t)0x190000u) /* how many have come to which step, and are through it */
#define FLAG ((volatile uint32_t *)(uintptr_t)0x190100u)
#define ERRORS ((volatile uint32_t *)(uintptr_t)0x190200u) /* of the second vCPU in the present step */
#define TURNS ((volatile uint32_t *)(uintptr_t)0x190300u)  /* its rounds */
#define SHARED 0x191000u                                   /* a dword in RAM */
#define BOTH 2u

extern const uint8_t second_start[], second_end[];
void guest_main(void);
void guest_second(void);

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void vbe(uint16_t index, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(index), "Nd"((uint16_t)VBE_INDEX));
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"((uint16_t)VBE_DATA));
}

static uint32_t load(uint32_t at)
{
	return *(volatile uint32_t *)(uintptr_t)at;
}

static void store(uint32_t at, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)at = value;
}

static void increment(uint32_t at)
{
	__asm__ volatile("lock incl (%0)" : : "r"((uintptr_t)at) : "memory", "cc");
}

static void add_one(uint32_t at)
{
	uint64_t one = 1;
	__asm__ volatile("lock xaddq %0, (%1)" : "+r"(one) : "r"((uintptr_t)at) : "memory", "cc");
}

static void exchange_until(uint32_t at)
{
	bool done;
	uint16_t seen = *(volatile uint16_t *)(uintptr_t)at;
	do {
		uint16_t next = (uint16_t)(seen + 1);
		__asm__ volatile("lock cmpxchgw %2, (%3)"
		                 : "+a"(seen), "=@ccz"(done)
		                 : "r"(next), "r"((uintptr_t)at)
		                 : "memory");
	} while (!done);
}

/* The two halves are one number and its complement. */
static void exchange_wide(uint32_t at)
{
	bool done;
	uint64_t low = 0, high = ~UINT64_C(0);
	do {
		uint64_t next = low + 1, other = ~next;
		__asm__ volatile("lock cmpxchg16b (%5)"
		                 : "+a"(low), "+d"(high), "=@ccz"(done)
		                 : "b"(next), "c"(other), "r"((uintptr_t)at)
		                 : "memory");
	} while (!done);
}

static bool set_bit(uint32_t at, uint32_t number)
{
	bool was;
	__asm__ volatile("lock btsl %1, (%2)" : "=@ccc"(was) : "r"(number), "r"((uintptr_t)at) : "memory");
	return was;
}

static uint32_t exchange(uint32_t at, uint32_t value)
{
	__asm__ volatile("xchgl %0, (%1)" : "+r"(value) : "r"((uintptr_t)at) : "memory");
	return value;
}

static void copy(uint32_t to, uint32_t from)
{
	uintptr_t rdi = to, rsi = from;
	__asm__ volatile("movsl" : "+D"(rdi), "+S"(rsi) : : "memory");
}

/* So long that the other one's try succeeds more often than not, and a lost one is no rare thing. */
static void rest(void)
{
	for (uint32_t i = 0; i < 1000; i++)
		__asm__ volatile("");
}

static bool torn(uint32_t value)
{
	return value != 0 && value != UINT32_MAX;
}

/* One round of a step on one vCPU; whether it was wrong. */
static bool one(enum step step, bool second, uint32_t round)
{
	uint32_t at = WINDOW + 0x100u * step;
	if (step == STEP_INC) {
		increment(at);
	} else if (step == STEP_XADD) {
		add_one(at);
	} else if (step == STEP_CMPXCHG) {
		exchange_until(at);
	} else if (step == STEP_CMPXCHG16) {
		exchange_wide(at);
	} else if (step == STEP_BITS) {
		if (!set_bit(WINDOW + 0x4000, round))
			increment(at); /* nobody else has set it */
	} else if (step == STEP_XCHG) {
		while (exchange(at, 1))
			__asm__ volatile("pause");
		store(SHARED, load(SHARED) + 1);
		store(at, 0);
	} else if (step == STEP_ACROSS || (step == STEP_HALF && !second)) {
		increment(WINDOW - 2);
	} else if (step == STEP_HALF) {
		__asm__ volatile("lock incw (%0)" : : "r"((uintptr_t)(WINDOW - 2)) : "memory", "cc");
		rest();
	} else if (step == STEP_LOAD && !second) {
		copy(at, SHARED);
		return torn(load(at));
	} else if (step == STEP_STORE && !second) {
		copy(SHARED, at + 4 * (round & 1));
	} else if (step == STEP_LOAD) {
		store(SHARED, load(SHARED) ^ UINT32_MAX);
	} else {
		return torn(load(SHARED));
	}
	return false;
}

/* The second one goes on as long as the first one does, where its rounds are no exits. */
static bool follows(enum step step, bool second)
{
	return second && step >= STEP_HALF;
}

static uint32_t rounds(enum step step, bool second)
{
	uint32_t errors = 0, i;
	for (i = 0; follows(step, second) ? *FLAG == step : i < ROUNDS; i++)
		errors += one(step, second, i);
	if (second)
		*TURNS = i;
	return errors;
}

/* Both come, then both go on. */
static void meet(uint32_t *meetings)
{
	(*meetings)++;
	__asm__ volatile("lock incl %0" : "+m"(*MEETING) : : "memory", "cc");
	while (*MEETING < *meetings * BOTH)
		__asm__ volatile("pause");
}

/* What both together have done is as much as it should be; else by how much it is not. */
static uint32_t missing(enum step step)
{
	uint32_t at = WINDOW + 0x100u * step, done, wanted = BOTH * ROUNDS;
	if (step >= STEP_LOAD)
		return 0;
	if (step == STEP_HALF)
		return (ROUNDS + *TURNS - load(WINDOW - 2)) & 0xffff;
	if (step == STEP_ACROSS)
		done = load(WINDOW - 2);
	else
		done = load(step == STEP_XCHG ? SHARED : at);
	if (step == STEP_CMPXCHG16 && load(at + 8) != ~done)
		return UINT32_MAX;
	return (step == STEP_BITS ? ROUNDS : wanted) - done;
}

static void prepare(enum step step)
{
	uint32_t at = WINDOW + 0x100u * step;
	for (uint32_t i = 0; i < 16; i += 4)
		store(at + i, i < 8 ? 0 : UINT32_MAX);
	store(SHARED, 0);
	store(WINDOW - 2, 0);
	if (step == STEP_STORE)
		store(at + 4, UINT32_MAX);
	*ERRORS = 0;
	*FLAG = step;
}

static void say(uint32_t number)
{
	uint32_t divisor = 1;
	while (number / divisor > 9)
		divisor *= 10;
	for (; divisor; divisor /= 10)
		out8(COM1, (uint8_t)('0' + number / divisor % 10));
	out8(COM1, '\n');
}

static void start_second(void)
{
	volatile uint8_t *to = (volatile uint8_t *)(uintptr_t)AP_START;
	for (const uint8_t *from = second_start; from < second_end; from++)
		*to++ = *from;
	__asm__ volatile("wrmsr" : : "a"(0xc500), "d"(1), "c"(X2APIC_ICR) : "memory");
	__asm__ volatile("wrmsr" : : "a"(0x600 | AP_START >> 12), "d"(1), "c"(X2APIC_ICR) : "memory");
}

static uint32_t signature(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return eax;
}

void guest_main(void)
{
	uint32_t meetings = 0;
	vbe(1, 640);
	vbe(2, 480);
	vbe(3, 8);
	vbe(4, 1);
	start_second();
	meet(&meetings);
	say(load(AP_EDX) ^ signature());
	for (enum step step = STEP_INC; step < STEPS; step++) {
		prepare(step);
		meet(&meetings);
		uint32_t errors = rounds(step, false);
		*FLAG = STEPS;
		meet(&meetings);
		say(errors + *ERRORS + missing(step));
	}
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

void guest_second(void)
{
	uint32_t meetings = 0;
	meet(&meetings);
	for (enum step step = STEP_INC; step < STEPS; step++) {
		meet(&meetings);
		*ERRORS = rounds(step, true);
		meet(&meetings);
	}
	for (;;)
		__asm__ volatile("cli\n\thlt");
}
