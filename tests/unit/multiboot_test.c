/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "start/x86_64/multiboot.h"
#include "start/x86_64/ranges.h"

/* A little physical memory at BASE, as a boot loader would have filled it. */
#define BASE UINT64_C(0x9000)
#define SIZE 4096u
struct fixture {
	uint8_t *bytes;
	struct phys_view view;
	struct boot_info boot;
	struct multiboot out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->bytes = calloc(1, SIZE); /* on the heap: the sanitizer sees a read one byte beyond */
	f->view = (struct phys_view){(uintptr_t)f->bytes - BASE, BASE, SIZE};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	free(f->bytes);
	free(f);
	return 0;
}

static void put32(struct fixture *f, unsigned at, uint32_t value)
{
	memcpy(f->bytes + at, &value, 4);
}

static void put64(struct fixture *f, unsigned at, uint64_t value)
{
	memcpy(f->bytes + at, &value, 8);
}

/* A record of a version 1 map; returns where the next goes. */
static unsigned map_1(struct fixture *f, unsigned at, uint64_t base, uint64_t size, uint32_t type)
{
	put32(f, at, 20);
	put64(f, at + 4, base);
	put64(f, at + 12, size);
	put32(f, at + 20, type);
	return at + 24;
}

/* Version 1: information at 0, map at 0x100, modules at 0x80. */
static void header_1(struct fixture *f, uint32_t flags, uint32_t map_end)
{
	put32(f, 0, flags);
	put32(f, 44, map_end - 0x100);
	put32(f, 48, BASE + 0x100);
	put32(f, 20, 2);
	put32(f, 24, BASE + 0x80);
	put32(f, 0x80, 0x300000);
	put32(f, 0x84, 0x312345);
	put32(f, 0x90, 0x400000);
	put32(f, 0x94, 0x400001);
}

static enum status parse_1(struct fixture *f)
{
	return multiboot_parse(&f->view, MULTIBOOT1_MAGIC, BASE, &f->boot, &f->out);
}

static enum status parse_2(struct fixture *f)
{
	return multiboot_parse(&f->view, MULTIBOOT2_MAGIC, BASE, &f->boot, &f->out);
}

static void version_1_gives_memory_and_the_first_module(void **state)
{
	struct fixture *f = *state;
	unsigned at = map_1(f, 0x100, 0, 0x9fc00, 1);
	at = map_1(f, at, 0x100000, 0x1ff00000, 1);
	at = map_1(f, at, 0xfffc0000, 0x40000, 2);
	header_1(f, 0x48, at);
	assert_int_equal(parse_1(f), OK);
	assert_int_equal(f->boot.memory_count, 2);
	assert_int_equal(f->boot.memory[0].base, 0);
	assert_int_equal(f->boot.memory[0].size, 0x9f000);
	assert_int_equal(f->boot.memory[1].base, 0x100000);
	assert_int_equal(f->boot.memory[1].size, 0x1ff00000);
	assert_int_equal(f->boot.package, 0x300000);
	assert_int_equal(f->boot.package_size, 0x12345);
	assert_int_equal(f->out.rsdp, 0);
}

static void without_a_module_the_package_is_empty(void **state)
{
	struct fixture *f = *state;
	header_1(f, 0x40, map_1(f, 0x100, 0x100000, 0x100000, 1));
	assert_int_equal(parse_1(f), OK);
	assert_int_equal(f->boot.package_size, 0);
}

static void reserved_records_win_over_usable_ones(void **state)
{
	struct fixture *f = *state;
	unsigned at = map_1(f, 0x100, 0x250800, 0x100, 2);
	header_1(f, 0x40, map_1(f, at, 0x100000, 0x300000, 1));
	assert_int_equal(parse_1(f), OK);
	assert_int_equal(f->boot.memory_count, 2);
	assert_int_equal(f->boot.memory[0].size, 0x150000);
	assert_int_equal(f->boot.memory[1].base, 0x251000);
	assert_int_equal(f->boot.memory[1].size, 0x400000 - 0x251000);
}

