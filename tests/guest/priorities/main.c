/* SPDX-License-Identifier: ISC */
/*
 * Who runs inside a frame. `high` and `low` are members of a group, in this order, and `slack` is its background: high
 * preempts low and slack as soon as its deadline passes, low keeps slack out as long as it does not wait, and what both leave is
 * slack's. What `strict` and the judge leave of their frames is nobody's: the CPU halts.
 */
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "sdk/sdk.h"

#define MEASURE_MS 100u
#define MAJOR_US 2000u
#define GROUP_US 1000u
#define OWN_US 100u /* the frame that slack has besides */
#define WAKES 500u
#define WAKE_US 70u   /* no divisor of a major frame: the deadlines pass everywhere in it */
#define AT_ONCE 4000u /* ticks */
#define PER_MILLE 10u /* that a share may be off */
enum { WAIT, SPIN, WAKE };

/* Deadline after deadline; those that pass in a frame of the group are served at once, the others when it comes. */
static void wake(struct channel *channel)
{
	const uint64_t step = share_ticks(WAKE_US);
	uint64_t deadline = clock_tsc() + step, at_once = 0;

	for (unsigned i = 0; i < WAKES; i++, deadline += step) {
		uint64_t now;
		do
			event_wait(0, deadline);
		while ((now = clock_tsc()) < deadline);
		at_once += now - deadline <= AT_ONCE;
	}
	report_send(channel, &(struct report){{at_once}});
}

/* Does as the last order says. */
static void member(void)
{
	struct channel channel;
	struct report order = {{WAIT}};

	report_open(&channel, info_get()->name);
	for (;;) {
		bool fresh = report_poll(&channel, &order);
		if (order.word[0] == WAKE && fresh)
			wake(&channel);
		else if (order.word[0] != SPIN && !fresh)
			event_wait(channel_event(&channel), EVENT_FOREVER);
	}
}

struct account {
	uint64_t time, idle, low, slack;
};

static uint64_t runtime_of(const char *name)
{
	return stats_read(&stats_get()->vcpu[info_subject(name)->vcpu_first].runtime);
}

static struct account account(void)
{
	return (struct account){clock_tsc(), stats_read(&stats_get()->cpu[0].idle), runtime_of("low"),
	                        runtime_of("slack")};
}

/* In thousandths of the group's time. */
static void check_share(const char *who, uint64_t ticks, uint64_t time, uint64_t want)
{
	uint64_t got = ticks * 1000 / (time * GROUP_US / MAJOR_US);

	judge(share_distance(got, want) <= PER_MILLE, "%s has %lu of %lu thousandths", who, got, want);
}

static void check_shares(struct channel *low, uint64_t order, uint64_t of_low, uint64_t of_slack)
{
	report_send(low, &(struct report){{order}});
	clock_sleep(10 * CLOCK_MS);
	struct account from = account();
	clock_sleep(MEASURE_MS * CLOCK_MS);
	struct account to = account();
	uint64_t time = to.time - from.time;
	check_share("low", to.low - from.low, time, of_low);
	check_share("slack", to.slack - from.slack, time, of_slack + 1000 * OWN_US / GROUP_US);
	check_share("nobody", to.idle - from.idle, time, 1000 * (MAJOR_US - GROUP_US - OWN_US) / GROUP_US);
}

static void check_wakes(struct channel *high, const char *beside)
{
	struct report report;

	report_send(high, &(struct report){{WAKE}});
	if (!report_receive(high, &report, 10))
		return;
	/* half of all time is the group's; in the other half no deadline is met but by the start of the next frame */
	judge(report.word[0] >= WAKES * 45 / 100, "high preempts %s: %lu of %u deadlines served at once", beside,
	      report.word[0], WAKES);
}

int main(void)
{
	struct channel high, low;

	if (role_is("member"))
		member();
	if (role_is("spin"))
		for (;;)
			clock_tsc();
	if (role_is("wait"))
		return 0;
	report_open(&high, "high");
	report_open(&low, "low");
	check_shares(&low, SPIN, 1000, 0);
	check_wakes(&high, "low");
	check_shares(&low, WAIT, 0, 1000);
	check_wakes(&high, "slack");
	judge_end();
	return 0;
}
