/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_IVSHMEM_H
#define DEVICES_IVSHMEM_H

#include "devices/pci_function.h"

/*
 * Shared memory as a PCI device (1af4:1110). The memory itself is no business of the model: the core's tables map it
 * into the guest at a place that the description's compiler chose, and BAR 2 says where and never moves.
 */
#define IVSHMEM_PEERS 2u
struct ivshmem_peer {
	void (*ring)(void *owner, uint16_t vector); /* the guest rings the other side's bell */
	void *owner;
};
struct ivshmem {
	struct pci_function pci;
	struct ivshmem_peer peer;
	uint32_t mask, status, position;
	uint32_t memory, bytes; /* where BAR 2 lies, and its size, a power of two */
};

/* `position` is this side's number, 0 or 1; `memory` is a multiple of `bytes`. */
void ivshmem_init(struct ivshmem *device, uint32_t position, uint32_t memory, uint32_t bytes,
                  const struct ivshmem_peer *peer);
/* The other side has rung. */
void ivshmem_rung(struct ivshmem *device);

#endif
