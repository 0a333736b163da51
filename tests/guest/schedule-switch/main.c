/* SPDX-License-Identifier: ISC */
/*
 * A schedule switch changes the shares of the two applications at a major-frame boundary and nothing else; who may not
 * switch gets ERR_RIGHT, leaves an audit record, and changes nothing.
 */
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "sdk/sdk.h"

#define RUNS 10u
#define SLACK 2500u

static void worker(void)
{
	struct channel channel;
	struct report order;
	struct share share;

	report_open(&channel, info_get()->name);
	for (;;) {
		if (!report_poll(&channel, &order))
			continue;
		share_measure(&share, share_ticks(20), share_ticks(2000), RUNS, 0, 0);
		report_send(&channel, &(struct report){{share.runs, share.run_min, share.run_max, share.start_late,
		                                        info_get()->schedule}});
	}
}

/* Has no right: its refusal goes to the judge, again and again when asked. */
static void intruder(void)
{
	struct channel channel;
	struct report order;

	report_open(&channel, "intruder");
	for (;;) {
		if (!report_poll(&channel, &order))
			event_wait(channel_event(&channel), EVENT_FOREVER);
		else
			report_send(&channel, &(struct report){{system_schedule((uint32_t)order.word[0])}});
	}
}

static void check_share(struct channel *channel, const char *who, uint64_t schedule, uint64_t frame_us)
{
	struct report report;
	uint64_t frame = share_ticks(frame_us);

	report_send(channel, &(struct report){{0}});
	if (!report_receive(channel, &report, 10))
		return;
	const uint64_t *w = report.word;
	judge(w[0] == RUNS && share_distance(w[1], frame) <= SLACK && share_distance(w[2], frame) <= SLACK &&
	              w[3] <= SLACK,
	      "%s in schedule %lu: %lu..%lu ticks of %lu, starts within %lu", who, schedule, w[1], w[2], frame, w[3]);
	judge(w[4] == schedule, "%s is told schedule %lu", who, w[4]);
}

static void wait_for(uint64_t schedule)
{
	uint64_t until = clock_deadline(CLOCK_S);

	while (info_get()->schedule != schedule && clock_tsc() < until)
		clock_sleep(100 * CLOCK_US);
}

int main(void)
{
	static const struct {
		const char *schedule;
		uint64_t one_us, two_us;
	} plan[] = {{"a", 1200, 400}, {"b", 800, 800}, {"a", 1200, 400}};
	struct channel one, two, intruder_channel;
	struct denials denials = {0};
	struct report report;

	if (role_is("worker"))
		worker();
	if (role_is("intruder"))
		intruder();
	report_open(&one, "one");
	report_open(&two, "two");
	report_open(&intruder_channel, "intruder");
	denials_open(&denials, "intruder");
	for (unsigned i = 0; i < sizeof(plan) / sizeof(*plan); i++) {
		uint32_t schedule = info_schedule(plan[i].schedule);
		if (i)
			judge(system_schedule(schedule) == OK, "the switch to %s is accepted", plan[i].schedule);
		wait_for(schedule);
		check_share(&one, "one", schedule, plan[i].one_us);
		check_share(&two, "two", schedule, plan[i].two_us);
		report_send(&intruder_channel, &(struct report){{!schedule}});
		if (report_receive(&intruder_channel, &report, 10))
			judge(report.word[0] == ERR_RIGHT, "the intruder's switch is refused: %s",
			      hypercall_status((enum status)report.word[0]));
		denials_collect(&denials);
		const struct audit_record *record = &denials.last[AUDIT_HYPERCALL_DENIED];
		judge(denials.event[AUDIT_HYPERCALL_DENIED] == i + 1 && record->argument[0] == HC_SCHEDULE_SWITCH &&
		              record->argument[1] == ERR_RIGHT && record->argument[2] == !schedule,
		      "audit record %u names call %lu, status %lu, argument %lu", i + 1, record->argument[0],
		      record->argument[1], record->argument[2]);
		judge(info_get()->schedule == schedule, "schedule %s stays in force", plan[i].schedule);
	}
	judge(system_schedule(2) == ERR_INDEX, "a schedule that does not exist is refused");
	judge_end();
	return 0;
}
