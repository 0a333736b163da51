/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/percpu.h"
#include "core/machine.h"
#include "lib/bytes.h"

/* What the core knows about its own image, and whole pages through this CPU's windows. */
#define PAGE 4096u
#define CRASH_PAGE 0x5000u /* in the first MiB, which is never given away; firmware and loaders leave it alone */
extern const uint8_t core_start[], core_end[], core_text[], core_rodata_end[];

struct machine_range machine_image(void)
{
	uintptr_t from = (uintptr_t)core_text, to = ((uintptr_t)core_rodata_end) & ~(uintptr_t)(PAGE / 2 - 1);

	return (struct machine_range){from, to - from};
}

uint64_t machine_image_bytes(void)
{
	return (uint64_t)(core_end - core_start);
}

unsigned machine_cpu(void)
{
	return percpu_number();
}

void *machine_crash_page(void)
{
	return (void *)(uintptr_t)CRASH_PAGE;
}

void machine_page_zero(struct cpu *cpu, struct hpa page)
{
	memset(machine_page(cpu, 0, page), 0, PAGE);
}

void machine_page_copy(struct cpu *cpu, struct hpa to, struct hpa from, unsigned bytes)
{
	void *at = machine_page(cpu, 0, to);

	memcpy(at, machine_page(cpu, 1, from), bytes);
}
