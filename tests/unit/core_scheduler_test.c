/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <stdlib.h>
#include <string.h>

/* Frames, groups, switches and deadlines: core/scheduler.c on the fake machine. */
#define MS UINT64_C(1000000) /* ticks at the fake machine's 1 GHz */
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define LAYER_VCPU (&vcpus[SAMPLE_LAYER])
#define APP_VCPU (&vcpus[SAMPLE_APP])

static uint64_t epoch(void)
{
	return cpus[0].major_start;
}

static void the_first_frame_begins_at_the_epoch_on_every_cpu(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_boot(s);
	assert_int_equal(cpus[0].major_start, cpus[1].major_start);
	uint64_t at = epoch();
	rig_run_until(at - 1);
	assert_null(cpus[0].current);
	assert_null(*cpus[0].member);
	rig_run_until(at + 10);
	assert_int_equal(cpus[0].frame_start, at);
	assert_int_equal(cpus[0].frame_end, at + 15 * MS / 2);
	assert_int_equal(cpus[1].frame_start, at);
	assert_int_equal(cpus[1].frame_end, at + 10 * MS);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
	assert_null(cpus[1].current);
	assert_true(the_system.stats->cpu[1].idle <= at + 10); /* counters only grow, from 0 */
	rig_run_until(at + 20 * MS);
	assert_in_range(the_system.stats->cpu[1].idle, 18 * MS, 21 * MS);
}

/* The plan of a CPU, recomputed from the start with exact arithmetic. */
static uint64_t planned(uint64_t from, uint64_t khz, uint64_t us)
{
	return from + (uint64_t)((unsigned __int128)us * khz / 1000);
}

static void frames_never_drift_over_a_million_frames_with_an_odd_clock(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->schedule[0].major_us = 7;
	s->frame[0].length_us = 3;
	s->frame[1].length_us = 4;
	rig_prepare(s);
	rig_boot_info.tsc_khz = 2399987;
	rig_start();
	uint64_t from = epoch();
	for (uint64_t frame = 0; frame < 1000000; frame++) {
		host.now[0] = planned(from, 2399987, frame / 2 * 7 + frame % 2 * 3);
		cpus[0].resched = 1;
		rig_round(0); /* decides, and runs to the frame's end */
		assert_int_equal(cpus[0].frame_start, planned(from, 2399987, frame / 2 * 7 + frame % 2 * 3));
		assert_int_equal(cpus[0].frame_end, planned(from, 2399987, frame / 2 * 7 + (frame % 2 ? 7 : 3)));
	}
}

static void a_late_exit_does_not_move_frames(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	host.late = 12345;
	uint64_t at = epoch();
	rig_run_until(at + 99 * MS);
	assert_int_equal(cpus[0].major_start, at + 100 * MS - 10 * MS);
	assert_int_equal((cpus[0].frame_start - at) % (10 * MS), 15 * MS / 2);
	assert_in_range(the_system.stats->cpu[0].late_max, 12345, 12350);
	assert_in_range(the_system.stats->cpu[0].frames, 20, 21);
}

static void a_frame_start_later_than_ever_and_than_the_bound_is_on_record(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->header.switch_us = 1000;
	s->source[0].classes |= AUDIT_SAFETY;
	rig_boot(s);
	host.late = 999 * 1000;
	rig_run_until(epoch() + 25 * MS);
	assert_int_equal(rig_audit_count(0, 0, AUDIT_TIMING), 0);
	host.late = MS + 5000;
	rig_run_until(epoch() + 100 * MS);
	assert_in_range(rig_audit(0, 0, AUDIT_TIMING)->argument[0], MS + 5000, MS + 5010);
	/* every start is as late: once is enough to know it */
	assert_int_equal(rig_audit_count(0, 0, AUDIT_TIMING), 1);
}

