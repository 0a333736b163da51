/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/e820.h"
#include "tests/unit/device_fixture.h"

static struct e820_entry entries[E820_MAX];
static struct e820_list list;

static int fresh(void **state)
{
	(void)state;
	list = (struct e820_list){.entry = entries, .limit = E820_MAX};
	return 0;
}

static void assert_entry(uint32_t i, uint64_t base, uint64_t size, enum e820_type type)
{
	assert_true(i < list.count);
	assert_true(entries[i].base == base);
	assert_true(entries[i].size == size);
	assert_int_equal(entries[i].type, type);
}

static void a_pc_has_its_hole_below_1_mib(void **state)
{
	(void)state;
	assert_int_equal(e820_pc(&list, 256 << 20, UINT64_C(1) << 30), OK);
	assert_int_equal(list.count, 4);
	assert_entry(0, 0, 0xa0000, E820_RAM);
	assert_entry(1, 0xa0000, 0x60000, E820_RESERVED);
	assert_entry(2, 0x100000, (256 << 20) - 0x100000, E820_RAM);
	assert_entry(3, UINT64_C(1) << 32, UINT64_C(1) << 30, E820_RAM);
}

static void a_later_range_is_cut_out_of_an_earlier_one(void **state)
{
	(void)state;
	e820_add(&list, 0, 0x10000, E820_RAM);
	e820_add(&list, 0x4000, 0x1000, E820_ACPI);
	assert_int_equal(list.count, 3);
	assert_entry(0, 0, 0x4000, E820_RAM);
	assert_entry(1, 0x4000, 0x1000, E820_ACPI);
	assert_entry(2, 0x5000, 0xb000, E820_RAM);
	e820_add(&list, 0x3000, 0x3000, E820_RAM);
	assert_int_equal(list.count, 1);
	assert_entry(0, 0, 0x10000, E820_RAM);
}

static void a_range_can_cover_several_and_reach_beyond(void **state)
{
	(void)state;
	e820_add(&list, 0x1000, 0x1000, E820_RAM);
	e820_add(&list, 0x4000, 0x1000, E820_NVS);
	e820_add(&list, 0x0800, 0x8000, E820_RESERVED);
	assert_int_equal(list.count, 1);
	assert_entry(0, 0x0800, 0x8000, E820_RESERVED);
	e820_add(&list, 0, 0x800, E820_RESERVED);
	assert_int_equal(list.count, 1);
	assert_entry(0, 0, 0x8800, E820_RESERVED);
}

static void a_full_list_and_a_wrapping_range_are_refused(void **state)
{
	(void)state;
	list.limit = 2;
	e820_add(&list, 0, 0x10000, E820_RAM);
	assert_int_equal(e820_add(&list, 0x4000, 0x1000, E820_ACPI), ERR_FULL);
	assert_int_equal(list.count, 1);
	assert_entry(0, 0, 0x10000, E820_RAM);
	assert_int_equal(e820_add(&list, UINT64_MAX, 2, E820_RAM), ERR_ARGUMENT);
	assert_int_equal(e820_add(&list, 5, 0, E820_NVS), OK);
	assert_int_equal(list.count, 1);
	list.limit = 1;
	assert_int_equal(e820_pc(&list, 1 << 20, 1), ERR_FULL);
}

/* Against a map of pages, the last writer winning. */
static void random_ranges_give_what_a_page_map_gives(void **state)
{
	uint8_t pages[64] = {0};
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		uint32_t base, size, type;

		seed = seed * 1103515245 + 12345;
		base = seed >> 8 & 31;
		size = seed >> 16 & 15;
		type = 1 + (seed >> 24 & 3);
		if (e820_add(&list, base, size, type) == ERR_FULL)
			continue;
		memset(pages + base, (int)type, size);
		for (uint32_t i = 0; i < list.count; i++) {
			assert_true(list.entry[i].size > 0);
			assert_true(!i || list.entry[i].base >= list.entry[i - 1].base + list.entry[i - 1].size);
		}
		for (uint32_t page = 0; page < 64; page++) {
			uint32_t found = 0;

			for (uint32_t i = 0; i < list.count; i++)
				if (page >= list.entry[i].base && page < list.entry[i].base + list.entry[i].size)
					found = list.entry[i].type;
			assert_int_equal(found, pages[page]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_pc_has_its_hole_below_1_mib, fresh),
	        cmocka_unit_test_setup(a_later_range_is_cut_out_of_an_earlier_one, fresh),
	        cmocka_unit_test_setup(a_range_can_cover_several_and_reach_beyond, fresh),
	        cmocka_unit_test_setup(a_full_list_and_a_wrapping_range_are_refused, fresh),
	        cmocka_unit_test_setup(random_ranges_give_what_a_page_map_gives, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
