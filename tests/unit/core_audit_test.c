/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <pthread.h>
#include <string.h>
#include "core/audit.h"

/* Rings, masks, budgets and the reader's protocol: core/audit.c. */
#define MS UINT64_C(1000000)
#define APP_VCPU (&vcpus[SAMPLE_APP])
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define ALL_CLASSES (AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM)

/* Two consumers: the first hears the core and the guest, the second the application. */
static struct sample *two_consumers(void)
{
	struct sample *s = rig_sample();

	s->header.table[TABLE_REGION].count = SAMPLE_REGIONS + 1;
	s->region[SAMPLE_REGIONS] = s->region[SAMPLE_AUDIT];
	strcpy(s->region[SAMPLE_REGIONS].name, "audit-2");
	s->header.table[TABLE_CONSUMER].count = 2;
	s->consumer[1] = s->consumer[0];
	s->consumer[1].region = SAMPLE_REGIONS;
	s->consumer[0].source = (struct config_span){0, 1};
	s->consumer[1].source = (struct config_span){1, 1};
	s->source[1] = (struct config_source){SAMPLE_APP, AUDIT_USER | AUDIT_SECURITY};
	s->subject[SAMPLE_APP].rights = RIGHT_AUDIT_WRITE | RIGHT_AUDIT_MASK;
	return s;
}

static void boot(struct sample *s)
{
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(APP_VCPU);
}

static void a_consumer_hears_only_its_sources_and_classes(void **state)
{
	(void)state;
	boot(two_consumers());
	assert_int_equal(rig_audit_count(0, 0, AUDIT_BOOT), 1);
	assert_int_equal(rig_audit_count(1, 0, AUDIT_BOOT), 0);
	const struct audit_record *r = rig_audit(0, 0, AUDIT_BOOT);
	assert_int_equal(r->sequence, 1);
	assert_int_equal(r->argument[0], 77);
	assert_int_equal(r->argument[1], 3);
	assert_int_equal(r->argument[2], 1);
	assert_int_equal(r->subject, 0xffff);
	uint64_t next = rig_ring(0, 0)->next;
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, 9, 10, 11), OK);
	assert_int_equal(rig_ring(0, 0)->next, next);
	r = rig_audit(1, 0, AUDIT_USER_EVENT + 9);
	assert_non_null(r);
	assert_int_equal(r->argument[0], 10);
	assert_int_equal(r->argument[1], 11);
	assert_int_equal(r->class, AUDIT_USER);
	/* a class that was not described for this source */
	next = rig_ring(1, 0)->next;
	audit_core(&cpus[0], SAMPLE_APP, AUDIT(AUDIT_SAFETY, AUDIT_FAULT, 0, 0, 0));
	assert_int_equal(rig_ring(1, 0)->next, next);
	audit_core(&cpus[0], SAMPLE_APP, AUDIT(AUDIT_SECURITY, AUDIT_RATE, 0, 0, 0));
	assert_int_equal(rig_ring(1, 0)->next, next + 1);
	/* a guest that nobody listens to */
	audit_core(&cpus[0], SAMPLE_GUEST, AUDIT(AUDIT_SECURITY, AUDIT_RATE, 0, 0, 0));
	assert_int_equal(rig_ring(1, 0)->next, next + 1);
}

static void a_mask_set_at_run_time_only_takes_away(void **state)
{
	(void)state;
	boot(two_consumers());
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_MASK, 1, AUDIT_SECURITY, 0), OK);
	uint64_t next = rig_ring(1, 0)->next;
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, 1, 0, 0), OK);
	assert_int_equal(rig_ring(1, 0)->next, next);
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_MASK, 1, ALL_CLASSES, 0), OK);
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, 1, 0, 0), OK);
	assert_int_equal(rig_ring(1, 0)->next, next + 1);
	audit_core(&cpus[0], SAMPLE_APP, AUDIT(AUDIT_SYSTEM, AUDIT_BOOT, 0, 0, 0)); /* not described: never */
	assert_int_equal(rig_ring(1, 0)->next, next + 1);
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_MASK, 2, 0, 0), ERR_INDEX);
}

static void each_cpu_has_a_ring_of_its_own(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_boot(s);
	uint64_t first = rig_ring(0, 0)->next;
	audit_core(&cpus[1], 0xffff, AUDIT(AUDIT_SYSTEM, AUDIT_SCHEDULE, 1, 2, 3));
	assert_int_equal(rig_ring(0, 0)->next, first);
	assert_int_equal(rig_ring(0, 1)->next, 2);
	const struct audit_record *r = rig_audit(0, 1, AUDIT_SCHEDULE);
	assert_int_equal(r->cpu, 1);
	assert_int_equal(r->argument[2], 3);
	assert_int_equal(rig_ring(0, 1)->magic, AUDIT_MAGIC);
	assert_int_equal(rig_ring(0, 1)->capacity, 64);
	assert_int_equal((uint8_t *)rig_ring(0, 1) - (uint8_t *)rig_ring(0, 0), 64 + 64 * 64);
}

static void the_capacity_is_the_largest_power_of_two_that_fits(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->consumer[0].ring_bytes = 64 + 63 * 64;
	rig_boot(s);
	assert_int_equal(rig_ring(0, 0)->capacity, 32);
	/* nothing is written behind it */
	for (unsigned i = 0; i < 1000; i++)
		audit_core(&cpus[0], 0xffff, AUDIT(AUDIT_SYSTEM, AUDIT_SCHEDULE, ~UINT64_C(0), 2, 3));
	const uint8_t *end = (uint8_t *)rig_ring(0, 0) + 64 + 32 * 64;
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(end[i], 0);
}

