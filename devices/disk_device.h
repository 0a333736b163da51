/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DISK_DEVICE_H
#define DEVICES_DISK_DEVICE_H

#include "devices/machine.h"

/* <disk> and <cdrom>: a back end from the description, and the controller that shows it. 0, or what is wrong. */
const char *disk_device_init(struct machine *machine, const struct info_device *device);
const char *cdrom_device_init(struct machine *machine, const struct info_device *device);

#endif
