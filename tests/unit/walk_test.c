/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/decode/walk.h"

/* Page tables are built by hand in 1 MiB of memory: tables at 0x1000, 0x2000 ..., the page at 0x10000. */
#define MEMORY 0x100000u
#define PAGE UINT64_C(0x10000)
enum { P = 1, W = 2, U = 4, A = 32, D = 64, PS = 128 };
#define NX (UINT64_C(1) << 63)
enum { PG_PE_WP = 0x10001, PAE = 1 << 5, PSE = 1 << 4, SMEP = 1 << 20, SMAP = 1 << 21, LA57 = 1 << 12 };
enum { LMA_LME = 0x500, NXE = 0x800, AC = 1 << 18 };

static struct guest_memory memory;
static struct walk_cpu cpu;
static struct walk_result result;

static int setup(void **state)
{
	(void)state;
	memory = (struct guest_memory){0};
	guest_memory_add(&memory, 0, MEMORY, calloc(1, MEMORY));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory.range[0].bytes);
	return 0;
}

static void put64(uint64_t at, uint64_t value)
{
	assert_true(guest_memory_write(&memory, at, &value, 8));
}

static uint64_t get64(uint64_t at)
{
	uint64_t value;
	assert_true(guest_memory_read(&memory, at, &value, 8));
	return value;
}

static void put32(uint64_t at, uint32_t value)
{
	assert_true(guest_memory_write(&memory, at, &value, 4));
}

/* 4-level: linear 0x8080604123 -> indices 1, 2, 3, 4; leaf rights as given. */
#define LINEAR4 UINT64_C(0x8080604123)
static void four_level(uint64_t leaf)
{
	cpu = (struct walk_cpu){UINT64_C(0x80000000) | PG_PE_WP, 0x1000, PAE, LMA_LME | NXE, 2, 0, 40};
	put64(0x1000 + 8 * 1, 0x2000 | P | W | U);
	put64(0x2000 + 8 * 2, 0x3000 | P | W | U);
	put64(0x3000 + 8 * 3, 0x4000 | P | W | U);
	put64(0x4000 + 8 * 4, PAGE | leaf);
}

static void assert_page(uint64_t linear, unsigned access)
{
	assert_int_equal(walk(&memory, &cpu, linear, access, &result), WALK_OK);
	assert_int_equal(result.gpa, PAGE | (linear & 0xfff));
}

static void assert_fault(uint64_t linear, unsigned access, uint32_t error)
{
	assert_int_equal(walk(&memory, &cpu, linear, access, &result), WALK_FAULT);
	assert_int_equal(result.error, error);
}

static void without_paging_linear_is_physical_and_32_bits_wide(void **state)
{
	(void)state;
	cpu = (struct walk_cpu){.cr0 = 1, .physical_bits = 40};
	assert_int_equal(walk(&memory, &cpu, UINT64_C(0x1000012345), WALK_WRITE, &result), WALK_OK);
	assert_int_equal(result.gpa, 0x12345);
	assert_int_equal(result.left, 4096 - 0x345);
}

static void four_levels_lead_to_the_page_and_set_accessed(void **state)
{
	(void)state;
	four_level(P | W | U);
	assert_page(LINEAR4, WALK_READ);
	assert_int_equal(get64(0x1000 + 8), 0x2000 | P | W | U | A);
	assert_int_equal(get64(0x4000 + 32), PAGE | P | W | U | A);
}

static void a_write_sets_dirty_in_the_leaf_only(void **state)
{
	(void)state;
	four_level(P | W | U);
	assert_page(LINEAR4, WALK_WRITE);
	assert_int_equal(get64(0x4000 + 32), PAGE | P | W | U | A | D);
	assert_int_equal(get64(0x3000 + 24), 0x4000 | P | W | U | A);
}

static void a_faulting_walk_leaves_no_trace(void **state)
{
	(void)state;
	four_level(P | U);
	assert_fault(LINEAR4, WALK_WRITE, WALK_PRESENT | WALK_WRITE);
	assert_int_equal(get64(0x1000 + 8), 0x2000 | P | W | U);
}

