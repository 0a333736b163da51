/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_SCREEN_H
#define DEVICES_SCREEN_H

#include "abi/info.h"
#include "devices/machine.h"

/* <screen>: VGA, keyboard, mouse, and the channel to who shows them. 0, or what is wrong. */
const char *screen_init(struct machine *machine, const struct info_device *device);

#endif
