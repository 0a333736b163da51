/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <stdlib.h>
#include <string.h>

/* Every number with and without its right, boundary arguments and random calls: core/hypercall.c. */
#define MS UINT64_C(1000000)
#define APP_VCPU (&vcpus[SAMPLE_APP])
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define LAYER_VCPU (&vcpus[SAMPLE_LAYER])
#define ALL_RIGHTS                                                                                           \
	(RIGHT_AUDIT_WRITE | RIGHT_AUDIT_MASK | RIGHT_SCHEDULE_SWITCH | RIGHT_SELF_TEST | RIGHT_IMAGE_LOAD | \
	 RIGHT_REBOOT | RIGHT_POWER_OFF | RIGHT_TIME_SET)
#define ALL_MANAGE (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS)

/* The application may do everything, to the guest's unit too; the second audit source is the application. */
static struct sample *powerful(void)
{
	struct sample *s = rig_sample();

	s->subject[SAMPLE_APP].rights = ALL_RIGHTS;
	s->subject[SAMPLE_APP].staging_region = SAMPLE_APP_IMAGE;
	s->subject[SAMPLE_APP].audit_budget = UINT32_MAX;
	s->manage[0].rights = ALL_MANAGE;
	s->source[1] = (struct config_source){SAMPLE_APP, AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM};
	return s;
}

static struct sample *powerless(void)
{
	struct sample *s = powerful();

	s->subject[SAMPLE_APP].rights = 0;
	s->subject[SAMPLE_APP].staging_region = CONFIG_NONE;
	s->manage[0].rights = RIGHT_STATUS;
	return s;
}

static void boot(struct sample *s)
{
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(APP_VCPU);
}

static enum status app(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	return rig_call(APP_VCPU, number, a, b, c);
}

