/* SPDX-License-Identifier: ISC */
#include "devices/watchdog_device.h"
#include "devices/exit.h"
#include "devices/watchdog.h"

/* What an unfed watchdog leads to, as tools/device_model.c lists it. A fault is answered by <on-fault kind="layer">. */
enum { ACTION_RESTART_GUEST = 0, ACTION_STOP_GUEST = 1, ACTION_FAULT_GUEST = 2 };

struct watchdog_device {
	struct machine *machine;
	uint32_t action;
	struct watchdog watchdog;
};

static void expired(void *owner)
{
	struct watchdog_device *device = owner;
	if (device->action == ACTION_RESTART_GUEST)
		machine_restart_guest(device->machine);
	else if (device->action == ACTION_STOP_GUEST)
		machine_stop_guest(device->machine);
	else
		exit_fault(&device->machine->vcpu[0], LAYER_FAULT_WATCHDOG, 0, 0);
}

static uint64_t when(const void *owner)
{
	return watchdog_deadline(&((const struct watchdog_device *)owner)->watchdog);
}

static void act(void *owner, uint64_t now)
{
	watchdog_run(&((struct watchdog_device *)owner)->watchdog, now);
}

const char *watchdog_device_init(struct machine *machine, const struct info_device *row)
{
	struct watchdog_device *device = machine_alloc(machine, sizeof(*device));
	if (!device || !machine_add_timer(machine, &(struct machine_timer){when, act, device}))
		return "no room for the watchdog";
	device->machine = machine;
	device->action = row->flags;
	watchdog_init(&device->watchdog, &machine->clock, &(struct watchdog_sink){expired, device});
	return machine_connect(machine, row->place, &device->watchdog.pci) ? 0 : "no place for the watchdog";
}
