/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <string.h>
#include "core/memory.h"

/* Start, stop, restart as states and bounded steps: core/subject.c, core/memory.c, core/vcpu.c. */
#define MS UINT64_C(1000000)
#define APP_VCPU (&vcpus[SAMPLE_APP])
#define GUEST_VCPU (&vcpus[SAMPLE_GUEST])
#define LAYER_VCPU (&vcpus[SAMPLE_LAYER])

static void settle(const struct subject *subject)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t state = rig_state(subject);
		if (state != SUBJECT_STOPPING && state != SUBJECT_SCRUB && state != SUBJECT_LOAD)
			return;
		rig_run_for(MS);
	}
	fail_msg("%s never settles", subject->config->name);
}

static void bring_to_stopped(struct subject *subject)
{
	settle(subject);
	if (rig_state(subject) == SUBJECT_FAILED)
		rig_command(subject, COMMAND_START, SUBJECT_RUNNING);
	if (rig_state(subject) != SUBJECT_STOPPED)
		rig_command(subject, COMMAND_STOP, SUBJECT_STOPPED);
}

static void bring(struct subject *subject, uint32_t state)
{
	bring_to_stopped(subject);
	if (state == SUBJECT_STOPPED)
		return;
	if (state == SUBJECT_SCRUB || state == SUBJECT_LOAD) {
		assert_int_equal(subject_command(&cpus[0], subject, COMMAND_START, 0xffff), OK);
		for (unsigned i = 0; i < 100000 && rig_state(subject) != state; i++)
			rig_round(0);
		return;
	}
	rig_command(subject, COMMAND_START, SUBJECT_RUNNING);
	rig_run_for(20 * MS);
	if (state == SUBJECT_PAUSED)
		rig_command(subject, COMMAND_PAUSE, SUBJECT_PAUSED);
	if (state == SUBJECT_FAILED)
		rig_command(subject, COMMAND_FAIL, SUBJECT_FAILED);
	if (state != SUBJECT_STOPPING)
		return;
	while (vcpu_in_frame(subject->leader->vcpu))
		rig_run_for(MS / 4);
	assert_int_equal(subject_command(&cpus[0], subject, COMMAND_STOP, 0xffff), OK);
}

static void every_command_in_every_state_does_what_the_table_says(void **state)
{
	(void)state;
	enum { R = ERR_STATE, B = ERR_BUSY };
	static const struct {
		uint8_t status, ends;
	} expected[COMMAND_FAIL + 1][SUBJECT_STATES] = {
	        [COMMAND_START] = {{OK, SUBJECT_RUNNING},
	                           {R, SUBJECT_RUNNING},
	                           {R, SUBJECT_PAUSED},
	                           {B, SUBJECT_STOPPED},
	                           {B, SUBJECT_RUNNING},
	                           {B, SUBJECT_RUNNING},
	                           {OK, SUBJECT_RUNNING}},
	        [COMMAND_STOP] = {{R, SUBJECT_STOPPED},
	                          {OK, SUBJECT_STOPPED},
	                          {OK, SUBJECT_STOPPED},
	                          {B, SUBJECT_STOPPED},
	                          {B, SUBJECT_RUNNING},
	                          {B, SUBJECT_RUNNING},
	                          {R, SUBJECT_FAILED}},
	        [COMMAND_PAUSE] = {{R, SUBJECT_STOPPED},
	                           {OK, SUBJECT_PAUSED},
	                           {R, SUBJECT_PAUSED},
	                           {B, SUBJECT_STOPPED},
	                           {B, SUBJECT_RUNNING},
	                           {B, SUBJECT_RUNNING},
	                           {R, SUBJECT_FAILED}},
	        [COMMAND_RESUME] = {{R, SUBJECT_STOPPED},
	                            {R, SUBJECT_RUNNING},
	                            {OK, SUBJECT_RUNNING},
	                            {B, SUBJECT_STOPPED},
	                            {B, SUBJECT_RUNNING},
	                            {B, SUBJECT_RUNNING},
	                            {R, SUBJECT_FAILED}},
	        [COMMAND_RESTART] = {{OK, SUBJECT_RUNNING},
	                             {OK, SUBJECT_RUNNING},
	                             {OK, SUBJECT_RUNNING},
	                             {B, SUBJECT_STOPPED},
	                             {B, SUBJECT_RUNNING},
	                             {B, SUBJECT_RUNNING},
	                             {OK, SUBJECT_RUNNING}},
	        [COMMAND_FAIL] = {{R, SUBJECT_STOPPED},
	                          {OK, SUBJECT_FAILED},
	                          {OK, SUBJECT_FAILED},
	                          {B, SUBJECT_STOPPED},
	                          {B, SUBJECT_RUNNING},
	                          {B, SUBJECT_RUNNING},
	                          {R, SUBJECT_FAILED}},
	};
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	struct subject *const subject[] = {CORE_APP, CORE_GUEST, CORE_LAYER};
	for (unsigned n = 0; n < 3; n++)
		for (unsigned command = 0; command <= COMMAND_FAIL; command++)
			for (uint32_t from = 0; from < SUBJECT_STATES; from++) {
				bring(subject[n], from);
				assert_int_equal(rig_state(subject[n]), from);
				enum status status =
				        subject_command(&cpus[0], subject[n], (enum subject_command)command, 0xffff);
				settle(subject[n]);
				if (status != expected[command][from].status ||
				    rig_state(subject[n]) != expected[command][from].ends)
					fail_msg("command %u in state %u: status %u, ends in %u", command, from, status,
					         rig_state(subject[n]));
				rig_run_for(20 * MS);
				rig_check_invariants();
			}
}