static void unknown_numbers_are_refused_and_audited(void **state)
{
	(void)state;
	static const uint64_t holes[] = {6, 7, 14, 15, 18, 23, 29, 31};
	boot(powerful());
	for (unsigned i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
		assert_int_equal(app(holes[i], 0, 0, 0), ERR_NUMBER);
	for (uint64_t n = HYPERCALL_COUNT; n < 65536; n++)
		assert_int_equal(app(n, 0, 0, 0), ERR_NUMBER);
	for (unsigned bit = 6; bit < 64; bit++)
		for (int d = -1; d <= 1; d++)
			assert_int_equal(app((UINT64_C(1) << bit) + (uint64_t)(int64_t)d, 7, 0, 0), ERR_NUMBER);
	assert_int_equal(app(~UINT64_C(0), 7, 8, 9), ERR_NUMBER);
	const struct audit_record *r = rig_audit(0, 0, AUDIT_HYPERCALL_DENIED);
	assert_non_null(r);
	assert_int_equal(r->argument[0], ~UINT64_C(0));
	assert_int_equal(r->argument[1], ERR_NUMBER);
	assert_int_equal(r->argument[2], 7);
	assert_int_equal(r->subject, SAMPLE_APP);
	assert_int_equal(r->vcpu, 0);
	assert_int_equal(r->class, AUDIT_SECURITY);
	assert_int_equal(r->rip, APP_VCPU->machine.rip);
	assert_int_equal(rig_result(APP_VCPU, 1), 7); /* the registers stand as they were */
	assert_int_equal(rig_result(APP_VCPU, 2), 8);
	assert_int_equal(rig_result(APP_VCPU, 3), 9);
}

static void a_call_without_its_right_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	static const uint64_t need[] = {HC_SUBJECT_START,   HC_SUBJECT_STOP, HC_SUBJECT_PAUSE, HC_SUBJECT_RESUME,
	                                HC_SUBJECT_RESTART, HC_AUDIT_WRITE,  HC_AUDIT_MASK,    HC_SCHEDULE_SWITCH,
	                                HC_SELF_TEST,       HC_IMAGE_LOAD,   HC_REBOOT,        HC_POWER_OFF,
	                                HC_TIME_SET};
	boot(powerless());
	uint64_t denials = CORE_APP->stats->denials;
	for (unsigned i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		assert_int_equal(app(need[i], SAMPLE_GUEST, 0, 0), ERR_RIGHT);
		const struct audit_record *r = rig_audit(0, 0, AUDIT_HYPERCALL_DENIED);
		assert_int_equal(r->argument[0], need[i]);
		assert_int_equal(r->argument[1], ERR_RIGHT);
	}
	assert_int_equal(CORE_APP->stats->denials, denials + sizeof(need) / sizeof(need[0]));
	for (uint64_t n = HC_VCPU_RUN; n < HYPERCALL_COUNT; n++) /* a layer's own calls, from no layer */
		assert_int_equal(app(n, 0, 0, 0), ERR_RIGHT);
	for (uint64_t n = HC_VCPU_RUN; n < HYPERCALL_COUNT; n++)
		assert_int_equal(rig_call(GUEST_VCPU, n, 0, 0, 0), ERR_RIGHT);
	rig_run_for(40 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(cpus[0].schedule, 0);
	assert_int_equal(rig_audit_count(0, 0, AUDIT_USER_EVENT), 0);
}

static void one_right_does_not_give_another(void **state)
{
	(void)state;
	static const struct {
		uint64_t number, right;
	} table[] = {{HC_SUBJECT_START, RIGHT_START},   {HC_SUBJECT_STOP, RIGHT_STOP},
	             {HC_SUBJECT_PAUSE, RIGHT_PAUSE},   {HC_SUBJECT_RESUME, RIGHT_RESUME},
	             {HC_SUBJECT_STATUS, RIGHT_STATUS}, {HC_SUBJECT_RESTART, RIGHT_RESTART}};
	struct sample *s = powerless();
	boot(s);
	for (unsigned has = 0; has < 6; has++) {
		s->manage[0].rights = table[has].right;
		for (unsigned want = 0; want < 6; want++) {
			enum status status = app(table[want].number, SAMPLE_GUEST, 0, 0);
			if (has == want)
				assert_int_not_equal(status, ERR_RIGHT);
			else
				assert_int_equal(status, ERR_RIGHT);
			/* over nobody else: neither itself nor the guest's layer */
			assert_int_equal(app(table[want].number, SAMPLE_APP, 0, 0), ERR_RIGHT);
			assert_int_equal(app(table[want].number, SAMPLE_LAYER, 0, 0), ERR_RIGHT);
		}
	}
}

static void version_and_status_answer_in_registers(void **state)
{
	(void)state;
	boot(powerful());
	uint64_t rip = APP_VCPU->machine.rip;
	assert_int_equal(app(HC_VERSION, 1, 2, 3), OK);
	assert_int_equal(APP_VCPU->machine.rip, rip + 1);
	assert_int_equal(rig_result(APP_VCPU, 1), HYPERCALL_ABI);
	assert_int_equal(rig_result(APP_VCPU, 2), 2); /* what has no result keeps its value */
	assert_int_equal(rig_result(APP_VCPU, 3), 3);
	GUEST_VCPU->stats->runtime = 123;
	assert_int_equal(app(HC_SUBJECT_STATUS, SAMPLE_GUEST, 2, 3), OK);
	assert_int_equal(rig_result(APP_VCPU, 1), SUBJECT_RUNNING);
	assert_int_equal(rig_result(APP_VCPU, 2), 0);
	assert_int_equal(rig_result(APP_VCPU, 3), 123);
	assert_int_equal(app(HC_SUBJECT_RESTART, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(app(HC_SUBJECT_STATUS, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(rig_result(APP_VCPU, 1), SUBJECT_STOPPING);
	assert_int_equal(app(HC_SUBJECT_RESTART, SAMPLE_GUEST, 0, 0), ERR_BUSY);
	rig_run_for(40 * MS);
	assert_int_equal(app(HC_SUBJECT_STATUS, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(rig_result(APP_VCPU, 2), 1);
}

static void the_management_calls_do_what_they_say(void **state)
{
	(void)state;
	boot(powerful());
	assert_int_equal(app(HC_SUBJECT_START, SAMPLE_GUEST, 0, 0), ERR_STATE);
	assert_int_equal(app(HC_SUBJECT_PAUSE, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_PAUSED);
	assert_int_equal(app(HC_SUBJECT_PAUSE, SAMPLE_GUEST, 0, 0), ERR_STATE);
	assert_int_equal(app(HC_SUBJECT_RESUME, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(app(HC_SUBJECT_STOP, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	assert_int_equal(app(HC_SUBJECT_RESUME, SAMPLE_GUEST, 0, 0), ERR_STATE);
	assert_int_equal(app(HC_SUBJECT_START, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
}

/* The values that a bad index might take. */
static uint64_t hostile_index(unsigned n)
{
	if (n < 65536)
		return n;
	n -= 65536;
	return (UINT64_C(1) << n / 3) + n % 3 - 1;
}
#define HOSTILE_INDICES (65536u + 64u * 3u)

static void no_index_beyond_the_callers_tables_means_anything(void **state)
{
	(void)state;
	boot(powerful());
	APP_VCPU->machine.guest = 0;
	for (unsigned n = 0; n < HOSTILE_INDICES; n++) {
		uint64_t i = hostile_index(n);
		if (i >= 3)
			assert_int_equal(app(HC_EVENT_SIGNAL, i, 0, 0), ERR_INDEX);
		if (i >= 1)
			assert_int_equal(app(HC_LINE_UNMASK, i, 0, 0), ERR_INDEX);
		if (i != SAMPLE_GUEST)
			for (uint64_t call = HC_SUBJECT_START; call <= HC_SUBJECT_STATUS; call++)
				assert_int_equal(app(call, i, 0, 0), i < 3 ? ERR_RIGHT : ERR_INDEX);
		if (i >= 2)
			assert_int_equal(app(HC_SCHEDULE_SWITCH, i, 0, 0), ERR_INDEX);
		if (i >= 1)
			assert_int_equal(app(HC_AUDIT_MASK, i, 0, 0), ERR_INDEX);
		if (i >= 16)
			assert_int_equal(app(HC_AUDIT_MASK, 0, i, 0), ERR_ARGUMENT);
		if (i >= 65536)
			assert_int_equal(app(HC_AUDIT_WRITE, i, 0, 0), ERR_ARGUMENT);
		if (i >= 3)
			assert_int_equal(app(HC_IMAGE_LOAD, i, 0, 0), ERR_INDEX);
		if (i >= 1000)
			assert_int_equal(app(HC_SELF_TEST, i, 0, 0), ERR_ARGUMENT);
	}
	rig_check_invariants();
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
}

static void a_layer_reaches_its_own_guest_and_nothing_else(void **state)
{
	(void)state;
	boot(powerful());
	rig_enter(LAYER_VCPU);
	for (unsigned n = 0; n < HOSTILE_INDICES; n++) {
		uint64_t i = hostile_index(n);
		if (i) {
			assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_GET, i, 0, 0), ERR_INDEX);
			assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_SET, i, 0, 0), ERR_INDEX);
			assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_ASSERT, i, 0x51, 0), ERR_INDEX);
			assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_READ, i, 0x20, 0), ERR_INDEX);
			assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_WRITE, i, 0x80, 0), ERR_INDEX);
			assert_int_equal(rig_call(LAYER_VCPU, HC_LINE_EXTINT, i, 0, 0), ERR_INDEX);
		}
		bool is_register = i <= 0x3f0 && !(i & 15), is_vector = i < 0x200 && (i & 0xff) >= 16;
		assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_READ, 0, i, 0), is_register ? OK : ERR_ARGUMENT);
		assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_WRITE, 0, i, 0), is_register ? OK : ERR_ARGUMENT);
		assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_ASSERT, 0, i, 0), is_vector ? OK : ERR_ARGUMENT);
		assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_SET, 0, i, 0), i < 16 ? OK : ERR_ARGUMENT);
	}
	/* a layer has no rights of its own */
	for (uint64_t call = HC_SUBJECT_START; call <= HC_POWER_OFF; call++)
		assert_int_not_equal(rig_call(LAYER_VCPU, call, SAMPLE_GUEST, 0, 0), OK);
	rig_check_invariants();
}

