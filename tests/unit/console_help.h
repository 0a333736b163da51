/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_CONSOLE_HELP_H
#define TESTS_UNIT_CONSOLE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "apps/console/console_output.h"

/*
 * A terminal of 80 columns: what a person would see. It knows what the console sends: printable characters, CR, LF, bell,
 * CSI K, CSI n D, CSI H, CSI 2 J, CSI m. It keeps every finished line and the one with the cursor; anything else fails.
 */
#define COLUMNS 80
struct terminal {
	char line[COLUMNS + 1]; /* that of the cursor, blanks at the end cut by terminal_line() */
	int column;
	unsigned bells;
	char text[1 << 17]; /* finished lines, each with "\n" */
	size_t length;
};

static inline void terminal_clear(struct terminal *terminal)
{
	memset(terminal, 0, sizeof(*terminal));
	memset(terminal->line, ' ', COLUMNS);
}

static inline const char *terminal_line(struct terminal *terminal)
{
	static char copy[COLUMNS + 1];
	int length = COLUMNS;

	memcpy(copy, terminal->line, sizeof(copy));
	while (length > 0 && copy[length - 1] == ' ')
		length--;
	copy[length] = 0;
	return copy;
}

static inline void terminal_newline(struct terminal *terminal)
{
	terminal->length +=
	        (size_t)snprintf(terminal->text + terminal->length, sizeof(terminal->text) - terminal->length, "%s\n",
	                         terminal_line(terminal));
	assert_true(terminal->length < sizeof(terminal->text));
	memset(terminal->line, ' ', COLUMNS);
}

static inline const char *terminal_csi(struct terminal *terminal, const char *at)
{
	int parameter = 0;

	while (*at >= '0' && *at <= '9')
		parameter = parameter * 10 + *at++ - '0';
	switch (*at) {
	case 'K':
		memset(terminal->line + terminal->column, ' ', (size_t)(COLUMNS - terminal->column));
		break;
	case 'D':
		terminal->column -= parameter;
		assert_true(terminal->column >= 0);
		break;
	case 'H':
	case 'J':
		terminal->column = 0;
		memset(terminal->line, ' ', COLUMNS);
		break;
	default:
		assert_int_equal(*at, 'm');
	}
	return at;
}

static inline void terminal_put(struct terminal *terminal, char c)
{
	if (c == '\r') {
		terminal->column = 0;
	} else if (c == '\n') {
		terminal_newline(terminal);
	} else if (c == '\a') {
		terminal->bells++;
	} else {
		assert_true(c >= ' ' && c <= '~');
		if (terminal->column == COLUMNS) { /* wraps */
			terminal_newline(terminal);
			terminal->column = 0;
		}
		terminal->line[terminal->column++] = c;
	}
}

/* Shows everything that is in the output. */
static inline void terminal_show(struct terminal *terminal, struct console_output *output)
{
	static char all[CONSOLE_OUTPUT_BYTES + 1];
	const char *bytes;
	size_t count, length = 0;

	while ((count = console_output_peek(output, &bytes)) > 0) {
		memcpy(all + length, bytes, count);
		length += count;
		console_output_drop(output, count);
	}
	all[length] = 0;
	for (const char *at = all; *at; at++)
		if (at[0] == '\033' && at[1] == '[')
			at = terminal_csi(terminal, at + 2);
		else
			terminal_put(terminal, *at);
}

#define assert_shows(terminal, part) assert_non_null(strstr((terminal)->text, part))
#define assert_hides(terminal, part) assert_null(strstr((terminal)->text, part))

#endif
