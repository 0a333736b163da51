/* SPDX-License-Identifier: ISC */
#include "sdk/console_port.h"
#include "sdk/port.h"

#define COM1 0x3f8u
#define COM1_LSR (COM1 + 5)
#define LSR_THRE 0x20u /* room for a byte: TL16C550 data sheet, line status register */
#define DEBUG_PORT 0xe9u
#define POLLS 100000u /* about ten character times at 115200 baud: a UART that never gets ready loses text, not time */

static void com1_byte(uint8_t byte)
{
	for (unsigned i = 0; i < POLLS && !(port_read8(COM1_LSR) & LSR_THRE); i++)
		;
	port_write8(COM1, byte);
}

static void com1_sink(void *context, const char *text, size_t length)
{
	(void)context;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			com1_byte('\r');
		com1_byte((uint8_t)text[i]);
	}
}

static void debug_sink(void *context, const char *text, size_t length)
{
	(void)context;
	for (size_t i = 0; i < length; i++)
		port_write8(DEBUG_PORT, (uint8_t)text[i]);
}

console_sink *console_port(void)
{
	if (port_granted(COM1, 8))
		return com1_sink;
	return port_granted(DEBUG_PORT, 1) ? debug_sink : 0;
}