static void a_layer_vcpu_may_not_touch_the_state_of_another_cpus_guest_vcpu(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_make_smp(s);
	rig_boot(s);
	rig_run_for(20 * MS);
	struct vcpu *layer = &vcpus[3];
	rig_enter(layer);
	assert_int_equal(rig_call(layer, HC_VCPU_GET, 0, 0, 0), OK);
	assert_int_equal(rig_call(layer, HC_VCPU_GET, 1, 0, 0), ERR_STATE);
	assert_int_equal(rig_call(layer, HC_VCPU_SET, 1, FRAME_HAS_GPR, 0), ERR_STATE);
	assert_int_equal(rig_call(layer, HC_LAPIC_READ, 1, 0x20, 0), ERR_STATE);
	assert_int_equal(rig_call(layer, HC_LAPIC_WRITE, 1, 0x80, 0), ERR_STATE);
	assert_int_equal(rig_call(layer, HC_LINE_EXTINT, 1, 1, 0), ERR_STATE);
	assert_int_equal(rig_call(layer, HC_VCPU_GET, 2, 0, 0), ERR_INDEX);
	/* but it may interrupt it, which kicks its CPU */
	rig_call(&vcpus[4], HC_VCPU_RUN, 0, 0, 0);
	vcpus[2].state = VCPU_HALTED;
	uint32_t kicks = host.kicks[1];
	assert_int_equal(rig_call(layer, HC_LAPIC_ASSERT, 1, 0x51, 0), OK);
	assert_int_equal(host.kicks[1], kicks + 1);
	assert_int_equal(rig_call(layer, HC_LAPIC_ASSERT, 1, 0x51, 0), OK); /* is pending */
	assert_int_equal(host.kicks[1], kicks + 1);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].machine.taken, 0x51);
}

