/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/uart.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/* 16550 (National Semiconductor data sheet, 8.0). A port that never becomes ready costs a bounded wait, no more. */
enum { COM1 = 0x3f8, DIVISOR = 1, READY = 0x20, POLLS = 100000 };

INIT_TEXT void uart_init(void)
{
	static const struct {
		uint8_t reg, value;
	} set_up[] = {{1, 0}, {3, 0x80}, {0, DIVISOR}, {1, 0}, {3, 3}, {2, 7}, {4, 3}};
	for (unsigned i = 0; i < sizeof set_up / sizeof set_up[0]; i++)
		out8((uint16_t)(COM1 + set_up[i].reg), set_up[i].value);
}

static void put(char c)
{
	for (unsigned i = 0; i < POLLS && !(in8(COM1 + 5) & READY); i++)
		__asm__ volatile("pause");
	out8(COM1, (uint8_t)c);
}

void machine_console(char c)
{
	if (c == '\n')
		put('\r');
	put(c);
}

void uart_text(const char *text)
{
	for (; *text; text++)
		machine_console(*text);
}