static void a_timer_that_fires_early_is_armed_again(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_until(epoch() + 1);
	uint64_t end = cpus[0].frame_end;
	host.early = 1000; /* a 32-bit counter that cannot reach the end of a long frame, or an inexact scale */
	rig_round(0);
	host.early = 0;
	assert_int_equal(host.timer[0], 0); /* it has fired */
	assert_true(host.now[0] < end);
	rig_run_until(end + MS);
	assert_int_equal(cpus[0].frame_start, end);
	assert_true(the_system.stats->cpu[0].late_max < 100);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	/* the same while idle */
	rig_call(APP_VCPU, HC_EVENT_WAIT, 0, UINT64_MAX, 0);
	rig_decide(0);
	end = cpus[0].frame_end;
	host.early = 1000;
	rig_round(0);
	host.early = 0;
	assert_true(host.now[0] < end);
	rig_run_until(end + MS);
	assert_int_equal(cpus[0].frame_start, end);
	assert_true(the_system.stats->cpu[0].late_max < 100);
}

static void a_cpu_stopped_for_many_frames_finds_the_frame_that_contains_now(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	uint64_t at = epoch();
	rig_run_until(at + 1);
	host.now[0] = at + 1238 * MS;
	cpus[0].resched = 1;
	rig_decide(0);
	assert_int_equal(cpus[0].frame_start, at + 1237 * MS + MS / 2);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	rig_run_until(at + 1240 * MS + 10);
	assert_int_equal(cpus[0].frame_start, at + 1240 * MS);
	/* more than one search: bounded, then it goes on searching */
	host.now[0] = at + 100000 * MS + 8 * MS;
	cpus[0].resched = 1;
	for (unsigned i = 0; i < 1000 && cpus[0].frame_end < host.now[0]; i++) {
		rig_decide(0);
		cpus[0].resched = 1; /* its timer is in the past */
	}
	assert_int_equal(cpus[0].major_start, at + 100000 * MS);
	rig_check_invariants();
}

static void held_frames_start_at_plan_plus_bound_and_never_earlier(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->frame[1].flags = FRAME_HOLD_START;
	s->frame[1].hold_ticks_us = 20;
	rig_prepare(s);
	rig_start();
	uint64_t at = epoch();
	rig_run_until(at + 7 * MS);
	host.step = 1;
	for (unsigned late = 0; late < 30000; late += 1777) {
		host.now[0] = at + 75 * MS / 10 + late;
		cpus[0].resched = 1;
		rig_decide(0);
		assert_ptr_equal(cpus[0].current, APP_VCPU);
		/* no entry before plan + bound, and none more than a few reads of the clock after it */
		uint64_t earliest = late > 20000 ? late : 20000;
		assert_in_range(host.now[0] - cpus[0].frame_start, earliest, earliest + 64);
		at += 10 * MS;
		host.now[0] = at;
		cpus[0].resched = 1;
		rig_decide(0);
		assert_int_equal(cpus[0].frame_start, at);
	}
}

static bool was_due;
static void look_at_switch(enum host_call call)
{
	if (call == HOST_SWITCH)
		was_due = APP_VCPU->machine.pending[3] != 0;
}

static void a_held_frame_counts_deadlines_that_passed_while_it_was_held(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->frame[1].flags = FRAME_HOLD_START;
	s->frame[1].hold_ticks_us = 20;
	rig_boot(s);
	host.step = 1;
	rig_enter(APP_VCPU); /* its reset is over */
	rig_run_until(epoch() + 17 * MS);
	APP_VCPU->machine.deadline = cpus[0].frame_end + 5000;
	host.on_call = look_at_switch;
	rig_run_until(cpus[0].frame_end + 20100);
	host.on_call = 0;
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	assert_true(was_due); /* before its first instruction */
	assert_int_equal(APP_VCPU->machine.taken, 0xec);
}

