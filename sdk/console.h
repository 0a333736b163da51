/* SPDX-License-Identifier: ISC */
#ifndef SDK_CONSOLE_H
#define SDK_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Text output of an application. Goes to the channel with role ROLE_CONSOLE, or to the sink given to console_use()
 * (an application that owns the UART: see sdk/uart.h). Without either, text is dropped; so it is when the channel is
 * full: printing never waits.
 */
typedef void console_sink(void *context, const char *text, size_t length);
void console_use(console_sink *sink, void *context);
void console_write(const char *text, size_t length);
/* sdk/format.h says what the format takes. One call is one write: texts of two vCPUs do not mix within a line. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Bytes typed at the console channel, at most `size`; 0 = none now. Wait on console_event() bits for more. */
size_t console_read(char *buffer, size_t size);
/* The event bit that announces input, 0 if there is none. */
unsigned long long console_event(void);

#endif
