/* SPDX-License-Identifier: ISC */
/*
 * The first code of an image for both vendors: puts the core for this CPU where it is linked, and goes there with what
 * the boot loader has handed over. What this image held becomes ordinary RAM. 32-bit code, paging off.
 */
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/hw/uart.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/select/select.h"

#define MSR_FEATURE_CONTROL 0x3au
#define MSR_VM_CR 0xc0010114u
#define SCREEN ((volatile uint16_t *)0xb8000)
#define CELLS (80u * 25u)
#define WHITE 0x0f00u
#define LOAD 1u

struct elf {
	uint8_t identity[24];
	uint32_t entry, segments;
	uint8_t other[12];
	uint16_t segment_count;
};
struct elf_segment {
	uint32_t type, offset, address, physical, stored, size, flags, align;
};
extern const struct {
	const struct elf *elf;
	uint32_t bytes;
} select_cores[]; /* entry.S */
uint32_t select_main(void);

static struct select_cpu read_cpu(void)
{
	struct select_cpu cpu = {0};
	uint32_t regs[4];
	cpuid(1, 0, regs);
	cpu.vmx = regs[CPUID_ECX] >> 5 & 1;
	cpuid(0x80000000, 0, regs);
	if (regs[CPUID_EAX] > 0x80000000) {
		cpuid(0x80000001, 0, regs);
		cpu.svm = regs[CPUID_ECX] >> 2 & 1;
	}
	cpu.vm_cr = cpu.svm ? rdmsr(MSR_VM_CR) : 0;
	cpu.feature_control = cpu.vmx ? rdmsr(MSR_FEATURE_CONTROL) : 0;
	return cpu;
}

static _Noreturn void say(const char *text)
{
	const char *next = text;
	for (unsigned i = 0; i < CELLS; i++)
		SCREEN[i] = (uint16_t)(WHITE | (uint8_t)(*next ? *next++ : ' '));
	uart_init();
	uart_text(text);
	uart_text("\n");
	for (;;)
		__asm__ volatile("hlt");
}

static uint32_t place(const struct elf *elf)
{
	const struct elf_segment *segment = (const void *)((const char *)elf + elf->segments);
	for (unsigned i = 0; i < elf->segment_count; i++, segment++) {
		void *to = (void *)segment->physical;
		const void *from = (const char *)elf + segment->offset;
		uint32_t stored = segment->stored, rest = segment->size - stored;
		if (segment->type != LOAD)
			continue;
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(stored) : : "memory");
		__asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(0) : "memory");
	}
	return elf->entry;
}

uint32_t select_main(void)
{
	const struct select_cpu cpu = read_cpu();
	const char *why;
	enum select chosen = select_core(&cpu, &why);
	if (chosen == SELECT_NONE)
		say(why);
	if (select_cores[chosen].bytes == 0)
		say("Bulkhead cannot start: this image holds no core for this vendor's CPUs; make one with both.");
	return place(select_cores[chosen].elf);
}