static void an_absent_entry_at_each_level_faults_without_present(void **state)
{
	(void)state;
	static const uint64_t entry[] = {0x1000 + 8, 0x2000 + 16, 0x3000 + 24, 0x4000 + 32};
	for (unsigned i = 0; i < 4; i++) {
		four_level(P | W | U);
		put64(entry[i], 0);
		assert_fault(LINEAR4, WALK_READ, 0);
		cpu.cpl = 3;
		assert_fault(LINEAR4, WALK_WRITE, WALK_WRITE | WALK_USER);
	}
}

static void write_protection_binds_the_supervisor_only_with_wp(void **state)
{
	(void)state;
	four_level(P | U);
	cpu.cr0 &= ~UINT64_C(0x10000);
	assert_page(LINEAR4, WALK_WRITE);
	cpu.cpl = 3;
	assert_fault(LINEAR4, WALK_WRITE, WALK_PRESENT | WALK_WRITE | WALK_USER);
}

static void rights_are_the_least_of_all_levels(void **state)
{
	(void)state;
	four_level(P | W | U);
	put64(0x2000 + 16, 0x3000 | P | U);
	assert_fault(LINEAR4, WALK_WRITE, WALK_PRESENT | WALK_WRITE);
	put64(0x2000 + 16, 0x3000 | P | W);
	cpu.cpl = 3;
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT | WALK_USER);
	put64(0x2000 + 16, 0x3000 | P | W | U | NX);
	assert_fault(LINEAR4, WALK_FETCH, WALK_PRESENT | WALK_USER | WALK_FETCH);
}

static void a_no_execute_bit_is_reserved_without_nxe(void **state)
{
	(void)state;
	four_level(P | W | U | NX);
	assert_page(LINEAR4, WALK_READ);
	cpu.efer = LMA_LME;
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT | WALK_RESERVED);
}

static void smep_stops_supervisor_fetches_from_user_pages(void **state)
{
	(void)state;
	four_level(P | W | U);
	assert_page(LINEAR4, WALK_FETCH);
	cpu.cr4 |= SMEP;
	assert_fault(LINEAR4, WALK_FETCH, WALK_PRESENT | WALK_FETCH);
	cpu.cpl = 3;
	assert_page(LINEAR4, WALK_FETCH);
}

static void smap_stops_supervisor_data_unless_ac_is_set(void **state)
{
	(void)state;
	four_level(P | W | U);
	cpu.cr4 |= SMAP;
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT);
	cpu.rflags |= AC;
	assert_page(LINEAR4, WALK_READ);
	cpu.rflags = 2;
	cpu.cpl = 3;
	assert_page(LINEAR4, WALK_READ);
}

static void address_bits_beyond_the_cpu_are_reserved(void **state)
{
	(void)state;
	four_level(P | W | U | UINT64_C(1) << 40);
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT | WALK_RESERVED);
	cpu.physical_bits = 52;
	assert_int_equal(walk(&memory, &cpu, LINEAR4, WALK_READ, &result), WALK_OK);
	assert_int_equal(result.gpa, PAGE | UINT64_C(1) << 40 | 0x123);
}

static void large_pages_end_the_walk_early(void **state)
{
	(void)state;
	four_level(0);
	put64(0x3000 + 24, UINT64_C(0x40000000) | P | W | U | PS);
	assert_int_equal(walk(&memory, &cpu, LINEAR4, WALK_WRITE, &result), WALK_OK);
	assert_int_equal(result.gpa, 0x40004123);
	assert_int_equal(result.left, 0x200000 - 0x4123);
	assert_int_equal(get64(0x3000 + 24), UINT64_C(0x40000000) | P | W | U | PS | A | D);
	put64(0x3000 + 24, UINT64_C(0x40002000) | P | W | U | PS);
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT | WALK_RESERVED);
	put64(0x2000 + 16, UINT64_C(0x80000000) | P | W | U | PS);
	assert_int_equal(walk(&memory, &cpu, LINEAR4, WALK_READ, &result), WALK_OK);
	assert_int_equal(result.gpa, 0x80604123);
}

static void five_levels_are_refused(void **state)
{
	(void)state;
	four_level(P | W | U);
	cpu.cr4 |= LA57;
	assert_int_equal(walk(&memory, &cpu, LINEAR4, WALK_READ, &result), WALK_UNSUPPORTED);
}

