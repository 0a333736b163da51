/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <string.h>
#include "core/interrupt.h"

/* Physical lines as events of their owner: core/interrupt.c. The sample's application owns GSI 4, event 0. */
#define MS UINT64_C(1000000)
#define GSI 4
#define APP_VCPU (&vcpus[SAMPLE_APP])

static void boot(struct sample *s, uint32_t budget)
{
	s->line[0].budget = budget;
	s->source[1] = (struct config_source){SAMPLE_APP, 15};
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(APP_VCPU);
}

/* The device asks, the application takes the event and the device is content. */
static bool fires(void)
{
	APP_VCPU->events = 0;
	host.line[GSI].raised = true;
	rig_run_for(100);
	host.line[GSI].raised = false;
	return APP_VCPU->events & 1;
}

static void a_line_is_masked_until_its_owner_unmasks_it(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->line[0].flags = LINE_LEVEL | LINE_LOW;
	boot(s, 100);
	assert_true(host.line[GSI].open);
	assert_true(host.line[GSI].masked);
	assert_int_equal(host.line[GSI].flags, MACHINE_LINE_LEVEL | MACHINE_LINE_LOW);
	assert_int_equal(host.line[GSI].cpu, 0);
	assert_false(fires());
	assert_int_equal(rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0), OK);
	assert_false(host.line[GSI].masked);
	assert_true(fires());
	assert_int_equal(APP_VCPU->machine.taken, 0x40);
	/* masked again by itself: once per service */
	assert_true(host.line[GSI].masked);
	assert_false(fires());
}

static void a_level_line_that_stays_up_interrupts_once_per_unmask(void **state)
{
	(void)state;
	boot(rig_sample(), 1000);
	host.line[GSI].raised = true;
	for (unsigned i = 1; i < 50; i++) {
		assert_int_equal(rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0), OK);
		rig_run_for(1000);
		assert_int_equal(cpus[0].line_count[0], i);
	}
}

static void a_line_wakes_its_waiting_owner(void **state)
{
	(void)state;
	boot(rig_sample(), 100);
	rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0);
	rig_call(APP_VCPU, HC_EVENT_WAIT, 1, UINT64_MAX, 0);
	rig_decide(0);
	assert_null(cpus[0].current);
	host.line[GSI].raised = true;
	rig_run_for(100);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	assert_int_equal(rig_result(APP_VCPU, 1), 1);
}

static void a_storm_ends_with_the_budget_and_goes_on_with_the_next_major_frame(void **state)
{
	(void)state;
	boot(rig_sample(), 5);
	rig_run_until(cpus[0].major_start + 17 * MS + 600000); /* a fresh major frame, in the application's frame */
	rig_enter(APP_VCPU);
	host.line[GSI].raised = true;
	for (unsigned frame = 0; frame < 5; frame++) {
		uint32_t before = rig_audit_count(0, 0, AUDIT_LINE_STORM);
		unsigned interrupts = 0;
		uint64_t end = cpus[0].major_start + 10 * MS;
		while (host.now[0] < end - 100000) {
			uint32_t count = cpus[0].line_count[0];
			if (cpus[0].current == APP_VCPU)
				rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0);
			rig_run_for(50000);
			interrupts += cpus[0].line_count[0] - count;
		}
		assert_int_equal(interrupts, 5);
		assert_int_equal(rig_audit_count(0, 0, AUDIT_LINE_STORM), before + 1);
		rig_run_until(end + 7 * MS + 600000);
		rig_enter(APP_VCPU);
		cpus[0].line_count[0] = 0;
	}
	const struct audit_record *r = rig_audit(0, 0, AUDIT_LINE_STORM);
	assert_int_equal(r->argument[0], GSI);
	assert_int_equal(r->class, AUDIT_SAFETY);
	assert_int_equal(r->subject, SAMPLE_APP);
}

