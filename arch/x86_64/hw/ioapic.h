/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_IOAPIC_H
#define ARCH_X86_64_HW_IOAPIC_H

#include "arch/x86_64/acpi.h"

/* Once: all lines of all IOAPICs masked, the 8259s too. `acpi` is read as long as lines are opened. */
void ioapic_init(const struct acpi *acpi);
unsigned ioapic_count(void);
uint64_t ioapic_address(unsigned index);
/* From vectors.S. */
void ioapic_interrupt(unsigned line);

#endif
