/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_VIRTIO_FIXTURE_H
#define TESTS_UNIT_VIRTIO_FIXTURE_H

/* The driver's side of a virtio device, with its queues' rings at RING and above. */
#include "devices/virtio.h"
#include "tests/unit/pci_fixture.h"

#define RING 0x1000u
#define RING_SIZE 8u
enum { DESC = RING, AVAIL = RING + 0x400, USED = RING + 0x800, BUFFERS = 0x10000 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };

struct virtio_fixture {
	struct pci_fixture pci;
	struct virtio *virtio;
	unsigned messages;
	uint32_t last_data;
	uint16_t added[VIRTIO_QUEUES];
};

static struct virtio_fixture f;

static inline bool level(void)
{
	return pci_fixture_level(&f.pci);
}

static inline void count_message(void *owner, uint64_t address, uint32_t data)
{
	(void)owner;
	assert_int_equal(address, 0xfee00000);
	f.messages++;
	f.last_data = data;
}
static const struct msix_sink sink = {count_message, 0};

static inline void put(uint32_t at, uint64_t value, unsigned bytes)
{
	memcpy(f.pci.ram + at, &value, bytes);
}

static inline uint64_t get(uint32_t at, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, f.pci.ram + at, bytes);
	return value;
}

static inline void fixture_init(struct virtio *virtio)
{
	memset(&f, 0, sizeof(f));
	pci_fixture_init(&f.pci);
	assert_true(pci_fixture_connect(&f.pci, &virtio->function));
	f.virtio = virtio;
}

/* --- registers --- */
static inline uint64_t in(unsigned bar, uint32_t offset, unsigned size)
{
	if (!bar)
		return bus_read(&f.pci.bus, (uint16_t)(PCI_FIXTURE_IO + offset), size);
	return pci_fixture_read(&f.pci, PCI_FIXTURE_MEMORY + (bar << 24) + offset, size);
}

static inline void out(unsigned bar, uint32_t offset, unsigned size, uint64_t value)
{
	if (!bar)
		bus_write(&f.pci.bus, (uint16_t)(PCI_FIXTURE_IO + offset), size, (uint32_t)value);
	else
		pci_fixture_write(&f.pci, PCI_FIXTURE_MEMORY + (bar << 24) + offset, size, value);
}

/* --- a driver --- */
static inline void start_queue(unsigned queue, unsigned size)
{
	out(1, 22, 2, queue);
	out(1, 24, 2, size);
	out(1, 32, 8, DESC + queue * 0x2000);
	out(1, 40, 4, AVAIL + queue * 0x2000);
	out(1, 44, 4, 0);
	out(1, 48, 8, USED + queue * 0x2000);
	out(1, 28, 2, 1);
}

static inline void start_driver(uint64_t features)
{
	out(1, 20, 1, 0);
	out(1, 20, 1, 3);
	out(1, 8, 4, 0);
	out(1, 12, 4, (uint32_t)features);
	out(1, 8, 4, 1);
	out(1, 12, 4, features >> 32 | 1);
	out(1, 20, 1, 11);
	assert_int_equal(in(1, 20, 1), 11);
	for (unsigned i = 0; i < f.virtio->type->queues; i++)
		start_queue(i, RING_SIZE);
	out(1, 20, 1, 15);
	f.added[0] = f.added[1] = 0;
}

static inline void descriptor(unsigned queue, unsigned number, uint64_t address, uint32_t length, unsigned flags,
                              unsigned next)
{
	uint32_t at = DESC + queue * 0x2000 + number * 16;

	put(at, address, 8);
	put(at + 8, length, 4);
	put(at + 12, flags, 2);
	put(at + 14, next, 2);
}

static inline void offer(unsigned queue, unsigned head)
{
	uint32_t at = AVAIL + queue * 0x2000;

	put(at + 4 + f.added[queue] % RING_SIZE * 2, head, 2);
	put(at + 2, ++f.added[queue], 2);
}

static inline void ring_bell(unsigned queue)
{
	out(0, 16, 2, queue);
}

static inline unsigned used(unsigned queue)
{
	return (unsigned)get(USED + queue * 0x2000 + 2, 2);
}

static inline uint32_t used_length(unsigned queue, unsigned number)
{
	return (uint32_t)get(USED + queue * 0x2000 + 4 + number % RING_SIZE * 8 + 4, 4);
}

#endif
