/* SPDX-License-Identifier: ISC */
/* The neighbour of a guest whose exits are compared: halts, spins, or storms with hypercalls, refusals and denied ports. */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"

static void bad_port(void *unused)
{
	(void)unused;
	port_read8(0x80);
}

int main(void)
{
	trap_open();
	while (role_is("spin"))
		__asm__ volatile("");
	while (role_is("storm")) {
		for (unsigned i = 0; i < 50; i++)
			hypercall_void(HC_VERSION, i, 0, 0);
		system_schedule(0);
		trap_call(bad_port, 0);
	}
	return 0; /* waits for ever */
}