static void a_layer_reads_and_writes_its_guests_state(void **state)
{
	(void)state;
	boot(powerful());
	rig_enter(LAYER_VCPU);
	GUEST_VCPU->machine.rip = 0x1234;
	memset(GUEST_VCPU->frame, 0, sizeof(*GUEST_VCPU->frame));
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_GET, 0, 0, 0), OK);
	assert_int_equal(GUEST_VCPU->frame->rip, 0x1234);
	assert_int_equal(GUEST_VCPU->frame->valid, FRAME_HAS_ALL);
	GUEST_VCPU->frame->rip = 0x5678;
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_SET, 0, FRAME_HAS_GPR, 0), OK);
	assert_int_equal(GUEST_VCPU->machine.rip, 0x5678);
	GUEST_VCPU->frame->cpl = 9;
	assert_int_equal(rig_call(LAYER_VCPU, HC_VCPU_SET, 0, FRAME_HAS_ALL, 0), ERR_ARGUMENT);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_READ, 0, 0x30, 0), OK);
	assert_int_equal(rig_result(LAYER_VCPU, 1), 0x30);
	assert_int_equal(rig_call(LAYER_VCPU, HC_LAPIC_WRITE, 0, 0x80, UINT64_C(1) << 32), ERR_ARGUMENT);
}

/* --- events --- */

