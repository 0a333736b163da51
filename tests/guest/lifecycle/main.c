/* SPDX-License-Identifier: ISC */
/*
 * Start, stop, pause, resume and restart, as their manager and their subject see them: memory of a new life reads back
 * zero, the peer learns of it by the epoch, a pause loses nothing, commands out of place are refused, every change of
 * state is a record, and who has no right over another subject cannot touch it.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "tests/guest/common/trap.h"

enum order { COUNT, FALL, TRY_STOP };
static uint64_t beats, marks[4096]; /* in .bss: zero in every life */

static uint64_t marked(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < 4096; i++)
		count += marks[i] != 0;
	return count;
}

static void worker(void)
{
	struct channel channel;
	struct report order;
	uint64_t before = marked();

	report_open(&channel, info_get()->name);
	for (unsigned i = 0; i < 4096; i++)
		marks[i] = ~UINT64_C(0);
	for (;;) {
		beats++;
		if (!report_poll(&channel, &order))
			continue;
		uint64_t answer = 0;
		if (order.word[0] == FALL)
			port_read8(0x80);
		if (order.word[0] == TRY_STOP)
			answer = subject_stop((uint32_t)order.word[1]);
		report_send(&channel, &(struct report){{beats, before, info_get()->epoch, answer}});
	}
}

static struct channel channel;
static uint32_t id;

static struct report ask(uint64_t order, uint64_t argument)
{
	struct report report = {{~UINT64_C(0)}};

	report_send(&channel, &(struct report){{order, argument}});
	report_receive(&channel, &report, 5);
	return report;
}

static struct subject_status wait_for(enum subject_state state)
{
	struct subject_status status = {0};
	uint64_t until = clock_deadline(CLOCK_S);

	do
		subject_status(id, &status);
	while (status.state != state && clock_tsc() < until);
	judge(status.state == state, "state: %s, %u restarts", subject_state_name(status.state), status.restarts);
	return status;
}

static void check_pause(void)
{
	struct report before = ask(COUNT, 0);

	judge(subject_pause(id) == OK && subject_pause(id) == ERR_STATE, "pause, once");
	struct subject_status paused = wait_for(SUBJECT_PAUSED), still;
	clock_sleep(5 * CLOCK_MS);
	subject_status(id, &still);
	judge(share_distance(still.runtime, paused.runtime) < 300000, "it got no time while paused: %lu ticks",
	      still.runtime - paused.runtime);
	judge(subject_resume(id) == OK && subject_resume(id) == ERR_STATE, "resume, once");
	struct report after = ask(COUNT, 0);
	judge(after.word[0] > before.word[0] && after.word[2] == before.word[2], "it went on where it was");
}

static void check_new_life(const char *how, uint32_t epoch)
{
	wait_for(SUBJECT_RUNNING);
	struct report report = ask(COUNT, 0);
	judge(report.word[1] == 0, "%s: %lu words of the old life are left", how, report.word[1]);
	judge(report.word[2] == epoch && channel_restarted(&channel) && channel.info->peer_epoch == epoch,
	      "%s: epoch %lu, and its peer sees %u", how, report.word[2], channel.info->peer_epoch);
}

static void check_refusals(struct denials *denials)
{
	judge(subject_start(id) == ERR_STATE, "a running subject is not started");
	judge(subject_restart(info_get()->subject) != OK && subject_restart(77) == ERR_INDEX,
	      "neither ourselves nor what does not exist");
	denials_collect(denials);
	uint64_t before = denials->event[AUDIT_HYPERCALL_DENIED];
	judge(ask(TRY_STOP, info_get()->subject).word[3] == ERR_RIGHT, "the worker may not stop us");
	denials_collect(denials);
	judge(denials->event[AUDIT_HYPERCALL_DENIED] == before + 1, "which left a record");
}

int main(void)
{
	struct denials denials = {0};
	struct channel late;
	struct report report;

	if (!role_is("judge"))
		worker();
	report_open(&channel, "worker");
	report_open(&late, "late");
	id = info_subject("worker")->id;
	denials_open(&denials, "worker");
	struct report first = ask(COUNT, 0);
	judge(first.word[1] == 0 && first.word[2] == 0, "the first life begins with zeros");
	check_pause();
	check_refusals(&denials);
	judge(subject_restart(id) == OK, "restart");
	check_new_life("restart", 1);
	judge(subject_stop(id) == OK, "stop");
	wait_for(SUBJECT_STOPPED);
	judge(subject_stop(id) == ERR_STATE && subject_pause(id) == ERR_STATE && subject_resume(id) == ERR_STATE,
	      "what is stopped is not stopped, paused or resumed");
	judge(subject_start(id) == OK, "start");
	check_new_life("start", 2);
	report_send(&channel, &(struct report){{FALL}});
	judge(event_wait(event_bit(info_event_in("fallen")->number), clock_deadline(CLOCK_S)) != 0,
	      "its fault is told by an event");
	wait_for(SUBJECT_FAILED);
	judge(subject_restart(id) == OK, "restart after the fault");
	check_new_life("after a fault", 3);
	id = info_subject("late")->id;
	wait_for(SUBJECT_STOPPED);
	judge(subject_start(id) == OK, "start what did not start at boot");
	wait_for(SUBJECT_RUNNING);
	report_send(&late, &(struct report){{COUNT}});
	judge(report_receive(&late, &report, 5) && report.word[2] == 0, "its first life is epoch %lu", report.word[2]);
	denials_collect(&denials);
	judge(denials.event[AUDIT_SUBJECT_STATE] == 11 && denials.event[AUDIT_FAULT] == 1 &&
	              denials.event[AUDIT_IO_DENIED] == 1,
	      "%lu changes of state, %lu fault, %lu denied port are on record", denials.event[AUDIT_SUBJECT_STATE],
	      denials.event[AUDIT_FAULT], denials.event[AUDIT_IO_DENIED]);
	const struct audit_record *last = &denials.last[AUDIT_SUBJECT_STATE];
	judge(last->argument[0] == SUBJECT_RUNNING && last->argument[2] == info_get()->subject,
	      "the last one by subject %lu", last->argument[2]);
	judge_end();
	return 0;
}
