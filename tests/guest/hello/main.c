/* SPDX-License-Identifier: ISC */
/* An application starts with zeroed memory, its own name, a running clock, and prints on the port it was given. */
#include "tests/guest/common/judge.h"
#include "lib/text.h"
#include "sdk/sdk.h"

static uint8_t zeroed[8192];

int main(void)
{
	uint64_t sum = 0, before = clock_tsc();

	for (unsigned i = 0; i < sizeof(zeroed); i++)
		sum += zeroed[i];
	judge(sum == 0, "memory begins as zeros");
	judge(text_equal(info_get()->name, "hello"), "the name is %s", info_get()->name);
	judge(info_get()->epoch == 0, "this is the first start");
	judge(port_granted(0x3f8, 8) && !port_granted(0x3f8, 9), "eight ports are granted");
	clock_sleep(CLOCK_MS);
	judge(clock_tsc() - before >= clock_tsc_from_ns(CLOCK_MS), "a sleep of 1 ms took at least that");
	judge_end();
	return 0;
}
