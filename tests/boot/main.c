/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "core/panic.h"
#include "core/system.h"
#include "tests/boot/handed.h"

/*
 * A core that only tests the machine beneath it, entered by the real starter (but for start/system.c, for which start.c stands
 * in): timer, windows, lines, CPUs, page rights. Prints a line per finding; the boot module's first byte says how it ends:
 * see break_rule(). tests/boot/run compares.
 */
static uint64_t never, cpus_running;
/* Interrupts count; a compiler that sees all the code at once need not know. */
static volatile uint64_t line_count, kicks[16], nmi_count, looked;
struct system the_system __attribute__((section(".bss..given.system")));
extern const uint8_t core_text[], core_rodata[];

static void text(const char *s)
{
	while (*s)
		machine_console(*s++);
}

static void number(const char *name, uint64_t value)
{
	char digits[20];
	unsigned count = 0;
	text(name);
	text("=");
	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	while (count)
		machine_console(digits[--count]);
	text(" ");
}

static void hex(const char *name, uint64_t value)
{
	text(name);
	text("=");
	for (int shift = 60; shift >= 0; shift -= 4)
		if (value >> shift || shift == 0)
			machine_console("0123456789abcdef"[value >> shift & 15]);
	text(" ");
}

void core_interrupt_line(unsigned cpu, unsigned line)
{
	if (line == 3)
		line_count++;
	(void)cpu;
}

void core_interrupt_nmi(unsigned cpu)
{
	nmi_count++;
	(void)cpu;
}

static _Noreturn void finish(void)
{
	text("end\n");
	machine_power_off(0x604, 0x2000);
}

void core_panic(unsigned vector, uint64_t error, uint64_t rip, uint64_t detail)
{
	number("\npanic: vector", vector);
	hex("error", error);
	hex("detail", detail);
	text(rip ? "\n" : "no rip\n");
	finish();
}

static void show_timer(void)
{
	uint64_t khz = the_system.tsc_khz, worst = 0, early = 0;
	for (unsigned i = 0; i < 20; i++) {
		uint64_t deadline = machine_now() + khz;
		machine_timer(0, deadline);
		machine_wait(0, &never);
		uint64_t now = machine_now();
		early += now < deadline;
		worst = now - deadline > worst ? now - deadline : worst;
	}
	number("timer: khz", khz);
	number("early", early);
	number("late", worst);
	uint64_t start = machine_now();
	machine_timer(0, start + 1000000);
	uint64_t cost = machine_now() - start;
	machine_timer(0, start - 1);
	machine_window(0);
	number("arm", cost);
	start = machine_now();
	machine_timer(0, 0);
	machine_wait(0, &never);
	text("past-fires ");
	uint64_t one = 1;
	machine_wait(0, &one);
	text("unless-returns\n");
}

static void show_line(void)
{
	out8(0x43, 0x34); /* PIT channel 0: mode 2, 100 Hz */
	out8(0x40, 11932 & 0xff);
	out8(0x40, 11932 >> 8);
	uint64_t deadline = machine_now() + 55 * the_system.tsc_khz;
	for (unsigned pass = 0; pass < 2; pass++) {
		machine_line_mask(3, pass == 0);
		line_count = 0;
		deadline = machine_now() + 55 * the_system.tsc_khz;
		while (machine_now() < deadline) {
			machine_timer(0, deadline);
			machine_wait(0, &never);
		}
		number(pass ? "open" : "line: masked", line_count);
	}
	machine_line_mask(3, true);
	text("\n");
}

/* By command register to itself: taken at once, interrupts off or not. */
static void show_nmi(void)
{
	apic_send(given.percpu[0].apic_id, 0x4400);
	number("nmi: taken", nmi_count);
	text("\n");
}

static void show_window_pages(void)
{
	uint64_t *a = machine_page(0, 0, (struct hpa){0x1000000}), *b = machine_page(0, 1, (struct hpa){0x1001000});
	*a = 0x1111;
	*b = 0x2222;
	a = machine_page(0, 0, (struct hpa){0x1001000});
	text(*a == 0x2222 && *(uint64_t *)0x1000000 == 0x1111 ? "windows: fine\n" : "windows: WRONG\n");
}

/* The last answer of another CPU to the starter may come with a kick that nobody waits for any more. */
static void settle(void)
{
	for (unsigned i = 0; i < 8; i++) {
		machine_timer(0, machine_now() + the_system.tsc_khz);
		machine_wait(0, &never);
	}
}

static void show_machine(void)
{
	settle();
	show_timer();
	show_line();
	show_nmi();
	show_window_pages();
	*(volatile uint64_t *)(LARGE_RANGE + 0x100000) = 1;
	text("protected\n");
}

__attribute__((noinline)) static uint64_t deep(uint64_t n)
{
	volatile uint64_t local[64];
	local[n % 64] = n;
	uint64_t below = n == 0 ? 0 : deep(n - 1);
	return local[n % 64] + below;
}

static void break_rule(void)
{
	static const uint8_t return_instruction[] = {0xc3};
	switch (*(const char *)the_system.package) {
	case 'r': /* constants are constant */
		*(volatile uint64_t *)(uintptr_t)core_rodata = 1;
		break;
	case 'w': /* code too */
		*(volatile uint64_t *)(uintptr_t)core_text = 1;
		break;
	case 't': /* what the starter wrote, page tables among it */
		*(volatile uint64_t *)(uintptr_t)given.table = 1;
		break;
	case 'm': /* a range given as read-only */
		*(volatile uint64_t *)(uintptr_t)the_system.package = 1;
		break;
	case 'u': /* memory that nobody gave */
		*(volatile uint64_t *)0x1700000 = 1;
		break;
	case 'd': /* data is not executed */
		((void (*)(void))(uintptr_t)return_instruction)();
		break;
	case 'o': /* the stack ends in a guard page */
		number("depth", deep(1000000));
		break;
	case 'i': /* the starter is gone */
		((void (*)(void))STARTER)();
		break;
	case 'v': /* a vector without a gate */
		__asm__ volatile("int $0x80");
		break;
	case 'b':
		text("rebooting\n");
		machine_reboot();
	default:
		return;
	}
	text("STILL HERE\n");
}

void core_cpu_main(unsigned cpu)
{
	if (cpu != 0) {
		while (looked == 0)
			machine_wait(0, &looked);
		__atomic_fetch_or(&cpus_running, UINT64_C(1) << cpu, __ATOMIC_SEQ_CST);
		machine_kick(0);
		while (kicks[cpu] == 0)
			machine_wait(0, &kicks[cpu]);
		__atomic_fetch_and(&cpus_running, ~(UINT64_C(1) << cpu), __ATOMIC_SEQ_CST);
		machine_kick(0);
		machine_stop();
	}
	show_machine();
	looked = 1;
	for (unsigned i = 1; i < the_system.HANDED_CPUS; i++)
		machine_kick(i);
	uint64_t count = the_system.HANDED_CPUS, all = (UINT64_C(1) << count) - 2;
	while (__atomic_load_n(&cpus_running, __ATOMIC_SEQ_CST) != all)
		machine_wait(0, &never);
	hex("running", cpus_running);
	for (unsigned i = 1; i < count; i++) {
		kicks[i] = 1;
		machine_kick(i);
	}
	while (__atomic_load_n(&cpus_running, __ATOMIC_SEQ_CST) != 0)
		machine_wait(0, &never);
	text("all answered\n");
	break_rule();
	finish();
}