static void a_restart_zeroes_and_reloads_memory_page_by_page_in_its_own_frames(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	memset(rig_region(SAMPLE_GUEST_RAM), 0x11, CORE_GUEST_BYTES);
	memset(rig_region(SAMPLE_LAYER_IMAGE), 0x22, 65536);
	memset(rig_region(SAMPLE_APP_IMAGE), 0x33, 65536);
	memset(rig_region(SAMPLE_TO_APP), 0x44, 8192);
	host.pages_zeroed = host.pages_copied = 0;
	assert_int_equal(subject_command(&cpus[0], CORE_GUEST, COMMAND_RESTART, 0xffff), OK);
	while (rig_state(CORE_GUEST) != SUBJECT_RUNNING) {
		uint32_t before = host.pages_zeroed + host.pages_copied;
		rig_round(0);
		uint32_t pages = host.pages_zeroed + host.pages_copied - before;
		assert_in_range(pages, 0, 1);
		if (pages) { /* work is done in the unit's own frames, while its vCPUs are parked */
			assert_ptr_equal(cpus[0].member[0], LAYER_VCPU);
			assert_int_equal(GUEST_VCPU->state, VCPU_PARKED);
			assert_int_equal(LAYER_VCPU->state, VCPU_PARKED);
			assert_null(cpus[0].current);
		}
	}
	assert_int_equal(host.pages_zeroed, (CORE_GUEST_BYTES + 65536) / 4096);
	assert_int_equal(host.pages_copied, 1);
	for (unsigned i = 0; i < CORE_GUEST_BYTES; i++)
		assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[i], 0);
	for (unsigned i = 0; i < 65536; i++)
		assert_int_equal(rig_region(SAMPLE_LAYER_IMAGE)[i], i < 4096 ? 0xbb : 0);
	for (unsigned i = 0; i < 65536; i++) /* others' memory stays, and a channel belongs to neither end */
		assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[i], 0x33);
	for (unsigned i = 0; i < 8192; i++)
		assert_int_equal(rig_region(SAMPLE_TO_APP)[i], 0x44);
}

static void the_end_of_an_image_is_not_followed_by_old_bytes(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	memset(rig_region(SAMPLE_APP_IMAGE), 0x33, 65536);
	rig_command(CORE_APP, COMMAND_RESTART, SUBJECT_RUNNING);
	for (unsigned i = 0; i < 65536; i++)
		assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[i], i < 4000 ? 0xaa : 0);
}

