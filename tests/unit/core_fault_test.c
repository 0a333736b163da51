/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <string.h>
#include "abi/frame.h"
#include "core/memory.h"
#include "core/panic.h"

/* Fault policies, the exit table's other rows, and the end in a panic: core/exception.c, core/panic.c. */
#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define APP_VCPU (&vcpus[SAMPLE_APP])
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define LAYER_VCPU (&vcpus[SAMPLE_LAYER])

static struct sample *audited(void)
{
	struct sample *s = rig_sample();

	s->source[1] = (struct config_source){SAMPLE_APP, 15};
	return s;
}

static struct sample *with_policy(enum fault fault, enum fault_action action, unsigned times, unsigned within)
{
	struct sample *s = audited();

	s->subject[SAMPLE_APP].fault[fault] =
	        (struct config_fault){.action = (uint8_t)action, .times = (uint8_t)times, .within_s = (uint16_t)within};
	return s;
}

static void boot(struct sample *s)
{
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(APP_VCPU);
}

static const struct {
	enum exit reason;
	enum fault fault;
	uint64_t detail[3];
	uint32_t event;
	uint64_t argument[3];
} faults[] = {
        {EXIT_MEMORY,
         FAULT_MEMORY,
         {APP_IMAGE_GPA - 5, FRAME_MEMORY_WRITE, 0},
         AUDIT_MEMORY_DENIED,
         {APP_IMAGE_GPA - 5, FRAME_MEMORY_WRITE, SAMPLE_APP_IMAGE}},
        {EXIT_IO,
         FAULT_IO,
         {0x60 | 2 << 16 | FRAME_IO_IN << 24, 0, 0},
         AUDIT_IO_DENIED,
         {0x60, FRAME_IO_IN | 2 << 8, 0}},
        {EXIT_MSR, FAULT_MSR, {UINT64_C(1) << 32 | 0xc0010114, 0x77, 0}, AUDIT_MSR_DENIED, {0xc0010114, 1, 0x77}},
        {EXIT_CONTROL, FAULT_INSTRUCTION, {8, 0, 0}, AUDIT_INSTRUCTION_DENIED, {8, 0, 0}},
        {EXIT_INSTRUCTION, FAULT_INSTRUCTION, {0x80, 0, 0}, AUDIT_INSTRUCTION_DENIED, {0x80, 0, 0}},
        {EXIT_SHUTDOWN, FAULT_SHUTDOWN, {0x7f, 0, 0}, 0, {0, 0, 0}},
        {EXIT_ENTRY, FAULT_ENTRY, {0, 0, 0}, 0, {0, 0, 0}},
        {EXIT_EXCEPTION, FAULT_MACHINE_CHECK, {18, 0, 0}, 0, {0, 0, 0}},
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static void fault(unsigned n)
{
	rig_leave(APP_VCPU, faults[n].reason, faults[n].detail[0], faults[n].detail[1], faults[n].detail[2]);
}

static void every_fault_is_the_subjects_and_stops_it_by_policy(void **state)
{
	(void)state;
	boot(audited());
	for (unsigned n = 0; n < FAULTS; n++) {
		if (rig_state(CORE_APP) != SUBJECT_RUNNING)
			rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
		rig_enter(APP_VCPU);
		uint64_t denials = CORE_APP->stats->denials;
		uint32_t count = CORE_APP->stats->faults;
		fault(n);
		assert_true(cpus[0].resched);
		rig_decide(0);
		assert_int_equal(rig_state(CORE_APP), SUBJECT_FAILED);
		assert_int_equal(APP_VCPU->state, VCPU_PARKED);
		assert_int_equal(CORE_APP->stats->faults, count + 1);
		assert_int_equal(CORE_APP->stats->denials, denials + (faults[n].event != 0));
		const struct audit_record *r = rig_audit(0, 0, AUDIT_FAULT);
		assert_int_equal(r->class, AUDIT_SAFETY);
		assert_int_equal(r->subject, SAMPLE_APP);
		assert_int_equal(r->argument[0], faults[n].fault);
		assert_int_equal(r->argument[1], faults[n].fault == FAULT_MEMORY ? ACTION_NOTIFY : ACTION_STOP);
		assert_int_equal(r->argument[2], faults[n].detail[0]);
		if (!faults[n].event)
			continue;
		r = rig_audit(0, 0, faults[n].event);
		assert_non_null(r);
		assert_int_equal(r->class, AUDIT_SECURITY);
		for (unsigned i = 0; i < 3; i++)
			if (i < 2 || n != 0)
				assert_int_equal(r->argument[i], faults[n].argument[i]);
		assert_int_equal(r->rip, APP_VCPU->machine.rip);
	}
	rig_check_invariants();
}

static void the_nearest_region_stands_in_a_memory_denial(void **state)
{
	(void)state;
	boot(audited());
	static const struct {
		uint64_t gpa;
		uint32_t region;
	} near[] = {{0, SAMPLE_APP_IMAGE},
	            {APP_IMAGE_GPA + 65536, SAMPLE_APP_IMAGE},
	            {INFO_GPA - 1, SAMPLE_APP_INFO},
	            {INFO_GPA + 4096, SAMPLE_APP_INFO},
	            {APP_WINDOW_GPA - 1, SAMPLE_TO_APP},
	            {~UINT64_C(0), SAMPLE_VGA}};
	for (unsigned i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		assert_int_equal(memory_nearest(CORE_APP, near[i].gpa), near[i].region);
	struct subject nobody = {.config = &(struct config_subject){.name = "x"}};
	assert_int_equal(memory_nearest(&nobody, 0), CONFIG_NONE);
}

static void an_injected_fault_leaves_the_subject_running(void **state)
{
	(void)state;
	boot(with_policy(FAULT_IO, ACTION_INJECT, 0, 0));
	for (unsigned i = 0; i < 1000; i++)
		fault(1);
	assert_int_equal(APP_VCPU->machine.faults_injected, 1000);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_RUNNING);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	/* the record is rate limited, the counters are not */
	assert_int_equal(CORE_APP->stats->denials, 1000);
	assert_int_equal(rig_audit_count(0, 0, AUDIT_IO_DENIED), 16);
}

static void an_ignored_fault_is_skipped(void **state)
{
	(void)state;
	boot(with_policy(FAULT_MSR, ACTION_IGNORE, 0, 0));
	fault(2);
	assert_int_equal(APP_VCPU->machine.ignored, 1);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_RUNNING);
}

