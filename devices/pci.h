/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"

/*
 * A function on bus 0: its configuration header as bytes, which bits of it the guest may change, and an optional hook
 * that is told after the guest changed some (to move a BAR, say).
 */
struct pci_function {
	uint8_t config[256];
	uint8_t writable[256];
	void (*changed)(void *owner, uint8_t offset, unsigned size);
	void *owner;
};

/* Configuration mechanism 1. Zeroed memory is a bus without functions. */
struct pci {
	uint32_t address;                   /* CF8 */
	struct pci_function *function[256]; /* by device * 8 + function */
};

enum pci_host { PCI_HOST_I440FX, PCI_HOST_Q35 }; /* 8086:1237 and 8086:29c0 */

/* ERR_STATE if the place is taken; function > 0 makes function 0 multi-function. */
enum status pci_add(struct pci *pci, unsigned device, unsigned function, struct pci_function *config);
/* Fills in a host bridge; add it at 0, 0. Its PAM registers can be written, with no effect. */
void pci_host_bridge(struct pci_function *bridge, enum pci_host kind);
/* Ports CF8-CFF. Attach before reset_attach: CF9 lies inside. */
enum status pci_attach(struct pci *pci, struct bus *bus);
/* Direct access, for ECAM later: `offset` below 256; no function gives all ones. */
uint32_t pci_config_read(const struct pci *pci, unsigned devfn, unsigned offset, unsigned size);
void pci_config_write(struct pci *pci, unsigned devfn, unsigned offset, unsigned size, uint32_t value);

#endif