static void a_line_is_masked_again_when_its_owner_restarts(void **state)
{
	(void)state;
	boot(rig_sample(), 100);
	rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0);
	assert_false(host.line[GSI].masked);
	rig_command(CORE_APP, COMMAND_RESTART, SUBJECT_RUNNING);
	assert_true(host.line[GSI].masked);
	rig_enter(APP_VCPU);
	assert_false(fires());
	/* and not unmasked by what the life before had coming */
	cpus[0].line_waiting = 1;
	rig_command(CORE_APP, COMMAND_RESTART, SUBJECT_RUNNING);
	rig_run_for(40 * MS);
	assert_true(host.line[GSI].masked);
}

static void a_line_of_a_stopped_owner_fires_at_most_once(void **state)
{
	(void)state;
	boot(rig_sample(), 100);
	rig_call(APP_VCPU, HC_LINE_UNMASK, 0, 0, 0);
	rig_command(CORE_APP, COMMAND_STOP, SUBJECT_STOPPED);
	host.line[GSI].raised = true;
	uint32_t before = host.interrupts;
	rig_run_for(1000);
	assert_in_range(host.interrupts - before, 0, 1);
	rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
	rig_enter(APP_VCPU);
	assert_int_equal(APP_VCPU->events, 0);
}

static void lines_that_are_not_described_are_nobodys(void **state)
{
	(void)state;
	boot(rig_sample(), 100);
	core_interrupt_line(0, 1);
	core_interrupt_line(0, 23);
	core_interrupt_line(0, ~0u);
	assert_int_equal(APP_VCPU->events, 0);
}

/* An owner with vCPUs on two CPUs: the line is on CPU 0, the unmask comes from CPU 1. */
static void a_storm_is_recorded_by_the_cpu_that_notices(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_make_smp(s);
	/* the guest's first vCPU takes the line; it is the second that unmasks: the guest owns the line now */
	s->subject[SAMPLE_APP].line = (struct config_span){0, 0};
	s->subject[SAMPLE_APP].event_in = (struct config_span){0, 1};
	s->subject[SAMPLE_GUEST].event_in = (struct config_span){1, 1};
	s->subject[SAMPLE_GUEST].line = (struct config_span){0, 1};
	s->event_in[1] = (struct config_event_in){.bit = 0, .vector = 0x41, .vcpu = 0};
	s->line[0].budget = 1;
	s->source[1] = (struct config_source){SAMPLE_GUEST, 15};
	rig_boot(s);
	rig_run_for(20 * MS);
	cpus[0].line_count[0] = 2;
	uint64_t ring0 = rig_ring(0, 0)->next, ring1 = rig_ring(0, 1)->next;
	rig_call(&vcpus[2], HC_LINE_UNMASK, 0, 0, 0);
	assert_int_equal(rig_ring(0, 0)->next, ring0); /* each ring has one writer: its CPU */
	assert_int_equal(rig_ring(0, 1)->next, ring1 + 1);
	rig_call(&vcpus[2], HC_LINE_UNMASK, 0, 0, 0); /* once */
	assert_int_equal(rig_ring(0, 1)->next, ring1 + 1);
	assert_true(host.line[GSI].masked);
	rig_run_for(10 * MS);
	assert_false(host.line[GSI].masked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_line_is_masked_until_its_owner_unmasks_it),
	        cmocka_unit_test(a_level_line_that_stays_up_interrupts_once_per_unmask),
	        cmocka_unit_test(a_line_wakes_its_waiting_owner),
	        cmocka_unit_test(a_storm_ends_with_the_budget_and_goes_on_with_the_next_major_frame),
	        cmocka_unit_test(a_line_is_masked_again_when_its_owner_restarts),
	        cmocka_unit_test(a_line_of_a_stopped_owner_fires_at_most_once),
	        cmocka_unit_test(lines_that_are_not_described_are_nobodys),
	        cmocka_unit_test(a_storm_is_recorded_by_the_cpu_that_notices),
	};

	return RIG_TESTS(tests);
}
