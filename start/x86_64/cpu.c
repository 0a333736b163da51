/* SPDX-License-Identifier: ISC */
#include "start/x86_64/cpu.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/idt.h"
#include "start/x86_64/insn.h"
#include "start/x86_64/image.h"
#include "start/x86_64/timer.h"

/*
 * One GDT for all CPUs: null, code, data, a TSS each. Filled once, loaded by each CPU (which sets its TSS busy), then
 * never written again. Host segments hold nothing else, so VMSAVE and VMLOAD of the host may be done once or never.
 *
 * One IDT for all CPUs, whose handlers are the core's. A vector without a purpose has no gate: it ends as #GP, thus in
 * core_panic(), not in silence. The stubs of hw/vectors.S stand STUB bytes apart, so no table of addresses is needed.
 */
#define STUB 4u
enum { APIC_ID = 0x20, APIC_TPR = 0x80, APIC_SVR = 0xf0 };
#define BASE_ENABLED (1u << 11)
#define BASE_X2APIC (1u << 10)
#define SVR_ENABLED (1u << 8)
#define LVT_NMI 0x400u
_Static_assert(CONFIG_MAX_CPUS <= PERCPU_MASK + 1, "a slot for each CPU");
_Static_assert(VECTOR_LINES == CONFIG_MAX_LINES, "a vector for each line");

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static void ist_set(struct tss *tss, unsigned ist, uint64_t top)
{
	tss->ist[2 * (ist - 1)] = (uint32_t)top;
	tss->ist[2 * (ist - 1) + 1] = (uint32_t)(top >> 32);
}

static void fill_gdt(void)
{
	given.gdt[SELECTOR_CODE / 8] = UINT64_C(0x00af9b000000ffff);
	given.gdt[SELECTOR_DATA / 8] = UINT64_C(0x00cf93000000ffff);
	for (unsigned i = 0; i < CONFIG_MAX_CPUS; i++) {
		struct tss *tss = &given.percpu[i].tss;
		uint64_t slot = PERCPU_HIGH + i * PERCPU_SLOT, at = (uintptr_t)tss;
		ist_set(tss, IST_NMI, slot + 2 * 4096);
		ist_set(tss, IST_FATAL, slot + 4 * 4096);
		tss->iomap = sizeof *tss;
		given.gdt[SELECTOR_TSS / 8 + 2 * i] =
		        (sizeof *tss - 1) | (at & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (at >> 24 & 0xff) << 56;
		given.gdt[SELECTOR_TSS / 8 + 2 * i + 1] = at >> 32;
	}
}

static void set_gate(unsigned vector, const uint8_t *stub, unsigned ist)
{
	uint64_t at = (uintptr_t)stub;

	given.idt[vector].low = (at & 0xffff) | (uint64_t)SELECTOR_CODE << 16 | (uint64_t)ist << 32 |
	                        UINT64_C(0x8e) << 40 | (at >> 16 & 0xffff) << 48;
	given.idt[vector].high = at >> 32;
}

static void fill_idt(void)
{
	const uint8_t *ack = given.x2apic ? image_head->acknowledge_x2apic : image_head->acknowledge_xapic;

	for (unsigned i = 0; i < 32; i++)
		set_gate(i, image_head->exceptions + STUB * i, i == 8 || i == 18 ? IST_FATAL : 0);
	set_gate(2, image_head->nmi, IST_NMI);
	for (unsigned i = 0; i < VECTOR_LINES; i++)
		set_gate(VECTOR_LINE + i, image_head->lines + STUB * i, 0);
	set_gate(VECTOR_KICK, ack, 0);
	set_gate(VECTOR_TIMER, ack, 0);
	set_gate(VECTOR_SPURIOUS, image_head->spurious, 0);
}

/* An emulator without x2APIC ignores the enabling write in silence. */
static bool has_x2apic(void)
{
	uint32_t regs[4];

	cpuid(1, 0, regs);
	return regs[CPUID_ECX] >> 21 & 1;
}

void cpu_init(void)
{
	given.x2apic = has_x2apic();
	fill_gdt();
	fill_idt();
}

static void segments_load(unsigned cpu)
{
	struct table_register table = {sizeof given.gdt - 1, (uintptr_t)given.gdt};
	__asm__ volatile("lgdt %0\n\t"
	                 "pushq %1\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "pushq %%rax\n\t"
	                 "lretq\n"
	                 "1:\tmov %2, %%ds\n\t"
	                 "mov %2, %%es\n\t"
	                 "mov %2, %%ss\n\t"
	                 "mov %3, %%fs\n\t"
	                 "mov %3, %%gs\n\t"
	                 "lldt %w3\n\t"
	                 "ltr %w4"
	                 :
	                 : "m"(table), "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0), "r"(SELECTOR_TSS + 16 * cpu)
	                 : "rax", "memory");
}

/* SMEP, SMAP: the core has no user pages, so nothing changes but the meaning of a corrupted table. */
static uint64_t cr4_bits(void)
{
	uint32_t regs[4];
	cpuid(0, 0, regs);
	if (regs[CPUID_EAX] < 7)
		return CR4_MCE;
	cpuid(7, 0, regs);
	return CR4_MCE | (regs[CPUID_EBX] & 1u << 7 ? CR4_SMEP : 0) | (regs[CPUID_EBX] & 1u << 20 ? CR4_SMAP : 0);
}

uint32_t apic_read(unsigned reg)
{
	return given.x2apic ? (uint32_t)rdmsr(MSR_X2APIC + reg / 16)
	                    : *(volatile uint32_t *)(uintptr_t)(APIC_BASE + reg);
}

uint32_t cpu_apic_id(void)
{
	return given.x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

static void open_apic(void)
{
	/* performance, thermal, LINT0, error: masked. 0x350 = LINT0, 0x360 = LINT1 */
	static const uint16_t masked[] = {APIC_LVT_TIMER, 0x330, 0x340, 0x350, 0x370};
	uint64_t base = rdmsr(MSR_APIC_BASE) | BASE_ENABLED;
	wrmsr(MSR_APIC_BASE, base);
	if (given.x2apic)
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
	apic_write(APIC_SVR, SVR_ENABLED | VECTOR_SPURIOUS);
	for (unsigned i = 0; i < sizeof masked / sizeof masked[0]; i++)
		apic_write(masked[i], APIC_LVT_MASKED);
	apic_write(0x360, LVT_NMI);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_EOI, 0);
}

void cpu_load(unsigned cpu)
{
	const struct table_register idt = {sizeof given.idt - 1, (uintptr_t)given.idt};

	segments_load(cpu);
	__asm__ volatile("lidt %0" : : "m"(idt));
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_GS_BASE, (uintptr_t)&given.percpu[cpu]);
	write_cr4(read_cr4() | cr4_bits());
	open_apic();
}
