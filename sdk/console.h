/* SPDX-License-Identifier: ISC */
#ifndef SDK_CONSOLE_H
#define SDK_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text output of an application. Goes to the sink given to console_use() (an application that drives the UART: see
 * sdk/uart.h); else to the channel with role ROLE_CONSOLE, where text that finds the channel full is dropped; else to
 * a port that the description grants (sdk/console_port.h); else nowhere.
 */
typedef void console_sink(void *context, const char *text, size_t length);
/* 0 as sink: choose again at the next text. */
void console_use(console_sink *sink, void *context);
void console_write(const char *text, size_t length);
/* sdk/format.h says what the format takes; at most 255 characters a call. From one vCPU at a time. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Bytes typed at the console channel, at most `size`; 0 = none now. Wait on console_event() bits for more. */
size_t console_read(char *buffer, size_t size);
/* The event bit that announces input, 0 if there is none. */
uint64_t console_event(void);

#endif
