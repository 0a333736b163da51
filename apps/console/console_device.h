/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_DEVICE_H
#define APPS_CONSOLE_CONSOLE_DEVICE_H

#include "abi/status.h"
#include "apps/console/console_app.h"
#include "sdk/uart.h"

/*
 * The console and its UART. Options of the application: `line`, the UART's interrupt line (com1), and `port`, its base
 * (0x3f8). Without the line the UART is polled every 10 ms; with it nothing runs while nothing happens.
 */
struct console_device {
	struct console_app app;
	struct uart uart;
};
enum status console_device_open(struct console_device *device);
/* Does what there is to do, then waits until there may be more. */
void console_device_step(struct console_device *device);

#endif
