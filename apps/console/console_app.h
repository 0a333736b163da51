/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_APP_H
#define APPS_CONSOLE_CONSOLE_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "apps/console/console_guests.h"
#include "apps/console/console_line.h"
#include "apps/console/console_output.h"
#include "apps/console/console_screen.h"
#include "apps/console/console_stats.h"

/*
 * The console without its UART: keys in, text out. main.c connects it to the device; tests to arrays.
 */
#define CONSOLE_ESCAPE_KEY '\035' /* Ctrl-] */
struct console_app {
	struct console_output output;
	struct console_line line;
	struct console_guests guests;
	struct console_screens screens;
	struct console_shares shares;
	uint64_t watch_until; /* TSC: until then, look often whether a schedule switch has happened; 0 = no */
	uint64_t uart_lost;   /* for `info`; main.c keeps it */
	bool ending;          /* reboot or power-off was asked for: send everything, then do it */
	enum status (*end)(void);
};
/* Finds its consoles, greets, prompts. */
void console_app_open(struct console_app *app);
void console_app_type(struct console_app *app, const char *keys, size_t count);
/* Moves the subjects' output and notices switches. True: call again as soon as there is space in the output. */
bool console_app_step(struct console_app *app);
/* What to wait for, beside the UART, and until when. */
uint64_t console_app_events(const struct console_app *app);
uint64_t console_app_deadline(const struct console_app *app);
/* Call it with the output sent and app->ending set. Comes back only if that was refused. */
void console_app_end(struct console_app *app);

#endif
