/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <string.h>
#include "abi/frame.h"

/* Handover between a guest and its layer: core/layer.c, every outcome of HC_VCPU_RUN. */
#define MS UINT64_C(1000000)
#define APP_VCPU (&vcpus[SAMPLE_APP])
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define LAYER_VCPU (&vcpus[SAMPLE_LAYER])

static enum status run(uint64_t flags, uint64_t rax, uint64_t deadline)
{
	return rig_call(LAYER_VCPU, HC_VCPU_RUN, flags, rax, deadline);
}

/* Booted, and the guest has control. */
static void boot_with_guest(void)
{
	struct sample *s = rig_sample();

	s->source[1] = (struct config_source){SAMPLE_GUEST, AUDIT_SAFETY};
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(LAYER_VCPU);
	assert_int_equal(run(0, 0, 0), OK);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void expect(enum run_outcome outcome, uint64_t detail)
{
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
	assert_int_equal(LAYER_VCPU->state, VCPU_READY);
	assert_int_equal(rig_result(LAYER_VCPU, 0), OK);
	assert_int_equal(rig_result(LAYER_VCPU, 1), outcome);
	assert_int_equal(rig_result(LAYER_VCPU, 2), detail);
	rig_check_invariants();
}

static void a_guest_does_not_run_before_its_layer_resumes_it(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(100 * MS);
	assert_int_equal(GUEST_VCPU->machine.entries, 0);
	assert_true(LAYER_VCPU->machine.entries > 0);
}

static void a_port_access_is_answered_in_registers_without_a_frame(void **state)
{
	(void)state;
	boot_with_guest();
	uint64_t info = 0x3f8 | 1 << 16 | FRAME_IO_IN << 24;
	uint64_t entries = cpus[0].stats->frames, switches = host.switches;
	GUEST_VCPU->frame->reason = 99;
	GUEST_VCPU->machine.argument[0] = 0x1234;
	rig_leave(GUEST_VCPU, EXIT_IO, info, 0, 0);
	expect(RUN_OUT_EXIT, EXIT_IO | info << 32);
	assert_int_equal(rig_result(LAYER_VCPU, 3), 0x1234);
	assert_int_equal(GUEST_VCPU->frame->reason, 99);
	uint64_t rip = GUEST_VCPU->machine.rip;
	assert_int_equal(run(RUN_ADVANCE | RUN_SET_RAX, 0x5678, 0), OK);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	assert_int_equal(GUEST_VCPU->machine.rip, rip + 1);
	assert_int_equal(GUEST_VCPU->machine.argument[0], 0x5678);
	assert_int_equal(GUEST_VCPU->stats->exits[EXIT_HANDOVER], 1);
	/* no decision, no timer, no switch: the same minor frame goes on */
	assert_int_equal(cpus[0].stats->frames, entries);
	assert_int_equal(host.switches, switches);
	assert_false(cpus[0].resched);
}

static void other_exits_come_with_the_frame(void **state)
{
	(void)state;
	static const struct {
		enum exit reason;
		uint64_t detail[3];
		unsigned parts;
	} exits[] = {
	        {EXIT_IO, {0x3f8 | 1 << 16 | (FRAME_IO_STRING | FRAME_IO_REP) << 24, 0, 0}, 7},
	        {EXIT_MEMORY, {0xfee00300, FRAME_MEMORY_WRITE, 0}, 7},
	        {EXIT_CONTROL, {8, 1, 0}, 7},
	        {EXIT_MSR, {UINT64_C(0x14b564d01), 0x77, 1}, FRAME_HAS_GPR},
	};
	boot_with_guest();
	for (unsigned i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		struct exit_frame *frame = GUEST_VCPU->frame;
		memset(frame, 0xee, sizeof(*frame));
		GUEST_VCPU->machine.rip = 0x1000 + i;
		rig_leave(GUEST_VCPU, exits[i].reason, exits[i].detail[0], exits[i].detail[1], exits[i].detail[2]);
		uint64_t high = exits[i].reason == EXIT_IO ? exits[i].detail[0] << 32 : 0;
		expect(RUN_OUT_EXIT, exits[i].reason | high);
		assert_int_equal(frame->reason, exits[i].reason);
		assert_int_equal(frame->info[0], exits[i].detail[0]);
		assert_int_equal(frame->info[1], exits[i].detail[1]);
		assert_int_equal(frame->valid, exits[i].parts);
		assert_int_equal(frame->rip, 0x1000 + i);
		frame->rip = 0x2000 + i;
		assert_int_equal(run(RUN_TAKE(FRAME_HAS_GPR), 0, 0), OK);
		assert_int_equal(GUEST_VCPU->machine.rip, 0x2000 + i);
	}
}

static void a_frame_that_is_not_sound_is_refused(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_MEMORY, 0xfee00300, 0, 0);
	struct exit_frame *frame = GUEST_VCPU->frame;
	uint64_t rip = GUEST_VCPU->machine.rip;
	frame->cpl = 4;
	frame->rip = 0xbad;
	assert_int_equal(run(RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_CONTROL), 0, 0), ERR_ARGUMENT);
	frame->cpl = 0;
	for (unsigned parts = 0; parts < 256; parts++) {
		if (parts & ~7u)
			assert_int_equal(run(RUN_TAKE(parts), 0, 0), ERR_ARGUMENT);
	}
	frame->inject = FRAME_INJECT_EXCEPTION(32);
	assert_int_equal(run(RUN_INJECT, 0, 0), ERR_ARGUMENT);
	assert_int_equal(GUEST_VCPU->machine.rip, rip);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
	assert_int_equal(LAYER_VCPU->state, VCPU_READY);
	frame->inject = FRAME_INJECT_EXCEPTION(14) | FRAME_INJECT_ERROR(2);
	assert_int_equal(run(RUN_INJECT, 0, 0), OK);
	assert_int_equal(GUEST_VCPU->machine.injected, frame->inject);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void an_urgent_event_preempts_the_guest(void **state)
{
	(void)state;
	boot_with_guest();
	event_post(&cpus[1], CORE_LAYER, 0);
	assert_true(host.kicked[0]);
	rig_decide(0);
	rig_decide(0);
	expect(RUN_OUT_EVENT, 1);
	assert_int_equal(LAYER_VCPU->events, 0);
}