static void a_wait_takes_exactly_the_bits_it_asks_for(void **state)
{
	(void)state;
	boot(powerful());
	event_post(&cpus[0], CORE_APP, 0);
	event_post(&cpus[0], CORE_APP, 5);
	assert_int_equal(app(HC_EVENT_WAIT, 32, 0, 0), OK);
	assert_int_equal(rig_result(APP_VCPU, 1), 32);
	assert_int_equal(APP_VCPU->events, 1);
	APP_VCPU->machine.pending[1] = 0;
	assert_int_equal(app(HC_EVENT_WAIT, 32, 0, 0), OK); /* does not wait */
	assert_int_equal(APP_VCPU->state, VCPU_READY);
	assert_int_equal(rig_result(APP_VCPU, 1), 0);
	assert_int_equal(app(HC_EVENT_WAIT, ~UINT64_C(0), UINT64_MAX, 0), OK);
	assert_int_equal(rig_result(APP_VCPU, 1), 1);
	assert_int_equal(APP_VCPU->events, 0);
	/* an interrupt ends it, without bits */
	assert_int_equal(app(HC_EVENT_WAIT, 32, UINT64_MAX, 0), OK);
	assert_int_equal(APP_VCPU->state, VCPU_WAITING);
	event_post(&cpus[0], CORE_APP, 0);
	rig_run_for(100);
	assert_int_equal(APP_VCPU->state, VCPU_READY);
	assert_int_equal(rig_result(APP_VCPU, 1), 0);
}

static void a_masked_event_is_pending_and_raises_its_vector_when_it_is_opened(void **state)
{
	(void)state;
	boot(powerful());
	assert_int_equal(app(HC_EVENT_MASK, 0, 0, 0), OK);
	event_post(&cpus[0], CORE_APP, 0);
	event_post(&cpus[0], CORE_APP, 5);
	assert_int_equal(APP_VCPU->machine.pending[1], 0);
	assert_int_equal(APP_VCPU->events, 33);
	assert_int_equal(app(HC_EVENT_MASK, ~UINT64_C(1), 0, 0), OK);
	assert_int_equal(APP_VCPU->machine.pending[1], 0);
	assert_int_equal(app(HC_EVENT_MASK, 1, 0, 0), OK);
	assert_int_equal(APP_VCPU->machine.pending[1], 1); /* vector 0x40 */
	APP_VCPU->machine.pending[1] = 0;
	assert_int_equal(app(HC_EVENT_MASK, 1, 0, 0), OK); /* open already */
	assert_int_equal(APP_VCPU->machine.pending[1], 0);
}

static void events_start_subjects_and_switch_schedules(void **state)
{
	(void)state;
	struct sample *s = powerful();
	boot(s);
	assert_int_equal(app(HC_EVENT_SIGNAL, 2, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(cpus[0].schedule, 1);
	s->event[1].action = EVENT_STOP;
	assert_int_equal(app(HC_EVENT_SIGNAL, 1, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	s->event[1].action = EVENT_RESTART;
	assert_int_equal(app(HC_EVENT_SIGNAL, 1, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(CORE_GUEST->stats->restarts, 1);
}

/* --- maintenance --- */

static void an_image_is_loaded_only_into_a_stopped_subject(void **state)
{
	(void)state;
	boot(powerful());
	uint8_t *staging = rig_region(SAMPLE_APP_IMAGE);
	memset(staging + 3 * 4096, 0x5a, 4096);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 3), ERR_STATE);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_APP, 0, 3), ERR_STATE);
	assert_int_equal(app(HC_SUBJECT_PAUSE, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 3), ERR_STATE);
	assert_int_equal(app(HC_SUBJECT_STOP, SAMPLE_GUEST, 0, 0), OK);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 3), ERR_STATE); /* stopping */
	rig_run_for(20 * MS);
	for (unsigned n = 0; n < HOSTILE_INDICES; n++) {
		uint64_t i = hostile_index(n);
		if (i >= 1)
			assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, i, 3), ERR_RANGE);
		if (i >= 16)
			assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, i), ERR_RANGE);
		assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_GUEST, i, 3), ERR_RANGE); /* has no image */
	}
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 3), OK);
	assert_int_equal(rig_region(SAMPLE_LAYER_IMAGE)[0], 0xbb); /* the pristine copy, not the memory */
	assert_int_equal(app(HC_SUBJECT_START, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(20 * MS);
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(rig_region(SAMPLE_LAYER_IMAGE)[i], 0x5a);
	assert_int_equal(rig_region(SAMPLE_LAYER_IMAGE)[4096], 0);
	/* also into one that its fault policy stopped */
	assert_int_equal(subject_command(&cpus[0], CORE_GUEST, COMMAND_FAIL, 0xffff), OK);
	rig_run_for(20 * MS);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 0), OK);
}

