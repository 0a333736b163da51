/* SPDX-License-Identifier: ISC */
#ifndef SDK_CONSOLE_PORT_H
#define SDK_CONSOLE_PORT_H

#include "sdk/console.h"

/*
 * The plainest console: COM1 (polled, as the boot loader or the core left it set up) if its eight ports are granted,
 * else the debug port 0xe9 of the emulators if that is, else 0.
 */
console_sink *console_port(void);

#endif
