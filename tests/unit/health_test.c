/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "apps/health/health.h"
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

static struct health health;
static struct channel heart;

static void monitor(const char *options)
{
	const struct mock_channel wanted = {
	        .name = "heart", .peer = "linux-b", .in_bytes = 4096, .one_way = true, .role = ROLE_HEARTBEAT};

	mock_reset();
	mock_options(options);
	mock_add_subject("linux-b", 5, RIGHT_RESTART | RIGHT_STATUS);
	mock_add_channel(&wanted, &heart);
	assert_int_equal(health_open(&health), OK);
}

static unsigned restarts(void)
{
	return mock_calls(HC_SUBJECT_RESTART);
}

/* The monitor's main loop for that long; the subject beats at the given interval, 0 = not at all. */
static void run(uint64_t ns, uint64_t interval)
{
	uint64_t end = clock_tsc() + ns, next_beat = clock_tsc();

	while (clock_tsc() < end) {
		uint64_t until;
		if (interval && clock_tsc() >= next_beat) {
			channel_write(&heart, ".", 1);
			next_beat += interval;
		}
		health_step(&health);
		until = health_deadline(&health);
		if (until > end)
			until = end;
		if (interval && until > next_beat)
			until = next_beat;
		mock_time(until > clock_tsc() ? until : clock_tsc() + 1);
	}
}

static void leaves_a_beating_subject_alone(void **state)
{
	(void)state;
	monitor("timeout=2s grace=30s");
	run(100 * CLOCK_S, CLOCK_S);
	assert_int_equal(restarts(), 0);
	assert_int_equal(mock_calls(HC_AUDIT_WRITE), 0);
}

static void restarts_a_subject_that_stops_beating_and_reports_it(void **state)
{
	(void)state;
	monitor("timeout=2s grace=30s");
	run(10 * CLOCK_S, CLOCK_S); /* the last heartbeat is one second old now */
	run(900 * CLOCK_MS, 0);
	assert_int_equal(restarts(), 0);
	run(2 * CLOCK_S, 0);
	assert_int_equal(restarts(), 1);
	assert_int_equal(mock_arguments(HC_SUBJECT_RESTART)[0], 5);
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[0], HEALTH_RESTART);
	assert_string_equal(mock_printed(), "health: linux-b: no heartbeat: restarting (restart 1 of 3)\n");
	mock_printed_clear();
	run(20 * CLOCK_S, 0);
	assert_int_equal(restarts(), 1);
	run(5 * CLOCK_S, CLOCK_S);
	assert_string_equal(mock_printed(), "health: linux-b: heartbeat is back (restart 1 of 3)\n");
}

static void gives_a_starting_subject_its_grace(void **state)
{
	(void)state;
	monitor("timeout=2s grace=30s");
	run(29 * CLOCK_S, 0);
	assert_int_equal(restarts(), 0);
	run(2 * CLOCK_S, 0);
	assert_int_equal(restarts(), 1);
}

static void gives_up_after_the_limit_until_it_beats_again(void **state)
{
	(void)state;
	monitor("timeout=1s grace=2s limit=2 forget=10s");
	run(60 * CLOCK_S, 0);
	assert_int_equal(restarts(), 2);
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[0], HEALTH_GIVE_UP);
	run(20 * CLOCK_S, CLOCK_S / 2);
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[0], HEALTH_RECOVERED);
	run(2 * CLOCK_S, 0);
	assert_int_equal(restarts(), 3);
}

static void leaves_a_stopped_or_paused_subject_alone(void **state)
{
	(void)state;
	monitor("timeout=1s grace=5s");
	run(3 * CLOCK_S, CLOCK_S / 2);
	mock_subject_state(5, SUBJECT_PAUSED);
	run(100 * CLOCK_S, 0);
	assert_int_equal(restarts(), 0);
	mock_subject_state(5, SUBJECT_RUNNING);
	run(4 * CLOCK_S, 0);
	assert_int_equal(restarts(), 0);
	run(3 * CLOCK_S, 0);
	assert_int_equal(restarts(), 1);
}

static void says_when_the_restart_is_refused(void **state)
{
	(void)state;
	monitor("timeout=1s grace=1s limit=1");
	mock_refuse(HC_SUBJECT_RESTART, ERR_RIGHT);
	run(1500 * CLOCK_MS, 0);
	assert_non_null(strstr(mock_printed(), "restart refused: not permitted by the system description\n"));
}

static void needs_rights_over_the_subject_it_watches(void **state)
{
	const struct mock_channel wanted = {
	        .name = "heart", .peer = "linux-c", .in_bytes = 4096, .one_way = true, .role = ROLE_HEARTBEAT};

	(void)state;
	mock_reset();
	assert_int_equal(health_open(&health), ERR_INDEX);
	mock_add_channel(&wanted, &heart);
	assert_int_equal(health_open(&health), ERR_INDEX);
	assert_non_null(strstr(mock_printed(), "heart"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(leaves_a_beating_subject_alone),
	        cmocka_unit_test(restarts_a_subject_that_stops_beating_and_reports_it),
	        cmocka_unit_test(gives_a_starting_subject_its_grace),
	        cmocka_unit_test(gives_up_after_the_limit_until_it_beats_again),
	        cmocka_unit_test(leaves_a_stopped_or_paused_subject_alone),
	        cmocka_unit_test(says_when_the_restart_is_refused),
	        cmocka_unit_test(needs_rights_over_the_subject_it_watches),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