static void persistent_memory_survives_a_restart(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->region[SAMPLE_APP_IMAGE].kind = REGION_PERSISTENT;
	rig_boot(s);
	assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[0], 0xaa);
	assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[4000], 0);
	rig_run_for(20 * MS);
	rig_region(SAMPLE_APP_IMAGE)[0] = 1;
	rig_region(SAMPLE_APP_IMAGE)[65535] = 2;
	rig_command(CORE_APP, COMMAND_RESTART, SUBJECT_RUNNING);
	assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[0], 1);
	assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[65535], 2);
}

static uint32_t epoch_word(uint32_t info_region)
{
	return *(uint32_t *)(void *)(rig_region(info_region) + 2048);
}

static void a_restart_is_counted_and_told_to_the_peers(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	assert_int_equal(CORE_GUEST->stats->restarts, 0);
	assert_int_equal(epoch_word(SAMPLE_APP_INFO), 0);
	rig_command(CORE_LAYER, COMMAND_RESTART, SUBJECT_RUNNING);
	assert_int_equal(CORE_GUEST->stats->restarts, 1);
	assert_int_equal(CORE_LAYER->stats->restarts, 1);
	assert_int_equal(CORE_APP->stats->restarts, 0);
	assert_int_equal(epoch_word(SAMPLE_APP_INFO), 1);
	assert_int_equal(epoch_word(SAMPLE_LAYER_INFO), 0);
	assert_int_equal(((struct info *)rig_region(SAMPLE_LAYER_INFO))->epoch, 1);
	rig_command(CORE_APP, COMMAND_STOP, SUBJECT_STOPPED);
	assert_int_equal(epoch_word(SAMPLE_LAYER_INFO), 0);
	rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
	assert_int_equal(epoch_word(SAMPLE_LAYER_INFO), 1);
	assert_int_equal(CORE_APP->stats->restarts, 1);
	const struct info *info = (struct info *)rig_region(SAMPLE_APP_INFO);
	assert_int_equal(info->epoch, 1);
	assert_int_equal(info->tsc_khz, 1000000);
	assert_int_equal(info->cpu_vendor, VENDOR_AMD);
}

