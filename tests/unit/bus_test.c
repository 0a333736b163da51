/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/unit/device_fixture.h"

static struct bus bus;

struct log {
	unsigned calls, sizes[4];
	uint16_t offsets[4];
	uint32_t values[4];
};

static uint32_t log_read(void *device, uint16_t offset, unsigned size)
{
	struct log *log = device;

	log->offsets[log->calls] = offset;
	log->sizes[log->calls++] = size;
	return 0xa0b0c0d0u + offset;
}

static void log_write(void *device, uint16_t offset, unsigned size, uint32_t value)
{
	struct log *log = device;

	log->offsets[log->calls] = offset;
	log->values[log->calls] = value;
	log->sizes[log->calls++] = size;
}

static struct log add(uint16_t base, uint16_t count, uint8_t width, struct log *log)
{
	struct bus_range range = {base, count, log, log_read, log_write, width};

	assert_int_equal(bus_add(&bus, &range), OK);
	return (struct log){0};
}

static int clear(void **state)
{
	(void)state;
	memset(&bus, 0, sizeof(bus));
	return 0;
}

static void ports_nobody_claims_read_all_ones(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0, 1), 0xff);
	assert_int_equal(bus_read(&bus, 0x1234, 2), 0xffff);
	assert_int_equal(bus_read(&bus, 0xffff, 4), 0xffffffff);
	bus_write(&bus, 0x1234, 4, 7);
}

static void a_wide_access_to_a_byte_device_is_split_low_byte_first(void **state)
{
	struct log log = {0};

	(void)state;
	add(0x100, 8, 1, &log);
	bus_write(&bus, 0x102, 4, 0x44332211);
	assert_int_equal(log.calls, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(log.sizes[i], 1);
		assert_int_equal(log.offsets[i], 2 + i);
		assert_int_equal(log.values[i], 0x11 * (i + 1));
	}
	log = (struct log){0};
	assert_int_equal(bus_read(&bus, 0x102, 2), 0xd3d2);
}

static void a_word_device_takes_words_and_gets_dwords_in_two(void **state)
{
	struct log log = {0};

	(void)state;
	add(0x100, 8, 2, &log);
	bus_write(&bus, 0x104, 4, 0x44332211);
	assert_int_equal(log.calls, 2);
	assert_int_equal(log.values[0], 0x2211);
	assert_int_equal(log.values[1], 0x4433);
}

static void an_unaligned_access_is_split(void **state)
{
	struct log log = {0};

	(void)state;
	add(0xcf8, 8, 4, &log);
	bus_write(&bus, 0xcf9, 2, 0x2211);
	assert_int_equal(log.calls, 2);
	assert_int_equal(log.sizes[0], 1);
}

static void an_access_across_the_end_of_a_range_reaches_both_sides(void **state)
{
	struct log low = {0}, high = {0};

	(void)state;
	add(0x100, 2, 4, &low);
	add(0x102, 1, 4, &high);
	assert_int_equal(bus_read(&bus, 0x100, 4), 0xffd0c0d0);
	assert_int_equal(low.calls, 1);
	assert_int_equal(low.sizes[0], 2);
	assert_int_equal(high.calls, 1);
}

static void an_access_at_the_last_port_wraps(void **state)
{
	struct log last = {0}, first = {0};

	(void)state;
	add(0xffff, 1, 1, &last);
	add(0, 1, 1, &first);
	bus_write(&bus, 0xffff, 2, 0x2211);
	assert_int_equal(last.values[0], 0x11);
	assert_int_equal(first.values[0], 0x22);
}

static void a_later_range_shadows_an_earlier_one(void **state)
{
	struct log whole = {0}, inner = {0};

	(void)state;
	add(0xcf8, 8, 4, &whole);
	add(0xcf9, 1, 1, &inner);
	bus_write(&bus, 0xcf9, 1, 6);
	bus_write(&bus, 0xcf8, 4, 7);
	assert_int_equal(inner.calls, 1);
	assert_int_equal(whole.calls, 1);
	assert_int_equal(whole.values[0], 7);
}

static void impossible_ranges_are_refused(void **state)
{
	struct log log = {0};
	struct bus_range range = {0xfffe, 3, &log, log_read, log_write, 1};

	(void)state;
	assert_int_equal(bus_add(&bus, &range), ERR_ARGUMENT);
	range.count = 0;
	assert_int_equal(bus_add(&bus, &range), ERR_ARGUMENT);
	range = (struct bus_range){0, 1, &log, NULL, log_write, 1};
	assert_int_equal(bus_add(&bus, &range), ERR_ARGUMENT);
	for (unsigned i = 1; i < BUS_MAX_RANGES; i++)
		add((uint16_t)i, 1, 1, &log);
	range = (struct bus_range){0x100, 1, &log, log_read, log_write, 1};
	assert_int_equal(bus_add(&bus, &range), ERR_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(ports_nobody_claims_read_all_ones, clear),
	        cmocka_unit_test_setup(a_wide_access_to_a_byte_device_is_split_low_byte_first, clear),
	        cmocka_unit_test_setup(a_word_device_takes_words_and_gets_dwords_in_two, clear),
	        cmocka_unit_test_setup(an_unaligned_access_is_split, clear),
	        cmocka_unit_test_setup(an_access_across_the_end_of_a_range_reaches_both_sides, clear),
	        cmocka_unit_test_setup(an_access_at_the_last_port_wraps, clear),
	        cmocka_unit_test_setup(a_later_range_shadows_an_earlier_one, clear),
	        cmocka_unit_test_setup(impossible_ranges_are_refused, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
