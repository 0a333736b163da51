/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "apps/console/console_clock.h"
#include "sdk/mock/mock.h"

/* The board's CMOS clock read by the console application. */
static uint8_t cmos[128];
static uint8_t index_register;
static unsigned reads, updating, turns_at;

static uint32_t read_port(uint16_t port, unsigned size)
{
	assert_int_equal(port, 0x71);
	assert_int_equal(size, 1);
	if (index_register == 10 && updating) {
		updating--;
		return 0x80;
	}
	if (++reads == turns_at) { /* the second is over in the middle of a look */
		cmos[0] = 0x00;
		cmos[2] = 0x31;
	}
	return cmos[index_register];
}

static void write_port(uint16_t port, unsigned size, uint32_t value)
{
	assert_int_equal(port, 0x70);
	assert_int_equal(size, 1);
	index_register = (uint8_t)value;
}

static void set_up(const char *bytes)
{
	static const uint8_t place[] = {9, 8, 7, 4, 2, 0, 11};

	mock_reset();
	mock_add_port(0x70, 2);
	mock_ports(read_port, write_port);
	reads = updating = turns_at = 0;
	for (unsigned i = 0; i < sizeof(place); i++)
		cmos[place[i]] = (uint8_t)bytes[i];
}

static uint64_t second_set(void)
{
	console_clock_start();
	assert_int_equal(mock_calls(HC_TIME_SET), 1);
	return (mock_arguments(HC_TIME_SET)[0] + 500000000u) / 1000000000u;
}

static void the_clock_is_read_in_each_of_its_formats(void **state)
{
	(void)state;
	/* 2026-02-03 16:30:59 */
	set_up("\x26\x02\x03\x16\x30\x59\x02");
	assert_int_equal(second_set(), 1770136259);
	set_up("\x1a\x02\x03\x10\x1e\x3b\x06");
	assert_int_equal(second_set(), 1770136259);
	set_up("\x26\x02\x03\x84\x30\x59\x00"); /* 4 in the afternoon */
	assert_int_equal(second_set(), 1770136259);
	set_up("\x00\x03\x01\x12\x00\x00\x00"); /* midnight; 2000 was a leap year */
	assert_int_equal(second_set(), 951868800);
	set_up("\x99\x12\x31\x23\x59\x59\x02");
	assert_int_equal(second_set(), 4102444799);
}

static void a_look_during_the_update_is_taken_again(void **state)
{
	(void)state;
	set_up("\x26\x02\x03\x16\x30\x59\x02");
	updating = 5;
	turns_at = 4;
	assert_int_equal(second_set(), 1770136260);
}

static void without_a_clock_nothing_is_set(void **state)
{
	(void)state;
	set_up("\xff\xff\xff\xff\xff\xff\xff");
	console_clock_start();
	assert_int_equal(mock_calls(HC_TIME_SET), 0);
	mock_reset(); /* no port is granted */
	console_clock_start();
	assert_int_equal(mock_calls(HC_TIME_SET), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_clock_is_read_in_each_of_its_formats),
	        cmocka_unit_test(a_look_during_the_update_is_taken_again),
	        cmocka_unit_test(without_a_clock_nothing_is_set),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
