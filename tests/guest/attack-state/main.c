/* SPDX-License-Identifier: ISC */
/*
 * A hostile application brings its own vCPU into states that the hardware refuses to enter, or that leave it without
 * any way on: each is a fault of that subject alone, ends in its policy (restart), and leaves a record. One attack per
 * life: the restart count says which.
 */
#include "sdk/sdk.h"
#include "sdk/x86_64/start.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

#define LIVES 12u
static uint64_t left_over; /* zero in every new life */

static void or_cr4(uint64_t bits)
{
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | bits));
}

static void load_idt(uint64_t base, uint16_t limit)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = {limit, base};

	__asm__ volatile("lidt %0" : : "m"(table));
}

/* Nothing that can be answered: what comes back is not defined, only that it harms nobody else. */
static void attack_of(void *argument)
{
	switch ((uintptr_t)argument) {
	case 0: /* CR0.NW without CD: APM 2 15.5.1, illegal */
		__asm__ volatile("mov %%cr0, %%rax; bts $29, %%rax; btr $30, %%rax; mov %%rax, %%cr0" : : : "rax");
		break;
	case 1: /* CR4 with bits that no AMD processor has */
		or_cr4(UINT64_C(1) << 13);
		break;
	case 2:
		or_cr4(UINT64_C(1) << 40);
		break;
	case 3: /* triple fault */
		load_idt(0, 0);
		__asm__ volatile("ud2");
		break;
	case 4: /* no page tables: the walk itself leaves the subject's space */
		__asm__ volatile("mov %0, %%cr3" : : "r"(UINT64_C(0x3ffff000)) : "memory");
		break;
	case 5: /* no IDT: delivering an exception leaves the subject's space */
		load_idt(0x3ffff000, 0xfff);
		__asm__ volatile("ud2");
		break;
	case 6: /* no stack, and an exception */
		__asm__ volatile("mov %0, %%rsp; ud2" : : "r"(UINT64_C(0x3ffff000)));
		break;
	case 7: /* CR3 with all address bits */
		__asm__ volatile("mov %0, %%cr3" : : "r"(UINT64_C(0x000ffffffffff000)) : "memory");
		break;
	case 8: /* protected mode off under paging */
		__asm__ volatile("mov %%cr0, %%rax; btr $0, %%rax; mov %%rax, %%cr0" : : : "rax");
		break;
	case 9: /* paging off in 64-bit code */
		__asm__ volatile("mov %%cr0, %%rax; btr $31, %%rax; mov %%rax, %%cr0" : : : "rax");
		break;
	case 10: /* PAE off in long mode */
		__asm__ volatile("mov %%cr4, %%rax; btr $5, %%rax; mov %%rax, %%cr4" : : : "rax");
		break;
	default: /* halted for ever with interrupts off is legal: the end */
		return;
	}
	hypercall_void(HC_VERSION, 0, 0, 0); /* an exit, and so an entry */
	uint64_t cr4;
	__asm__ volatile("mov %%cr4, %0; cpuid" : "=r"(cr4) : "a"(0), "c"(0) : "rbx", "rdx");
}

static void hostile(void)
{
	struct channel channel;
	struct report report = {{0}};
	uint64_t life = info_get()->epoch;

	report_open(&channel, "hostile");
	trap_open();
	if (life == 0)
		hostile_begin(&channel);
	report.word[0] = life;
	report.word[1] = left_over;
	report_send(&channel, &report);
	left_over = life + 1;
	clock_sleep(30 * CLOCK_MS); /* the judge has read it, and printed it at the speed of the UART */
	if (life >= LIVES - 1)
		return;
	trap_call(attack_of, (void *)(uintptr_t)life);
	load_idt(0, 0); /* an exception on the way is as good an end */
	__asm__ volatile("ud2");
}

static const char *fault_name(uint64_t fault)
{
	static const char *const names[] = {"memory",   "port",  "MSR",           "instruction",
	                                    "shutdown", "entry", "machine check", "layer"};

	return fault < FAULT_COUNT ? names[fault] : "?";
}

int main(void)
{
	struct attack attack = {0};
	struct subject_status status;

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	attack_run(&attack, 20);
	for (uint64_t life = 0; life < LIVES; life++) {
		const uint64_t *w = attack.report.word;
		judge(w[0] == life && w[1] == 0, "life %lu begins, memory %lx", w[0], w[1]);
		if (life < LIVES - 1 && !report_receive(&attack.hostile, &attack.report, 5))
			return 0;
		denials_collect(&attack.denials);
		/* later lives may have come to their faults already */
		const uint64_t *fault = attack.denials.last[AUDIT_FAULT].argument;
		if (life < LIVES - 1)
			judge(attack.denials.event[AUDIT_FAULT] > life && attack.denials.event[AUDIT_FAULT] < LIVES &&
			              fault[1] == ACTION_RESTART,
			      "fault %lu: %s, detail %lx", attack.denials.event[AUDIT_FAULT], fault_name(fault[0]),
			      fault[2]);
	}
	subject_status(attack.denials.subject, &status);
	judge(status.state == SUBJECT_RUNNING && status.restarts == LIVES - 1, "it runs, after %u restarts",
	      status.restarts);
	attack_end(&attack, 200, 2000);
	return 0;
}
