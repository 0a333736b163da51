/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_WATCHDOG_DEVICE_H
#define DEVICES_WATCHDOG_DEVICE_H

#include "devices/machine.h"

/* The watchdog as <watchdog> describes it, and what its expiry leads to. 0, or what is wrong. */
const char *watchdog_device_init(struct machine *machine, const struct info_device *device);

#endif