static void unsorted_and_overlapping_records_become_sorted_and_disjoint(void **state)
{
	struct fixture *f = *state;
	unsigned at = map_1(f, 0x100, 0x800000, 0x100000, 1);
	at = map_1(f, at, 0x100000, 0x100000, 1);
	at = map_1(f, at, 0x180000, 0x100000, 1);
	header_1(f, 0x40, map_1(f, at, 0x280000, 0x80000, 1));
	assert_int_equal(parse_1(f), OK);
	assert_int_equal(f->boot.memory_count, 2);
	assert_int_equal(f->boot.memory[0].base, 0x100000);
	assert_int_equal(f->boot.memory[0].size, 0x200000);
	assert_int_equal(f->boot.memory[1].base, 0x800000);
}

static void what_lies_outside_the_view_is_refused(void **state)
{
	struct fixture *f = *state;
	header_1(f, 0x40, 0x100 + SIZE);
	assert_int_equal(parse_1(f), ERR_RANGE);
	header_1(f, 0x48, 0x118);
	put32(f, 24, BASE + SIZE - 8);
	assert_int_equal(parse_1(f), ERR_RANGE);
	assert_int_equal(multiboot_parse(&f->view, MULTIBOOT1_MAGIC, BASE + SIZE - 51, &f->boot, &f->out), ERR_RANGE);
	assert_int_equal(multiboot_parse(&f->view, MULTIBOOT2_MAGIC, BASE + SIZE - 7, &f->boot, &f->out), ERR_RANGE);
	put32(f, 0, SIZE + 8);
	assert_int_equal(parse_2(f), ERR_RANGE);
}

static void another_magic_is_refused(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(multiboot_parse(&f->view, 0, BASE, &f->boot, &f->out), ERR_VERSION);
}

static void a_missing_or_empty_map_is_refused(void **state)
{
	struct fixture *f = *state;
	header_1(f, 8, 0x100);
	assert_int_equal(parse_1(f), ERR_MEMORY);
	header_1(f, 0x40, map_1(f, 0x100, 0x100000, 0xfff, 1));
	assert_int_equal(parse_1(f), ERR_MEMORY);
	put32(f, 0x100, 3); /* a record shorter than itself ends the walk */
	assert_int_equal(parse_1(f), ERR_MEMORY);
}

static void a_module_that_ends_before_it_begins_is_refused(void **state)
{
	struct fixture *f = *state;
	header_1(f, 0x48, map_1(f, 0x100, 0x100000, 0x100000, 1));
	put32(f, 0x84, 0x2fffff);
	assert_int_equal(parse_1(f), ERR_CORRUPT);
}

/* Version 2: a tag's head; returns where its body begins. */
static unsigned tag(struct fixture *f, unsigned at, uint32_t type, uint32_t size)
{
	put32(f, at, type);
	put32(f, at + 4, size);
	return at + 8;
}

static unsigned map_2(struct fixture *f, unsigned at)
{
	unsigned body = tag(f, at, 6, 16 + 2 * 24);
	put32(f, body, 24);
	put64(f, body + 8, 0x100000);
	put64(f, body + 16, 0x700000);
	put32(f, body + 24, 1);
	put64(f, body + 32, UINT64_C(0x100000000));
	put64(f, body + 40, 0x80000000);
	put32(f, body + 48, 1);
	return at + 64;
}

