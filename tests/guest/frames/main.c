/* SPDX-License-Identifier: ISC */
/*
 * Two applications in alternating frames measure with the TSC that they get exactly their frames: `steady` always
 * measures; `other` spins, halts, storms with hypercalls and with denied ports, one after another.
 */
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "tests/guest/common/trap.h"
#include "sdk/sdk.h"

#define RUNS 25u
enum behaviour { SPINS, HALTS, CALLS, EXITS, BEHAVIOURS };
static const char *const names[] = {"spins", "halts", "storms with hypercalls", "storms with denied ports"};

static void steady(void)
{
	struct channel judge_channel;
	struct report order;
	struct share share;

	report_open(&judge_channel, "steady");
	for (;;) {
		if (!report_poll(&judge_channel, &order))
			continue;
		share_measure(&share, share_ticks(20), share_ticks(info_option_number("major", 0)), RUNS, 0, 0);
		report_send(&judge_channel,
		            &(struct report){{share.runs, share.run_min, share.run_max, share.own, share.total,
		                              share.start_late, share.gap_min, share.gap_max}});
	}
}

static void bad_port(void *unused)
{
	(void)unused;
	port_read8(0x80);
}

static void other(void)
{
	struct channel judge_channel;
	struct report order = {{SPINS}};

	report_open(&judge_channel, "other");
	trap_open();
	interrupt_enable();
	for (;;) {
		report_poll(&judge_channel, &order);
		if (order.word[0] == HALTS)
			event_wait(0, clock_deadline(100 * CLOCK_US));
		else if (order.word[0] == CALLS)
			hypercall_void(HC_VERSION, 0, 0, 0);
		else if (order.word[0] == EXITS)
			trap_call(bad_port, 0);
	}
}

static void check(struct channel *other_channel, struct channel *steady_channel, uint64_t behaviour, uint64_t frame,
                  uint64_t slack)
{
	struct report report;

	report_send(other_channel, &(struct report){{behaviour}});
	report_send(steady_channel, &(struct report){{0}});
	if (!report_receive(steady_channel, &report, 10))
		return;
	const uint64_t *w = report.word;
	judge(w[0] == RUNS && share_distance(w[1], frame) <= slack && share_distance(w[2], frame) <= slack,
	      "neighbour %s: %lu frames of %lu..%lu ticks, planned %lu", names[behaviour], w[0], w[1], w[2], frame);
	judge(w[5] <= slack, "neighbour %s: starts are off by at most %lu ticks", names[behaviour], w[5]);
}

int main(void)
{
	struct channel other_channel, steady_channel;
	uint64_t slack = info_option_number("slack", 2000);

	if (role_is("steady"))
		steady();
	if (role_is("other"))
		other();
	report_open(&other_channel, "other");
	report_open(&steady_channel, "steady");
	for (uint64_t behaviour = 0; behaviour < BEHAVIOURS; behaviour++)
		check(&other_channel, &steady_channel, behaviour, share_ticks(info_option_number("frame", 0)), slack);
	judge_end();
	return 0;
}