static enum status started;
static void start_meanwhile(enum host_call call)
{
	if (call == HOST_COPY && APP_VCPU->cpu->current == APP_VCPU)
		started = subject_command(&cpus[1], CORE_GUEST, COMMAND_START, 0xffff);
}

static void a_start_from_another_cpu_waits_for_the_page_that_is_loaded(void **state)
{
	(void)state;
	boot(powerful());
	assert_int_equal(app(HC_SUBJECT_STOP, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(20 * MS);
	host.on_call = start_meanwhile;
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_LAYER, 0, 3), OK);
	host.on_call = 0;
	assert_int_equal(started, ERR_BUSY);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	assert_int_equal(app(HC_SUBJECT_START, SAMPLE_GUEST, 0, 0), OK);
}

static void the_time_of_day_stands_in_every_information_page_also_after_a_restart(void **state)
{
	(void)state;
	const uint64_t time = UINT64_C(1767225600000000000);
	boot(powerful());
	assert_int_equal(((struct info *)rig_region(SAMPLE_LAYER_INFO))->time_unix_ns, 0);
	assert_int_equal(app(HC_TIME_SET, time, 0, 0), OK);
	assert_int_equal(((struct info *)rig_region(SAMPLE_APP_INFO))->time_unix_ns, time);
	assert_int_equal(((struct info *)rig_region(SAMPLE_LAYER_INFO))->time_unix_ns, time);
	assert_int_equal(rig_audit(0, 0, AUDIT_TIME_SET)->argument[0], time);
	rig_command(CORE_GUEST, COMMAND_STOP, SUBJECT_STOPPED);
	rig_command(CORE_GUEST, COMMAND_START, SUBJECT_RUNNING);
	assert_int_equal(((struct info *)rig_region(SAMPLE_LAYER_INFO))->time_unix_ns, time);
}

static void an_image_of_several_regions_is_one_run_of_pages(void **state)
{
	(void)state;
	struct sample *s = powerful();
	/* the layer's image begins in its information page's payload, as far as the core cares: two RAM regions */
	s->region[SAMPLE_GUEST_RAM].payload_offset = offsetof(struct sample, payload.kernel);
	s->region[SAMPLE_GUEST_RAM].payload_size = 5000;
	boot(s);
	assert_int_equal(app(HC_SUBJECT_STOP, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(20 * MS);
	memset(rig_region(SAMPLE_APP_IMAGE) + 8192, 0x66, 4096);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_GUEST, 2, 2), ERR_RANGE);
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_GUEST, 1, 2), OK);
	rig_command(CORE_GUEST, COMMAND_START, SUBJECT_RUNNING);
	assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[4095], 0xcc);
	assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[4096], 0x66);
	assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[4999], 0x66);
	assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[5000], 0);
	/* without a staging region the right is worth nothing */
	s->subject[SAMPLE_APP].staging_region = CONFIG_NONE;
	assert_int_equal(app(HC_IMAGE_LOAD, SAMPLE_GUEST, 0, 0), ERR_RIGHT);
}

