/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_LINES_H
#define START_X86_64_LINES_H

#include "start/x86_64/acpi.h"

/* Once: all lines of all IOAPICs masked, the 8259s too. `acpi` is read as long as lines are opened. */
void lines_init(const struct acpi *acpi);
unsigned lines_ioapics(void);
uint64_t lines_ioapic(unsigned index); /* where its registers are */

#endif
