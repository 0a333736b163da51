/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "apps/guard/guard.h"
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

static struct guard guard;
static struct channel sender, receiver;

static void start(bool in_one_way, bool out_one_way)
{
	const struct mock_channel in = {
	        .name = "a-out", .in_bytes = 4096, .out_bytes = in_one_way ? 0 : 4096, .one_way = in_one_way};
	const struct mock_channel out = {
	        .name = "out", .out_bytes = 4096, .in_bytes = out_one_way ? 0 : 4096, .one_way = out_one_way};

	mock_reset();
	mock_options("in=a-out");
	mock_add_channel(&in, &sender);
	mock_add_channel(&out, &receiver);
	assert_int_equal(guard_open(&guard), OK);
	memset(guard.filter.count, 0, sizeof(guard.filter.count));
}

static int setup(void **state)
{
	(void)state;
	start(true, true);
	return 0;
}

static void run(void)
{
	while (guard_step(&guard))
		;
}

static void send(const char *text)
{
	channel_write(&sender, text, strlen(text));
	run();
}

static void expect_received(const char *wanted)
{
	char got[8192];
	size_t length = channel_read(&receiver, got, sizeof(got) - 1);

	got[length] = 0;
	assert_string_equal(got, wanted);
}

static void lets_a_well_formed_record_pass(void **state)
{
	(void)state;
	send("RECORD 7 14 temperature 21\n");
	expect_received("RECORD 7 14 temperature 21\n");
	send("RECORD 0 1 x\nRECORD 4294967295 5 a b c\n");
	expect_received("RECORD 0 1 x\nRECORD 4294967295 5 a b c\n");
	assert_int_equal(guard.dropped, 0);
	assert_int_equal(guard.filter.count[GUARD_PASS], 3);
}

static void takes_the_longest_record_and_no_longer_one(void **state)
{
	char payload[66], line[128];

	(void)state;
	memset(payload, 'p', sizeof(payload));
	payload[64] = 0;
	format(line, sizeof(line), "RECORD 4294967295 64 %s\r\n", payload);
	send(line);
	format(line, sizeof(line), "RECORD 4294967295 64 %s\n", payload);
	expect_received(line);
	payload[64] = 'p';
	payload[65] = 0;
	format(line, sizeof(line), "RECORD 1 65 %s\n", payload);
	send(line);
	expect_received("");
	assert_int_equal(guard.filter.count[GUARD_BAD_LENGTH], 1);
}

static void writes_a_terminals_line_end_as_a_plain_one(void **state)
{
	(void)state;
	send("RECORD 1 2 ab\r\n\r\n\n");
	expect_received("RECORD 1 2 ab\n");
	assert_int_equal(guard.dropped, 0);
}

static void drops_counts_and_audits_everything_else(void **state)
{
	static const struct {
		const char *line;
		enum guard_verdict verdict;
	} bad[] = {
	        {"hello\n", GUARD_NO_RECORD},
	        {"record 1 1 x\n", GUARD_NO_RECORD},
	        {" RECORD 1 1 x\n", GUARD_NO_RECORD},
	        {"RECORD\n", GUARD_NO_RECORD},
	        {"RECORD 01 1 x\n", GUARD_BAD_NUMBER},
	        {"RECORD -1 1 x\n", GUARD_BAD_NUMBER},
	        {"RECORD  1 1 x\n", GUARD_BAD_NUMBER},
	        {"RECORD 4294967296 1 x\n", GUARD_BAD_NUMBER},
	        {"RECORD 1\n", GUARD_BAD_NUMBER},
	        {"RECORD 1 0 \n", GUARD_BAD_LENGTH},
	        {"RECORD 1 01 x\n", GUARD_BAD_LENGTH},
	        {"RECORD 1 65 x\n", GUARD_BAD_LENGTH},
	        {"RECORD 1 1\n", GUARD_BAD_LENGTH},
	        {"RECORD 1 2 x\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 1 xy\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 3 a\tb\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 3 a\033b\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 2 \303\244\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 1 \177\n", GUARD_BAD_PAYLOAD},
	        {"RECORD 1 2 a\r\r\n", GUARD_BAD_PAYLOAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t before = guard.filter.count[bad[i].verdict];
		send(bad[i].line);
		assert_int_equal(guard.filter.count[bad[i].verdict], before + 1);
		assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[0], GUARD_DROPPED);
		assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[1], bad[i].verdict);
		assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[2], i + 1);
	}
	expect_received("");
	assert_int_equal(mock_calls(HC_AUDIT_WRITE), sizeof(bad) / sizeof(bad[0]));
}

