/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/attack.h"
#include "sdk/sdk.h"
#include "tests/guest/common/trap.h"
#include "tests/guest/common/victim.h"

void attack_run(struct attack *attack, unsigned seconds)
{
	uint64_t until = clock_deadline(seconds * CLOCK_S);

	report_open(&attack->hostile, "hostile");
	report_open(&attack->victim, "victim");
	denials_open(&attack->denials, "hostile");
	report_send(&attack->hostile, &(struct report){{0}});
	while (!report_poll(&attack->hostile, &attack->report)) {
		denials_collect(&attack->denials);
		if (clock_tsc() < until)
			continue;
		const struct audit_record *fault = &attack->denials.last[AUDIT_FAULT];
		judge(false, "no report from the hostile application; last fault: kind %lu, detail %lx",
		      fault->argument[0], fault->argument[2]);
		break;
	}
	denials_collect(&attack->denials);
}

void attack_audited(struct attack *attack)
{
	struct denials *denials = &attack->denials;
	uint64_t refused = attack->report.word[0];

	judge(stats_get()->subject[denials->subject].denials == refused, "the core counted %lu refusals of %lu",
	      stats_get()->subject[denials->subject].denials, refused);
	judge(denials_count(denials) + denials->user == refused + attack->written && !denials->reader.lost,
	      "audit: %lu records of refusals and %lu suppressed, %lu lost",
	      denials_count(denials) - denials->suppressed, denials->suppressed, denials->reader.lost);
}

void attack_end(struct attack *attack, uint64_t frame_us, uint64_t slack)
{
	victim_check(&attack->victim, frame_us, slack);
	judge_end();
}

void hostile_begin(struct channel *channel)
{
	struct report order;

	report_open(channel, "hostile");
	trap_open();
	user_open();
	while (!report_poll(channel, &order))
		event_wait(channel_event(channel), EVENT_FOREVER);
}

void hostile_end(struct channel *channel, struct report *report)
{
	clock_sleep(10 * CLOCK_MS);
	report->word[0] += hypercall_void(HYPERCALL_COUNT, 0, 0, 0) != OK;
	report_send(channel, report);
	for (;;)
		event_wait(0, EVENT_FOREVER);
}
