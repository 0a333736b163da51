/* SPDX-License-Identifier: ISC */
#include "apps/console/console_output.h"
#include "sdk/format.h"

/* A ring; head and tail count for ever, their difference is what is in it. */
#define LINE_BYTES 256

static void put(struct console_output *output, char c)
{
	if (console_output_space(output))
		output->bytes[output->head++ % CONSOLE_OUTPUT_BYTES] = c;
	else
		output->lost++;
}

size_t console_output_space(const struct console_output *output)
{
	return CONSOLE_OUTPUT_BYTES - (output->head - output->tail);
}

void console_output_raw(struct console_output *output, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put(output, bytes[i]);
}

void console_output_text(struct console_output *output, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put(output, '\r');
		put(output, *text);
	}
}

void console_output_print(struct console_output *output, const char *text, ...)
{
	char line[LINE_BYTES];
	va_list list;

	va_start(list, text);
	format_list(line, sizeof(line), text, list);
	va_end(list);
	console_output_text(output, line);
}

size_t console_output_peek(const struct console_output *output, const char **bytes)
{
	uint32_t at = output->tail % CONSOLE_OUTPUT_BYTES, used = output->head - output->tail;
	uint32_t straight = CONSOLE_OUTPUT_BYTES - at;

	*bytes = output->bytes + at;
	return used < straight ? used : straight;
}

void console_output_drop(struct console_output *output, size_t length)
{
	output->tail += (uint32_t)length;
}
