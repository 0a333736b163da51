/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "apps/diode/diode.h"
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

static struct diode diode;
static struct channel sender, receiver;

static void start(bool in_one_way)
{
	const struct mock_channel in = {
	        .name = "in", .in_bytes = 4096, .out_bytes = in_one_way ? 0 : 4096, .one_way = in_one_way};
	const struct mock_channel out = {.name = "low", .out_bytes = 4096, .one_way = true};

	mock_reset();
	mock_options("out=low");
	mock_add_channel(&in, &sender);
	mock_add_channel(&out, &receiver);
	assert_int_equal(diode_open(&diode), OK);
}

static void run(void)
{
	while (diode_step(&diode))
		;
}

static void passes_bytes_in_order(void **state)
{
	char got[16] = {0};

	(void)state;
	start(false);
	assert_int_equal(channel_write(&sender, "one way", 7), 7);
	run();
	assert_int_equal(channel_read(&receiver, got, sizeof(got)), 7);
	assert_string_equal(got, "one way");
	assert_int_equal(channel_write(&receiver, "back", 4), 0);
}

static void a_reader_that_never_reads_holds_nothing_up(void **state)
{
	char bytes[1024] = {0};

	(void)state;
	start(false);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(channel_write(&sender, bytes, sizeof(bytes)), sizeof(bytes));
		run();
	}
	assert_int_equal(diode.passed, 100 * sizeof(bytes));
	assert_int_equal(diode.lost, 0);
	channel_read(&receiver, bytes, 1);
	assert_true(channel_lost(&receiver) > 0);
}

static void counts_and_audits_what_was_lost_before_it(void **state)
{
	char bytes[3000] = {0};

	(void)state;
	start(true);
	channel_write(&sender, bytes, sizeof(bytes));
	channel_write(&sender, bytes, sizeof(bytes));
	run();
	assert_true(diode.lost > 0);
	assert_int_equal(diode.lost + diode.passed, 2 * sizeof(bytes));
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[0], DIODE_LOST);
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[2], diode.lost);
}

static void refuses_a_channel_out_with_a_way_back(void **state)
{
	const struct mock_channel in = {.name = "in", .in_bytes = 4096, .one_way = true};
	const struct mock_channel out = {.name = "out", .out_bytes = 4096, .in_bytes = 4096};

	(void)state;
	mock_reset();
	assert_int_equal(diode_open(&diode), ERR_INDEX);
	mock_add_channel(&in, &sender);
	mock_add_channel(&out, &receiver);
	assert_int_equal(diode_open(&diode), ERR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(passes_bytes_in_order),
	        cmocka_unit_test(a_reader_that_never_reads_holds_nothing_up),
	        cmocka_unit_test(counts_and_audits_what_was_lost_before_it),
	        cmocka_unit_test(refuses_a_channel_out_with_a_way_back),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