static void the_first_start_of_a_subject_that_does_not_start_at_boot_is_no_restart(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->subject[SAMPLE_GUEST].flags &= ~SUBJECT_START;
	rig_boot(s);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	assert_int_equal(GUEST_VCPU->state, VCPU_PARKED);
	assert_int_equal(LAYER_VCPU->machine.entries, 0);
	/* the application's second outgoing event starts it */
	assert_int_equal(rig_call(APP_VCPU, HC_EVENT_SIGNAL, 1, 0, 0), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(CORE_GUEST->stats->restarts, 0);
	rig_run_for(20 * MS);
	assert_true(LAYER_VCPU->machine.entries > 0);
}

static void a_unit_starts_with_fresh_vcpus_and_without_old_events(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	uint32_t resets = APP_VCPU->machine.resets;
	rig_call(APP_VCPU, HC_EVENT_MASK, 0, 0, 0);
	rig_command(CORE_APP, COMMAND_STOP, SUBJECT_STOPPED);
	event_post(&cpus[0], CORE_APP, 0);
	event_post(&cpus[0], CORE_APP, 5);
	assert_int_equal(APP_VCPU->events, 33);
	rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
	rig_enter(APP_VCPU);
	rig_run_for(1000);
	assert_int_equal(APP_VCPU->machine.resets, resets + 1);
	assert_int_equal(APP_VCPU->events, 0);
	assert_int_equal(APP_VCPU->machine.taken, 0);
	assert_int_equal(APP_VCPU->event_mask, ~UINT64_C(0));
	assert_int_equal(APP_VCPU->machine.rip, APP_IMAGE_GPA);
}

static void an_event_between_start_and_first_frame_raises_its_vector(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	/* the application is running by its state, but its vCPU is reset only in its first frame */
	assert_int_equal(rig_state(CORE_APP), SUBJECT_RUNNING);
	event_post(&cpus[0], CORE_APP, 0);
	event_post(&cpus[0], CORE_APP, 5);
	rig_enter(APP_VCPU);
	rig_run_for(1000);
	assert_int_equal(APP_VCPU->events, 33);
	assert_int_equal(APP_VCPU->machine.taken, 0x40);
	assert_int_equal(APP_VCPU->machine.taken_count, 1);
}

static void a_stop_before_the_first_frame_of_a_start_leaves_the_vcpu_parked(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_run_for(20 * MS);
	bring(CORE_APP, SUBJECT_STOPPED);
	/* its memory gets ready in its frame; then it is out of frame before its vCPU was reset */
	assert_int_equal(subject_command(&cpus[0], CORE_APP, COMMAND_START, 0xffff), OK);
	while (rig_state(CORE_APP) != SUBJECT_RUNNING)
		rig_round(0);
	assert_int_equal(APP_VCPU->requests & REQUEST_RESET, REQUEST_RESET);
	host.now[0] = cpus[0].frame_end;
	rig_decide(0);
	assert_false(vcpu_in_frame(APP_VCPU));
	assert_int_equal(subject_command(&cpus[0], CORE_APP, COMMAND_STOP, 0xffff), OK);
	rig_run_for(20 * MS);
	assert_int_equal(rig_state(CORE_APP), SUBJECT_STOPPED);
	assert_int_equal(APP_VCPU->state, VCPU_PARKED);
	rig_check_invariants();
	/* and it starts again like any other */
	rig_command(CORE_APP, COMMAND_START, SUBJECT_RUNNING);
	rig_enter(APP_VCPU);
}

static void a_paused_subject_does_not_run_and_goes_on_where_it_was(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	LAYER_VCPU->machine.guest = rig_layer;
	rig_run_for(20 * MS);
	rig_command(CORE_GUEST, COMMAND_PAUSE, SUBJECT_PAUSED);
	rig_run_for(20 * MS);
	uint32_t guest = GUEST_VCPU->machine.entries, layer = LAYER_VCPU->machine.entries;
	uint64_t runtime = GUEST_VCPU->stats->runtime;
	event_post(&cpus[0], CORE_LAYER, 0);
	GUEST_VCPU->machine.deadline = rig_now() + 15 * MS;
	rig_run_for(40 * MS);
	assert_int_equal(GUEST_VCPU->machine.entries, guest);
	assert_int_equal(LAYER_VCPU->machine.entries, layer);
	assert_in_range(GUEST_VCPU->stats->runtime, runtime, runtime + 8 * MS);
	rig_command(CORE_GUEST, COMMAND_RESUME, SUBJECT_RUNNING);
	rig_run_for(20 * MS);
	assert_true(GUEST_VCPU->machine.entries > guest);
	assert_int_equal(GUEST_VCPU->machine.taken, 0xec);
	assert_int_equal(CORE_GUEST->stats->restarts, 0);
}

static void state_changes_are_audited_with_who_asked(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->source[1].classes = AUDIT_SYSTEM;
	rig_boot(s);
	rig_run_for(20 * MS);
	rig_enter(APP_VCPU);
	assert_int_equal(rig_call(APP_VCPU, HC_SUBJECT_RESTART, SAMPLE_GUEST, 0, 0), OK);
	rig_run_for(40 * MS);
	const struct audit_record *r = rig_audit(0, 0, AUDIT_SUBJECT_STATE);
	assert_non_null(r);
	assert_int_equal(r->subject, SAMPLE_GUEST);
	assert_int_equal(r->argument[0], SUBJECT_RUNNING);
	assert_int_equal(r->argument[2], SAMPLE_APP);
	assert_int_equal(r->class, AUDIT_SYSTEM);
}

/* --- two CPUs --- */

static void boot_smp(void)
{
	struct sample *s = rig_sample();

	sample_make_smp(s);
	rig_boot(s);
	vcpus[3].machine.guest = vcpus[4].machine.guest = rig_layer;
	rig_run_for(20 * MS);
}

static void a_unit_on_two_cpus_stops_when_each_cpu_has_parked_its_vcpus(void **state)
{
	(void)state;
	boot_smp();
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(vcpus[1].state, VCPU_READY);
	assert_int_equal(vcpus[2].state, VCPU_WAIT_SIPI);
	assert_int_equal(subject_command(&cpus[0], CORE_GUEST, COMMAND_RESTART, 0xffff), OK);
	assert_int_equal(CORE_GUEST->unparked, 4);
	host.now[0] = host.now[1];
	for (unsigned i = 0; i < 40; i++) { /* one CPU alone never gets there */
		host.now[0] += MS;
		rig_decide(0);
	}
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPING);
	assert_int_equal(CORE_GUEST->unparked, 2);
	host.now[1] = host.now[0];
	rig_run_for(40 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	assert_int_equal(vcpus[2].machine.resets, 3);
	assert_int_equal(vcpus[2].state, VCPU_WAIT_SIPI);
	rig_check_invariants();
}

/* CPU 1 stops the unit and parks its own vCPUs in the moment when it runs again by its state, before CPU 0, where its memory
 * got ready, has asked them to begin. */
static void stop_it_at_once(enum host_call call)
{
	if (call != HOST_NOW || rig_state(CORE_GUEST) != SUBJECT_RUNNING)
		return;
	host.cpu = 1;
	host.now[1] = host.now[0];
	assert_true(vcpu_in_frame(&vcpus[2]));
	assert_int_equal(subject_command(&cpus[1], CORE_GUEST, COMMAND_STOP, 0xffff), OK);
	rig_decide(1);
	assert_int_equal(vcpus[2].state, VCPU_PARKED);
	assert_int_equal(vcpus[4].state, VCPU_PARKED);
	host.cpu = 0;
}

static void a_stop_from_another_cpu_between_running_and_reset_leaves_every_vcpu_parked(void **state)
{
	(void)state;
	boot_smp();
	bring(CORE_GUEST, SUBJECT_STOPPED);
	assert_int_equal(subject_command(&cpus[0], CORE_GUEST, COMMAND_START, 0xffff), OK);
	host.on_call = stop_it_at_once;
	for (unsigned i = 0; i < 10000 && rig_state(CORE_GUEST) != SUBJECT_STOPPING; i++)
		rig_round(0);
	host.on_call = 0;
	assert_int_equal(CORE_GUEST->unparked, 2);
	host.now[1] = host.now[0];
	rig_run_for(40 * MS);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_STOPPED);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(vcpus[i].state, VCPU_PARKED);
	rig_check_invariants();
	rig_command(CORE_GUEST, COMMAND_START, SUBJECT_RUNNING);
	rig_run_for(20 * MS);
	assert_int_equal(vcpus[2].state, VCPU_WAIT_SIPI);
	assert_int_equal(vcpus[4].state, VCPU_RESUMED);
}

