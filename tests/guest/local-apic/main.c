/* SPDX-License-Identifier: ISC */
/*
 * The local APIC in x2APIC mode: priorities, nesting, pending interrupts. It must not matter who answers: the core, or a
 * processor that keeps the registers itself. What does differ is how many exits that takes, and `expect` knows.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"

#define TPR 0x808u
#define PPR 0x80au
#define EOI 0x80bu
#define ISR 0x810u
#define TMR 0x818u
#define IRR 0x820u
#define SELF_IPI 0x83fu
#define ROUNDS 1000u
static volatile unsigned taken[16], taken_count;
static volatile uint64_t inside[4]; /* what a handler has read */

static uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static bool bit(uint32_t set, unsigned vector)
{
	return msr_read(set + vector / 32) >> vector % 32 & 1;
}

static void note(unsigned vector)
{
	if (taken_count < 16)
		taken[taken_count] = vector;
	taken_count++;
}

static bool order(unsigned count, unsigned first, unsigned second)
{
	bool right = taken_count == count && (count < 1 || taken[0] == first) && (count < 2 || taken[1] == second);

	taken_count = 0;
	return right;
}

/* 0x51: lets others in and asks for one above and one below itself. */
static void nest(unsigned vector)
{
	note(vector);
	inside[0] = msr_read(PPR);
	__asm__ volatile("sti" : : : "memory");
	msr_write(SELF_IPI, 0x91);
	msr_write(SELF_IPI, 0x41);
	inside[1] = taken_count;
	inside[2] = bit(ISR, 0x51) && !bit(ISR, 0x91) && bit(IRR, 0x41);
	inside[3] = msr_read(PPR);
	__asm__ volatile("cli" : : : "memory");
}

static void check_priority(void)
{
	msr_write(TPR, 0x5a);
	judge(msr_read(TPR) == 0x5a && msr_read(PPR) == 0x5a, "the task priority is read back, and is the processor's");
	msr_write(SELF_IPI, 0x41);
	judge(order(0, 0, 0) && bit(IRR, 0x41) && !bit(ISR, 0x41), "it keeps interrupts of lower classes pending");
	msr_write(TPR, 0x40);
	judge(order(0, 0, 0), "and those of its own class");
	msr_write(TPR, 0x3f);
	judge(order(1, 0x41, 0) && !bit(IRR, 0x41) && !bit(ISR, 0x41), "lowered, it lets them in at once");
	msr_write(TPR, 0);
	msr_write(SELF_IPI, 0x51);
	judge(taken_count == 3 && taken[0] == 0x51 && taken[1] == 0x91 && taken[2] == 0x41,
	      "a higher interrupt is taken in a lower one's handler, a lower one behind it");
	judge(inside[0] == 0x50 && inside[1] == 2 && inside[2] && inside[3] == 0x50,
	      "the handler sees its priority and what is in service");
	taken_count = 0;
	judge(msr_read(PPR) == 0, "behind all of them nothing is");
}

static void check_pending(void)
{
	interrupt_disable();
	msr_write(SELF_IPI, 0x41);
	msr_write(SELF_IPI, 0x91);
	judge(order(0, 0, 0) && bit(IRR, 0x41) && bit(IRR, 0x91), "with interrupts off they are pending");
	__asm__ volatile("sti; nop; nop" : : : "memory");
	judge(order(2, 0x91, 0x41), "and come in the order of their priorities");
	interrupt_disable();
	msr_write(SELF_IPI, 0x41);
	msr_write(EOI, 0);
	msr_write(TPR, 0x20);
	msr_write(TPR, 0);
	judge(order(0, 0, 0) && bit(IRR, 0x41), "an end of nothing and the task priority leave a pending one alone");
	__asm__ volatile("sti; nop; nop" : : : "memory");
	judge(order(1, 0x41, 0) && !bit(TMR, 0x41), "which comes then");
}

static void bad_write(void *argument)
{
	msr_write((uint32_t)(uintptr_t)argument, 0x100);
}

static void bad_read(void *argument)
{
	(void)msr_read((uint32_t)(uintptr_t)argument);
}

static void check_faults(void)
{
	bool right = true;

	for (uint32_t msr = 0x808; msr <= 0x83f; msr += msr == TPR ? 3 : SELF_IPI - EOI) /* TPR, EOI, self IPI */
		right = right && trap_call(bad_write, (void *)(uintptr_t)msr) == 13;
	right = right && trap_call(bad_read, (void *)(uintptr_t)EOI) == 13;
	right = right && trap_call(bad_write, (void *)(uintptr_t)PPR) == 13;
	judge(right && msr_read(TPR) == 0, "what is reserved, read-only or write-only is #GP");
}

static uint64_t exits_of(uint32_t reason)
{
	return stats_read(&stats_get()->vcpu[info_subject("judge")->vcpu_first].exits[reason]);
}

static void report_exits(const char *what, uint64_t before)
{
	print("exits: %s: %lu\n", what, exits_of(EXIT_MSR) - before);
}

/* What an operating system does all the time. */
static void count_exits(void)
{
	interrupt_enable(); /* an exception that ends an attempt leaves them off */
	uint64_t before = exits_of(EXIT_MSR);

	taken_count = 0;
	for (unsigned i = 0; i < ROUNDS; i++)
		msr_write(SELF_IPI, 0x41);
	report_exits("1000 interrupts sent, taken and ended", before);
	judge(taken_count == ROUNDS, "all were taken");
	before = exits_of(EXIT_MSR);
	for (unsigned i = 0; i < ROUNDS; i++) {
		msr_write(TPR, 0x80);
		msr_write(TPR, 0);
	}
	report_exits("the task priority raised and lowered 1000 times", before);
	before = exits_of(EXIT_MSR);
	for (unsigned i = 0; i < ROUNDS; i++)
		(void)bit(ISR, 0x41);
	report_exits("1000 reads of what is in service", before);
}

int main(void)
{
	trap_open();
	interrupt_handle(0x41, note);
	interrupt_handle(0x51, nest);
	interrupt_handle(0x91, note);
	interrupt_enable();
	check_priority();
	check_pending();
	check_faults();
	count_exits();
	judge_end();
	return 0;
}
