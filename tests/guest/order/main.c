/* SPDX-License-Identifier: ISC */
/* One subject works for a while and then signals an event that starts another: that one finds the work done. */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"

#define WORK (20 * CLOCK_MS)

static void first(void)
{
	struct channel work;

	report_open(&work, "work");
	clock_sleep(WORK);
	report_send(&work, &(struct report){{clock_tsc()}});
	event_signal(info_event_out("ready")->number);
	for (;;)
		clock_sleep(CLOCK_S);
}

int main(void)
{
	struct channel work;
	struct report done = {{0}};

	if (role_is("first"))
		first();
	uint64_t begun = clock_tsc();
	report_open(&work, "work");
	judge(report_poll(&work, &done), "the first has done its work when the second begins");
	judge(begun > done.word[0] && clock_ns_from_tsc(begun - done.word[0]) < 10 * CLOCK_MS, "which is %lu ns later",
	      clock_ns_from_tsc(begun - done.word[0]));
	judge_end();
	return 0;
}
