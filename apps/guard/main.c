/* SPDX-License-Identifier: ISC */
#include "apps/guard/guard.h"
#include "sdk/sdk.h"

static struct guard guard;

int main(void)
{
	enum status status = guard_open(&guard);

	if (status != OK) {
		print("guard: a channel is missing: %s\n", hypercall_status(status));
		return 1;
	}
	audit_write(GUARD_STARTED, 0, 0);
	print("guard: %s -> %s, records only\n", guard.in.info->peer, guard.out.info->peer);
	for (;;)
		if (!guard_step(&guard))
			event_wait(guard_events(&guard), EVENT_FOREVER);
}
