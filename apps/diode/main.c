/* SPDX-License-Identifier: ISC */
#include "apps/diode/diode.h"
#include "sdk/sdk.h"

static struct diode diode;

int main(void)
{
	enum status status = diode_open(&diode);

	if (status != OK) {
		print("diode: cannot run: %s\n",
		      status == ERR_ARGUMENT ? "the channel out is not one-way" : hypercall_status(status));
		return 1;
	}
	audit_write(DIODE_STARTED, 0, 0);
	print("diode: %s -> %s, nothing back\n", diode.in.info->peer, diode.out.info->peer);
	for (;;)
		if (!diode_step(&diode))
			event_wait(diode_events(&diode), EVENT_FOREVER);
}
