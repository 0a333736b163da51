/* SPDX-License-Identifier: ISC */
/* Every mode of the processor in a guest: kernel.S walks through them and says by lines how each went; these are shown. */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

int main(void)
{
	struct channel guest;
	uint64_t until = clock_deadline(20 * CLOCK_S);
	char byte;

	report_open(&guest, "pc");
	while (clock_tsc() < until) {
		if (!channel_read(&guest, &byte, 1)) {
			event_wait(channel_event(&guest), clock_deadline(CLOCK_MS));
			continue;
		}
		if (byte == 0x04) { /* end of transmission */
			judge_end();
			return 0;
		}
		print("%c", byte);
	}
	judge(false, "the guest never ends");
	return 0;
}
