/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/text.h"

static void numbers_are_written_with_their_least_digits(void **state)
{
	char out[TEXT_NUMBER_BYTES];

	(void)state;
	assert_int_equal(text_decimal(out, sizeof(out), 0, 1), 1);
	assert_string_equal(out, "0");
	assert_int_equal(text_decimal(out, sizeof(out), UINT64_MAX, 1), 20);
	assert_string_equal(out, "18446744073709551615");
	text_decimal(out, sizeof(out), 7, 3);
	assert_string_equal(out, "007");
	text_hex(out, sizeof(out), 0xbeef, 8);
	assert_string_equal(out, "0000beef");
	text_hex(out, sizeof(out), UINT64_MAX, 99);
	assert_string_equal(out, "0000ffffffffffffffff");
}

static void a_small_buffer_cuts_and_still_ends(void **state)
{
	char out[8];

	(void)state;
	memset(out, 'x', sizeof(out));
	assert_int_equal(text_decimal(out, 4, 123456, 1), 3);
	assert_string_equal(out, "123");
	assert_int_equal(out[4], 'x');
	text_copy(out, 1, "abc");
	assert_string_equal(out, "");
	text_copy(out, sizeof(out), "abc");
	assert_string_equal(out, "abc");
}

static void whole_numbers_are_parsed_and_nothing_else(void **state)
{
	static const char *const wrong[] = {"",
	                                    "-1",
	                                    "+1",
	                                    " 1",
	                                    "1 ",
	                                    "0x",
	                                    "0xg",
	                                    "12a",
	                                    "18446744073709551616",
	                                    "ff",
	                                    "0X10",
	                                    "0x10000000000000000",
	                                    "99999999999999999999999"};
	uint64_t value = 42;

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(text_number(wrong[i], &value));
		assert_int_equal(value, 42);
	}
	assert_true(text_number("0", &value));
	assert_int_equal(value, 0);
	assert_true(text_number("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	assert_true(text_number("0xDeadBeef", &value));
	assert_int_equal(value, 0xdeadbeef);
}

static void strings_are_compared_whole_or_by_prefix(void **state)
{
	(void)state;
	assert_true(text_equal("abc", "abc"));
	assert_false(text_equal("abc", "ab"));
	assert_false(text_equal("ab", "abc"));
	assert_true(text_equal("", ""));
	assert_true(text_begins("abc", "ab"));
	assert_true(text_begins("abc", ""));
	assert_false(text_begins("ab", "abc"));
	assert_int_equal(text_length("abc", 2), 2);
	assert_int_equal(text_length("abc", 9), 3);
}

static void a_line_is_put_together_within_its_buffer(void **state)
{
	char buffer[24];
	struct text line;

	(void)state;
	text_start(&line, buffer, sizeof(buffer));
	text_add(&line, "cpu ");
	text_add_decimal(&line, 3);
	text_pad(&line, 8);
	text_add(&line, "0x");
	text_add_hex(&line, 0x1f, 4);
	assert_string_equal(buffer, "cpu 3   0x001f");
	assert_int_equal(line.used, 14);
	text_add(&line, " and much more than fits");
	text_pad(&line, 1000);
	text_add_decimal(&line, 12345);
	assert_string_equal(buffer, "cpu 3   0x001f and much");
	assert_int_equal(line.used, 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers_are_written_with_their_least_digits),
	        cmocka_unit_test(a_small_buffer_cuts_and_still_ends),
	        cmocka_unit_test(whole_numbers_are_parsed_and_nothing_else),
	        cmocka_unit_test(strings_are_compared_whole_or_by_prefix),
	        cmocka_unit_test(a_line_is_put_together_within_its_buffer),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
