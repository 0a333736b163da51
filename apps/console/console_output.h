/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_OUTPUT_H
#define APPS_CONSOLE_CONSOLE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Everything the console writes, on its way to the terminal: a buffer that takes text at once and gives it away as fast as
 * the UART takes it. Nobody waits: text that finds it full is dropped and counted; who can wait asks for the space first.
 */
#define CONSOLE_OUTPUT_BYTES 65536u /* a power of two; the longest answer of a command fits */
struct console_output {
	uint32_t head, tail; /* bytes put in and taken out so far */
	uint64_t lost;
	char bytes[CONSOLE_OUTPUT_BYTES];
};
size_t console_output_space(const struct console_output *output);
/* Bytes as they are. */
void console_output_raw(struct console_output *output, const char *bytes, size_t length);
/* Text with "\n" as the end of a line; print() takes what sdk/format.h takes, at most 255 characters. */
void console_output_text(struct console_output *output, const char *text);
void console_output_print(struct console_output *output, const char *text, ...) __attribute__((format(printf, 2, 3)));
/* The next bytes to send, in one piece; *bytes points into the buffer. After sending some, drop them. */
size_t console_output_peek(const struct console_output *output, const char **bytes);
void console_output_drop(struct console_output *output, size_t length);

#endif