static void an_init_from_the_life_before_does_not_reach_the_next(void **state)
{
	(void)state;
	boot_smp();
	/* CPU 1 parks; then, in the last moments of its old life, the first vCPU wakes the second */
	assert_int_equal(subject_command(&cpus[1], CORE_GUEST, COMMAND_RESTART, 0xffff), OK);
	host.cpu = 1;
	cpus[1].resched = 1;
	rig_decide(1);
	assert_int_equal(vcpus[2].state, VCPU_PARKED);
	struct vcpu *nobody = 0;
	cpus[1].member = &nobody; /* as if its frame had just ended */
	vcpus[2].sipi_vector = 0x9a;
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_INIT | REQUEST_SIPI, true);
	host.now[0] = host.now[1];
	for (unsigned i = 0; i < 10000 && rig_state(CORE_GUEST) != SUBJECT_RUNNING; i++)
		rig_round(0);
	assert_int_equal(rig_state(CORE_GUEST), SUBJECT_RUNNING);
	host.now[1] = host.now[0];
	rig_run_for(20 * MS);
	assert_int_equal(vcpus[2].state, VCPU_WAIT_SIPI);
	assert_int_equal(vcpus[2].machine.started_vector, 0);
}

static void init_and_sipi_start_a_vcpu_on_another_cpu(void **state)
{
	(void)state;
	boot_smp();
	assert_int_equal(vcpus[4].state, VCPU_RESUMED);
	vcpus[2].sipi_vector = 0x9a;
	vcpus[4].machine.guest = 0;
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_INIT, true);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].machine.inits, 1);
	assert_int_equal(rig_result(&vcpus[4], 1), RUN_OUT_STARTED);
	assert_int_equal(rig_result(&vcpus[4], 2), 0);
	assert_int_equal(rig_call(&vcpus[4], HC_VCPU_RUN, 0, 0, 0), OK);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].state, VCPU_WAIT_SIPI);
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_SIPI, true);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].state, VCPU_READY);
	assert_int_equal(vcpus[2].machine.started_vector, 0x9a);
	assert_int_equal(rig_result(&vcpus[4], 1), RUN_OUT_STARTED);
	assert_int_equal(rig_result(&vcpus[4], 2), 0x9a);
	/* a SIPI to one that runs is nothing */
	assert_int_equal(rig_call(&vcpus[4], HC_VCPU_RUN, 0, 0, 0), OK);
	vcpus[2].sipi_vector = 0x11;
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_SIPI, true);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].machine.started_vector, 0x9a);
	assert_int_equal(vcpus[4].state, VCPU_RESUMED);
}