static void every_cpu_switches_at_the_same_boundary(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_prepare(s);
	rig_boot_info.tsc_khz = 2399987;
	rig_start();
	rig_run_for(50 * MS);
	uint64_t asked = host.now[0];
	assert_int_equal(rig_call(APP_VCPU, HC_SCHEDULE_SWITCH, 1, 0, 0), OK);
	assert_int_equal(the_system.stats->schedule_next, 1);
	assert_int_equal(the_system.stats->schedule, 0);
	rig_run_for(60 * MS);
	assert_int_equal(cpus[0].schedule, 1);
	assert_int_equal(cpus[1].schedule, 1);
	assert_int_equal(the_system.stats->schedule, 1);
	assert_int_equal(the_system.stats->switches, 1);
	assert_int_equal(the_system.stats->cpu[0].schedule_since, the_system.stats->cpu[1].schedule_since);
	assert_true(the_system.stats->cpu[0].schedule_since >= asked + system_ticks(100));
	assert_true(the_system.stats->cpu[0].schedule_since < asked + system_ticks(100 + 10000));
	assert_int_equal(((struct info *)rig_region(SAMPLE_APP_INFO))->schedule, 1);
	const struct audit_record *r = rig_audit(0, 0, AUDIT_SCHEDULE);
	assert_non_null(r);
	assert_int_equal(r->argument[0], 1);
	assert_int_equal(r->argument[1], 0);
	assert_int_equal(rig_audit_count(0, 1, AUDIT_SCHEDULE), 0);
}

static void a_switch_keeps_a_distance_from_now(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->header.switch_us = 4000;
	rig_boot(s);
	uint64_t at = epoch();
	/* 3 ms before a boundary is too near: the one after */
	rig_run_until(at + 17 * MS);
	assert_int_equal(scheduler_switch(&cpus[0], 1), OK);
	rig_run_until(at + 29 * MS);
	assert_int_equal(cpus[0].schedule, 0);
	rig_run_until(at + 31 * MS);
	assert_int_equal(cpus[0].schedule, 1);
	assert_int_equal(the_system.stats->cpu[0].schedule_since, at + 30 * MS);
}

static void a_distance_of_many_major_frames_is_kept_too(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->header.switch_us = 10000000;
	s->schedule[0].major_us = s->schedule[1].major_us = 10;
	s->frame[0].length_us = 7;
	s->frame[1].length_us = 3;
	s->frame[2].length_us = s->frame[3].length_us = 5;
	rig_prepare(s);
	rig_boot_info.tsc_khz = 2399987;
	rig_start();
	rig_run_for(MS);
	uint64_t now = host.now[0];
	assert_int_equal(scheduler_switch(&cpus[0], 1), OK);
	rig_run_for(100 * MS);
	assert_int_equal(cpus[0].schedule, 0);
	/* the boundary by exact arithmetic; then the CPU goes there in a leap */
	uint64_t scaled = 10 * UINT64_C(2399987), boundary = 0, from = cpus[0].major_start,
	         rest = cpus[0].major_remainder;
	for (uint64_t n = 0; boundary < now + system_ticks(10000000); n++)
		boundary = from + (n * scaled + rest) / 1000;
	while (cpus[0].frame_end + 100 < boundary) {
		host.now[0] = boundary - 50;
		cpus[0].resched = 1;
		rig_decide(0);
	}
	assert_int_equal(cpus[0].schedule, 0);
	rig_run_until(boundary + 1000);
	assert_int_equal(cpus[0].schedule, 1);
	assert_int_equal(the_system.stats->cpu[0].schedule_since, boundary);
}

static void a_second_switch_is_busy_until_the_first_took_effect_everywhere(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_boot(s);
	uint64_t at = epoch();
	rig_run_until(at + MS);
	assert_int_equal(scheduler_switch(&cpus[0], 1), OK);
	assert_int_equal(scheduler_switch(&cpus[0], 0), ERR_BUSY);
	assert_int_equal(scheduler_switch(&cpus[1], 1), ERR_BUSY);
	rig_run_until(at + 10 * MS + 50000);
	assert_int_equal(scheduler_switch(&cpus[0], 0), ERR_BUSY);
	rig_run_until(at + 10 * MS + 200000);
	assert_int_equal(scheduler_switch(&cpus[1], 0), OK);
	rig_run_until(at + 21 * MS);
	assert_int_equal(cpus[0].schedule, 0);
	assert_int_equal(cpus[1].schedule, 0);
	assert_int_equal(the_system.stats->cpu[0].schedule_since, at + 20 * MS);
	assert_int_equal(the_system.stats->cpu[1].schedule_since, at + 20 * MS);
	/* to the schedule in force: no change, no record */
	assert_int_equal(scheduler_switch(&cpus[0], 0), OK);
	rig_run_until(at + 40 * MS);
	assert_int_equal(the_system.stats->switches, 2);
}

