/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_GUEST_WINDOW_H
#define DEVICES_GUEST_WINDOW_H

#include "devices/guest_memory.h"

/* Maps the guest's RAM, listed region by region in the information page, at LAYER_GUEST_GPA. 0, or what is wrong. */
const char *guest_window_open(struct guest_memory *memory);

#endif
