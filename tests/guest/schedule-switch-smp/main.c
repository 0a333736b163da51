/* SPDX-License-Identifier: ISC */
/*
 * Four CPUs change their schedules at the same major-frame boundary, whenever in a major frame the switch is asked for. A
 * watcher on each has the end of the first half of each major frame in schedule a, of the second in b: where its frames stop
 * following one another by whole major frames, the boundary was. Each watcher says when, and the core's statistics, too.
 */
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "sdk/sdk.h"

#define WATCHERS 4u
#define HALF_US 1000u
#define FRAME_US 800u
#define SWITCHES 8u
#define SLACK_US 20u /* a counting emulator runs the CPUs in turns of some microseconds; another boundary is 2 ms off */

/* When our next frame begins. The pause ends our turn on an emulator that runs the CPUs one after another. */
static uint64_t next_frame(void)
{
	const uint64_t gap = share_ticks(100);
	uint64_t last = clock_tsc(), now = last;

	while ((now = clock_tsc()) - last <= gap) {
		last = now;
		__asm__ volatile("pause");
	}
	return now;
}

static void watcher(void)
{
	const uint64_t half = share_ticks(HALF_US);
	struct channel channel;
	struct report order;

	report_open(&channel, info_get()->name);
	for (;;) {
		if (!report_poll(&channel, &order)) {
			event_wait(channel_event(&channel), EVENT_FOREVER);
			continue;
		}
		uint64_t begin = next_frame(), before;
		report_send(&channel, &(struct report){{0}});
		do {
			before = begin;
			begin = next_frame();
		} while (share_distance(begin - before, 2 * half) < half / 2);
		/* later than usual: from a to b, so it is the second half that ends with our frame; sooner: from b to a */
		uint64_t halves = begin - before > 2 * half ? 2 : 1;
		report_send(&channel, &(struct report){{begin + share_ticks(FRAME_US) - halves * half}});
	}
}

/* All watchers know where their frames are: ready. Then the times at which they saw the boundary. */
static bool receive_all(struct channel *channel, uint64_t *low, uint64_t *high)
{
	struct report report;

	*low = ~UINT64_C(0);
	*high = 0;
	for (unsigned i = 0; i < WATCHERS; i++) {
		if (!report_receive(&channel[i], &report, 10))
			return false;
		*low = report.word[0] < *low ? report.word[0] : *low;
		*high = report.word[0] > *high ? report.word[0] : *high;
	}
	return true;
}

static void check_switch(struct channel *channel, unsigned n)
{
	const struct stats_cpu *cpu = stats_get()->cpu;
	uint64_t low, high;
	bool same = true;

	for (unsigned i = 0; i < WATCHERS; i++)
		report_send(&channel[i], &(struct report){{0}});
	if (!receive_all(channel, &low, &high))
		return;
	clock_sleep((n * 370 + 10) * CLOCK_US); /* at another place of the major frame each time */
	uint64_t asked = clock_tsc();
	judge(system_schedule(~n & 1) == OK, "switch %u is accepted", n);
	if (!receive_all(channel, &low, &high))
		return;
	uint64_t since = stats_read(&cpu[0].schedule_since);
	for (unsigned i = 1; i < WATCHERS; i++)
		same = same && stats_read(&cpu[i].schedule_since) == since;
	judge(same && since > asked, "switch %u: one boundary on all CPUs, after it was asked for", n);
	judge(low >= since && high - since <= share_ticks(SLACK_US), "switch %u: seen at it, %lu to %lu ticks late", n,
	      low - since, high - since);
}

int main(void)
{
	static const char *const names[WATCHERS] = {"w0", "w1", "w2", "w3"};
	struct channel channel[WATCHERS];

	if (role_is("watcher"))
		watcher();
	for (unsigned i = 0; i < WATCHERS; i++)
		report_open(&channel[i], names[i]);
	for (unsigned n = 0; n < SWITCHES; n++)
		check_switch(channel, n);
	judge_end();
	return 0;
}
