/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include "sdk/console.h"
#include "sdk/interrupt.h"
#include "sdk/x86_64/start.h"

/*
 * Exceptions are never expected: each one is reported and ends in a shutdown, so that the fault policy of the system
 * description, not this code, decides what happens next. The IDT lies in .bss and is filled at start, the same by each
 * vCPU.
 */
struct gate { /* APM 2 4.8.4 */
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};
#define INTERRUPT_GATE 0x8e
#define CODE_SELECTOR 8
static struct gate idt[256] __attribute__((aligned(16)));

struct descriptor {
	uint16_t limit;
	const void *base;
} __attribute__((packed));

void exception_gate(unsigned vector, uintptr_t entry)
{
	idt[vector] = (struct gate){
	        .offset_low = (uint16_t)entry,
	        .selector = CODE_SELECTOR,
	        .type = INTERRUPT_GATE,
	        .offset_middle = (uint16_t)(entry >> 16),
	        .offset_high = (uint32_t)(entry >> 32),
	};
}

static void load_idt(uint16_t limit)
{
	struct descriptor descriptor = {limit, idt};

	__asm__ volatile("lidt %0" : : "m"(descriptor));
}

void exception_load(void)
{
	for (unsigned i = 0; i < 32; i++)
		exception_gate(i, (uintptr_t)exception_entry + (uintptr_t)i * EXCEPTION_ENTRY_BYTES);
	load_idt(sizeof(idt) - 1);
}

void exception_report(const struct exception_stack *stack)
{
	static bool again;
	uint64_t cr2;

	if (again)
		interrupt_shutdown();
	again = true;
	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	print("exception %lu error %lx at %lx stack %lx address %lx\n", stack->vector, stack->error, stack->rip,
	      stack->rsp, cr2);
	interrupt_shutdown();
}

/* An empty IDT makes any exception a triple fault (APM 2 8.2.9): the core sees EXIT_SHUTDOWN. */
void interrupt_shutdown(void)
{
	for (;;) {
		load_idt(0);
		__asm__ volatile("ud2");
	}
}
