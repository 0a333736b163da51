/* SPDX-License-Identifier: ISC */
#include "core/console.h"
#include "core/machine.h"

void console_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			machine_console('\r');
		machine_console(*text);
	}
}

void console_line(const char *text, uint64_t value)
{
	unsigned digits = 1;

	while (digits < 16 && value >> digits * 4)
		digits++;
	console_text(text);
	console_text(" 0x");
	while (digits--)
		machine_console("0123456789abcdef"[value >> digits * 4 & 15]);
	console_text("\n");
}