static void a_switch_works_after_years_of_uptime(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	for (unsigned i = 0; i < CONFIG_MAX_CPUS; i++)
		host.now[i] = (UINT64_C(1) << 56) + 12345; /* 278 days at 3 GHz */
	rig_start();
	uint64_t at = epoch();
	rig_run_until(at + MS);
	assert_int_equal(scheduler_switch(&cpus[0], 1), OK);
	rig_run_until(at + 9 * MS);
	assert_int_equal(cpus[0].schedule, 0);
	rig_run_until(at + 11 * MS);
	assert_int_equal(cpus[0].schedule, 1);
	assert_int_equal(scheduler_switch(&cpus[0], 0), OK);
	rig_run_until(at + 21 * MS);
	assert_int_equal(cpus[0].schedule, 0);
}

static void the_first_schedule_stands_in_the_information_pages(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->header.schedule = 1;
	rig_boot(s);
	rig_run_for(5 * MS);
	assert_int_equal(cpus[0].schedule, 1);
	assert_int_equal(the_system.stats->schedule, 1);
	assert_int_equal(((struct info *)rig_region(SAMPLE_APP_INFO))->schedule, 1);
	assert_int_equal(((struct info *)rig_region(SAMPLE_LAYER_INFO))->schedule, 1);
}

static void shares_are_exactly_as_planned(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	LAYER_VCPU->machine.guest = rig_layer;
	uint64_t at = epoch();
	rig_run_until(at + 1000 * MS);
	cpus[0].resched = 1;
	rig_run_until(at + 1000 * MS + 10);
	/* a layer works in its guest's time */
	assert_in_range(GUEST_VCPU->stats->runtime, 750 * MS - 1000, 750 * MS + 1000);
	assert_in_range(APP_VCPU->stats->runtime, 250 * MS - 1000, 250 * MS + 1000);
	assert_int_equal(LAYER_VCPU->stats->runtime, 0);
	/* before the epoch, and while a vCPU is set to its start state */
	assert_in_range(the_system.stats->cpu[0].idle, system_ticks(500), system_ticks(500) + 10);
}

static void a_late_frame_start_is_on_the_account_of_who_comes(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_until(epoch() + 17 * MS);
	uint64_t guest = GUEST_VCPU->stats->runtime, app = APP_VCPU->stats->runtime;
	host.now[0] = cpus[0].frame_end + 777; /* the last exit of the guest's frame took long */
	cpus[0].resched = 1;
	rig_decide(0);
	rig_run_until(cpus[0].frame_end + 10);
	assert_int_equal(GUEST_VCPU->stats->runtime - guest, 15 * MS / 2);
	assert_int_equal(APP_VCPU->stats->runtime - app, 5 * MS / 2);
}

static void a_vcpu_is_set_to_its_start_state_only_when_no_registers_are_live(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	uint32_t resets = APP_VCPU->machine.resets;
	vcpu_request(&cpus[0], APP_VCPU, REQUEST_RESET, true);
	host.cpu = 0;
	assert_null(core_choose(&cpus[0])); /* as the machine calls it, between an exit and an entry */
	assert_int_equal(APP_VCPU->machine.resets, resets);
	assert_true(cpus[0].resched);
	assert_null(core_choose(&cpus[0]));
	assert_int_equal(APP_VCPU->machine.resets, resets + 1);
	assert_ptr_equal(core_choose(&cpus[0]), APP_VCPU);
}

/* --- groups --- */

