/* SPDX-License-Identifier: ISC */
/*
 * A hostile application makes as many exits, events, interrupts and exceptions as it can, of one kind after another,
 * with two vCPUs if it has them. What it does costs its own frames only: the victim's stay whole, on the same CPU
 * and on another one.
 */
#include "sdk/sdk.h"
#include "sdk/x86_64/start.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/share.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

START_STACKS(2, 16384);

#define SELF_VECTOR 0x50u
#define OTHER_VECTOR 0x51u
#define ICR_NMI 0x400u
static volatile uint64_t interrupts;
static uint64_t over_budget; /* audit writes that were refused */
static volatile bool second_runs, handlers_set;

static void count_interrupt(unsigned vector)
{
	(void)vector;
	interrupts++;
}

static void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void storm_hypercall(void)
{
	hypercall_void(HC_VERSION, 0, 0, 0);
}
static void storm_refusal(void)
{
	hypercall_void(HC_REBOOT, 0, 0, 0);
}
static void storm_event(void)
{
	event_signal(info_event_out("alarm")->number);
}
static void storm_audit(void)
{
	over_budget += audit_write(1, 2, 3) == ERR_BUDGET;
}
static void storm_cpuid(void)
{
	__asm__ volatile("cpuid" : : "a"(1), "c"(0) : "rbx", "rdx");
}
static void storm_self_ipi(void)
{
	interrupt_send(start_vcpu(), SELF_VECTOR);
}
static void storm_other_ipi(void)
{
	interrupt_send(!start_vcpu(), OTHER_VECTOR);
}
static void storm_nmi(void)
{
	write_msr(0x830, (uint64_t)!start_vcpu() << 32 | 0x4000 | ICR_NMI);
}
static void storm_timer(void)
{
	interrupt_timer(SELF_VECTOR, clock_tsc() + 1);
}
static void storm_halt(void)
{
	interrupt_disable(); /* else it could come before the HLT */
	interrupt_timer(SELF_VECTOR, clock_tsc() + 1000);
	interrupt_halt();
}
static void storm_wait(void)
{
	event_wait(0, clock_tsc() + 100);
}
static void storm_cache(void)
{
	__asm__ volatile("wbinvd");
}
static void storm_tlb(void)
{
	__asm__ volatile("mov %%cr3, %%rax; mov %%rax, %%cr3" : : : "rax", "memory");
}
static void storm_pause(void)
{
	__asm__ volatile("pause");
}

/* Single steps: each instruction is a #DB, which the core sees first. */
static void step(void *unused)
{
	(void)unused;
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop" : : : "memory", "cc");
}
static void storm_debug(void)
{
	trap_call(step, 0);
}

static void (*const storms[])(void) = {
        storm_hypercall, storm_refusal,   storm_event, storm_audit, storm_cpuid,
        storm_self_ipi,  storm_other_ipi, storm_nmi,   storm_timer, storm_halt,
        storm_wait,      storm_cache,     storm_tlb,   storm_pause, storm_debug,
};
#define STORMS (sizeof(storms) / sizeof(*storms))

/* NMIs of the sibling end in the exception gate; iretq there is what ends them. */
static void rage(uint64_t ms, uint64_t counts[STORMS])
{
	for (unsigned i = 0; i < STORMS; i++) {
		uint64_t until = clock_deadline(ms * CLOCK_MS);
		for (; clock_tsc() < until; counts[i]++)
			storms[i]();
		interrupt_timer(SELF_VECTOR, 0);
	}
}

/* The second vCPU: interrupts everybody and is interrupted. */
void secondary_main(unsigned vcpu)
{
	(void)vcpu;
	second_runs = true;
	while (!handlers_set)
		clock_sleep(CLOCK_MS);
	interrupt_enable();
	for (;;) {
		storm_other_ipi();
		storm_self_ipi();
		storm_event();
		storm_hypercall();
	}
}

extern const uint8_t nmi_return[];
__asm__(".text\n.globl nmi_return\nnmi_return: iretq\n");

static void hostile(void)
{
	struct channel channel;
	uint64_t counts[STORMS] = {0}, least = ~UINT64_C(0), sum = 0;

	interrupt_handle(SELF_VECTOR, count_interrupt);
	interrupt_handle(OTHER_VECTOR, count_interrupt);
	while (info_get()->vcpu_count > 1 && !second_runs)
		clock_sleep(CLOCK_MS); /* its start-up loads the exception gates too */
	hostile_begin(&channel);
	exception_gate(2, (uintptr_t)nmi_return);
	handlers_set = true;
	interrupt_enable();
	rage(info_option_number("ms", 5), counts);
	for (unsigned i = 0; i < STORMS; i++) {
		least = counts[i] < least ? counts[i] : least;
		sum += counts[i];
	}
	interrupt_disable();
	hostile_end(&channel, &(struct report){{counts[1] + over_budget, least, sum, interrupts, counts[3]}});
}

/* The core's own account: what each vCPU got, in 1/10,000 of the time, and how late frames began. */
static void check_account(uint64_t before, uint64_t since, uint64_t share, uint64_t slack)
{
	const struct stats *stats = stats_get();
	const struct info_subject *subject = info_subject("victim");
	uint64_t now = clock_tsc();
	uint64_t got = (stats_read(&stats->vcpu[subject->vcpu_first].runtime) - before) * 10000 / (now - since);

	judge(share_distance(got, share) <= slack, "by the core's account the victim had %lu/10000, planned %lu", got,
	      share);
}

int main(void)
{
	struct attack attack = {0};
	const uint64_t *w = attack.report.word;
	uint64_t frame = info_option_number("frame", 0), share = info_option_number("share", 0);

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	uint64_t since = clock_tsc();
	uint64_t before = stats_read(&stats_get()->vcpu[info_subject("victim")->vcpu_first].runtime);
	attack_run(&attack, 20);
	check_account(before, since, share, info_option_number("share-slack", 100));
	/* in real time on a busy host (attack-storm-smp) some storms hardly blow */
	judge(w[1] >= info_option_number("storms", 20) && w[2] > 1000,
	      "%lu storms, %lu exits, at least %lu of each, %lu interrupts", STORMS, w[2], w[1], w[3]);
	attack.written = w[4];
	attack_audited(&attack);
	attack_end(&attack, frame, info_option_number("slack", 2000));
	return 0;
}