static uint64_t self_test(uint64_t *failed_step)
{
	uint64_t step = 0, failures = 0, count = 0;
	do {
		uint64_t at = step;
		enum status status = app(HC_SELF_TEST, step, 0, 0);
		if (status == ERR_CORRUPT) {
			failures++;
			*failed_step = at;
		} else {
			assert_int_equal(status, OK);
		}
		step = rig_result(APP_VCPU, 1);
		count++;
	} while (step);
	assert_int_equal(app(HC_SELF_TEST, count, 0, 0), ERR_ARGUMENT);
	return failures;
}

static void the_self_test_finds_every_flipped_bit(void **state)
{
	(void)state;
	struct sample *s = powerful();
	boot(s);
	uint64_t step = 0;
	assert_int_equal(self_test(&step), 0);
	srand(1);
	for (unsigned i = 0; i < 100; i++) {
		uint8_t *at = (uint8_t *)host_image + (unsigned)rand() % sizeof(host_image);
		*at ^= (uint8_t)(1u << i % 8);
		assert_int_equal(self_test(&step), 1);
		assert_true(step < sizeof(host_image) / 2048);
		*at ^= (uint8_t)(1u << i % 8);
	}
	/* the configuration to its last byte */
	for (unsigned i = 1; i <= 16; i++) {
		uint8_t *at = (uint8_t *)s + s->header.size - i;
		*at ^= 0x80;
		assert_int_equal(self_test(&step), 1);
		*at ^= 0x80;
	}
	/* second-level tables and permission maps, from their first to their last byte; what vCPUs have behind them changes */
	uint8_t *tables = (uint8_t *)(uintptr_t)the_system.table_root[0];
	const size_t bytes = the_system.vcpu_pages - the_system.table_root[0];
	for (unsigned i = 0; i < 100; i++) {
		uint8_t *at = tables + (i == 0 ? 0 : i == 1 ? bytes - 1 : (unsigned)rand() % bytes);
		*at ^= (uint8_t)(1u << i % 8);
		assert_int_equal(self_test(&step), 1);
		*at ^= (uint8_t)(1u << i % 8);
	}
	tables[bytes] ^= 1;
	assert_int_equal(self_test(&step), 0);
	tables[bytes] ^= 1;
	s->names[0] ^= 1;
	uint64_t before = rig_ring(0, 0)->next;
	assert_int_equal(self_test(&step), 1);
	/* a mismatch is on record; a step that does not exist is only a refused call */
	assert_int_equal(rig_ring(0, 0)->next, before + 3);
	const struct audit_record *r = rig_audit(0, 0, AUDIT_SELF_TEST);
	assert_int_equal(r->argument[0], step);
	assert_int_equal(r->argument[1], ERR_CORRUPT);
	assert_int_equal(r->class, AUDIT_SAFETY);
}

static void call_raw(void *number)
{
	APP_VCPU->machine.argument[0] = (uintptr_t)number;
	host_upcall(&cpus[0], APP_VCPU, EXIT_HYPERCALL);
}

static void reboot_and_power_off_end_the_machine(void **state)
{
	(void)state;
	boot(powerful());
	assert_int_equal(rig_ends(call_raw, (void *)(uintptr_t)HC_REBOOT), HOST_REBOOTED);
	assert_int_equal(rig_ends(call_raw, (void *)(uintptr_t)HC_POWER_OFF), HOST_OFF);
	assert_int_equal(host.power_port, 0x604);
	assert_int_equal(host.power_value, 0x2000);
}

static void the_schedule_call_switches(void **state)
{
	(void)state;
	boot(powerful());
	assert_int_equal(app(HC_SCHEDULE_SWITCH, 1, 0, 0), OK);
	assert_int_equal(app(HC_SCHEDULE_SWITCH, 0, 0, 0), ERR_BUSY);
	rig_run_for(20 * MS);
	assert_int_equal(cpus[0].schedule, 1);
}