static void a_deferred_event_waits_for_exit_halt_or_frame_end(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->event_in[2].flags = 0;
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(LAYER_VCPU);
	run(0, 0, 0);
	rig_decide(0);
	/* from another CPU: no interrupt; at the next exit that comes to the layer it is there */
	event_post(&cpus[1], CORE_LAYER, 0);
	assert_false(host.kicked[0]);
	cpus[0].resched = 0;
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	expect(RUN_OUT_EXIT, EXIT_CONTROL);
	assert_int_equal(run(RUN_ADVANCE, 0, 0), OK);
	expect(RUN_OUT_EVENT, 1);
	/* at a halt */
	run(0, 0, 0);
	event_post(&cpus[1], CORE_LAYER, 0);
	rig_leave(GUEST_VCPU, EXIT_HALT, 0, 0, 0);
	expect(RUN_OUT_EVENT, 1);
	assert_int_equal(GUEST_VCPU->state, VCPU_HALTED);
	/* at the frame's end, which is seen at the start of the next */
	machine_vcpu_post(GUEST_VCPU, 0x41, false);
	run(0, 0, 0);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	event_post(&cpus[1], CORE_LAYER, 0);
	assert_false(host.kicked[0]);
	cpus[0].resched = 0; /* the guest has not exited: nobody looks at it */
	rig_run_until(cpus[0].frame_end - 100);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	rig_run_for(5 * MS);
	expect(RUN_OUT_EVENT, 1);
}

