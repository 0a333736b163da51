/* SPDX-License-Identifier: ISC */
/*
 * The PIIX3's PCI-to-ISA bridge. A PIRQ wire goes to pin 16 to 19 of the I/O APIC, and, if its register routes it, to an
 * ISA line too; a guest listens to the one or to the other.
 *
 * Left out: DMA controllers, the X-bus' chip selects, APM (ports B2, B3), distributed DMA: the registers do not exist.
 * Data sheet: Intel 82371FB/SB (290550), 2.2; interrupt routing 2.2.13, edge/level control 2.5.4 (in pic.c).
 */
#include "devices/piix3.h"

enum { ROUTE = 0x60, WIRES = 4, ROUTE_OFF = 0x80, ROUTE_BITS = 0x8f, ELCR_10_AND_11 = 0x0c };

static uint16_t routed(const struct piix3 *piix3)
{
	uint16_t lines = 0;
	for (unsigned i = 0; i < WIRES; i++) {
		uint8_t route = piix3->function.config[ROUTE + i];
		if ((piix3->wires >> i & 1) && !(route & ROUTE_OFF))
			lines |= (uint16_t)(1u << (route & 15));
	}
	return lines;
}

static void update(struct piix3 *piix3)
{
	uint16_t lines = routed(piix3), changed = lines ^ piix3->driven;
	piix3->driven = lines;
	for (unsigned line = 0; line < 16; line++)
		if (changed >> line & 1)
			isa_set((void *)piix3->isa, line, lines >> line & 1);
}

void piix3_set(void *owner, unsigned wire, bool level)
{
	struct piix3 *piix3 = owner;
	if (wire >= WIRES)
		return;
	piix3->wires = (uint8_t)((piix3->wires & ~(1u << wire)) | (unsigned)level << wire);
	ioapic_set(piix3->isa->ioapic, PIIX3_IOAPIC_PIN + wire, level);
	update(piix3);
}

static void changed(void *owner, uint8_t offset, unsigned size)
{
	(void)offset;
	(void)size;
	update(owner);
}

void piix3_init(struct piix3 *piix3, const struct isa *isa)
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x7000, .class_code = 6, .subclass = 1};
	*piix3 = (struct piix3){.isa = isa};
	pci_function_init(&piix3->function, &identity);
	piix3->function.config[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	piix3->function.writable[PCI_COMMAND] = piix3->function.writable[PCI_COMMAND + 1] = 0;
	piix3->function.changed = changed;
	piix3->function.owner = piix3;
	for (unsigned i = 0; i < WIRES; i++) {
		piix3->function.config[ROUTE + i] = ROUTE_OFF;
		piix3->function.writable[ROUTE + i] = ROUTE_BITS;
	}
}

void piix3_route(struct piix3 *piix3)
{
	for (unsigned i = 0; i < WIRES; i++)
		piix3->function.config[ROUTE + i] = i < 2 ? 10 : 11;
	piix3->isa->pic->chip[1].elcr |= ELCR_10_AND_11;
	update(piix3);
}
