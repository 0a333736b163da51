/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_IDE_FIXTURE_H
#define TESTS_UNIT_IDE_FIXTURE_H

/* An IDE function on a PCI bus, its legacy ports on the port bus. */
#include "devices/ide.h"
#include "tests/unit/pci_fixture.h"

enum { PRIMARY = 0x1f0, SECONDARY = 0x170, BUS_MASTER = PCI_FIXTURE_IO + 0x400 };

struct ide_fixture {
	struct pci_fixture pci;
	struct ide ide;
	struct probe irq[2];
};

static inline void ide_fixture_init(struct ide_fixture *f)
{
	const struct pin pins[2] = {{probe_set, f->irq, 0}, {probe_set, f->irq, 1}};

	memset(&f->ide, 0, sizeof(f->ide));
	memset(f->irq, 0, sizeof(f->irq));
	pci_fixture_init(&f->pci);
	ide_init(&f->ide, pins);
	(void)ide_attach(&f->ide, &f->pci.bus);
	(void)pci_fixture_connect(&f->pci, &f->ide.function);
}

#endif
