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

static int setup(void **state)
{
	(void)state;
	mock_reset();
	return 0;
}

static void finds_what_the_description_gives_and_nothing_else(void **state)
{
	(void)state;
	mock_name("console", "demo");
	mock_add_subject("linux-a", 4, RIGHT_RESTART);
	mock_add_subject("linux-b", 5, 0);
	mock_add_schedule("a", 10000);
	mock_add_schedule("b", 10000);
	mock_add_event_in("alarm", 7);
	mock_add_event_out("alarm", 2);
	mock_add_line("com1", 4);

	assert_string_equal(info_get()->name, "console");
	assert_int_equal(info_subject("linux-b")->id, 5);
	assert_null(info_subject("linux"));
	assert_string_equal(info_subject_id(4)->name, "linux-a");
	assert_null(info_subject_id(6));
	assert_int_equal(info_schedule("b"), 1);
	assert_int_equal(info_schedule("c"), ~0u);
	assert_int_equal(info_event_in("alarm")->number, 7);
	assert_int_equal(info_event_out("alarm")->number, 2);
	assert_null(info_event_in("none"));
	assert_int_equal(line_event(info_line("com1")), UINT64_C(1) << 32);
	assert_null(info_channel("none"));
	assert_null(info_memory_kind(INFO_STATS, 0));
}

static void ports_are_granted_only_whole(void **state)
{
	(void)state;
	mock_add_port(0x3f8, 8);
	mock_add_port(0xe9, 1);
	assert_true(port_granted(0x3f8, 8));
	assert_true(port_granted(0x3ff, 1));
	assert_true(port_granted(0xe9, 1));
	assert_false(port_granted(0x3f8, 9));
	assert_false(port_granted(0x3f7, 1));
	assert_false(port_granted(0x400, 1));
	assert_false(port_granted(0xffff, 2));
}

static void options_are_words_with_a_key(void **state)
{
	char value[16];

	(void)state;
	mock_options("  timeout=250ms subject=linux-b grace=30s limit=5 xlimit=6 late=7us bad=12h "
	             "huge=99999999999999999999 e=");
	assert_true(info_option("subject", value, sizeof(value)));
	assert_string_equal(value, "linux-b");
	assert_true(info_option("e", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(info_option("subjec", value, sizeof(value)));
	assert_false(info_option("ubject", value, sizeof(value)));
	assert_false(info_option("subject", value, 7));
	assert_int_equal(info_option_number("limit", 1), 5);
	assert_int_equal(info_option_number("none", 1), 1);
	assert_int_equal(info_option_number("grace", 1), 1);
	assert_int_equal(info_option_time("timeout", 1), 250 * CLOCK_MS);
	assert_int_equal(info_option_time("grace", 1), 30 * CLOCK_S);
	assert_int_equal(info_option_time("limit", 1), 5 * CLOCK_S);
	assert_int_equal(info_option_time("late", 1), 7 * CLOCK_US);
	assert_int_equal(info_option_time("bad", 1), 1);
	assert_int_equal(info_option_time("huge", 1), 1);
}

static void options_may_fill_the_whole_field(void **state)
{
	char options[INFO_OPTIONS_BYTES], value[INFO_OPTIONS_BYTES];

	(void)state;
	memset(options, 'x', sizeof(options) - 1);
	options[sizeof(options) - 1] = 0;
	mock_options(options);
	assert_false(info_option("key", value, sizeof(value)));
	options[1] = '=';
	mock_options(options);
	assert_true(info_option("x", value, sizeof(value)));
	assert_int_equal(strlen(value), INFO_OPTIONS_BYTES - 3);
}

static void time_is_scaled_without_overflow(void **state)
{
	(void)state;
	assert_int_equal(clock_tsc_from_ns(1500), 1500);
	assert_int_equal(clock_ns_from_tsc(UINT64_MAX), UINT64_MAX);
	mock_time(5);
	assert_int_equal(clock_deadline(10), 15);
	assert_int_equal(clock_deadline(UINT64_MAX), EVENT_FOREVER);
	assert_int_equal(clock_unix_ns(), 0);
	clock_sleep(2 * CLOCK_S);
	assert_int_equal(clock_tsc(), 5 + 2 * CLOCK_S);
}

static void a_wait_gives_the_bits_asked_for_and_keeps_the_others(void **state)
{
	(void)state;
	mock_raise(event_bit(3) | event_bit(9));
	assert_int_equal(event_wait(event_bit(3) | event_bit(4), EVENT_FOREVER), event_bit(3));
	assert_int_equal(event_wait(event_bit(3), EVENT_POLL), 0);
	assert_int_equal(event_wait(event_bit(9), EVENT_POLL), event_bit(9));
	assert_int_equal(event_bit(EVENT_NONE), 0);
	assert_int_equal(event_signal(EVENT_NONE), OK);
	assert_int_equal(mock_calls(HC_EVENT_SIGNAL), 0);
	assert_int_equal(event_signal(2), OK);
	assert_int_equal(mock_signals(2), 1);
}

static void a_refused_call_says_so(void **state)
{
	struct subject_status status;

	(void)state;
	mock_add_subject("linux-a", 4, 0);
	mock_refuse(HC_SUBJECT_RESTART, ERR_RIGHT);
	assert_int_equal(subject_restart(4), ERR_RIGHT);
	mock_refuse(HC_SUBJECT_RESTART, OK);
	assert_int_equal(subject_restart(4), OK);
	assert_int_equal(mock_arguments(HC_SUBJECT_RESTART)[0], 4);
	assert_int_equal(subject_status(4, &status), OK);
	assert_int_equal(status.restarts, 1);
	assert_string_equal(subject_state_name(status.state), "running");
	assert_string_equal(subject_state_name(99), "?");
	assert_string_equal(hypercall_status(ERR_RIGHT), "not permitted by the system description");
	assert_string_equal(hypercall_status((enum status)77), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(finds_what_the_description_gives_and_nothing_else, setup),
	        cmocka_unit_test_setup(ports_are_granted_only_whole, setup),
	        cmocka_unit_test_setup(options_are_words_with_a_key, setup),
	        cmocka_unit_test_setup(options_may_fill_the_whole_field, setup),
	        cmocka_unit_test_setup(time_is_scaled_without_overflow, setup),
	        cmocka_unit_test_setup(a_wait_gives_the_bits_asked_for_and_keeps_the_others, setup),
	        cmocka_unit_test_setup(a_refused_call_says_so, setup),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
