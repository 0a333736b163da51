/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_MSIX_H
#define DEVICES_MSIX_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/pci_function.h"

/*
 * MSI-X of a PCI function: the table and the pending bits, which the device shows somewhere in one of its memory BARs,
 * and the capability. A message goes to the interrupt controllers by `send`.
 */
#define MSIX_VECTORS 8u
#define MSIX_NONE 0xffffu
#define MSIX_TABLE_BYTES (MSIX_VECTORS * 16u)

struct msix_sink {
	void (*send)(void *owner, uint64_t address, uint32_t data);
	void *owner;
};
struct msix {
	struct pci_function *function;
	struct msix_sink sink;
	unsigned capability; /* offset in the configuration space */
	unsigned vectors;
	uint32_t pending;
	uint32_t entry[MSIX_VECTORS][4]; /* address, its upper half, data, control */
};

void msix_init(struct msix *msix, struct pci_function *function, const struct msix_sink *sink, unsigned vectors,
               unsigned bar, uint32_t table, uint32_t pending);
bool msix_enabled(const struct msix *msix);
/* Sends a vector's message, or keeps it pending while it is masked. MSIX_NONE and vectors beyond the table: nothing. */
void msix_raise(struct msix *msix, unsigned vector);
/* Sends what is pending and not masked any more: after a change of the capability's control word. */
void msix_update(struct msix *msix);
/* Accesses to the table, and reads of the pending bits. */
uint64_t msix_table_read(const struct msix *msix, uint32_t offset, unsigned size);
void msix_table_write(struct msix *msix, uint32_t offset, unsigned size, uint64_t value);

#endif
