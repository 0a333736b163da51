/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/*
 * One GDT for all CPUs: null, code, data, a TSS each. Filled once, loaded by each CPU (which sets its TSS busy), then
 * never written again. Host segments hold nothing else, so VMSAVE and VMLOAD of the host may be done once or never.
 */
struct percpu percpu[CONFIG_MAX_CPUS] ONCE;
static uint64_t gdt[3 + 2 * CONFIG_MAX_CPUS] ONCE;
_Static_assert(CONFIG_MAX_CPUS <= PERCPU_MASK + 1, "a slot for each CPU");

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

INIT_TEXT static void ist_set(struct tss *tss, unsigned ist, uint64_t top)
{
	tss->ist[2 * (ist - 1)] = (uint32_t)top;
	tss->ist[2 * (ist - 1) + 1] = (uint32_t)(top >> 32);
}

INIT_TEXT void percpu_init(void)
{
	gdt[SELECTOR_CODE / 8] = UINT64_C(0x00af9b000000ffff);
	gdt[SELECTOR_DATA / 8] = UINT64_C(0x00cf93000000ffff);
	for (unsigned i = 0; i < CONFIG_MAX_CPUS; i++) {
		struct tss *tss = &percpu[i].tss;
		uint64_t slot = PERCPU_HIGH + i * PERCPU_SLOT, at = (uintptr_t)tss;
		percpu[i].number = i;
		ist_set(tss, IST_NMI, slot + 2 * 4096);
		ist_set(tss, IST_FATAL, slot + 4 * 4096);
		tss->iomap = sizeof *tss;
		gdt[SELECTOR_TSS / 8 + 2 * i] =
		        (sizeof *tss - 1) | (at & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (at >> 24 & 0xff) << 56;
		gdt[SELECTOR_TSS / 8 + 2 * i + 1] = at >> 32;
	}
}

INIT_TEXT static void segments_load(unsigned cpu)
{
	struct table_register table = {sizeof gdt - 1, (uintptr_t)gdt};
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
INIT_TEXT static uint64_t cr4_bits(void)
{
	uint32_t regs[4];
	cpuid(0, 0, regs);
	if (regs[CPUID_EAX] < 7)
		return CR4_MCE;
	cpuid(7, 0, regs);
	return CR4_MCE | (regs[CPUID_EBX] & 1u << 7 ? CR4_SMEP : 0) | (regs[CPUID_EBX] & 1u << 20 ? CR4_SMAP : 0);
}

INIT_TEXT void percpu_load(unsigned cpu)
{
	segments_load(cpu);
	idt_load();
	wrmsr(MSR_FS_BASE, 0);
	wrmsr(MSR_GS_BASE, (uintptr_t)&percpu[cpu]);
	write_cr4(read_cr4() | cr4_bits());
}
