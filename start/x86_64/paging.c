/* SPDX-License-Identifier: ISC */
#include "start/x86_64/paging.h"
#include "arch/x86_64/hw/apic.h"
#include "core/panic.h"
#include "start/x86_64/image.h"
#include "start/x86_64/lines.h"
#include "start/x86_64/main.h"
#include "start/x86_64/reach.h"

/*
 * Every table page lies in `given`, which the tables map read-only; only the page of window entries is the core's data.
 * Accessed and Dirty are set from the start. APM 2 5.3.
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
enum { ROOT, HIGH_PDPT, HIGH_PD, STACKS, FREE }; /* the first pages of given.table */
static unsigned used = FREE;

extern uint64_t boot_pml4[512], boot_pdpt[512];

static uint64_t entry_of(unsigned table)
{
	return (uintptr_t)&given.table[table] | TABLE;
}

void paging_start(void)
{
	/* pages 1, 3, 6 and 7 of each slot: hw/percpu.h */
	static const uint8_t place[4] = {1, 3, 6, 7};

	for (unsigned cpu = 0; cpu < CONFIG_MAX_CPUS; cpu++)
		for (unsigned i = 0; i < 4; i++)
			given.table[STACKS].entry[8 * cpu + place[i]] =
			        (uintptr_t)image_head->stacks[cpu][i] | P | W | AD | NX;
	given.table[HIGH_PDPT].entry[0] = entry_of(HIGH_PD);
	given.table[HIGH_PD].entry[0] = entry_of(STACKS);
	given.table[HIGH_PD].entry[1] = (uintptr_t)image_head->window_table | TABLE;
	given.table[ROOT].entry[256] = boot_pml4[256] = entry_of(HIGH_PDPT);
}

uint64_t paging_reach(void)
{
	return (boot_pdpt[511] ? 512 : BOOT_DIRECTORIES) * PAGE_1G;
}

static uint64_t *next_table(uint64_t *entry)
{
	if (*entry & LARGE)
		start_fail("two ranges of the core's address space overlap");
	if (*entry == 0) {
		if (used == GIVEN_TABLES)
			start_fail("too few pages for the core's page tables");
		*entry = entry_of(used++);
	}
	return (uint64_t *)(uintptr_t)(*entry & ADDRESS);
}

/* The entry that maps `at` with pages of 4 KiB or 2 MiB. */
static uint64_t *walk(uint64_t at, bool large)
{
	uint64_t *table = given.table[ROOT].entry;
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

static void map_part(const void *from, const void *end, uint64_t bits)
{
	map((uintptr_t)from, (uintptr_t)end, bits);
}

uint64_t paging_core(const struct system_maps *maps)
{
	map_part(&the_system, image_head->text, NX); /* all that is given */
	map_part(image_head->text, image_head->text_end, 0);
	map_part(image_head->rodata, image_head->rodata_end, NX);
	map_part(image_head->data, image_head->data_end, NX | W);
	map(CRASH_PAGE, CRASH_PAGE + PAGE, NX | W);
	if (!given.x2apic)
		map(APIC_BASE, APIC_BASE + PAGE, NX | W | UC);
	for (unsigned i = 0; i < lines_ioapics(); i++)
		map(lines_ioapic(i), lines_ioapic(i) + PAGE, NX | W | UC);
	for (uint32_t i = 0; i < maps->count; i++)
		map(maps->map[i].base, maps->map[i].base + maps->map[i].size, NX | (maps->map[i].writable ? W : 0));
	return (uintptr_t)&given.table[ROOT];
}
