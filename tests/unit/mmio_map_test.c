/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "devices/mmio_map.h"

static struct mmio_map map;

static uint64_t nothing_read(void *device, uint32_t offset, unsigned size)
{
	(void)device, (void)offset, (void)size;
	return 0;
}

static void nothing_written(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	(void)device, (void)offset, (void)size, (void)value;
}

static const struct window window = {0, nothing_read, nothing_written};

static int fresh(void **state)
{
	(void)state;
	memset(&map, 0, sizeof map);
	return 0;
}

static void place(uint64_t base, uint64_t size)
{
	assert_int_equal(mmio_map_fixed(&map, base, size, &window), OK);
}

/* Which range answers, -1: none. */
static int found(uint64_t gpa, unsigned size)
{
	const struct mmio_range *range = mmio_map_find(&map, gpa, size);
	return range ? (int)(range - map.range) : -1;
}

static void the_range_found_last_does_not_hide_a_later_one(void **state)
{
	(void)state;
	place(0x1000, 0x1000);
	place(0x1400, 0x100);
	place(0x1800, 0x100);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(found(0x1600, 4), 0);
		assert_int_equal(found(0x1500, 4), 0);
		assert_int_equal(found(0x14fc, 4), 1);
		assert_int_equal(found(0x17fc, 4), 0);
		assert_int_equal(found(0x1800, 4), 2);
		assert_int_equal(found(0x1000, 4), 0);
		assert_int_equal(found(0x1400, 4), 1);
		assert_int_equal(found(0x1900, 8), 0);
		assert_int_equal(found(0x18f8, 8), 2);
		assert_int_equal(found(0x2000, 1), -1);
		assert_int_equal(found(0x0fff, 1), -1);
	}
}

static void an_access_across_an_edge_is_of_the_range_that_holds_all_of_it(void **state)
{
	(void)state;
	place(0x1000, 0x1000);
	place(0x1400, 0x100);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(found(0x14fe, 4), 0);
		assert_int_equal(found(0x14fe, 2), 1);
		assert_int_equal(found(0x13fe, 4), 0);
		assert_int_equal(found(0x13fe, 2), 0);
		assert_int_equal(found(0x1ffe, 4), -1);
		assert_int_equal(found(0x1ffe, 2), 0);
	}
}

static void a_range_that_moved_is_not_found_where_it_was(void **state)
{
	unsigned slot;
	(void)state;
	place(0x1000, 0x1000);
	assert_int_equal(mmio_map_add(&map, &window, &slot), OK);
	assert_int_equal(found(0x1800, 4), 0);
	mmio_map_place(&map, slot, 0x1800, 0x100);
	assert_int_equal(found(0x1800, 4), 1);
	mmio_map_place(&map, slot, 0x3000, 0x100);
	assert_int_equal(found(0x1800, 4), 0);
	assert_int_equal(found(0x3000, 4), 1);
	mmio_map_place(&map, slot, 0, 0);
	assert_int_equal(found(0x3000, 4), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_range_found_last_does_not_hide_a_later_one, fresh),
	        cmocka_unit_test_setup(an_access_across_an_edge_is_of_the_range_that_holds_all_of_it, fresh),
	        cmocka_unit_test_setup(a_range_that_moved_is_not_found_where_it_was, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
