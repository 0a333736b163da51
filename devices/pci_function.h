/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PCI_FUNCTION_H
#define DEVICES_PCI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/window.h"

struct pci;

/* What a function tells about itself; pin: 1 = INTA ... 4 = INTD, 0 = none. */
struct pci_identity {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint8_t revision, class_code, subclass, interface;
	uint8_t pin;
};

enum pci_bar_kind { PCI_BAR_IO, PCI_BAR_MEMORY, PCI_BAR_PREFETCHABLE, PCI_BAR_ROM };
#define PCI_BARS 6u
#define PCI_WINDOWS (PCI_BARS + 1) /* the last one: the expansion ROM's */
struct pci_bar {
	struct window window;
	uint32_t size; /* 0: there is none */
	uint8_t kind;  /* enum pci_bar_kind */
	uint8_t slot;  /* in the port bus or the memory map */
};

/*
 * A function on bus 0: its configuration header as bytes, which bits of it the guest may change, its BARs, and an
 * optional hook that is told after the guest changed some bytes. A model has one inside its own struct; the rest of this
 * header is all that it needs to know of the bus.
 */
struct pci_function {
	uint8_t config[256];
	uint8_t writable[256];
	void (*changed)(void *owner, uint8_t offset, unsigned size);
	void *owner;
	struct pci_bar bar[PCI_WINDOWS];
	const uint8_t *rom; /* what the expansion ROM holds */
	uint32_t rom_bytes;
	struct pci *pci; /* 0 until pci_connect */
	uint8_t devfn;
	uint8_t last_capability, free_capability; /* offsets */
	bool level;                               /* what the function asks for */
	bool driven;                              /* what its pin shows: INTX_DISABLE is between */
};

void pci_function_init(struct pci_function *function, const struct pci_identity *identity);
/*
 * BAR `index`, before pci_connect. `size` is a power of two: ports 4..256, memory 16..2^28. The window moves and switches with
 * what the guest writes to the BAR and to COMMAND.
 */
void pci_function_bar(struct pci_function *function, unsigned index, enum pci_bar_kind kind, uint32_t size,
                      const struct window *window);
/* The expansion ROM, before pci_connect: at most 16 MiB of the bytes, which stay where they are. Behind their end are ones. */
void pci_function_rom(struct pci_function *function, const void *bytes, uint32_t size);
/*
 * A capability of `bytes` bytes, id and next included, at the next free place, which is returned. contents[0] and [1]
 * are not used; `writable`, if not 0, is the mask of bits the guest may change.
 */
unsigned pci_function_capability(struct pci_function *function, uint8_t id, unsigned bytes, const uint8_t *contents,
                                 const uint8_t *writable);
/* Level of the INTx pin. */
void pci_function_interrupt(struct pci_function *function, bool level);
/* DMA: nothing happens unless the guest has made the function bus master and all of it is guest RAM. A word is copied at once,
   as guest_memory.h says: an index of a ring is never half an old one. */
bool pci_dma_read(const struct pci_function *function, uint64_t gpa, void *to, uint64_t length);
bool pci_dma_write(const struct pci_function *function, uint64_t gpa, const void *from, uint64_t length);
/* The place itself, or 0: for bulk data. Guest vCPUs change it at any time: what is checked is copied first. */
void *pci_dma_at(const struct pci_function *function, uint64_t gpa, uint64_t length);

/* For pci.c: the guest has written [offset, offset + size); it has been connected. */
void pci_function_written(struct pci_function *function, unsigned offset, unsigned size);
enum pci_offset { /* PCI Local Bus 3.0, 6.1 */
	          PCI_COMMAND = 0x04,
	          PCI_STATUS = 0x06,
	          PCI_HEADER_TYPE = 0x0e,
	          PCI_BAR = 0x10,
	          PCI_SUBSYSTEM_VENDOR = 0x2c,
	          PCI_ROM = 0x30,
	          PCI_CAPABILITIES = 0x34,
	          PCI_INTERRUPT_LINE = 0x3c,
	          PCI_INTERRUPT_PIN = 0x3d,
};
enum { PCI_COMMAND_IO = 1, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4, PCI_COMMAND_INTX_DISABLE = 0x400 };

#endif
