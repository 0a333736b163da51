/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/paging.h"
#include "abi/config.h"
#include "arch/x86_64/boot/reach.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/ioapic.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/hw/power.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/*
 * Every table page lies in section .once, which the final tables map read-only; only the page of window entries is
 * ordinary data, and it can name pages for reading and writing alone, never for execution. Accessed and Dirty are set
 * from the start. APM 2 5.3.
 */
#define P 1ull
#define W 2ull
#define UC (8ull | 16ull)
#define AD (0x20ull | 0x40ull)
#define LARGE 0x80ull
#define NX (1ull << 63)
#define TABLE (P | W | 0x20ull)
#define ADDRESS UINT64_C(0x000ffffffffff000)
#define PAGE UINT64_C(4096)
#define PAGE_2M (UINT64_C(2) << 20)
#define PAGE_1G (UINT64_C(1) << 30)
#define POOL_PAGES 28u

struct table {
	uint64_t entry[512];
} __attribute__((aligned(4096)));
static struct table pool[POOL_PAGES] ONCE;
static struct table high_pdpt ONCE, high_pd ONCE, stack_table ONCE;
static struct table window_table; /* the one that changes */
static unsigned pool_used ONCE;
static uint64_t final_root ONCE;
static uint8_t stacks[CONFIG_MAX_CPUS][4][4096] __attribute__((aligned(4096)));

extern uint64_t boot_pml4[512], boot_pdpt[512];
extern const uint8_t core_text[], core_text_end[], core_rodata[], core_rodata_end[], core_once[], core_once_end[],
        core_data[], core_data_end[];

INIT_TEXT void paging_start(void)
{
	/* pages 1, 3, 6 and 7 of each slot: hw/percpu.h */
	static const uint8_t place[4] = {1, 3, 6, 7};
	for (unsigned cpu = 0; cpu < CONFIG_MAX_CPUS; cpu++)
		for (unsigned i = 0; i < 4; i++)
			stack_table.entry[8 * cpu + place[i]] = (uintptr_t)stacks[cpu][i] | P | W | AD | NX;
	high_pdpt.entry[0] = (uintptr_t)&high_pd | TABLE;
	high_pd.entry[0] = (uintptr_t)&stack_table | TABLE;
	high_pd.entry[1] = (uintptr_t)&window_table | TABLE;
	boot_pml4[256] = (uintptr_t)&high_pdpt | TABLE;
}

INIT_TEXT uint64_t paging_reach(void)
{
	return (boot_pdpt[511] ? 512 : BOOT_DIRECTORIES) * PAGE_1G;
}

static uint64_t *next_table(uint64_t *entry)
{
	if (*entry & LARGE)
		power_fail("core: two ranges of the final address space overlap\n");
	if (*entry == 0) {
		if (pool_used == POOL_PAGES)
			power_fail("core: too few pages for the final page tables\n");
		*entry = (uintptr_t)&pool[pool_used++] | TABLE;
	}
	return (uint64_t *)(uintptr_t)(*entry & ADDRESS);
}

/* The entry that maps `at` with pages of 4 KiB or 2 MiB. */
static uint64_t *walk(uint64_t at, bool large)
{
	uint64_t *table = pool[0].entry;
	for (unsigned shift = 39; shift > (large ? 21u : 12u); shift -= 9)
		table = next_table(&table[at >> shift & 511]);
	return &table[at >> (large ? 21 : 12) & 511];
}

static void map(uint64_t base, uint64_t end, uint64_t bits)
{
	for (uint64_t at = base & ~(PAGE - 1); at < end;) {
		bool large = at % PAGE_2M == 0 && end - at >= PAGE_2M;
		*walk(at, large) = at | P | AD | bits | (large ? LARGE : 0);
		at += large ? PAGE_2M : PAGE;
	}
}

static void map_image(void)
{
	map((uintptr_t)core_text, (uintptr_t)core_text_end, 0);
	map((uintptr_t)core_rodata, (uintptr_t)core_rodata_end, NX);
	map((uintptr_t)core_once, (uintptr_t)core_once_end, NX);
	map((uintptr_t)core_data, (uintptr_t)core_data_end, NX | W);
	map((uintptr_t)machine_crash_page(), (uintptr_t)machine_crash_page() + PAGE, NX | W);
}

void machine_protect(const struct machine_map *maps, unsigned count)
{
	pool_used = 1; /* the root */
	pool[0].entry[256] = boot_pml4[256];
	map_image();
	if (!apic_x2apic())
		map(APIC_BASE, APIC_BASE + PAGE, NX | W | UC);
	for (unsigned i = 0; i < ioapic_count(); i++)
		map(ioapic_address(i), ioapic_address(i) + PAGE, NX | W | UC);
	for (unsigned i = 0; i < count; i++)
		map(maps[i].base, maps[i].base + maps[i].size, NX | (maps[i].writable ? W : 0));
	final_root = (uintptr_t)pool;
	write_cr3(final_root);
}

void paging_follow(void)
{
	if (final_root)
		write_cr3(final_root);
}

void *machine_page(struct cpu *cpu, unsigned slot, struct hpa page)
{
	(void)cpu; /* the calling CPU's own window */
	unsigned index = 2 * percpu_number() + slot;
	uint8_t *at = (uint8_t *)PERCPU_WINDOWS + PAGE * index;
	uint64_t entry = page.at | P | W | AD | NX;
	if (window_table.entry[index] != entry) {
		window_table.entry[index] = entry;
		invlpg(at);
	}
	return at;
}
