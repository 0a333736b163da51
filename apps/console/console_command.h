/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_COMMAND_H
#define APPS_CONSOLE_CONSOLE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "apps/console/console_app.h"

/* The commands, in one table: what they are called, what word they take, what they do. */
enum console_argument {
	ARGUMENT_NONE,
	ARGUMENT_SUBJECT,
	ARGUMENT_CONSOLE,
	ARGUMENT_SCREEN,
	ARGUMENT_SCHEDULE,
	ARGUMENT_NUMBER,
	ARGUMENT_ALL
};
struct console_command {
	const char *name;
	const char *usage, *help;
	enum console_argument argument;
	bool optional;
	void (*run)(struct console_app *app, const struct console_command *command, const char *argument);
	enum status (*act)(uint32_t id); /* for the commands about one subject */
	const char *done;
};
/* Runs a typed line; an empty one does nothing. */
void console_command_run(struct console_app *app, const char *line);
/* By name; 0 = no such command. The nth of the table; 0 = no more. */
const struct console_command *console_command_find(const char *name);
const struct console_command *console_command_nth(uint32_t n);
/* The nth word that can stand as this argument, 0 = no more. */
const char *console_command_word(const struct console_app *app, enum console_argument argument, uint32_t n);

#endif