/* --- random calls --- */
static uint64_t random_state = 88172645463325252u;
static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_argument(void)
{
	switch (random64() % 6) {
	case 0:
		return random64() % 4;
	case 1:
		return random64() % 70;
	case 2:
		return (UINT64_C(1) << random64() % 64) + random64() % 3 - 1;
	case 3:
		return ~(random64() % 4);
	case 4:
		return rig_now() + random64() % 100000;
	default:
		return random64();
	}
}

static void random_call(void)
{
	uint64_t number = random64() % 8 ? random64() % HYPERCALL_COUNT : random_argument();

	if (number == HC_REBOOT || number == HC_POWER_OFF)
		return;
	struct vcpu *vcpu = cpus[0].current;
	if (!vcpu || cpus[0].resched)
		return;
	rig_call(vcpu, number, random_argument(), random_argument(), random_argument());
}

static void a_hundred_thousand_random_calls_break_nothing(void **state)
{
	(void)state;
	struct sample *s = powerful();
	uint8_t *pristine = malloc(sizeof(struct sample));
	sample_seal(s);
	memcpy(pristine, s, sizeof(struct sample));
	boot(s);
	for (unsigned i = 0; i < 100000; i++) {
		random_call();
		if (GUEST_VCPU->state == VCPU_READY && random64() % 4 == 0 && cpus[0].current == GUEST_VCPU &&
		    !cpus[0].resched)
			rig_leave(GUEST_VCPU, random64() % 2 ? EXIT_HALT : EXIT_CONTROL, random64(), random64(), 0);
		rig_run_for(random64() % 3000);
		rig_check_invariants();
		if (rig_state(CORE_APP) != SUBJECT_RUNNING)
			(void)subject_command(&cpus[0], CORE_APP, COMMAND_START, 0xffff);
		if (rig_state(CORE_GUEST) == SUBJECT_STOPPED || rig_state(CORE_GUEST) == SUBJECT_FAILED)
			(void)subject_command(&cpus[0], CORE_GUEST, COMMAND_START, 0xffff);
	}
	assert_memory_equal(pristine, s, s->header.size); /* the configuration is constant */
	free(pristine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(unknown_numbers_are_refused_and_audited),
	        cmocka_unit_test(a_call_without_its_right_is_refused_and_changes_nothing),
	        cmocka_unit_test(one_right_does_not_give_another),
	        cmocka_unit_test(version_and_status_answer_in_registers),
	        cmocka_unit_test(the_management_calls_do_what_they_say),
	        cmocka_unit_test(no_index_beyond_the_callers_tables_means_anything),
	        cmocka_unit_test(a_layer_reaches_its_own_guest_and_nothing_else),
	        cmocka_unit_test(a_layer_vcpu_may_not_touch_the_state_of_another_cpus_guest_vcpu),
	        cmocka_unit_test(a_layer_reads_and_writes_its_guests_state),
	        cmocka_unit_test(a_wait_takes_exactly_the_bits_it_asks_for),
	        cmocka_unit_test(a_masked_event_is_pending_and_raises_its_vector_when_it_is_opened),
	        cmocka_unit_test(events_start_subjects_and_switch_schedules),
	        cmocka_unit_test(an_image_is_loaded_only_into_a_stopped_subject),
	        cmocka_unit_test(an_image_of_several_regions_is_one_run_of_pages),
	        cmocka_unit_test(a_start_from_another_cpu_waits_for_the_page_that_is_loaded),
	        cmocka_unit_test(the_time_of_day_stands_in_every_information_page_also_after_a_restart),
	        cmocka_unit_test(the_self_test_finds_every_flipped_bit),
	        cmocka_unit_test(reboot_and_power_off_end_the_machine),
	        cmocka_unit_test(the_schedule_call_switches),
	        cmocka_unit_test(a_hundred_thousand_random_calls_break_nothing),
	};

	return RIG_TESTS(tests);
}
