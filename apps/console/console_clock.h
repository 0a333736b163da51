/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_CLOCK_H
#define APPS_CONSOLE_CONSOLE_CLOCK_H

#include <stdint.h>

/* If the description grants the board's CMOS clock (ports 70-71): sets the time of day for everybody from it. */
void console_clock_start(void);

#endif
