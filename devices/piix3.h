/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PIIX3_H
#define DEVICES_PIIX3_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/isa.h"
#include "devices/pci_function.h"

/* The PIIX3's ISA bridge (8086:7000), for place 1.0: which ISA line each PIRQ wire is on. */
struct piix3 {
	struct pci_function function;
	const struct isa *isa;
	uint8_t wires;   /* levels of PIRQA..PIRQD */
	uint16_t driven; /* ISA lines held by a wire */
};

void piix3_init(struct piix3 *piix3, const struct isa *isa);
void piix3_set(void *piix3, unsigned wire, bool level); /* for struct pin: wires 0..3 */
/* What firmware does: PIRQA and B to line 10, C and D to line 11, both level-triggered. */
void piix3_route(struct piix3 *piix3);

#define PIIX3_IOAPIC_PIN 16u /* PIRQA is on this pin of the I/O APIC, the others follow */

#endif
