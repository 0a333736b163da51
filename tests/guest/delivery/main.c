/* SPDX-License-Identifier: ISC */
/*
 * Why interrupts are injected although there is virtual-interrupt delivery (docs/decisions/vt-x.md). The core of this test
 * leaves delivery to the processor (tests/emulator/assist.c), and the processor is Bochs': when a physical interrupt comes
 * while a virtual one waits for IF, it delivers that one, into code that runs with interrupts off. This test passes
 * as long as it does.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

#define IER 0x3f9u
#define IIR 0x3fau
#define MCR 0x3fcu
#define MCR_OUT2 0x0bu
#define THR_EMPTY 2u
#define TPR 0x808u
#define EOI 0x80bu
#define SELF_IPI 0x83fu
#define LOW 0x41u
#define HIGH 0x51u
static bool outside; /* a physical interrupt is to come while interrupts are off */
static volatile bool off;
static volatile unsigned taken_off, taken_on;

static void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* Interrupts are off here; COM1's line is the physical interrupt. */
static void stretch(void)
{
	off = true;
	if (outside) {
		port_write8(IER, 0);
		port_read8(IIR);
		port_write8(IER, THR_EMPTY);
	}
	for (volatile unsigned i = 0; i < 20000; i++)
		;
	off = false;
}

static void low(unsigned vector)
{
	(void)vector;
	taken_off += off;
	taken_on += !off;
}

static void high(unsigned vector)
{
	(void)vector;
	msr_write(EOI, 0);
	stretch();
}

/* Requested while the task priority forbids them, and let in without an exit: so that the processor delivers. */
static void request(bool both)
{
	msr_write(TPR, 0xf0);
	msr_write(SELF_IPI, LOW);
	if (both)
		msr_write(SELF_IPI, HIGH);
}

static void in_a_handler(void)
{
	request(true);
	msr_write(TPR, 0);
}

static void in_other_code(void)
{
	request(false);
	interrupt_disable();
	msr_write(TPR, 0);
	stretch();
}

static uint64_t windows(void)
{
	return stats_read(&stats_get()->vcpu[info_subject("judge")->vcpu_first].exits[EXIT_WINDOW]);
}

/* It is taken once, sooner or later, and the line's interrupt is not lost. */
static void attempt(void code(void), bool interrupted, unsigned wrong, const char *what)
{
	const struct info_line *line = info_line("com1");
	uint64_t bit = line_event(line);

	taken_off = taken_on = 0;
	outside = interrupted;
	line_unmask(line);
	interrupt_enable();
	code();
	interrupt_enable();
	bool came = event_wait(bit, clock_deadline(5 * CLOCK_MS)) == bit;
	if (wrong && taken_on == 1)
		print("this emulator does it right: \"Delivery itself stays injection\" in docs/decisions/vt-x.md is "
		      "out of date\n");
	judge(taken_off == wrong && taken_on == 1 - wrong && came == interrupted,
	      "%s: %u with interrupts off, %u with interrupts on", what, taken_off, taken_on);
}

int main(void)
{
	interrupt_handle(LOW, low);
	interrupt_handle(HIGH, high);
	port_write8(MCR, MCR_OUT2);
	attempt(in_other_code, false, 0, "alone");
	attempt(in_a_handler, false, 0, "alone, in a handler behind its EOI");
	judge(windows() == 0, "the processor delivers: no interrupt window exits");
	attempt(in_other_code, true, 1, "a line's interrupt comes");
	attempt(in_a_handler, true, 1, "a line's interrupt comes, in a handler behind its EOI");
	judge_end();
	return 0;
}
