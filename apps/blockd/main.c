/* SPDX-License-Identifier: ISC */
#include "apps/blockd/blockd.h"
#include "sdk/sdk.h"

static struct blockd blockd;

int main(void)
{
	const char *channel;
	const char *wrong = blockd_open(&blockd, &channel);

	if (wrong) {
		print("blockd: channel %s: %s\n", channel, wrong);
		return 1;
	}
	for (unsigned i = 0; i < blockd.count; i++)
		print("blockd: %s: %lu sectors%s\n", blockd.export[i].channel.info->name, blockd.export[i].sectors,
		      blockd.export[i].read_only ? ", read-only" : "");
	for (;;)
		if (!blockd_step(&blockd))
			event_wait(blockd_events(&blockd), EVENT_FOREVER);
}