static void a_masked_event_stays_until_it_is_opened(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_EVENT_MASK, 0, 0, 0), OK);
	event_post(&cpus[0], CORE_LAYER, 0);
	assert_int_equal(run(0, 0, 0), OK);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	expect(RUN_OUT_EXIT, EXIT_CONTROL);
	assert_int_equal(rig_call(LAYER_VCPU, HC_EVENT_MASK, 1, 0, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	expect(RUN_OUT_EVENT, 1);
}

static void the_layer_timer_ends_its_run(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	uint64_t at = rig_now() + 100000;
	assert_int_equal(run(0, 0, at), OK);
	assert_int_equal(host.timer[0], at);
	rig_run_until(at - 10);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	rig_run_until(at + 10);
	expect(RUN_OUT_TIMER, 0);
	/* it replaces the one before */
	assert_int_equal(run(0, 0, rig_now() + 1000), OK);
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(run(0, 0, 0), OK);
	rig_run_for(100000);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void a_layer_timer_runs_while_its_guest_is_halted(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	uint64_t at = rig_now() + 100000;
	run(0, 0, at);
	rig_leave(GUEST_VCPU, EXIT_HALT, 0, 0, 0);
	rig_run_until(at - 10);
	assert_null(cpus[0].current);
	rig_run_until(at + 10);
	expect(RUN_OUT_TIMER, 0);
}

static void the_end_of_a_level_interrupt_comes_to_the_layer(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_EOI, 0x61, 0, 0);
	expect(RUN_OUT_EOI, 0x61);
	/* an application has no layer: nothing happens */
	rig_enter(APP_VCPU);
	rig_leave(APP_VCPU, EXIT_EOI, 0x61, 0, 0);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
}

static void the_extint_line_is_offered_when_the_guest_can_take_it(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	GUEST_VCPU->machine.interrupts_on = false;
	assert_int_equal(rig_call(LAYER_VCPU, HC_LINE_EXTINT, 0, 1, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	GUEST_VCPU->machine.interrupts_on = true;
	rig_leave(GUEST_VCPU, EXIT_WINDOW, 0, 0, 0);
	expect(RUN_OUT_INTA, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LINE_EXTINT, 0, 0, 0), OK);
	assert_int_equal(run(RUN_EXTINT | RUN_VECTOR(0x38), 0, 0), OK);
	assert_int_equal(GUEST_VCPU->machine.taken, 0x38);
	assert_true(GUEST_VCPU->machine.extint_given);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	/* raised while interrupts are on: at once */
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LINE_EXTINT, 0, 1, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	expect(RUN_OUT_INTA, 0);
}

static void vector_0_is_no_answer_to_inta(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LINE_EXTINT, 0, 1, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	expect(RUN_OUT_INTA, 0);
	assert_int_equal(run(RUN_EXTINT | RUN_VECTOR(0) | RUN_ADVANCE, 0, 0), ERR_ARGUMENT);
	assert_false(GUEST_VCPU->machine.extint_given);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
}

static void an_interrupt_from_the_layer_wakes_its_halted_guest(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_HALT, 0, 0, 0);
	assert_int_equal(GUEST_VCPU->state, VCPU_HALTED);
	event_post(&cpus[0], CORE_LAYER, 0);
	rig_run_for(100);
	expect(RUN_OUT_EVENT, 1);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_ASSERT, 0, 0x51, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	rig_run_for(10);
	assert_int_equal(GUEST_VCPU->machine.taken, 0x51);
}

static void an_interrupt_from_the_layer_wakes_its_waiting_guest(void **state)
{
	(void)state;
	boot_with_guest();
	rig_call(GUEST_VCPU, HC_EVENT_WAIT, ~UINT64_C(0), UINT64_MAX, 0);
	rig_decide(0);
	assert_int_equal(GUEST_VCPU->state, VCPU_WAITING);
	event_post(&cpus[0], CORE_LAYER, 0);
	rig_run_for(100);
	expect(RUN_OUT_EVENT, 1);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_ASSERT, 0, 0x51, 0), OK);
	assert_int_equal(run(0, 0, 0), OK);
	rig_run_for(10);
	assert_int_equal(GUEST_VCPU->state, VCPU_READY);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	assert_int_equal(GUEST_VCPU->machine.taken, 0x51);
}

static void a_halt_with_an_interrupt_pending_is_none(void **state)
{
	(void)state;
	boot_with_guest();
	machine_vcpu_post(GUEST_VCPU, 0x41, false);
	uint64_t rip = GUEST_VCPU->machine.rip;
	rig_leave(GUEST_VCPU, EXIT_HALT, 0, 0, 0);
	assert_int_equal(GUEST_VCPU->state, VCPU_READY);
	assert_int_equal(GUEST_VCPU->machine.rip, rip + 1);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void a_pause_lets_others_of_the_group_look(void **state)
{
	(void)state;
	boot_with_guest();
	uint64_t rip = GUEST_VCPU->machine.rip;
	rig_leave(GUEST_VCPU, EXIT_PAUSE, 0, 0, 0);
	assert_int_equal(GUEST_VCPU->machine.rip, rip + 1);
	assert_true(cpus[0].resched);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
}

static void a_parked_guest_cannot_be_resumed(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	GUEST_VCPU->state = VCPU_PARKED;
	assert_int_equal(run(0, 0, 0), ERR_STATE);
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_SET, 0, 0, 0), ERR_ARGUMENT);
}