static void strict_frames_idle_when_their_group_has_nothing_to_do(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	rig_call(APP_VCPU, HC_EVENT_WAIT, 2, UINT64_MAX, 0);
	assert_int_equal(APP_VCPU->state, VCPU_WAITING);
	uint64_t idle = the_system.stats->cpu[0].idle, end = cpus[0].frame_end;
	rig_run_until(end - 1);
	assert_null(cpus[0].current);
	rig_run_until(end + 1);
	assert_in_range(the_system.stats->cpu[0].idle - idle, 5 * MS / 2 - 1000, 5 * MS / 2 + 1000);
}

static struct sample *relaxed_sample(void)
{
	struct sample *s = rig_sample();

	/* the application becomes the background of the guest's frames */
	s->group[SAMPLE_GROUP_GUEST].background = SAMPLE_APP;
	return s;
}

static void unused_time_goes_to_the_background_vcpu_until_the_group_wakes(void **state)
{
	(void)state;
	rig_boot(relaxed_sample());
	LAYER_VCPU->machine.guest = rig_layer;
	rig_enter(GUEST_VCPU);
	rig_leave(GUEST_VCPU, EXIT_HALT, 0, 0, 0);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	assert_true(vcpu_in_frame(APP_VCPU));
	/* any wake-up preempts it, here the application's own signal */
	LAYER_VCPU->machine.guest = 0;
	assert_int_equal(rig_call(APP_VCPU, HC_EVENT_SIGNAL, 0, 0, 0), OK);
	rig_decide(0);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
	assert_int_equal(rig_result(LAYER_VCPU, 1), RUN_OUT_EVENT);
	rig_check_invariants();
}

/* One group: the application before layer and guest. */
static struct sample *one_group_sample(void)
{
	struct sample *s = rig_sample();

	s->header.table[TABLE_GROUP].count = 1;
	s->member[0].vcpu = SAMPLE_APP;
	s->member[1].vcpu = SAMPLE_LAYER;
	s->member[2].vcpu = SAMPLE_GUEST;
	s->group[0].member = (struct config_span){0, 3};
	s->frame[1].group = s->frame[3].group = 0;
	return s;
}

static void the_first_runnable_member_of_a_group_runs(void **state)
{
	(void)state;
	rig_boot(one_group_sample());
	LAYER_VCPU->machine.guest = rig_layer;
	rig_enter(APP_VCPU);
	rig_call(APP_VCPU, HC_EVENT_WAIT, UINT64_C(1) << 5, rig_now() + MS, 0);
	rig_run_for(100);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	/* its deadline preempts the guest inside the frame */
	uint64_t at = APP_VCPU->deadline;
	rig_run_until(at + 10);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	assert_int_equal(rig_result(APP_VCPU, 1), 0);
	rig_call(APP_VCPU, HC_EVENT_WAIT, UINT64_C(1) << 5, UINT64_MAX, 0);
	rig_run_for(1000);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	/* and so does an event from another CPU */
	assert_int_equal(APP_VCPU->state, VCPU_WAITING);
	event_post(&cpus[1], CORE_APP, 5);
	assert_true(host.kicked[0]);
	rig_run_for(10);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	rig_check_invariants();
}

static void a_decision_sets_one_vcpu_to_its_start_state_and_looks_at_the_time_again(void **state)
{
	(void)state;
	rig_boot(one_group_sample());
	rig_enter(APP_VCPU);
	host.cpu = 0;
	for (unsigned i = 0; i < 3; i++)
		vcpu_request(&cpus[0], &vcpus[i], REQUEST_RESET, true);
	uint32_t resets[3] = {vcpus[0].machine.resets, vcpus[1].machine.resets, vcpus[2].machine.resets};
	assert_null(core_choose(&cpus[0])); /* its registers are live */
	for (unsigned done = 1; done <= 3; done++) {
		assert_null(core_choose(&cpus[0]));
		unsigned anew = 0;
		for (unsigned i = 0; i < 3; i++)
			anew += vcpus[i].machine.resets - resets[i];
		assert_int_equal(anew, done);
	}
	/* a frame that ended while they were: the next decision is in the one after */
	uint64_t end = cpus[0].frame_end;
	host.now[0] = end + 1;
	core_choose(&cpus[0]);
	assert_int_equal(cpus[0].frame_start, end);
	rig_check_invariants();
}

