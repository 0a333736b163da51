/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_ISA_H
#define DEVICES_ISA_H

#include <stdbool.h>
#include "devices/ioapic.h"
#include "devices/pic.h"

/*
 * The 16 ISA interrupt lines of a PC: each goes to the PIC and to the I/O APIC, where line 0 is pin 2 (the MADT's
 * override says so) and line 2, the cascade, is nobody's. Give devices the pin {isa_set, isa, irq}.
 */
struct isa {
	struct pic *pic;
	struct ioapic *ioapic;
};

static inline void isa_set(void *owner, unsigned line, bool level)
{
	const struct isa *isa = (const struct isa *)owner;

	if (line > 15 || line == 2)
		return;
	pic_set(isa->pic, line, level);
	ioapic_set(isa->ioapic, line ? line : 2, level);
}

#endif
