/* SPDX-License-Identifier: ISC */
/*
 * The built-in test on a machine that runs: nothing of what the starter has summed (the core, its page tables and
 * descriptors, configuration, second-level tables, permission maps) may change, neither by the core nor by what a processor
 * writes by itself. `other` runs on another CPU and is restarted in between.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

#define LEAST 100u /* steps: core and tables of the smallest system */
#define MOST 10000u

/* All steps once: how many, and how many say that something is not as it was. */
static uint64_t all_steps(uint64_t *bad)
{
	uint64_t step = 0, count = 0;

	*bad = 0;
	do {
		enum status status = system_self_test(&step);
		count++;
		*bad += status != OK;
	} while (step != 0 && count < MOST);
	return count;
}

int main(void)
{
	const struct info_subject *other = info_subject("other");
	uint64_t bad, past = MOST;

	if (!role_is("judge"))
		return 0;
	uint64_t count = all_steps(&bad);
	judge(bad == 0 && count >= LEAST && count < MOST, "%lu steps, %lu of them bad", count, bad);
	for (unsigned i = 0; i < 3; i++) {
		judge(subject_restart(other->id) == OK, "other: restarts");
		clock_sleep(20 * CLOCK_MS);
	}
	judge(stats_get()->subject[other->id].restarts == 3, "other: has been restarted 3 times");
	uint64_t again = all_steps(&bad);
	judge(bad == 0 && again == count, "%lu steps again, %lu of them bad", again, bad);
	judge(system_self_test(&past) == ERR_ARGUMENT, "a step beyond the last is refused");
	judge_end();
	return 0;
}
