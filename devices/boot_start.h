/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_BOOT_START_H
#define DEVICES_BOOT_START_H

#include "devices/machine.h"

/* Loads what the description says (info.guest_boot, files "kernel" and "initrd", the options as command line) and sets
   the state of guest vCPU 0. 0, or what is wrong. */
const char *boot_start(struct machine *machine);

#endif
