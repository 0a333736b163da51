/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DEVICES_H
#define DEVICES_DEVICES_H

#include "devices/machine.h"

/*
 * The devices that the description gives this guest beyond those every guest has: the rows of the information page's
 * table of devices, each handed to the function of its kind. 0, or what is wrong.
 */
const char *devices_init(struct machine *machine);

#endif
