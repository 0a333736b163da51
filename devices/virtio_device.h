/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_DEVICE_H
#define DEVICES_VIRTIO_DEVICE_H

#include "devices/machine.h"

/* <rng> and <virtio-console>: 0, or what is wrong. */
const char *rng_device_init(struct machine *machine, const struct info_device *device);
const char *console_device_init(struct machine *machine, const struct info_device *device);

#endif