static void what_cannot_be_injected_stops_the_subject(void **state)
{
	(void)state;
	struct sample *s = audited();
	boot(s);
	/* the checker forbids this policy: belt and braces */
	s->subject[SAMPLE_APP].fault[FAULT_SHUTDOWN].action = ACTION_INJECT;
	fault(5);
	rig_decide(0);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_FAILED);
	assert_int_equal(rig_audit(0, 0, AUDIT_FAULT)->argument[1], ACTION_STOP);
}

static void a_notifying_policy_stops_and_signals(void **state)
{
	(void)state;
	boot(audited());
	fault(0);
	assert_int_equal(LAYER_VCPU->events, 1);
	rig_decide(0);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_FAILED);
}

static bool restarts(unsigned n)
{
	rig_enter(APP_VCPU);
	fault(n);
	rig_run_for(40 * MS);
	return rig_state(CORE_APP) == SUBJECT_RUNNING;
}

static void a_restart_policy_holds_for_so_many_times_within_its_window(void **state)
{
	(void)state;
	boot(with_policy(FAULT_SHUTDOWN, ACTION_RESTART, 3, 10));
	for (unsigned i = 0; i < 3; i++) {
		assert_true(restarts(5));
		assert_int_equal(rig_audit(0, 0, AUDIT_FAULT)->argument[1], ACTION_RESTART);
	}
	assert_false(restarts(5));
	assert_int_equal(rig_state(CORE_APP), SUBJECT_FAILED);
	assert_int_equal(CORE_APP->stats->restarts, 3);
	assert_int_equal(rig_audit(0, 0, AUDIT_FAULT)->argument[1],
	                 ACTION_STOP); /* what was done, not what was asked */
	/* started by hand, in a new window: as before */
	rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
	host.now[0] += 11 * SECOND;
	assert_true(restarts(5));
	assert_true(restarts(5));
	host.now[0] += 11 * SECOND;
	for (unsigned i = 0; i < 3; i++)
		assert_true(restarts(5));
	assert_false(restarts(5));
}

static void a_restart_policy_without_a_limit_always_restarts(void **state)
{
	(void)state;
	boot(with_policy(FAULT_SHUTDOWN, ACTION_RESTART, 0, 0));
	for (unsigned i = 0; i < 20; i++)
		assert_true(restarts(5));
	assert_int_equal(CORE_APP->stats->restarts, 20);
}

static void a_layers_own_fault_ends_the_unit(void **state)
{
	(void)state;
	boot(audited());
	rig_enter(LAYER_VCPU);
	rig_leave(LAYER_VCPU, EXIT_MEMORY, 0x123, 0, 0);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_FAILED);
	assert_int_equal(CORE_LAYER->stats->faults, 1);
	assert_int_equal(CORE_LAYER->stats->state, SUBJECT_FAILED);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_RUNNING);
}