static void a_layer_that_was_busy_hears_of_the_start_before_it_can_touch_the_guest(void **state)
{
	(void)state;
	boot_smp();
	vcpus[4].machine.guest = 0;
	vcpus[2].sipi_vector = 0x77;
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_SIPI, true);
	rig_run_for(MS);
	assert_int_equal(rig_call(&vcpus[4], HC_VCPU_RUN, 0, 0, 0), OK);
	rig_decide(1);
	assert_ptr_equal(cpus[1].current, &vcpus[2]);
	/* the guest exits; while its layer works on that, another vCPU resets and starts it */
	rig_leave(&vcpus[2], EXIT_CONTROL, 0, 0, 0);
	vcpus[2].sipi_vector = 0x9a;
	vcpu_request(&cpus[0], &vcpus[2], REQUEST_INIT | REQUEST_SIPI, true);
	rig_run_for(MS);
	assert_int_equal(vcpus[2].machine.started_vector, 0x9a);
	uint64_t rip = vcpus[2].machine.rip;
	vcpus[2].frame->rip = 0xbad;
	assert_int_equal(
	        rig_call(&vcpus[4], HC_VCPU_RUN, RUN_ADVANCE | RUN_SET_RAX | RUN_TAKE(FRAME_HAS_GPR), 0xbad, 0), OK);
	assert_int_equal(rig_result(&vcpus[4], 1), RUN_OUT_STARTED);
	assert_int_equal(rig_result(&vcpus[4], 2), 0);
	assert_int_equal(rig_call(&vcpus[4], HC_VCPU_RUN, RUN_ADVANCE, 0, 0), OK);
	assert_int_equal(rig_result(&vcpus[4], 1), RUN_OUT_STARTED);
	assert_int_equal(rig_result(&vcpus[4], 2), 0x9a);
	assert_int_equal(vcpus[2].machine.rip, rip);
	assert_int_equal(vcpus[2].machine.argument[0], 0);
	assert_int_equal(rig_call(&vcpus[4], HC_VCPU_RUN, 0, 0, 0), OK);
	assert_ptr_equal(cpus[1].current, &vcpus[2]);
}

/* --- no wake-up is lost --- */
static unsigned calls_left;
static void (*poster)(void);

static void post_at_call(enum host_call call)
{
	(void)call;
	if (calls_left-- == 0)
		poster();
}
static void post_event(void)
{
	event_post(&cpus[1], CORE_APP, 5);
}
static void post_vector(void)
{
	event_post(&cpus[1], CORE_APP, 0);
}

static void a_wake_up_at_any_point_of_another_cpu_is_not_lost(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	poster = post_event;
	unsigned early = 0;
	for (unsigned n = 0; n < 150; n++) {
		rig_enter(APP_VCPU);
		calls_left = n;
		host.on_call = post_at_call;
		rig_call(APP_VCPU, HC_EVENT_WAIT, UINT64_C(1) << 5, UINT64_MAX, 0);
		early += APP_VCPU->state == VCPU_READY;
		for (unsigned i = 0; i < 60 && (int)calls_left >= 0; i++)
			rig_run_for(MS);
		host.on_call = 0;
		rig_run_for(20 * MS); /* its next frame at the latest */
		assert_int_equal(APP_VCPU->state, VCPU_READY);
		assert_int_equal(APP_VCPU->events, 0);
		assert_int_equal(rig_result(APP_VCPU, 1), 32);
	}
	assert_true(early >= 1);
}