static void deadlines_of_vcpus_that_cannot_run_now_do_not_interrupt_those_above(void **state)
{
	(void)state;
	rig_boot(one_group_sample());
	LAYER_VCPU->machine.guest = rig_layer;
	rig_run_until(epoch() + 1);
	rig_enter(APP_VCPU);
	rig_call(APP_VCPU, HC_EVENT_WAIT, 2, rig_now() + 1000, 0);
	rig_run_for(500);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	GUEST_VCPU->machine.deadline = rig_now() + 100000; /* a guest can make this a storm */
	rig_run_for(1000);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	uint32_t before = host.interrupts;
	rig_run_for(1000000);
	assert_int_equal(host.interrupts, before);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	/* when its turn comes it has not lost it */
	rig_call(APP_VCPU, HC_EVENT_WAIT, 2, UINT64_MAX, 0);
	rig_run_for(1000);
	assert_ptr_equal(cpus[0].current, GUEST_VCPU);
	assert_int_equal(GUEST_VCPU->machine.taken, 0xec);
}

/* --- deadlines --- */

static void a_timer_that_passed_out_of_frame_fires_at_the_frame_start(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	APP_VCPU->machine.deadline = cpus[0].frame_end + MS;
	rig_run_until(cpus[0].frame_end + 1);
	uint64_t end = cpus[0].frame_end;
	rig_run_until(end - 1000); /* the guest's frame is not interrupted by it */
	assert_int_equal(APP_VCPU->machine.taken, 0);
	assert_int_equal(APP_VCPU->stats->exits[EXIT_TIMER], 0);
	rig_run_until(end + 10);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
	assert_int_equal(APP_VCPU->stats->exits[EXIT_TIMER], 1);
	assert_int_equal(APP_VCPU->machine.taken, 0xec);
}

static void a_halted_guest_is_woken_by_its_timer(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	APP_VCPU->machine.deadline = rig_now() + 300000;
	uint64_t at = APP_VCPU->machine.deadline;
	rig_leave(APP_VCPU, EXIT_HALT, 0, 0, 0);
	assert_int_equal(APP_VCPU->state, VCPU_HALTED);
	rig_run_until(at - 10);
	assert_null(cpus[0].current);
	rig_run_until(at + 10);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
}

static void a_wait_ends_at_its_deadline(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	uint64_t at = rig_now() + 500000;
	rig_call(APP_VCPU, HC_EVENT_WAIT, ~UINT64_C(0), at, 0);
	rig_run_until(at - 1);
	assert_int_equal(APP_VCPU->state, VCPU_WAITING);
	rig_run_until(at + 5);
	assert_int_equal(APP_VCPU->state, VCPU_READY);
	assert_int_equal(rig_result(APP_VCPU, 0), OK);
	assert_int_equal(rig_result(APP_VCPU, 1), 0);
	assert_ptr_equal(cpus[0].current, APP_VCPU);
}

static void a_layer_timer_that_passes_while_the_layer_works_does_not_storm(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(LAYER_VCPU);
	uint64_t asked = rig_now() + 10000;
	rig_call(LAYER_VCPU, HC_VCPU_RUN, 0, 0, asked);
	rig_decide(0);
	rig_leave(GUEST_VCPU, EXIT_CONTROL, 0, 0, 0);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
	uint32_t before = host.interrupts;
	rig_run_for(1000000);
	assert_in_range(host.interrupts - before, 0, 2);
	/* its next resume hears of it at once: the same deadline, or another one that has passed */
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_RUN, 0, 0, asked), OK);
	rig_run_for(100);
	assert_int_equal(rig_result(LAYER_VCPU, 1), RUN_OUT_TIMER);
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_RUN, 0, 0, rig_now() - 1), OK);
	rig_run_for(100);
	assert_int_equal(rig_result(LAYER_VCPU, 1), RUN_OUT_TIMER);
	assert_ptr_equal(cpus[0].current, LAYER_VCPU);
}

