/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_IMAGE_H
#define START_X86_64_IMAGE_H

#include "arch/x86_64/hw/given.h"
#include "start/x86_64/vendor.h"

/* The core for this CPU: chosen, put where it is linked, and what it says of itself. */
extern const struct vendor *image_vendor;
extern const struct core_head *image_head;
/* Says what is missing, on screen and serial, and stops, if this CPU has neither AMD-V nor VT-x, or its core is not here. */
void image_place(void);

#endif