static void version_2_gives_memory_module_and_root_pointer(void **state)
{
	struct fixture *f = *state;
	tag(f, 8, 1, 9); /* a command line of one byte, padded to 16 */
	unsigned body = tag(f, 24, 3, 17), old = 48;
	put32(f, body, 0x23000);
	put32(f, body + 4, 0x24000);
	tag(f, old, 14, 28);
	unsigned newer = map_2(f, old + 32);
	tag(f, newer, 15, 44);
	tag(f, newer + 48, 0, 8);
	put32(f, 0, newer + 56);
	assert_int_equal(parse_2(f), OK);
	assert_int_equal(f->boot.memory_count, 2);
	assert_int_equal(f->boot.memory[1].base, UINT64_C(0x100000000));
	assert_int_equal(f->boot.package, 0x23000);
	assert_int_equal(f->boot.package_size, 0x1000);
	assert_int_equal(f->out.rsdp, BASE + newer + 8);
	put32(f, newer, 99); /* without the new one, the old one serves */
	assert_int_equal(parse_2(f), OK);
	assert_int_equal(f->out.rsdp, BASE + old + 8);
}

static void tags_with_impossible_sizes_are_refused(void **state)
{
	static const struct {
		uint32_t type, size;
	} bad[] = {{1, 7}, {1, 0}, {1, 200}, {3, 15}, {6, 15}};
	struct fixture *f = *state;
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		tag(f, 8, bad[i].type, bad[i].size);
		put32(f, 0, 100);
		assert_int_equal(parse_2(f), ERR_CORRUPT);
	}
	put32(f, 0, 7);
	assert_int_equal(parse_2(f), ERR_CORRUPT);
	put32(f, 0, 8);
	assert_int_equal(parse_2(f), ERR_MEMORY);
	map_2(f, 8);
	put32(f, 16, 23); /* width of a record */
	put32(f, 0, 80);
	assert_int_equal(parse_2(f), ERR_CORRUPT);
}

static void a_full_list_gives_up_the_smallest_range(void **state)
{
	(void)state;
	struct placement_range at[BOOT_RANGES];
	struct ranges ranges = {.at = at};
	for (uint64_t i = 0; i < BOOT_RANGES; i++)
		ranges_add(&ranges, i << 20, (i + 2) << 12);
	assert_false(ranges.dropped);
	ranges_add(&ranges, UINT64_C(1) << 40, 4096);
	assert_true(ranges.dropped);
	assert_int_equal(ranges.count, BOOT_RANGES);
	assert_int_equal(at[0].base, 0);
	ranges_add(&ranges, UINT64_C(1) << 40, 1 << 20);
	assert_int_equal(ranges.count, BOOT_RANGES);
	assert_int_equal(at[0].base, 1 << 20);
	assert_int_equal(at[BOOT_RANGES - 1].base, UINT64_C(1) << 40);
}

static void ranges_at_the_end_of_the_address_space_do_not_wrap(void **state)
{
	(void)state;
	struct placement_range at[BOOT_RANGES];
	struct ranges ranges = {.at = at};
	ranges_add(&ranges, ~UINT64_C(0) - 100, 50);
	assert_int_equal(ranges.count, 0);
	ranges_add(&ranges, ~UINT64_C(0) - 0x4fff, ~UINT64_C(0));
	assert_int_equal(ranges.count, 1);
	assert_int_equal(at[0].size, 0x4000);
	ranges_cut(&ranges, 0, 0);
	assert_int_equal(ranges.count, 1);
	ranges_cut(&ranges, ~UINT64_C(0) - 0x2fff, ~UINT64_C(0));
	assert_int_equal(at[0].size, 0x2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(version_1_gives_memory_and_the_first_module),
	        TEST(without_a_module_the_package_is_empty),
	        TEST(reserved_records_win_over_usable_ones),
	        TEST(unsorted_and_overlapping_records_become_sorted_and_disjoint),
	        TEST(what_lies_outside_the_view_is_refused),
	        TEST(another_magic_is_refused),
	        TEST(a_missing_or_empty_map_is_refused),
	        TEST(a_module_that_ends_before_it_begins_is_refused),
	        TEST(version_2_gives_memory_module_and_root_pointer),
	        TEST(tags_with_impossible_sizes_are_refused),
	        TEST(a_full_list_gives_up_the_smallest_range),
	        TEST(ranges_at_the_end_of_the_address_space_do_not_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
