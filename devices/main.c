/* SPDX-License-Identifier: ISC */
/* The virtualization layer of one guest: build its machine, load its kernel, then run it and answer its exits. */
#include "devices/boot_start.h"
#include "devices/exit.h"
#include "devices/layer_time.h"
#include "devices/loop.h"
#include "devices/machine.h"
#include "sdk/memory.h"
#include "sdk/start.h"

START_STACKS(MACHINE_VCPUS, 8192);
MEMORY_TABLES(36); /* a guest of 32 GiB with its hole */

static struct machine machine;

static void give_up(const char *why)
{
	machine_print(&machine, "bulkhead: cannot start this guest: ");
	machine_print(&machine, why);
	machine_print(&machine, "\r\n");
	exit_fault(&machine.vcpu[0], LAYER_FAULT_BOOT, 0, 0);
}

int main(void)
{
	const char *wrong = machine_init(&machine);
	if (!wrong)
		wrong = boot_start(&machine);
	if (wrong) {
		machine.vcpu[0].machine = &machine;
		give_up(wrong);
		return 1;
	}
	__atomic_store_n(&machine.ready, 1, __ATOMIC_RELEASE);
	loop(&machine.vcpu[0]);
	return 0;
}

/* A second guest vCPU runs only after the first has sent it a SIPI; until then its run call does not return. */
void secondary_main(unsigned vcpu)
{
	while (!__atomic_load_n(&machine.ready, __ATOMIC_ACQUIRE))
		layer_time_pause();
	if (vcpu < machine.vcpu_count)
		loop(&machine.vcpu[vcpu]);
}