static void a_layers_msr_without_handover_is_a_fault(void **state)
{
	(void)state;
	boot(audited());
	rig_enter(LAYER_VCPU);
	rig_call(LAYER_VCPU, HC_VCPU_RUN, 0, 0, 0);
	rig_leave(GUEST_VCPU, EXIT_MSR, 0x8b, 0, 0); /* the table does not hand it over: policy inject */
	assert_int_equal(GUEST_VCPU->machine.faults_injected, 1);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void raw_exit(void *reason)
{
	core_exit(&cpus[0], APP_VCPU, (enum exit)(uintptr_t)reason);
}

static void expect_broken(enum exit reason)
{
	boot(audited());
	assert_int_equal(rig_ends(raw_exit, (void *)(uintptr_t)reason), HOST_STOPPED);
	assert_non_null(strstr(host.console, "safe state: vector 0x100"));
}
static void a_cpuid_exit_would_be_a_broken_promise(void **state)
{
	(void)state;
	expect_broken(EXIT_CPUID);
}
static void a_timer_exit_would_be_a_broken_promise(void **state)
{
	(void)state;
	expect_broken(EXIT_TIMER);
}
static void a_handover_exit_would_be_a_broken_promise(void **state)
{
	(void)state;
	expect_broken(EXIT_HANDOVER);
}

/* --- the safe state --- */

static void a_policy_can_stop_the_whole_system(void **state)
{
	(void)state;
	struct sample *s = with_policy(FAULT_SHUTDOWN, ACTION_SYSTEM, 0, 0);
	sample_add_cpu(s);
	boot(s);
	host.cpu = 0;
	cpus[0].flight_at = cpus[0].flight + 5;
	assert_int_equal(rig_ends(raw_exit, (void *)(uintptr_t)EXIT_SHUTDOWN), HOST_STOPPED);
	assert_non_null(strstr(host.console, "vector 0x101"));
	assert_true(host.kicked[1]);
	/* the other CPU stops, too, and leaves the record of the first alone */
	host.cpu = 1;
	uint32_t length = host.console_length;
	assert_int_equal(rig_ends((void (*)(void *))(void *)rig_round, (void *)1), HOST_STOPPED);
	assert_int_equal(host.console_length, length);
	const struct crash_record *record = panic_record();
	assert_non_null(record);
	assert_int_equal(record->vector, PANIC_SUBJECT);
	assert_int_equal(record->error, FAULT_SHUTDOWN);
	assert_int_equal(record->cpu, 0);
	assert_int_equal(record->flight_next, 5);
	assert_null(panic_record()); /* told once */
}

static void check_fails(void *context)
{
	(void)context;
	CHECK(1 == 2);
}

static void a_broken_promise_stops_every_cpu(void **state)
{
	(void)state;
	struct sample *s = audited();
	sample_add_cpu(s);
	boot(s);
	assert_int_equal(rig_ends(check_fails, 0), HOST_STOPPED);
	assert_non_null(strstr(host.console, "broken promise in tests/unit/core_fault_test.c line"));
	assert_non_null(strstr(host.console, "vector 0x100"));
	host.cpu = 1;
	assert_int_equal(rig_ends((void (*)(void *))(void *)rig_round, (void *)1), HOST_STOPPED);
	assert_int_equal(panic_record()->vector, PANIC_CHECK);
}

static void a_crash_is_reported_at_the_next_start(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->source[0].classes = 15;
	rig_prepare(s);
	rig_start();
	/* the machine crashes, then the same memory boots again: the page survives in place */
	static uint8_t page[4096];
	host.crash_page = page;
	assert_int_equal(rig_ends(check_fails, 0), HOST_STOPPED);
	struct crash_record *record = (void *)page;
	assert_int_equal(record->magic, CRASH_MAGIC);
	uint64_t line = record->error;
	rig_prepare(s);
	host.crash_page = page;
	rig_start();
	const struct audit_record *r = rig_audit(0, 0, AUDIT_CRASH);
	assert_non_null(r);
	assert_int_equal(r->argument[0], PANIC_CHECK);
	assert_int_equal(r->argument[1], line);
}

static void a_damaged_crash_record_is_none(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	static uint8_t page[4096];
	host.crash_page = page;
	assert_int_equal(rig_ends(check_fails, 0), HOST_STOPPED);
	struct crash_record *record = (void *)page;
	for (unsigned i = 8; i < sizeof(*record); i += 97) {
		page[i] ^= 0x10;
		assert_null(panic_record());
		page[i] ^= 0x10;
	}
	record->magic++;
	assert_null(panic_record());
	record->magic--;
	assert_non_null(panic_record());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_fault_is_the_subjects_and_stops_it_by_policy),
	        cmocka_unit_test(the_nearest_region_stands_in_a_memory_denial),
	        cmocka_unit_test(an_injected_fault_leaves_the_subject_running),
	        cmocka_unit_test(an_ignored_fault_is_skipped),
	        cmocka_unit_test(what_cannot_be_injected_stops_the_subject),
	        cmocka_unit_test(a_notifying_policy_stops_and_signals),
	        cmocka_unit_test(a_restart_policy_holds_for_so_many_times_within_its_window),
	        cmocka_unit_test(a_restart_policy_without_a_limit_always_restarts),
	        cmocka_unit_test(a_layers_own_fault_ends_the_unit),
	        cmocka_unit_test(a_layers_msr_without_handover_is_a_fault),
	        cmocka_unit_test(a_cpuid_exit_would_be_a_broken_promise),
	        cmocka_unit_test(a_timer_exit_would_be_a_broken_promise),
	        cmocka_unit_test(a_handover_exit_would_be_a_broken_promise),
	        cmocka_unit_test(a_policy_can_stop_the_whole_system),
	        cmocka_unit_test(a_broken_promise_stops_every_cpu),
	        cmocka_unit_test(a_crash_is_reported_at_the_next_start),
	        cmocka_unit_test(a_damaged_crash_record_is_none),
	};

	return RIG_TESTS(tests);
}
