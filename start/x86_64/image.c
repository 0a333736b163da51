/* SPDX-License-Identifier: ISC */
#include "start/x86_64/image.h"
#include "start/x86_64/insn.h"
#include "core/console.h"
#include "lib/bytes.h"
#include "start/x86_64/select.h"

#define MSR_FEATURE_CONTROL 0x3au
#define MSR_VM_CR 0xc0010114u
#define SCREEN ((volatile uint16_t *)UINT64_C(0xb8000))
#define CELLS (80u * 25u)
#define WHITE 0x0f00u
#define LOAD 1u

struct elf {
	uint8_t identity[24];
	uint64_t entry, segments;
	uint8_t other[14];
	uint16_t segment_size, segment_count;
};
struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, physical, stored, size, align;
};
/* entry.S: in the order of enum select, each core as its ELF file and the bytes of that; 0 where there is none. */
extern const struct {
	const struct elf *elf;
	uint64_t bytes;
} image_cores[];
const struct vendor *image_vendor;
const struct core_head *image_head;

static struct select_cpu read_cpu(void)
{
	struct select_cpu cpu = {0};
	uint32_t regs[4];

	cpuid(1, 0, regs);
	cpu.vmx = regs[CPUID_ECX] >> 5 & 1;
	cpuid(0x80000001, 0, regs);
	cpu.svm = regs[CPUID_ECX] >> 2 & 1;
	cpu.vm_cr = cpu.svm ? rdmsr(MSR_VM_CR) : 0;
	cpu.feature_control = cpu.vmx ? rdmsr(MSR_FEATURE_CONTROL) : 0;
	return cpu;
}

static _Noreturn void say(const char *text)
{
	const char *next = text;

	for (unsigned i = 0; i < CELLS; i++)
		SCREEN[i] = (uint16_t)(WHITE | (uint8_t)(*next ? *next++ : ' '));
	console_text(text);
	console_text("\n");
	machine_stop();
}

void image_place(void)
{
	static const struct vendor *const vendors[] = {&vendor_amd, &vendor_intel};
	const struct select_cpu cpu = read_cpu();
	const char *why;
	const enum select chosen = select_core(&cpu, &why);

	if (chosen == SELECT_NONE)
		say(why);
	if (image_cores[chosen].bytes == 0)
		say("Bulkhead cannot start: this image holds no core for this vendor's CPUs; make one with both.");
	const struct elf *elf = image_cores[chosen].elf;
	const struct elf_segment *segment = (const void *)((const uint8_t *)elf + elf->segments);
	for (unsigned i = 0; i < elf->segment_count; i++, segment++) {
		uint8_t *to = (uint8_t *)(uintptr_t)segment->physical;
		if (segment->type != LOAD)
			continue;
		memcpy(to, (const uint8_t *)elf + segment->offset, segment->stored);
		memset(to + segment->stored, 0, segment->size - segment->stored);
	}
	image_vendor = vendors[chosen];
	image_head = (const struct core_head *)(uintptr_t)elf->entry;
	if (image_head->magic != CORE_MAGIC)
		say("Bulkhead cannot start: this image's core is not of its starter's version; make both anew.");
}
