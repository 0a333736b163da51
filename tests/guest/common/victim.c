/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/victim.h"
#include "sdk/sdk.h"
#include "tests/guest/common/canary.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "tests/guest/common/trap.h"

#define MEMORY_WORDS 16384u
#define RUNS 4u

static uint64_t memory[MEMORY_WORDS];

static uint64_t word_of(unsigned i, uint32_t seed)
{
	return (uint64_t)(i ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
}

static void fill(uint32_t seed)
{
	for (unsigned i = 0; i < MEMORY_WORDS; i++)
		memory[i] = word_of(i, seed);
}

static unsigned spoilt(uint32_t seed)
{
	unsigned count = 0;

	for (unsigned i = 0; i < MEMORY_WORDS; i++)
		count += memory[i] != word_of(i, seed);
	return count;
}

static void merge(struct share *all, const struct share *some)
{
	all->runs += some->runs;
	all->run_min = all->run_min < some->run_min ? all->run_min : some->run_min;
	all->run_max = all->run_max > some->run_max ? all->run_max : some->run_max;
	all->start_late = all->start_late > some->start_late ? all->start_late : some->start_late;
}

void victim(void)
{
	struct share all = {.run_min = ~UINT64_C(0)}, some;
	struct canary wanted, found;
	struct channel channel;
	struct report order;
	uint64_t period = share_ticks(info_option_number("major", 1000));
	uint64_t loops = share_ticks(info_option_number("frame", 200)),
	         gap = share_ticks(info_option_number("gap", 20));
	unsigned features, general = 0, others = 0, words = 0, where = 0;
	uint32_t seed = 0x71c71000;
	uint64_t slack = info_option_number("slack", ~UINT64_C(0)), odd = 0;

	report_open(&channel, info_get()->name);
	trap_open();
	features = canary_open();
	do {
		seed++;
		fill(seed);
		canary_make(&wanted, features, seed);
		canary_load(&wanted, features);
		share_measure(&some, gap, period, RUNS, 0, 0);
		if (share_distance(some.run_min, loops) > slack || share_distance(some.run_max, loops) > slack)
			odd++;
		else
			merge(&all, &some);
		general += canary_hold(loops, seed);
		canary_store(&found, features);
		others += canary_compare(&found, &wanted, &where);
		words += spoilt(seed);
	} while (!report_poll(&channel, &order));
	report_send(&channel, &(struct report){{all.runs, all.run_min, all.run_max, all.start_late, general, others,
	                                        words, info_get()->epoch | odd << 32}});
	for (;;)
		event_wait(0, EVENT_FOREVER);
}

void victim_check(struct channel *channel, uint64_t frame_us, uint64_t slack)
{
	uint64_t frame = share_ticks(frame_us);
	struct report report;
	const uint64_t *w = report.word;

	report_send(channel, &(struct report){{0}});
	if (!report_receive(channel, &report, 30))
		return;
	judge(w[0] >= RUNS && share_distance(w[1], frame) <= slack && share_distance(w[2], frame) <= slack,
	      "victim: %lu frames of %lu..%lu ticks, planned %lu", w[0], w[1], w[2], frame);
	judge(w[3] <= slack, "victim: its frames start within %lu ticks of the plan", w[3]);
	judge(w[4] == 0, "victim: %lu general registers changed", w[4]);
	judge(w[5] == 0, "victim: %lu other registers changed", w[5]);
	judge(w[6] == 0, "victim: %lu words of memory changed", w[6]);
	judge((uint32_t)w[7] == 0, "victim: never restarted");
	judge(w[7] >> 32 <= info_option_number("odd", 0), "victim: %lu times %lu frames were odd", w[7] >> 32,
	      (uint64_t)RUNS);
}