static void old_records_are_overwritten_and_a_reader_can_tell(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	uint64_t next = rig_ring(0, 0)->next;
	for (unsigned i = 0; i < 1000; i++)
		audit_core(&cpus[0], 0xffff, AUDIT(AUDIT_SYSTEM, AUDIT_SCHEDULE, i, 0, 0));
	const struct audit_ring *ring = rig_ring(0, 0);
	assert_int_equal(ring->next, next + 1000);
	assert_int_equal(rig_audit_count(0, 0, AUDIT_SCHEDULE), 64);
	/* who expects record 2 finds another there, and so knows how many are lost */
	assert_int_equal((ring->record[1].sequence - 2) % 64, 0);
	assert_true(ring->record[1].sequence > 2);
	assert_int_equal(rig_audit(0, 0, AUDIT_SCHEDULE)->argument[0], 999);
}

/* A reader on another CPU, by the protocol of abi/audit.h. */
static volatile bool reading = true;
static unsigned long torn, seen;

static void *reader(void *ring_at)
{
	const struct audit_ring *ring = ring_at;

	while (reading)
		for (unsigned i = 0; i < 64; i++) {
			const struct audit_record *slot = &ring->record[i];
			uint64_t before = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE);
			uint64_t a = *(volatile const uint64_t *)&slot->argument[0];
			uint64_t b = *(volatile const uint64_t *)&slot->argument[1];
			uint64_t c = *(volatile const uint64_t *)&slot->argument[2];
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			uint64_t after = __atomic_load_n(&slot->sequence, __ATOMIC_RELAXED);
			if (!before || before != after)
				continue;
			seen++;
			torn += a != b || b != c;
		}
	return 0;
}

static void a_reader_never_takes_half_a_record_for_a_whole(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->source[0].classes = AUDIT_USER;
	s->source[1].classes = 0;
	rig_boot(s);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, 0, reader, rig_ring(0, 0)), 0);
	for (uint64_t i = 0; i < 1000000; i++)
		audit_core(&cpus[0], 0xffff, AUDIT(AUDIT_USER, AUDIT_USER_EVENT, i, i, i));
	reading = false;
	pthread_join(thread, 0);
	assert_int_equal(torn, 0);
	assert_true(seen > 0);
}

static void a_budget_per_major_frame_limits_what_a_vcpu_writes(void **state)
{
	(void)state;
	struct sample *s = two_consumers();
	s->subject[SAMPLE_APP].audit_budget = 5;
	boot(s);
	rig_run_for(10 * MS);
	rig_enter(APP_VCPU);
	uint64_t next = rig_ring(1, 0)->next;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, i, 0, 0), OK);
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, 5, 0, 0), ERR_BUDGET);
	for (unsigned i = 0; i < 98; i++) /* refusals are charged like everything else */
		assert_int_equal(rig_call(APP_VCPU, 9999, 0, 0, 0), ERR_NUMBER);
	assert_int_equal(rig_ring(1, 0)->next, next + 5);
	/* the next major frame: a new budget, and the number of those that were suppressed */
	rig_run_for(10 * MS);
	rig_enter(APP_VCPU);
	assert_int_equal(rig_call(APP_VCPU, HC_AUDIT_WRITE, 6, 0, 0), OK);
	const struct audit_record *r = rig_audit(1, 0, AUDIT_RATE);
	assert_non_null(r);
	assert_int_equal(r->argument[0], 100); /* the user record and its denial, and 98 */
	assert_int_equal(rig_audit_count(1, 0, AUDIT_USER_EVENT + 6), 1);
}

static void commands_over_subjects_are_charged_to_who_gives_them(void **state)
{
	(void)state;
	struct sample *s = two_consumers();
	s->manage[0].rights = RIGHT_PAUSE | RIGHT_RESUME;
	boot(s);
	rig_run_for(10 * MS);
	rig_enter(APP_VCPU);
	unsigned done = 0;
	for (unsigned i = 0; i < 1000; i++)
		done += rig_call(APP_VCPU, i % 2 ? HC_SUBJECT_RESUME : HC_SUBJECT_PAUSE, SAMPLE_GUEST, 0, 0) == OK;
	assert_int_equal(done, 16);
	assert_int_equal(rig_result(APP_VCPU, 0), ERR_BUDGET);
	rig_run_for(10 * MS);
	rig_enter(APP_VCPU);
	assert_int_equal(rig_call(APP_VCPU, HC_SUBJECT_PAUSE, SAMPLE_GUEST, 0, 0), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_consumer_hears_only_its_sources_and_classes),
	        cmocka_unit_test(a_mask_set_at_run_time_only_takes_away),
	        cmocka_unit_test(each_cpu_has_a_ring_of_its_own),
	        cmocka_unit_test(the_capacity_is_the_largest_power_of_two_that_fits),
	        cmocka_unit_test(old_records_are_overwritten_and_a_reader_can_tell),
	        cmocka_unit_test(a_reader_never_takes_half_a_record_for_a_whole),
	        cmocka_unit_test(a_budget_per_major_frame_limits_what_a_vcpu_writes),
	        cmocka_unit_test(commands_over_subjects_are_charged_to_who_gives_them),
	};

	return RIG_TESTS(tests);
}
