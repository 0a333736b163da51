/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/bits.h"
#include "lib/range.h"

/* lib/bytes.c under other names, beside the C library's, which is the judge. */
void *bytes_copy(void *to, const void *from, size_t bytes);
void *bytes_move(void *to, const void *from, size_t bytes);
void *bytes_set(void *to, int value, size_t bytes);
int bytes_compare(const void *left, const void *right, size_t bytes);
#define memcpy bytes_copy
#define memmove bytes_move
#define memset bytes_set
#define memcmp bytes_compare
#include "lib/bytes.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define ROOM 120u
static void fill(uint8_t *bytes)
{
	for (unsigned i = 0; i < ROOM; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
}

static void copies_and_moves_are_the_c_librarys(void **state)
{
	uint8_t ours[ROOM], theirs[ROOM], source[ROOM];

	(void)state;
	fill(source);
	for (size_t size = 0; size < 50; size++)
		for (size_t from = 0; from < 60; from += 1)
			for (size_t to = 0; to < 60; to += 3) {
				fill(ours);
				fill(theirs);
				assert_ptr_equal(bytes_move(ours + to, ours + from, size), ours + to);
				memmove(theirs + to, theirs + from, size);
				assert_memory_equal(ours, theirs, ROOM);
				assert_ptr_equal(bytes_copy(ours + to, source + from, size), ours + to);
				memcpy(theirs + to, source + from, size);
				assert_memory_equal(ours, theirs, ROOM);
			}
}

static void setting_touches_what_it_says_and_no_more(void **state)
{
	uint8_t ours[ROOM], theirs[ROOM];

	(void)state;
	for (size_t size = 0; size < 80; size++)
		for (size_t to = 0; to < 30; to++) {
			fill(ours);
			fill(theirs);
			assert_ptr_equal(bytes_set(ours + to, (int)(size + 0x380), size), ours + to);
			memset(theirs + to, (int)(size + 0x380), size);
			assert_memory_equal(ours, theirs, ROOM);
		}
}

static void comparing_finds_the_first_difference(void **state)
{
	uint8_t left[40] = {0}, right[40] = {0};

	(void)state;
	for (size_t size = 0; size <= sizeof(left); size++) {
		assert_int_equal(bytes_compare(left, right, size), 0);
		for (size_t at = 0; at < size; at++) {
			left[at] = 0xff;
			assert_true(bytes_compare(left, right, size) > 0);
			assert_true(bytes_compare(right, left, size) < 0);
			left[at] = 0;
		}
	}
}

static void ranges_do_not_wrap(void **state)
{
	uint64_t rounded;

	(void)state;
	assert_true(range_below(10, 0, 10));
	assert_false(range_below(10, 1, 10));
	assert_false(range_below(UINT64_MAX, 2, UINT64_MAX));
	assert_true(range_inside(5, 5, 0, 10));
	assert_false(range_inside(5, 6, 0, 10));
	assert_false(range_inside(5, UINT64_MAX, 6, 10));
	assert_true(range_inside(UINT64_MAX - 1, 1, UINT64_MAX - 1, 1));
	assert_true(range_overlap(0, 10, 9, 1));
	assert_false(range_overlap(0, 10, 10, 1));
	assert_false(range_overlap(5, 0, 0, 10));
	assert_false(range_overlap(0, 10, 5, 0));
	assert_true(range_overlap(UINT64_MAX - 1, 1, 0, UINT64_MAX));
	assert_false(range_is_power(0));
	assert_true(range_is_power(UINT64_C(1) << 63));
	assert_true(range_round_up(4097, 4096, &rounded));
	assert_int_equal(rounded, 8192);
	assert_false(range_round_up(UINT64_MAX, 4096, &rounded));
}

static void bits_are_found_and_counted(void **state)
{
	(void)state;
	assert_int_equal(bits_first(BIT(63)), 63);
	assert_int_equal(bits_first(0x50), 4);
	assert_int_equal(bits_last(0x50), 6);
	assert_int_equal(bits_last(UINT64_MAX), 63);
	assert_int_equal(bits_count(0), 0);
	assert_int_equal(bits_count(UINT64_MAX), 64);
	assert_int_equal(bits_count(UINT64_C(0x8000000000000101)), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(copies_and_moves_are_the_c_librarys),
	        cmocka_unit_test(setting_touches_what_it_says_and_no_more),
	        cmocka_unit_test(comparing_finds_the_first_difference),
	        cmocka_unit_test(ranges_do_not_wrap),
	        cmocka_unit_test(bits_are_found_and_counted),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
