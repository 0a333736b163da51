/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/* 16550 (National Semiconductor data sheet, 8.0). A port that never becomes ready costs a bounded wait, no more. */
enum { COM1 = 0x3f8, READY = 0x20, POLLS = 100000 };

void machine_console(char c)
{
	for (unsigned i = 0; i < POLLS && !(in8(COM1 + 5) & READY); i++)
		__asm__ volatile("pause");
	out8(COM1, (uint8_t)c);
}