static void a_nul_is_no_end_of_a_record(void **state)
{
	(void)state;
	channel_write(&sender, "RECORD 1 3 a\0b\n", 15);
	run();
	expect_received("");
	assert_int_equal(guard.filter.count[GUARD_BAD_PAYLOAD], 1);
}

static void a_line_without_end_is_cut_and_the_next_one_passes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		send("RECORD 1 1 x");
	send("\nRECORD 2 1 y\n");
	expect_received("RECORD 2 1 y\n");
	assert_int_equal(guard.filter.count[GUARD_TOO_LONG], 1);
}

static void every_byte_alone_behaves_like_the_whole_line(void **state)
{
	(void)state;
	for (const char *at = "RECORD 12 3 abc\nRECORD 13 9 abc\n"; *at; at++) {
		char one[2] = {*at, 0};
		send(one);
	}
	expect_received("RECORD 12 3 abc\n");
	assert_int_equal(guard.dropped, 1);
}

static void a_line_that_lost_bytes_never_passes(void **state)
{
	char line[32];

	(void)state;
	send("RECORD 1 3 a");
	for (unsigned i = 0; i < 400; i++) { /* more than the ring holds, while the guard does not run */
		format(line, sizeof(line), "RECORD %u 3 abc\n", 100000 + i);
		channel_write(&sender, line, strlen(line));
	}
	run();
	assert_int_equal(guard.filter.count[GUARD_LOST], 1);
	assert_true(guard.filter.count[GUARD_PASS] > 100);
	assert_int_equal(guard.dropped, 1);
}

static void holds_back_while_the_receiver_is_full(void **state)
{
	char line[32], got[8192];
	unsigned sent = 0, passed = 0;

	(void)state;
	start(false, false);
	while (passed < 2000) {
		size_t length;
		while (sent < 2000) {
			format(line, sizeof(line), "RECORD %u 3 abc\n", 100000 + sent);
			if (channel_space(&sender) < strlen(line))
				break;
			channel_write(&sender, line, strlen(line));
			sent++;
		}
		run();
		length = channel_read(&receiver, got, sizeof(got));
		assert_true(length > 0);
		for (size_t i = 0; i < length; i++)
			passed += got[i] == '\n';
		assert_int_equal(length % strlen("RECORD 100000 3 abc\n"), 0);
	}
	assert_int_equal(guard.dropped, 0);
}

static void a_sender_that_restarts_begins_a_new_line(void **state)
{
	(void)state;
	send("RECORD 1 8 half");
	mock_restart_peer("a-out", &sender);
	send("RECORD 2 4 next\n");
	expect_received("RECORD 2 4 next\n");
	assert_int_equal(guard.dropped, 0);
}

static void a_flood_of_bad_lines_prints_one_line_a_second(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		send("junk\n");
	assert_string_equal(mock_printed(), "guard: dropped a line: no record (1 so far)\n");
	mock_printed_clear();
	mock_advance(CLOCK_S);
	send("junk\n");
	assert_string_equal(mock_printed(), "guard: dropped a line: no record (1001 so far)\n");
}

static void refuses_to_start_without_its_channels(void **state)
{
	(void)state;
	mock_reset();
	assert_int_equal(guard_open(&guard), ERR_INDEX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(lets_a_well_formed_record_pass, setup),
	        cmocka_unit_test_setup(takes_the_longest_record_and_no_longer_one, setup),
	        cmocka_unit_test_setup(writes_a_terminals_line_end_as_a_plain_one, setup),
	        cmocka_unit_test_setup(drops_counts_and_audits_everything_else, setup),
	        cmocka_unit_test_setup(a_nul_is_no_end_of_a_record, setup),
	        cmocka_unit_test_setup(a_line_without_end_is_cut_and_the_next_one_passes, setup),
	        cmocka_unit_test_setup(every_byte_alone_behaves_like_the_whole_line, setup),
	        cmocka_unit_test_setup(a_line_that_lost_bytes_never_passes, setup),
	        cmocka_unit_test(holds_back_while_the_receiver_is_full),
	        cmocka_unit_test_setup(a_sender_that_restarts_begins_a_new_line, setup),
	        cmocka_unit_test_setup(a_flood_of_bad_lines_prints_one_line_a_second, setup),
	        cmocka_unit_test(refuses_to_start_without_its_channels),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
