/* SPDX-License-Identifier: ISC */
#include "apps/console/console_clock.h"
#include "apps/console/console_device.h"
#include "sdk/interrupt.h"

static struct console_device device;

int main(void)
{
	console_clock_start(); /* before the first guest looks at the time */
	if (console_device_open(&device) != OK)
		interrupt_shutdown(); /* nobody could read why: the fault policy and the audit trail tell */
	for (;;)
		console_device_step(&device);
}
