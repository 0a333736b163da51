/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sdk/audit.h"
#include "sdk/mock/mock.h"

/* Two rings of four records, as two CPUs of the core would write them. */
#define CAPACITY 4u
#define RING_BYTES (sizeof(struct audit_ring) + CAPACITY * sizeof(struct audit_record))
static uint8_t *region;

static struct audit_ring *ring(unsigned cpu)
{
	return (struct audit_ring *)(void *)(region + cpu * RING_BYTES);
}

static void write_record(unsigned cpu, uint64_t time, uint32_t event)
{
	uint64_t sequence = ring(cpu)->next++;
	struct audit_record *record = &ring(cpu)->record[(sequence - 1) % CAPACITY];

	*record = (struct audit_record){.sequence = sequence, .time = time, .cpu = (uint16_t)cpu, .event = event};
}

static int setup(void **state)
{
	(void)state;
	mock_reset();
	region = calloc(2, RING_BYTES);
	for (unsigned cpu = 0; cpu < 2; cpu++)
		*ring(cpu) = (struct audit_ring){.magic = AUDIT_MAGIC, .capacity = CAPACITY, .next = 1};
	mock_add_memory("audit", INFO_AUDIT, region, 2 * RING_BYTES, RING_BYTES);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(region);
	return 0;
}

static void merges_the_rings_by_time(void **state)
{
	struct audit_reader reader;
	struct audit_record record;

	(void)state;
	write_record(0, 10, 1);
	write_record(1, 20, 2);
	write_record(1, 30, 3);
	write_record(0, 40, 4);
	assert_int_equal(audit_open(&reader, false), OK);
	for (uint32_t event = 1; event <= 4; event++) {
		assert_true(audit_next(&reader, &record));
		assert_int_equal(record.event, event);
	}
	assert_false(audit_next(&reader, &record));
	assert_int_equal(reader.lost, 0);
}

static void counts_what_was_overwritten(void **state)
{
	struct audit_reader reader;
	struct audit_record record;

	(void)state;
	assert_int_equal(audit_open(&reader, false), OK);
	for (uint32_t event = 1; event <= 10; event++)
		write_record(0, event, event);
	assert_true(audit_next(&reader, &record));
	assert_int_equal(record.event, 7);
	assert_int_equal(reader.lost, 6);
}

static void skips_a_record_that_is_being_written(void **state)
{
	struct audit_reader reader;
	struct audit_record record;

	(void)state;
	write_record(0, 1, 1);
	write_record(0, 2, 2);
	ring(0)->record[0].sequence = 0;
	assert_int_equal(audit_open(&reader, false), OK);
	assert_true(audit_next(&reader, &record));
	assert_int_equal(record.event, 2);
	assert_int_equal(reader.lost, 1);
}

static void can_begin_with_what_comes_from_now_on(void **state)
{
	struct audit_reader reader;
	struct audit_record record;

	(void)state;
	write_record(0, 1, 1);
	assert_int_equal(audit_open(&reader, true), OK);
	assert_false(audit_next(&reader, &record));
	write_record(0, 2, 2);
	assert_true(audit_next(&reader, &record));
	assert_int_equal(record.event, 2);
}

static void refuses_a_ring_that_does_not_fit_its_region(void **state)
{
	struct audit_reader reader;

	(void)state;
	ring(0)->capacity = CAPACITY * 2;
	assert_int_equal(audit_open(&reader, false), ERR_CORRUPT);
	ring(0)->capacity = 3;
	assert_int_equal(audit_open(&reader, false), ERR_CORRUPT);
	mock_reset();
	assert_int_equal(audit_open(&reader, false), ERR_INDEX);
}

static void names_events_and_classes(void **state)
{
	(void)state;
	assert_string_equal(audit_event_name(AUDIT_HYPERCALL_DENIED), "denied hypercall");
	assert_string_equal(audit_event_name(AUDIT_USER_EVENT + 5), "user");
	assert_string_equal(audit_event_name(0), "?");
	assert_string_equal(audit_event_name(200), "?");
	assert_string_equal(audit_class_name(AUDIT_SAFETY), "safety");
	assert_string_equal(audit_class_name(3), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(merges_the_rings_by_time, setup, teardown),
	        cmocka_unit_test_setup_teardown(counts_what_was_overwritten, setup, teardown),
	        cmocka_unit_test_setup_teardown(skips_a_record_that_is_being_written, setup, teardown),
	        cmocka_unit_test_setup_teardown(can_begin_with_what_comes_from_now_on, setup, teardown),
	        cmocka_unit_test_setup_teardown(refuses_a_ring_that_does_not_fit_its_region, setup, teardown),
	        cmocka_unit_test(names_events_and_classes),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
