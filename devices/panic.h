/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PANIC_H
#define DEVICES_PANIC_H

#include "abi/info.h"
#include "devices/machine.h"

/* <panic/>: 0, or what is wrong. */
const char *panic_init(struct machine *machine, const struct info_device *device);

#endif