static void a_layer_ends_or_restarts_its_guest(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_GUEST_RESTART, 0, 0, 0), OK);
	rig_decide(0);
	assert_int_equal(LAYER_VCPU->state, VCPU_PARKED);
	assert_int_equal(GUEST_VCPU->state, VCPU_PARKED);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(CORE_GUEST->stats->restarts, 1);
	rig_enter(LAYER_VCPU);
	assert_int_equal(rig_call(LAYER_VCPU, HC_GUEST_STOP, 0, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	rig_check_invariants();
}

static void a_fault_that_the_layer_reports_is_its_guests(void **state)
{
	(void)state;
	boot_with_guest();
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_int_equal(rig_call(LAYER_VCPU, HC_GUEST_FAULT, 7, 8, 9), OK);
	const struct audit_record *record = rig_audit(0, 0, AUDIT_GUEST);
	assert_int_equal(record->subject, CORE_GUEST->index);
	assert_int_equal(record->class, AUDIT_SAFETY);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(record->argument[i], 7 + i);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_FAILED);
	assert_int_equal(CORE_GUEST->stats->faults, 1);
	assert_int_equal(CORE_LAYER->stats->faults, 0);
}

static void exits_for_the_core_never_reach_the_layer(void **state)
{
	(void)state;
	static const enum exit reasons[] = {EXIT_SHUTDOWN, EXIT_INSTRUCTION, EXIT_ENTRY, EXIT_EXCEPTION};
	for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!i)
			boot_with_guest();
		else
			rig_command(CORE_GUEST, COMMAND_START, SUBJECT_RUNNING);
		if (i) {
			rig_enter(LAYER_VCPU);
			assert_int_equal(run(0, 0, 0), OK);
		}
		rig_leave(GUEST_VCPU, reasons[i], 0, 0, 0);
		assert_int_equal(LAYER_VCPU->state, VCPU_RESUMED);
		rig_run_for(20 * MS);
		assert_int_equal(rig_state(CORE_GUEST), SUBJECT_FAILED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_guest_does_not_run_before_its_layer_resumes_it),
	        cmocka_unit_test(a_port_access_is_answered_in_registers_without_a_frame),
	        cmocka_unit_test(other_exits_come_with_the_frame),
	        cmocka_unit_test(a_frame_that_is_not_sound_is_refused),
	        cmocka_unit_test(an_urgent_event_preempts_the_guest),
	        cmocka_unit_test(a_deferred_event_waits_for_exit_halt_or_frame_end),
	        cmocka_unit_test(a_masked_event_stays_until_it_is_opened),
	        cmocka_unit_test(the_layer_timer_ends_its_run),
	        cmocka_unit_test(a_layer_timer_runs_while_its_guest_is_halted),
	        cmocka_unit_test(the_end_of_a_level_interrupt_comes_to_the_layer),
	        cmocka_unit_test(the_extint_line_is_offered_when_the_guest_can_take_it),
	        cmocka_unit_test(vector_0_is_no_answer_to_inta),
	        cmocka_unit_test(an_interrupt_from_the_layer_wakes_its_halted_guest),
	        cmocka_unit_test(an_interrupt_from_the_layer_wakes_its_waiting_guest),
	        cmocka_unit_test(a_halt_with_an_interrupt_pending_is_none),
	        cmocka_unit_test(a_pause_lets_others_of_the_group_look),
	        cmocka_unit_test(a_parked_guest_cannot_be_resumed),
	        cmocka_unit_test(a_layer_ends_or_restarts_its_guest),
	        cmocka_unit_test(a_fault_that_the_layer_reports_is_its_guests),
	        cmocka_unit_test(exits_for_the_core_never_reach_the_layer),
	};

	return RIG_TESTS(tests);
}
