/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"
#include "lib/bytes.h"

/*
 * The core's image as the starter finds it, and whole pages through this CPU's windows. The page of window entries is the
 * one page table that changes; it can name pages for reading and writing alone, never for execution.
 */
#define PAGE 4096u
#define ENTRY 0x8000000000000063              /* present, writable, accessed, dirty, no execution: APM 2 5.3 */
void core_enter(uint64_t root, uint64_t cpu); /* hw/vectors.S */
extern const uint8_t core_text[], core_text_end[], core_rodata[], core_rodata_end[], core_data[], core_end[];
extern const uint8_t vectors_exception[], vectors_line[], vector_nmi[], vector_ack_xapic[], vector_ack_x2apic[],
        vector_spurious[];

struct given given __attribute__((section(".bss..given")));
static uint8_t stacks[CONFIG_MAX_CPUS][4][PAGE] __attribute__((aligned(4096)));
static struct table window_table;

const struct core_head core_head = {
        CORE_MAGIC,  core_enter,       core_text,         core_text_end,
        core_rodata, core_rodata_end,  core_data,         core_end,
        stacks,      &window_table,    vectors_exception, vectors_line,
        vector_nmi,  vector_ack_xapic, vector_ack_x2apic, vector_spurious,
};

unsigned machine_cpu(void)
{
	return percpu_number();
}

void *machine_crash_page(void)
{
	return (void *)(uintptr_t)CRASH_PAGE;
}

void *machine_page(struct cpu *cpu, unsigned slot, struct hpa page)
{
	(void)cpu; /* the calling CPU's own window */
	unsigned index = 2 * percpu_number() + slot;
	uint8_t *at = (uint8_t *)PERCPU_WINDOWS + PAGE * index;
	uint64_t entry = page.at | ENTRY;

	if (window_table.entry[index] != entry) {
		window_table.entry[index] = entry;
		invlpg(at);
	}
	return at;
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
