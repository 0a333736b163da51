/* SPDX-License-Identifier: ISC */
#include "start/x86_64/smp.h"
#include "arch/x86_64/hw/apic.h"
#include "start/x86_64/insn.h"
#include "start/x86_64/cpu.h"
#include "start/x86_64/image.h"
#include "start/x86_64/timer.h"

/*
 * INIT, SIPI to each CPU wanted (SDM 3A 9.4.4); they come up in any order, say so, and wait in HLT for a request:
 * first to state their time, in the end to enter the core. Nobody spins: whoever waits sleeps until an IPI or a deadline.
 */
#define ANSWER_MS 20u /* before the SIPI is sent again */
#define GIVE_UP_MS 2000u
#define PINGS 4u

enum request { REQUEST_NONE, REQUEST_TIME, REQUEST_RUN };

uint32_t smp_apic_id[CONFIG_MAX_CPUS];
uint32_t smp_count;
static uint64_t trampoline_page;
extern uint8_t trampoline[], trampoline_end[], trampoline_gdt[];
extern const uint8_t boot_gdt_register[];

static uint64_t wanted, online, root;
static volatile uint64_t all_online, answer;
static struct mailbox {
	volatile uint64_t request;
	uint64_t fill[7]; /* a cache line for each */
} mailbox[CONFIG_MAX_CPUS];

/* TSC, read after everything before it has happened. */
static uint64_t ordered_now(void)
{
	__asm__ volatile("mfence; lfence" : : : "memory");
	return rdtsc();
}

uint32_t smp_init(const uint32_t *ids, uint32_t count, uint64_t page)
{
	trampoline_page = page;
	smp_apic_id[smp_count++] = cpu_apic_id();
	for (uint32_t i = 0; i < count && smp_count < CONFIG_MAX_CPUS; i++)
		if (ids[i] != smp_apic_id[0])
			smp_apic_id[smp_count++] = ids[i];
	for (uint32_t i = 0; i < smp_count; i++)
		given.percpu[i].apic_id = smp_apic_id[i];
	return smp_count;
}

/* HLT until an interrupt, which the core's handlers take; `flag` is checked with interrupts off. */
static void sleep_unless(const volatile uint64_t *flag)
{
	if (*flag == 0)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
}

static void mark_online(unsigned cpu)
{
	uint64_t now = __atomic_or_fetch(&online, UINT64_C(1) << cpu, __ATOMIC_ACQ_REL);
	if (now != wanted)
		return;
	all_online = 1;
	machine_kick(0);
}

_Noreturn void smp_main(unsigned cpu);
_Noreturn void smp_main(unsigned cpu)
{
	volatile uint64_t *request = &mailbox[cpu].request;

	cpu_load(cpu);
	timer_start();
	image_vendor->open(cpu);
	mark_online(cpu);
	for (;;) {
		sleep_unless(request);
		if (*request == REQUEST_TIME) {
			*request = REQUEST_NONE;
			answer = ordered_now();
			machine_kick(0);
		} else if (*request == REQUEST_RUN) {
			break;
		}
	}
	image_head->enter(root, cpu);
	machine_stop();
}

/* Sleeps until *flag or the deadline. */
static void sleep_until(const volatile uint64_t *flag, uint64_t deadline)
{
	while (*flag == 0 && rdtsc() < deadline) {
		timer_arm(&given.timer, deadline);
		sleep_unless(flag);
	}
}

static void send_to_missing(unsigned count, uint32_t command)
{
	for (unsigned cpu = 1; cpu < count; cpu++)
		if (!(__atomic_load_n(&online, __ATOMIC_ACQUIRE) >> cpu & 1))
			apic_send(given.percpu[cpu].apic_id, command);
}

/* The other CPU's time lies between two readings of ours: nothing ever travels back in time by more than that. */
static bool in_step(unsigned cpu)
{
	for (unsigned i = 0; i < PINGS; i++) {
		answer = 0;
		uint64_t before = ordered_now();
		mailbox[cpu].request = REQUEST_TIME;
		machine_kick(cpu);
		sleep_until(&answer, before + GIVE_UP_MS * timer_tsc_khz);
		uint64_t after = ordered_now();
		if (answer < before || answer > after)
			return false;
	}
	return true;
}

static void copy_trampoline(void)
{
	volatile uint8_t *to = (volatile uint8_t *)(uintptr_t)trampoline_page;
	for (unsigned i = 0; i < 6; i++)
		trampoline_gdt[i] = boot_gdt_register[i];
	for (const uint8_t *from = trampoline; from < trampoline_end; from++)
		*to++ = *from;
}

enum status machine_cpus_start(unsigned count)
{
	uint32_t startup = APIC_ICR_STARTUP | (uint32_t)(trampoline_page >> 12);
	if (count == 1)
		return OK;
	if (count > smp_count || trampoline_page == 0)
		return ERR_FEATURE;
	wanted = (UINT64_C(1) << count) - 1;
	online = 1;
	copy_trampoline();
	uint64_t start = rdtsc();
	send_to_missing(count, APIC_ICR_INIT);
	send_to_missing(count, startup);
	sleep_until(&all_online, start + ANSWER_MS * timer_tsc_khz);
	if (!all_online) {
		send_to_missing(count, startup);
		sleep_until(&all_online, start + GIVE_UP_MS * timer_tsc_khz);
	}
	for (unsigned cpu = 1; cpu < count; cpu++)
		if (!all_online || !in_step(cpu))
			return ERR_FEATURE;
	return OK;
}

void smp_release(uint64_t core_root)
{
	root = core_root;
	for (unsigned cpu = 1; cpu < CONFIG_MAX_CPUS; cpu++) {
		if (!(online >> cpu & 1))
			continue;
		mailbox[cpu].request = REQUEST_RUN;
		machine_kick(cpu);
	}
}
