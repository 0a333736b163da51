/* SPDX-License-Identifier: ISC */
/*
 * The guest of tests/bench/paths: one exit of each kind in turn, for ever. The instruction of each kind carries a label
 * path_NAME, by which the script knows what an exit was for. With CLOCKLESS = 1 it reads no clock and comes to an end.
 */
#include <stdint.h>

#define X2APIC_ENABLE 0xc00u
#define MSR_APIC_BASE 0x1bu
#define MSR_MICROCODE 0x8bu /* its value stands in the description's table */
#define MSR_X2APIC_SPURIOUS 0x80fu
#define MSR_X2APIC_EOI 0x80bu
#define MSR_X2APIC_LVT_TIMER 0x832u
#define MSR_TSC_DEADLINE 0x6e0u
#define LVT_DEADLINE (2u << 17)
#define VECTOR 0x40u
#define ROUNDS 2000u
#define BUSY 20000u /* ticks, so that frames end in the running guest too */

struct gate {
	uint16_t low, selector;
	uint8_t stack, type;
	uint16_t middle;
	uint32_t high, zero;
} __attribute__((packed));
struct frame {
	uint64_t rip, cs, flags, rsp, ss;
};
static struct gate gates[256] __attribute__((aligned(16)));
static volatile uint32_t fired;

void main(void);
void ap_main(void);
void ap_main(void)
{
}

static uint64_t rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

__attribute__((interrupt)) static void handler(struct frame *frame)
{
	(void)frame;
	fired = 1;
	__asm__ volatile("path_eoi: wrmsr" : : "c"(MSR_X2APIC_EOI), "a"(0), "d"(0) : "memory");
}

static void open_interrupts(void)
{
	uint64_t at = (uint64_t)handler;
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = {sizeof(gates) - 1, (uint64_t)gates};

	for (unsigned i = 32; i < 256; i++)
		gates[i] = (struct gate){(uint16_t)at, 0x18, 0, 0x8e, (uint16_t)(at >> 16), (uint32_t)(at >> 32), 0};
	__asm__ volatile("lidt %0" : : "m"(table));
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | X2APIC_ENABLE);
	wrmsr(MSR_X2APIC_SPURIOUS, 0x1ff);
	wrmsr(MSR_X2APIC_LVT_TIMER, LVT_DEADLINE | VECTOR);
}

static void arm(uint64_t ticks)
{
	uint64_t at = rdtsc() + ticks;

	fired = 0;
	__asm__ volatile("wrmsr" : : "c"(MSR_TSC_DEADLINE), "a"((uint32_t)at), "d"((uint32_t)(at >> 32)) : "memory");
}

__attribute__((noinline)) static void simple_exits(void)
{
	uint32_t a, b, c, d;
	uint64_t number = 0, x = 0, y = 0, z = 0;

	__asm__ volatile("path_hypercall: vmmcall" : "+a"(number), "+D"(x), "+S"(y), "+d"(z) : : "memory");
	__asm__ volatile("path_cpuid: cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(0), "c"(0));
	__asm__ volatile("path_msr: rdmsr" : "=a"(a), "=d"(d) : "c"(MSR_MICROCODE));
	__asm__ volatile("path_port: inb $0x80, %%al" : "=a"(a));
}

/* Without a clock: so many rounds, each with some work, then the end of the emulator. */
static void without_clock(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		simple_exits();
		for (volatile unsigned work = 0; work < 500 + i % 100; work++)
			;
	}
	__asm__ volatile("outl %0, %w1" : : "a"(0), "Nd"(0xf4));
}

void main(void)
{
	if (CLOCKLESS)
		without_clock();
	open_interrupts();
	for (;;) {
		simple_exits();
		arm(3000);
		__asm__ volatile("sti");
		while (!fired)
			;
		__asm__ volatile("cli");
		arm(3000);
		__asm__ volatile("sti; path_halt: hlt; cli" : : : "memory");
		for (uint64_t end = rdtsc() + BUSY; rdtsc() < end;)
			;
	}
}