static void an_interrupt_at_any_point_of_another_cpu_wakes_a_halted_vcpu(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	poster = post_vector;
	for (unsigned n = 0; n < 150; n++) {
		rig_enter(APP_VCPU);
		uint32_t taken = APP_VCPU->machine.taken_count;
		APP_VCPU->events = 0;
		calls_left = n;
		host.on_call = post_at_call;
		rig_leave(APP_VCPU, EXIT_HALT, 0, 0, 0);
		for (unsigned i = 0; i < 60 && (int)calls_left >= 0; i++)
			rig_run_for(MS);
		host.on_call = 0;
		rig_run_for(20 * MS);
		assert_int_equal(APP_VCPU->state, VCPU_READY);
		assert_int_equal(APP_VCPU->machine.taken_count, taken + 1);
	}
}

static void a_second_signal_while_the_first_is_pending_is_not_a_second_kick(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	event_post(&cpus[1], CORE_APP, 5);
	uint32_t kicks = host.kicks[0];
	for (unsigned i = 0; i < 1000; i++)
		event_post(&cpus[1], CORE_APP, 5);
	assert_int_equal(host.kicks[0], kicks);
	rig_run_for(10 * MS);
	/* and none at all while its frame is not the present one */
	while (vcpu_in_frame(APP_VCPU))
		rig_run_for(MS / 4);
	APP_VCPU->events = 0;
	kicks = host.kicks[0];
	event_post(&cpus[1], CORE_APP, 5);
	assert_int_equal(host.kicks[0], kicks);
}

static void an_event_that_the_target_does_not_have_is_nothing(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	rig_enter(APP_VCPU);
	for (unsigned bit = 0; bit < 64; bit++)
		if (bit != 0 && bit != 5)
			event_post(&cpus[0], CORE_APP, bit);
	assert_int_equal(APP_VCPU->events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_command_in_every_state_does_what_the_table_says),
	        cmocka_unit_test(a_restart_zeroes_and_reloads_memory_page_by_page_in_its_own_frames),
	        cmocka_unit_test(the_end_of_an_image_is_not_followed_by_old_bytes),
	        cmocka_unit_test(persistent_memory_survives_a_restart),
	        cmocka_unit_test(a_restart_is_counted_and_told_to_the_peers),
	        cmocka_unit_test(the_first_start_of_a_subject_that_does_not_start_at_boot_is_no_restart),
	        cmocka_unit_test(a_unit_starts_with_fresh_vcpus_and_without_old_events),
	        cmocka_unit_test(an_event_between_start_and_first_frame_raises_its_vector),
	        cmocka_unit_test(a_stop_before_the_first_frame_of_a_start_leaves_the_vcpu_parked),
	        cmocka_unit_test(a_paused_subject_does_not_run_and_goes_on_where_it_was),
	        cmocka_unit_test(state_changes_are_audited_with_who_asked),
	        cmocka_unit_test(a_unit_on_two_cpus_stops_when_each_cpu_has_parked_its_vcpus),
	        cmocka_unit_test(a_stop_from_another_cpu_between_running_and_reset_leaves_every_vcpu_parked),
	        cmocka_unit_test(an_init_from_the_life_before_does_not_reach_the_next),
	        cmocka_unit_test(init_and_sipi_start_a_vcpu_on_another_cpu),
	        cmocka_unit_test(a_layer_that_was_busy_hears_of_the_start_before_it_can_touch_the_guest),
	        cmocka_unit_test(a_wake_up_at_any_point_of_another_cpu_is_not_lost),
	        cmocka_unit_test(an_interrupt_at_any_point_of_another_cpu_wakes_a_halted_vcpu),
	        cmocka_unit_test(a_second_signal_while_the_first_is_pending_is_not_a_second_kick),
	        cmocka_unit_test(an_event_that_the_target_does_not_have_is_nothing),
	};

	return RIG_TESTS(tests);
}
