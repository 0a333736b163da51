/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_NIC_H
#define DEVICES_NIC_H

#include "devices/machine.h"

/* A network card as <nic> describes it: the model, on the link that its channel carries. 0, or what is wrong. */
const char *nic_init(struct machine *machine, const struct info_device *device);

#endif
