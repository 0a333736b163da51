/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "arch/x86_64/msr.h"

static const struct config_msr table[] = {
        {0x8b, MSR_VALUE, MSR_WRITE_IGNORED, 0x1000065},
        {0xfe, MSR_VALUE, 0, 0x508},
        {0x179, MSR_STORE, 0, 0},
        {0x1d9, MSR_STORE, 0, 42},
        {0x4b564d00, MSR_LAYER, 0, 0},
        {0x4b564d01, MSR_LAYER, 0, 0},
        {0xc0010015, MSR_STORE, 0, 0x11},
        {0xc001001f, 7, 0, 0x11},
        {0xffffffff, MSR_VALUE, 0, 9},
};
#define COUNT ((uint32_t)(sizeof(table) / sizeof(table[0])))

static void a_fixed_value_is_read_from_its_record(void **state)
{
	(void)state;
	uint64_t stores[MSR_STORES] = {0}, value = 0;
	assert_int_equal(msr_read(table, COUNT, stores, 0x8b, &value), MSR_DONE);
	assert_int_equal(value, 0x1000065);
	assert_int_equal(msr_read(table, COUNT, stores, 0xffffffff, &value), MSR_DONE);
	assert_int_equal(value, 9);
	assert_int_equal(msr_read(table, 1, stores, 0x8b, &value), MSR_DONE);
}

static void writes_of_a_fixed_value_vanish_or_are_refused_as_the_record_says(void **state)
{
	(void)state;
	uint64_t stores[MSR_STORES] = {0}, value = 0;
	assert_int_equal(msr_write(table, COUNT, stores, 0x8b, 7), MSR_DONE);
	assert_int_equal(msr_write(table, COUNT, stores, 0xfe, 7), MSR_REFUSED);
	assert_int_equal(msr_read(table, COUNT, stores, 0x8b, &value), MSR_DONE);
	assert_int_equal(value, 0x1000065);
}

static void what_has_no_record_is_refused(void **state)
{
	(void)state;
	static const uint32_t absent[] = {0, 0x8a, 0x8c, 0x178, 0x4b564d02, 0xc0010014, 0xfffffffe};
	uint64_t stores[MSR_STORES] = {0}, value = 0;
	for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		assert_int_equal(msr_read(table, COUNT, stores, absent[i], &value), MSR_REFUSED);
		assert_int_equal(msr_write(table, COUNT, stores, absent[i], 0), MSR_REFUSED);
	}
	assert_int_equal(msr_read(table, 0, stores, 0x8b, &value), MSR_REFUSED);
	assert_int_equal(msr_write(0, 0, stores, 0x8b, 0), MSR_REFUSED);
	assert_int_equal(msr_read(table, COUNT, stores, 0xc001001f, &value), MSR_REFUSED);
	assert_int_equal(msr_write(table, COUNT, stores, 0xc001001f, 0), MSR_REFUSED);
}

static void stores_start_as_described_and_keep_what_is_written(void **state)
{
	(void)state;
	uint64_t stores[MSR_STORES] = {0}, value = 0;
	msr_reset(table, COUNT, stores);
	assert_int_equal(msr_read(table, COUNT, stores, 0x1d9, &value), MSR_DONE);
	assert_int_equal(value, 42);
	assert_int_equal(msr_write(table, COUNT, stores, 0x1d9, 1), MSR_DONE);
	assert_int_equal(msr_write(table, COUNT, stores, 0xc0010015, 2), MSR_DONE);
	assert_int_equal(msr_read(table, COUNT, stores, 0x1d9, &value), MSR_DONE);
	assert_int_equal(value, 1);
	assert_int_equal(msr_read(table, COUNT, stores, 0xc0010015, &value), MSR_DONE);
	assert_int_equal(value, 2);
	assert_int_equal(msr_read(table, COUNT, stores, 0x179, &value), MSR_DONE);
	assert_int_equal(value, 0);
	msr_reset(table, COUNT, stores);
	assert_int_equal(stores[2], 0x11);
}

static void the_layers_registers_are_handed_to_it(void **state)
{
	(void)state;
	uint64_t stores[MSR_STORES] = {0}, value = 0;
	assert_int_equal(msr_read(table, COUNT, stores, 0x4b564d00, &value), MSR_TO_LAYER);
	assert_int_equal(msr_write(table, COUNT, stores, 0x4b564d01, 1), MSR_TO_LAYER);
}

static void a_ninth_store_has_no_cell(void **state)
{
	(void)state;
	struct config_msr many[9];
	uint64_t stores[MSR_STORES], value;
	for (uint32_t i = 0; i < 9; i++)
		many[i] = (struct config_msr){i, MSR_STORE, 0, i};
	msr_reset(many, 9, stores);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(msr_read(many, 9, stores, i, &value), MSR_DONE);
		assert_int_equal(value, i);
	}
	assert_int_equal(msr_read(many, 9, stores, 8, &value), MSR_REFUSED);
	assert_int_equal(msr_write(many, 9, stores, 8, 1), MSR_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_fixed_value_is_read_from_its_record),
	        cmocka_unit_test(writes_of_a_fixed_value_vanish_or_are_refused_as_the_record_says),
	        cmocka_unit_test(what_has_no_record_is_refused),
	        cmocka_unit_test(stores_start_as_described_and_keep_what_is_written),
	        cmocka_unit_test(the_layers_registers_are_handed_to_it),
	        cmocka_unit_test(a_ninth_store_has_no_cell),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
