/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

static void expect(const char *wanted, const char *text, ...)
{
	char out[128];
	va_list list;

	va_start(list, text);
	assert_int_equal(format_list(out, sizeof(out), text, list), strlen(wanted));
	va_end(list);
	assert_string_equal(out, wanted);
}

static void formats_numbers_of_all_sizes(void **state)
{
	(void)state;
	expect("0 -1 42", "%d %d %u", 0, -1, 42u);
	expect("-2147483648 -9223372036854775808", "%d %ld", INT32_MIN, INT64_MIN);
	expect("18446744073709551615 ffffffffffffffff", "%lu %lx", UINT64_MAX, UINT64_MAX);
	expect("beef 123", "%x %zu", 0xbeefu, (size_t)123);
}

static void pads_left_right_and_with_zeros(void **state)
{
	(void)state;
	expect("   42|42   |00042|-0042", "%5d|%-5d|%05d|%05d", 42, 42, 42, -42);
	expect("   ab|ab   |ab", "%5s|%-5s|%.2s", "ab", "ab", "abc");
	expect("  7|7  ", "%*d|%*d", 3, 7, -3, 7);
	expect("x|%|(none)", "%c|%%|%s", 'x', (const char *)0);
}

static void cuts_what_does_not_fit_and_always_terminates(void **state)
{
	char *out = malloc(4);

	(void)state;
	assert_int_equal(format(out, 4, "%s", "abcdefgh"), 3);
	assert_string_equal(out, "abc");
	assert_int_equal(format(out, 1, "%lu", 12345ul), 0);
	assert_string_equal(out, "");
	assert_int_equal(format(out, 0, "abc"), 0);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(formats_numbers_of_all_sizes),
	        cmocka_unit_test(pads_left_right_and_with_zeros),
	        cmocka_unit_test(cuts_what_does_not_fit_and_always_terminates),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
