/* SPDX-License-Identifier: ISC */
#include "apps/health/health.h"
#include "sdk/sdk.h"

static struct health health;

int main(void)
{
	enum status status = health_open(&health);

	if (status != OK) {
		print("health: nothing to watch: %s\n", hypercall_status(status));
		return 1;
	}
	for (uint32_t i = 0; i < health.count; i++)
		print("health: watching %s\n", health.watch[i].subject->name);
	for (;;) {
		health_step(&health);
		event_wait(health_events(&health), health_deadline(&health));
	}
}
