/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_KEYS_H
#define APPS_CONSOLE_CONSOLE_KEYS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/display.h"

/*
 * From what a terminal sends to the keys of a PC keyboard (US layout): characters, control characters, and the escape
 * sequences of a VT100 and xterm for arrows, editing and function keys.
 */
#define CONSOLE_KEYS_MOST 8u /* key messages of one character */
struct console_keys {
	unsigned escape, parameter; /* where in an escape sequence: 0 = in none */
	uint64_t since;             /* TSC of the last character, kept by the caller */
};
/* The keys of the next character; how many. None while a sequence is not complete. */
unsigned console_keys_take(struct console_keys *keys, char character, struct display_key key[CONSOLE_KEYS_MOST]);
/* An escape character that nothing followed was the escape key. */
unsigned console_keys_end(struct console_keys *keys, struct display_key key[CONSOLE_KEYS_MOST]);

#endif