static void an_nmi_ends_the_machine_in_the_safe_state(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	host.nmi[0] = true;
	assert_int_equal(rig_ends((void (*)(void *))(void *)rig_run_for, (void *)1000), HOST_STOPPED);
	assert_non_null(strstr(host.console, "vector 0x2"));
}

/* A schedule begins, so a record is written, in the middle of the way from one frame to the next. */
static void nmi_while_a_frame_begins(enum host_call call)
{
	if (call == HOST_NOW && cpus[0].schedule == 1 && !cpus[0].nmi)
		core_interrupt_nmi(0);
}

static void an_nmi_while_a_frame_begins_is_not_forgotten_until_its_end(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->header.switch_us = 100;
	rig_boot(s);
	rig_run_until(epoch() + MS);
	assert_int_equal(scheduler_switch(&cpus[0], 1), OK);
	rig_run_until(epoch() + 10 * MS - 100);
	host.on_call = nmi_while_a_frame_begins;
	assert_int_equal(rig_ends((void (*)(void *))(void *)rig_run_for, (void *)1000), HOST_STOPPED);
	assert_non_null(strstr(host.console, "vector 0x2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_frame_begins_at_the_epoch_on_every_cpu),
	        cmocka_unit_test(frames_never_drift_over_a_million_frames_with_an_odd_clock),
	        cmocka_unit_test(a_late_exit_does_not_move_frames),
	        cmocka_unit_test(a_frame_start_later_than_ever_and_than_the_bound_is_on_record),
	        cmocka_unit_test(a_timer_that_fires_early_is_armed_again),
	        cmocka_unit_test(a_cpu_stopped_for_many_frames_finds_the_frame_that_contains_now),
	        cmocka_unit_test(held_frames_start_at_plan_plus_bound_and_never_earlier),
	        cmocka_unit_test(a_held_frame_counts_deadlines_that_passed_while_it_was_held),
	        cmocka_unit_test(every_cpu_switches_at_the_same_boundary),
	        cmocka_unit_test(a_switch_keeps_a_distance_from_now),
	        cmocka_unit_test(a_distance_of_many_major_frames_is_kept_too),
	        cmocka_unit_test(a_second_switch_is_busy_until_the_first_took_effect_everywhere),
	        cmocka_unit_test(a_switch_works_after_years_of_uptime),
	        cmocka_unit_test(the_first_schedule_stands_in_the_information_pages),
	        cmocka_unit_test(shares_are_exactly_as_planned),
	        cmocka_unit_test(a_late_frame_start_is_on_the_account_of_who_comes),
	        cmocka_unit_test(a_vcpu_is_set_to_its_start_state_only_when_no_registers_are_live),
	        cmocka_unit_test(strict_frames_idle_when_their_group_has_nothing_to_do),
	        cmocka_unit_test(unused_time_goes_to_the_background_vcpu_until_the_group_wakes),
	        cmocka_unit_test(the_first_runnable_member_of_a_group_runs),
	        cmocka_unit_test(a_decision_sets_one_vcpu_to_its_start_state_and_looks_at_the_time_again),
	        cmocka_unit_test(deadlines_of_vcpus_that_cannot_run_now_do_not_interrupt_those_above),
	        cmocka_unit_test(a_timer_that_passed_out_of_frame_fires_at_the_frame_start),
	        cmocka_unit_test(a_halted_guest_is_woken_by_its_timer),
	        cmocka_unit_test(a_wait_ends_at_its_deadline),
	        cmocka_unit_test(a_layer_timer_that_passes_while_the_layer_works_does_not_storm),
	        cmocka_unit_test(an_nmi_ends_the_machine_in_the_safe_state),
	        cmocka_unit_test(an_nmi_while_a_frame_begins_is_not_forgotten_until_its_end),
	};

	return RIG_TESTS(tests);
}
