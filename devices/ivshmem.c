/* SPDX-License-Identifier: ISC */
/*
 * Inter-VM shared memory (1af4:1110), revision 1 without MSI-X: four registers in BAR 0, the memory in BAR 2.
 *
 * State: mask and status of the one interrupt. A doorbell for this side's own number or for one that does not exist
 * rings nobody. BAR 2 takes the write that asks for its size, and whatever else is written, shows its fixed address.
 * Left out: MSI-X, and with it more than one vector: any vector sets the status; peers that come and go.
 * Specification: QEMU, docs/specs/ivshmem-spec.
 */
#include "devices/ivshmem.h"

enum { INTERRUPT_MASK = 0, INTERRUPT_STATUS = 4, POSITION = 8, DOORBELL = 12, REGISTER_BYTES = 256 };
enum { BAR2 = 0x18, BAR_MEMORY_PREFETCH = 8 };

static void update(struct ivshmem *device)
{
	pci_function_interrupt(&device->pci, device->status & device->mask);
}

static uint64_t memory_read(void *owner, uint32_t offset, unsigned size)
{
	struct ivshmem *device = owner;
	uint32_t value = 0;
	(void)size;
	if (offset == INTERRUPT_MASK) {
		value = device->mask;
	} else if (offset == INTERRUPT_STATUS) {
		value = device->status;
		device->status = 0;
		update(device);
	} else if (offset == POSITION) {
		value = device->position;
	}
	return value;
}

static void memory_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	struct ivshmem *device = owner;
	uint32_t peer = (uint32_t)value >> 16;
	if (size != 4)
		return;
	if (offset == INTERRUPT_MASK)
		device->mask = (uint32_t)value;
	else if (offset == INTERRUPT_STATUS)
		device->status = (uint32_t)value;
	else if (offset == DOORBELL && peer < IVSHMEM_PEERS && peer != device->position && device->peer.ring)
		device->peer.ring(device->peer.owner, (uint16_t)value);
	update(device);
}

void ivshmem_rung(struct ivshmem *device)
{
	device->status = 1;
	update(device);
}

static void put_bar(struct ivshmem *device, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		device->pci.config[BAR2 + i] = (uint8_t)(value >> 8 * i);
}

/* All ones asks how large it is; everything else is answered with the one place there is. */
static void changed(void *owner, uint8_t offset, unsigned size)
{
	struct ivshmem *device = owner;
	uint32_t value = 0;
	if (offset + size <= BAR2 || offset >= BAR2 + 4)
		return;
	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)device->pci.config[BAR2 + i] << 8 * i;
	put_bar(device, (value >> 4 == UINT32_MAX >> 4 ? ~(device->bytes - 1) : device->memory) | BAR_MEMORY_PREFETCH);
}

void ivshmem_init(struct ivshmem *device, uint32_t position, uint32_t memory, uint32_t bytes,
                  const struct ivshmem_peer *peer)
{
	static const struct pci_identity identity = {.vendor = 0x1af4,
	                                             .device = 0x1110,
	                                             .subsystem_vendor = 0x1af4,
	                                             .subsystem = 0x1100,
	                                             .revision = 1,
	                                             .class_code = 5,
	                                             .pin = 1};
	*device = (struct ivshmem){.position = position, .memory = memory, .bytes = bytes, .peer = *peer};
	pci_function_init(&device->pci, &identity);
	pci_function_bar(&device->pci, 0, PCI_BAR_MEMORY, REGISTER_BYTES,
	                 &(struct window){device, memory_read, memory_write});
	for (unsigned i = 0; i < 4; i++)
		device->pci.writable[BAR2 + i] = 0xff;
	put_bar(device, memory | BAR_MEMORY_PREFETCH);
	device->pci.changed = changed;
	device->pci.owner = device;
}
