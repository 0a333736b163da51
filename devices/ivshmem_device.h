/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_IVSHMEM_DEVICE_H
#define DEVICES_IVSHMEM_DEVICE_H

#include "devices/machine.h"

/* Shared memory as <ivshmem> describes it; its doorbell is a channel that carries a byte for each ring. */
const char *ivshmem_device_init(struct machine *machine, const struct info_device *device);

#endif
