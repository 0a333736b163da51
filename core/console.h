/* SPDX-License-Identifier: ISC */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <stdint.h>
/* Messages before the first subject runs, and in a panic. Numbers in hexadecimal. */
void console_text(const char *text);
void console_line(const char *text, uint64_t value); /* text, a space, 0x..., end of line */

#endif