static void tables_outside_memory_read_as_all_ones(void **state)
{
	(void)state;
	four_level(P | W | U);
	put64(0x3000 + 24, UINT64_C(0xfed00000) | P | W | U);
	assert_fault(LINEAR4, WALK_READ, WALK_PRESENT | WALK_RESERVED);
}

static void pae_has_four_pointers_without_rights(void **state)
{
	(void)state;
	cpu = (struct walk_cpu){UINT64_C(0x80000000) | PG_PE_WP, 0x1020, PAE, NXE, 2, 3, 40};
	put64(0x1020 + 8 * 2, 0x2000 | P);
	put64(0x2000 + 8 * 3, 0x3000 | P | W | U);
	put64(0x3000 + 8 * 4, PAGE | P | W | U);
	assert_page(0x80604123, WALK_WRITE);
	assert_int_equal(get64(0x1020 + 16), 0x2000 | P);
	put64(0x1020 + 8 * 2, 0x2000 | P | W);
	assert_fault(0x80604123, WALK_READ, WALK_PRESENT | WALK_RESERVED | WALK_USER);
}

static void two_levels_use_32_bit_entries_and_large_pages_with_pse(void **state)
{
	(void)state;
	cpu = (struct walk_cpu){UINT64_C(0x80000000) | PG_PE_WP, 0x1000, PSE, 0, 2, 0, 40};
	put32(0x1000 + 4 * 513, 0x2000 | P | W | U);
	put32(0x2000 + 4 * 4, (uint32_t)PAGE | P | W | U);
	assert_page(0x80404123, WALK_WRITE);
	put32(0x1000 + 4 * 513, 0x40000000 | 1 << 13 | P | W | U | PS);
	assert_int_equal(walk(&memory, &cpu, 0x80404123, WALK_WRITE, &result), WALK_OK);
	assert_int_equal(result.gpa, UINT64_C(0x140004123));
	put32(0x1000 + 4 * 513, 1 << 21 | P | W | U | PS);
	assert_fault(0x80404123, WALK_READ, WALK_PRESENT | WALK_RESERVED);
	cpu.cr4 = 0;
	put32(0x1000 + 4 * 513, 0x2000 | P | W | U | PS);
	assert_page(0x80404123, WALK_READ);
}

static void the_last_entry_of_memory_is_reachable_and_the_next_is_not(void **state)
{
	(void)state;
	cpu = (struct walk_cpu){UINT64_C(0x80000000) | PG_PE_WP, MEMORY - 0x1000, 0, 0, 2, 0, 40};
	put32(MEMORY - 4, 0x2000 | P | W | U);
	put32(0x2000, (uint32_t)PAGE | P | W | U);
	assert_page(0xffc00123, WALK_READ);
	cpu.cr3 = MEMORY;
	/* all ones is a present, writable entry of a table at FFFFF000, which is no memory either: a page at FFFFF000 */
	assert_int_equal(walk(&memory, &cpu, 0x123, WALK_READ, &result), WALK_OK);
	assert_int_equal(result.gpa, 0xfffff123);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(without_paging_linear_is_physical_and_32_bits_wide),
	        TEST(four_levels_lead_to_the_page_and_set_accessed),
	        TEST(a_write_sets_dirty_in_the_leaf_only),
	        TEST(a_faulting_walk_leaves_no_trace),
	        TEST(an_absent_entry_at_each_level_faults_without_present),
	        TEST(write_protection_binds_the_supervisor_only_with_wp),
	        TEST(rights_are_the_least_of_all_levels),
	        TEST(a_no_execute_bit_is_reserved_without_nxe),
	        TEST(smep_stops_supervisor_fetches_from_user_pages),
	        TEST(smap_stops_supervisor_data_unless_ac_is_set),
	        TEST(address_bits_beyond_the_cpu_are_reserved),
	        TEST(large_pages_end_the_walk_early),
	        TEST(five_levels_are_refused),
	        TEST(tables_outside_memory_read_as_all_ones),
	        TEST(pae_has_four_pointers_without_rights),
	        TEST(two_levels_use_32_bit_entries_and_large_pages_with_pse),
	        TEST(the_last_entry_of_memory_is_reachable_and_the_next_is_not),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
