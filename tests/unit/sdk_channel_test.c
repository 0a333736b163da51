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

static struct channel here, far;

static void add(const char *name, uint32_t in, uint32_t out, bool one_way)
{
	const struct mock_channel wanted = {.name = name, .in_bytes = in, .out_bytes = out, .one_way = one_way};

	mock_reset();
	mock_add_channel(&wanted, &far);
	assert_int_equal(channel_open(&here, name), OK);
}

static void a_duplex_channel_carries_both_ways_and_rings(void **state)
{
	char got[8] = {0};

	(void)state;
	add("link", 4096, 4096, false);
	assert_int_equal(channel_write(&here, "out", 3), 3);
	assert_int_equal(mock_signals(0), 1);
	assert_int_equal(channel_read(&far, got, sizeof(got)), 3);
	assert_string_equal(got, "out");
	assert_int_equal(channel_write(&far, "back", 4), 4);
	assert_int_equal(event_wait(channel_event(&here), EVENT_FOREVER), 1);
	assert_int_equal(channel_pending(&here), 4);
	assert_int_equal(channel_read(&here, got, sizeof(got)), 4);
	assert_string_equal(got, "back");
}

static void a_new_life_of_this_end_rings_a_peer_that_waits_for_the_one_before(void **state)
{
	(void)state;
	add("link", 4096, 4096, false);
	assert_int_equal(mock_signals(0), 0);
	mock_restart();
	assert_int_equal(channel_open(&here, "link"), OK);
	assert_int_equal(mock_signals(0), 1);
}

static void a_full_duplex_channel_takes_what_fits_and_rings_when_there_is_room(void **state)
{
	char bytes[5000] = {0};

	(void)state;
	add("link", 4096, 4096, false);
	assert_int_equal(channel_write(&here, bytes, sizeof(bytes)), 4096);
	assert_int_equal(channel_space(&here), 0);
	assert_false(channel_await_space(&here, 100));
	assert_int_equal(event_wait(channel_event(&here), EVENT_POLL), 0);
	channel_read(&far, bytes, 200);
	assert_int_equal(event_wait(channel_event(&here), EVENT_POLL), 1);
	assert_true(channel_await_space(&here, 100));
}

static void a_one_way_reader_learns_what_it_lost(void **state)
{
	char bytes[3000] = {0};

	(void)state;
	add("feed", 4096, 0, true);
	channel_write(&far, bytes, sizeof(bytes));
	channel_write(&far, bytes, sizeof(bytes));
	assert_true(channel_read(&here, bytes, 1) == 1);
	assert_true(channel_lost(&here) >= 6000 - 4096);
	assert_int_equal(channel_lost(&here), 0);
	assert_int_equal(channel_write(&here, "x", 1), 0);
	assert_int_equal(mock_calls(HC_EVENT_SIGNAL), 2);
}

static void a_closed_channel_is_empty_and_full(void **state)
{
	char byte;

	(void)state;
	mock_reset();
	assert_int_equal(channel_open(&here, "none"), ERR_INDEX);
	assert_int_equal(channel_write(&here, "x", 1), 0);
	assert_int_equal(channel_read(&here, &byte, 1), 0);
	assert_int_equal(channel_space(&here) + channel_pending(&here), 0);
	assert_int_equal(channel_event(&here), 0);
	assert_false(channel_restarted(&here));
	assert_false(channel_await_space(&here, 1));
	assert_int_equal(queue_send(&here, "x", 1), ERR_INDEX);
}

static void a_restart_of_the_peer_is_told_once(void **state)
{
	char got[8] = {0};

	(void)state;
	add("link", 4096, 4096, false);
	channel_write(&far, "old", 3);
	mock_restart_peer("link", &far);
	channel_write(&far, "new", 3);
	assert_int_equal(channel_read(&here, got, sizeof(got)), 3);
	assert_string_equal(got, "new");
	assert_true(channel_restarted(&here));
	assert_false(channel_restarted(&here));
}

static void a_queue_keeps_messages_apart(void **state)
{
	char got[16];
	size_t length;

	(void)state;
	add("queue", 0, 4096, true);
	assert_int_equal(queue_send(&here, "one", 3), OK);
	assert_int_equal(queue_send(&here, "three", 5), OK);
	assert_int_equal(mock_signals(0), 2);
	assert_int_equal(queue_receive(&far, got, sizeof(got), &length, 0), OK);
	assert_int_equal(length, 3);
	assert_int_equal(queue_receive(&far, got, sizeof(got), &length, 0), OK);
	assert_memory_equal(got, "three", length);
	assert_int_equal(queue_receive(&far, got, sizeof(got), &length, 0), ERR_EMPTY);
}

static void a_sample_is_the_latest_and_stays(void **state)
{
	uint32_t value;
	size_t length;
	uint64_t sequence;

	(void)state;
	add("sample", 0, 4096, true);
	assert_int_equal(sample_read(&far, sizeof(value), &value, &length, &sequence), ERR_EMPTY);
	for (value = 1; value <= 1000; value++)
		assert_int_equal(sample_write(&here, sizeof(value), &value, sizeof(value)), OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(sample_read(&far, sizeof(value), &value, &length, &sequence), OK);
		assert_int_equal(value, 1000);
		assert_int_equal(sequence, 1000);
	}
}

static void text_goes_to_the_console_channel_and_never_waits_there(void **state)
{
	const struct mock_channel wanted = {.name = "tty", .in_bytes = 4096, .out_bytes = 4096, .role = ROLE_CONSOLE};
	char got[8] = {0};

	(void)state;
	mock_reset();
	mock_add_channel(&wanted, &far);
	console_use(0, 0);
	print("%s\n", "text");
	assert_int_equal(channel_read(&far, got, sizeof(got)), 5);
	assert_string_equal(got, "text\n");
	channel_write(&far, "typed", 5);
	assert_int_equal(event_wait(console_event(), EVENT_FOREVER), console_event());
	assert_int_equal(console_read(got, sizeof(got)), 5);
	for (unsigned i = 0; i < 1000; i++)
		print("%100d\n", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_duplex_channel_carries_both_ways_and_rings),
	        cmocka_unit_test(a_new_life_of_this_end_rings_a_peer_that_waits_for_the_one_before),
	        cmocka_unit_test(a_full_duplex_channel_takes_what_fits_and_rings_when_there_is_room),
	        cmocka_unit_test(a_one_way_reader_learns_what_it_lost),
	        cmocka_unit_test(a_closed_channel_is_empty_and_full),
	        cmocka_unit_test(a_restart_of_the_peer_is_told_once),
	        cmocka_unit_test(a_queue_keeps_messages_apart),
	        cmocka_unit_test(a_sample_is_the_latest_and_stays),
	        cmocka_unit_test(text_goes_to_the_console_channel_and_never_waits_there),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
