/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/guest_memory.h"
#include "devices/mmio_map.h"
#include "devices/pci_function.h"
#include "devices/pin.h"

/*
 * Bus 0, configured by mechanism 1 and by memory. Interrupt pins meet on four wires, PIRQA to PIRQD, as the i440FX board
 * wires them: pin p (1 = INTA) of device d is on wire (p - 1 + d - 1) mod 4. A wire is high while any pin on it is.
 */
#define PCI_PIRQS 4u
#define PCI_DEVICES 32u
#define PCI_ECAM_BASE UINT32_C(0xfef00000) /* bus 0; between the local APICs and the firmware, where no BAR is put */
#define PCI_ECAM_FUNCTION 4096u
#define PCI_ECAM_BYTES (PCI_DEVICES * 8 * PCI_ECAM_FUNCTION)
struct pci {
	uint32_t address;                   /* CF8 */
	struct pci_function *function[256]; /* by device * 8 + function */
	struct bus *bus;                    /* where the BARs of functions go, and what they may read and write */
	struct mmio_map *mmio;
	const struct guest_memory *memory;
	struct pin pirq[PCI_PIRQS];
	uint16_t asserted[PCI_PIRQS]; /* how many pins hold each wire */
};

/* An empty bus. The pins, all four, go to `pirq` with line numbers 0 to 3 added to its own. */
void pci_init(struct pci *pci, struct bus *bus, struct mmio_map *mmio, const struct guest_memory *memory,
              const struct pin *pirq);
/* Puts a function on bus 0; function > 0 makes function 0 multi-function. ERR_STATE if the place is taken, ERR_FULL if
   there is no room for a BAR. The BARs are off until the guest switches them on. */
enum status pci_connect(struct pci *pci, unsigned device, unsigned function, struct pci_function *config);
/* The first device number from `from` that nobody has; 32: none. */
unsigned pci_free_device(const struct pci *pci, unsigned from);
/* Ports CF8-CFF, and PCI_ECAM_BASE. Attach before reset_attach: CF9 lies inside. */
enum status pci_attach(struct pci *pci, struct bus *bus);
/* Direct access: `offset` below 256; no function gives all ones. */
uint32_t pci_config_read(const struct pci *pci, unsigned devfn, unsigned offset, unsigned size);
void pci_config_write(struct pci *pci, unsigned devfn, unsigned offset, unsigned size, uint32_t value);

/* For pci_function.c: a pin rises or falls. */
void pci_drive(struct pci *pci, unsigned devfn, unsigned pin, bool level);

#endif
