/* SPDX-License-Identifier: ISC */
/*
 * Restarts in a loop: the judge restarts a subject of 8 MiB as fast as the core takes it, while that one makes itself
 * fall in each life; a second one falls until its policy has had enough. The victim's frames stay whole, and no restart
 * goes unrecorded.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/attack.h"
#include "tests/guest/common/victim.h"

#define RESTARTS 60u
#define LIMIT 20u /* times= of the second one */

static uint64_t left_over[512 * 1024]; /* 4 MiB */

static void falls(void)
{
	uint64_t dirty = 0;

	for (unsigned i = 0; i < 512 * 1024; i += 512)
		dirty |= left_over[i];
	for (unsigned i = 0; i < 512 * 1024; i += 512)
		left_over[i] = 1;
	if (dirty) { /* the judge would wait for the restart that does not come */
		for (;;)
			event_wait(0, EVENT_FOREVER);
	}
	interrupt_shutdown();
}

int main(void)
{
	struct channel victim_channel;
	struct denials hostile = {0}, quitter = {0};
	struct subject_status status = {0};
	uint64_t accepted = 0, busy = 0, wrong = 0, until = clock_deadline(60 * CLOCK_S);

	if (role_is("falls"))
		falls();
	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	report_open(&victim_channel, "victim");
	denials_open(&hostile, "hostile");
	denials_open(&quitter, "quitter");
	do {
		enum status answer = subject_restart(hostile.subject);
		accepted += answer == OK;
		busy += answer == ERR_BUSY || answer == ERR_BUDGET;
		wrong += answer != OK && answer != ERR_BUSY && answer != ERR_BUDGET;
		subject_status(hostile.subject, &status);
		denials_collect(&hostile);
		denials_collect(&quitter);
	} while (status.restarts < RESTARTS && clock_tsc() < until);
	judge(status.restarts >= RESTARTS && !wrong,
	      "%u restarts; %lu commands taken, %lu refused as busy, %lu otherwise", status.restarts, accepted, busy,
	      wrong);

	do
		subject_status(quitter.subject, &status);
	while (status.state != SUBJECT_FAILED && clock_tsc() < until);
	denials_collect(&quitter);
	denials_collect(&hostile);
	judge(status.state == SUBJECT_FAILED && status.restarts == LIMIT, "the other one: %s after %u restarts",
	      subject_state_name(status.state), status.restarts);
	judge(quitter.event[AUDIT_FAULT] == LIMIT + 1, "%lu faults are on record", quitter.event[AUDIT_FAULT]);
	judge(!hostile.reader.lost && hostile.event[AUDIT_SUBJECT_STATE] >= RESTARTS,
	      "%lu changes of state are on record, %lu lost", hostile.event[AUDIT_SUBJECT_STATE], hostile.reader.lost);
	victim_check(&victim_channel, 300, 2000);
	judge_end();
	return 0;
}
