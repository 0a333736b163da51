/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_LINE_H
#define APPS_CONSOLE_CONSOLE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include "apps/console/console_output.h"

/*
 * The line editor: bytes of a VT100 terminal in, a line of text out. Arrows, Home, End, Delete, ^A ^E ^B ^F ^D ^K ^U ^W
 * ^L ^C, up and down (^P ^N) through the history. A line longer than the terminal scrolls sideways.
 */
#define CONSOLE_LINE_BYTES 160u /* with the NUL */
#define CONSOLE_HISTORY 16u
#define CONSOLE_PROMPT "bulkhead> "
struct console_line {
	char text[CONSOLE_LINE_BYTES]; /* always terminated */
	size_t length, cursor, window; /* window: first character shown */
	char history[CONSOLE_HISTORY][CONSOLE_LINE_BYTES];
	size_t history_count;          /* lines entered so far */
	size_t history_back;           /* how far back the shown line is, 0 = the new one */
	char kept[CONSOLE_LINE_BYTES]; /* the new line, while older ones are shown */
	unsigned escape;               /* where in an escape sequence: enum escape of console_line.c */
	unsigned parameter;            /* of that sequence */
	bool after_return;             /* a newline now belongs to the carriage return before it */
};
enum console_line_event {
	CONSOLE_LINE_NONE,
	CONSOLE_LINE_ENTER,    /* line->text is complete and in the history; then console_line_start() */
	CONSOLE_LINE_COMPLETE, /* the tabulator key */
};
/* A new, empty line with its prompt. */
void console_line_start(struct console_line *line, struct console_output *output);
enum console_line_event console_line_key(struct console_line *line, struct console_output *output, char key);
/* At the cursor; what does not fit is refused with the bell. */
void console_line_insert(struct console_line *line, struct console_output *output, const char *text);
/* Again, after other output. */
void console_line_draw(const struct console_line *line, struct console_output *output);

#endif
