/* SPDX-License-Identifier: ISC */
/*
 * Split rings that lie: circles, chains longer than the ring, heads and links beyond it, pieces anywhere and of any length,
 * pieces that are the ring itself, indirect tables of any size and in each other, an index that jumps, rings that overlap or
 * lie nowhere, sizes that are none; by the registers of virtio 1 and by those of before.
 */
#include "tests/guest/attack-rings/pc/rings.h"

enum {
	DRIVER_SELECT = 8,
	DRIVER_FEATURES = 12,
	DEVICE_FEATURES = 4,
	DEVICE_SELECT = 0,
	STATUS = 20,
	QUEUE_SELECT = 22
};
enum { QUEUE_SIZE = 24, QUEUE_VECTOR = 26, QUEUE_ENABLE = 28, QUEUE_DESC = 32, QUEUE_AVAIL = 40, QUEUE_USED = 48 };
enum { LEGACY_FEATURES = 4, LEGACY_PAGE = 8, LEGACY_SELECT = 14, LEGACY_NOTIFY = 16, LEGACY_STATUS = 18 };
enum { ACKNOWLEDGED = 3, FEATURES_OK = 8, DRIVER_OK = 4, NEXT = 1, WRITABLE = 2, INDIRECT = 4 };
enum { QUEUES = 2 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};
static struct ring {
	uint32_t desc, avail, used, size; /* where they really are, in the pool, and how long */
} rings[QUEUES];

static uint32_t common(unsigned device, uint32_t offset)
{
	return MEMORY_VIRTIO + device * 0x1000000u + offset;
}

static uint16_t ports(unsigned device)
{
	return (uint16_t)(PORTS_VIRTIO + device * 0x100);
}

static unsigned queues_of(unsigned device)
{
	return device == VIRTIO_NET || device == VIRTIO_CONSOLE ? 2 : 1;
}

void virtio_open(void)
{
	for (unsigned i = 0; i < VIRTIO_DEVICES; i++) {
		place_bar(DEVFN(AT_VIRTIO + i, 0), 0, ports(i) | 1u);
		place_bar(DEVFN(AT_VIRTIO + i, 0), 1, common(i, 0));
	}
}

static volatile struct descriptor *table(uint32_t at)
{
	return (volatile struct descriptor *)(uintptr_t)at;
}

/* --- the driver's part --- */

bool virtio_quiet(unsigned device)
{
	struct patience left = patience();
	*at8(common(device, STATUS)) = 0;
	while (lasts(&left))
		if (!*at8(common(device, STATUS)))
			return true;
	return false;
}

static void negotiate(unsigned device, uint32_t features)
{
	*at8(common(device, STATUS)) = ACKNOWLEDGED;
	*at32(common(device, DEVICE_SELECT)) = 0;
	features &= *at32(common(device, DEVICE_FEATURES));
	*at32(common(device, DRIVER_SELECT)) = 0;
	*at32(common(device, DRIVER_FEATURES)) = features;
	*at32(common(device, DRIVER_SELECT)) = 1;
	*at32(common(device, DRIVER_FEATURES)) = 1;
	*at8(common(device, STATUS)) = ACKNOWLEDGED | FEATURES_OK;
}

static void set_queue(unsigned device, unsigned queue, uint32_t size, uint64_t desc, uint64_t avail, uint64_t used)
{
	*at16(common(device, QUEUE_SELECT)) = (uint16_t)queue;
	*at16(common(device, QUEUE_SIZE)) = (uint16_t)size;
	*at32(common(device, QUEUE_DESC)) = (uint32_t)desc;
	*at32(common(device, QUEUE_DESC + 4)) = (uint32_t)(desc >> 32);
	*at32(common(device, QUEUE_AVAIL)) = (uint32_t)avail;
	*at32(common(device, QUEUE_AVAIL + 4)) = (uint32_t)(avail >> 32);
	*at32(common(device, QUEUE_USED)) = (uint32_t)used;
	*at32(common(device, QUEUE_USED + 4)) = (uint32_t)(used >> 32);
	*at16(common(device, QUEUE_ENABLE)) = 1;
}

static void notify(unsigned device, unsigned queue)
{
	out16((uint16_t)(ports(device) + LEGACY_NOTIFY), (uint16_t)queue);
}

/* --- lies --- */

/* A place for something, which may also be inside the ring that it belongs to. */
static uint64_t place(const struct ring *ring)
{
	switch (below(8)) {
	case 0:
		return ring->desc + below(16 * ring->size);
	case 1:
		return ring->avail + below(2 * ring->size + 6);
	case 2:
		return ring->used + below(8 * ring->size + 6);
	default:
		return odd_address();
	}
}

/* Mostly what a driver would write, with one thing or another wrong. */
static void lie(const struct ring *ring, uint32_t at, uint32_t index, uint32_t count)
{
	volatile struct descriptor *d = table(at) + index;
	bool good = below(3);
	d->address = good ? POOL + (below(RAM_END - POOL - 0x10000) & ~0xfu) : place(ring);
	d->length = good ? 1u + below(4096) : odd_length();
	d->flags = (uint16_t)(below(8) ? below(4) : below(8) ? INDIRECT : random32());
	d->next = (uint16_t)(below(4) ? index + 1 : below(4) ? below(count) : random32());
	if (d->flags & INDIRECT) {
		d->address = below(3) ? POOL + (below(RAM_END - POOL) & ~0xfu) : place(ring);
		d->length = below(3) ? 16 * (1 + below(40)) : odd_length();
	}
}

/* What a disk is asked first, so that chains get further than its header. */
static void plausible(const struct ring *ring)
{
	uint32_t header = POOL + (below(0x1000) << 4);
	*at32(header) = below(3) ? below(2) : below(16);
	*at32(header + 4) = 0;
	*at32(header + 8) = below(3) ? below(2048) : random32();
	*at32(header + 12) = below(8) ? 0 : random32();
	volatile struct descriptor *d = table(ring->desc);
	d[0].address = header;
	d[0].length = 16;
	d[0].flags = NEXT;
	d[0].next = 1;
}

static void lie_in(const struct ring *ring, unsigned device)
{
	for (uint32_t i = 0; i < ring->size; i++)
		lie(ring, ring->desc, i, ring->size);
	if (below(3) && (device == VIRTIO_DISK || device == VIRTIO_SERVED))
		plausible(ring);
	if (seldom(4)) { /* one circle of all */
		for (uint32_t i = 0; i < ring->size; i++) {
			table(ring->desc)[i].flags = NEXT;
			table(ring->desc)[i].next = (uint16_t)((i + 1) % ring->size);
		}
	}
}

static void offer(const struct ring *ring)
{
	volatile uint16_t *avail = at16(ring->avail);
	uint16_t index = avail[1];
	uint32_t more = below(4) ? 1 + below(3) : below(ring->size + 2);
	for (uint32_t i = 0; i < more; i++)
		avail[2 + (index + i) % ring->size] = (uint16_t)(below(8)   ? 0
		                                                 : below(4) ? below(ring->size)
		                                                            : random32());
	avail[0] = (uint16_t)below(2);
	avail[1] = (uint16_t)(seldom(32) ? random32() : index + more);
}

static void begin_modern(unsigned device)
{
	negotiate(device, seldom(4) ? random32() : 1u << 28 | (random32() & 1u << 29) | (random32() & 1u << 15));
	for (unsigned i = 0; i < queues_of(device); i++) {
		struct ring *ring = &rings[i];
		ring->size = 1u << below(6);
		ring->desc = POOL + 0x10000 + i * 0x10000;
		ring->avail = ring->desc + ODD_AVAIL + (below(4) ? 0 : below(0x100) * 2);
		ring->used = seldom(6) ? ring->avail - 64 + below(64) * 2 : ring->desc + ODD_USED;
		zero(ring->avail & ~3u, 0x400);
		set_queue(device, i, seldom(16) ? random32() : ring->size, seldom(16) ? place(ring) : ring->desc,
		          seldom(16) ? place(ring) : ring->avail, seldom(8) ? place(ring) : ring->used);
	}
	*at8(common(device, STATUS)) = ACKNOWLEDGED | FEATURES_OK | DRIVER_OK;
}

/* Before virtio 1 the sizes are the device's, and the parts follow each other. */
static void begin_legacy(unsigned device)
{
	uint16_t port = ports(device);
	out8((uint16_t)(port + LEGACY_STATUS), ACKNOWLEDGED);
	out32((uint16_t)(port + LEGACY_FEATURES), random32());
	for (uint16_t i = 0; i < queues_of(device); i++) {
		struct ring *ring = &rings[i];
		uint32_t page = seldom(8) ? random32() >> below(20) : POOL / 4096 + 16 * (i + 1u);
		out16((uint16_t)(port + LEGACY_SELECT), i);
		ring->size = in16((uint16_t)(port + 12));
		ring->size = ring->size ? ring->size : 1;
		ring->desc = POOL + 0x10000 * (i + 1u);
		ring->avail = ring->desc + 16 * ring->size;
		ring->used = (ring->avail + 6 + 2 * ring->size + 4095) & ~4095u;
		zero(ring->avail, 4096);
		out32((uint16_t)(port + LEGACY_PAGE), page);
	}
	out8((uint16_t)(port + LEGACY_STATUS), ACKNOWLEDGED | DRIVER_OK);
}

void virtio_attack(unsigned device)
{
	unsigned queues = queues_of(device);
	(void)virtio_quiet(device);
	if (seldom(4))
		begin_legacy(device);
	else
		begin_modern(device);
	for (unsigned turn = 0; turn < 4; turn++) {
		for (unsigned i = 0; i < queues; i++) {
			lie_in(&rings[i], device);
			offer(&rings[i]);
			notify(device, i);
		}
		if (seldom(8))
			notify(device, random32());
		if (seldom(8)) /* in the middle of it all */
			out32((uint16_t)(ports(device) + below(6) * 4), random32());
	}
}

/* --- the proof: a chain of at most three pieces, done within patience --- */

static bool perform(unsigned device, unsigned queue, unsigned pieces)
{
	const struct ring *ring = &rings[queue];
	volatile uint16_t *avail = at16(ring->avail), *used = at16(ring->used);
	for (unsigned i = 0; i < pieces; i++)
		table(ring->desc)[i].next = (uint16_t)(i + 1);
	avail[2] = 0;
	avail[1] = 1;
	struct patience left = patience();
	notify(device, queue);
	while (lasts(&left))
		if (used[1] == 1)
			return true;
	return false;
}

static void describe(unsigned queue, unsigned index, uint32_t at, uint32_t bytes, uint16_t flags)
{
	volatile struct descriptor *d = table(rings[queue].desc) + index;
	d->address = at;
	d->length = bytes;
	d->flags = flags;
}

/* All queues, sound and empty. */
static bool begin_sound(unsigned device)
{
	if (!virtio_quiet(device))
		return false;
	negotiate(device, 0);
	for (unsigned i = 0; i < queues_of(device); i++) {
		uint32_t at = POOL + 0x10000 * (i + 1);
		rings[i] = (struct ring){at, at + SOUND_AVAIL, at + SOUND_USED, 8};
		zero(at, 0x3000);
		set_queue(device, i, 8, at, at + SOUND_AVAIL, at + SOUND_USED);
	}
	*at8(common(device, STATUS)) = ACKNOWLEDGED | FEATURES_OK | DRIVER_OK;
	return *at8(common(device, STATUS)) == (ACKNOWLEDGED | FEATURES_OK | DRIVER_OK);
}

static void describe_disk_request(uint32_t type, uint32_t data)
{
	uint32_t header = POOL, status = POOL + 16;
	zero(header, 16);
	*at32(header) = type;
	*at32(header + 8) = 9;
	*at8(status) = 0xff;
	describe(0, 0, header, 16, NEXT);
	describe(0, 1, data, 512, (uint16_t)(type ? NEXT : NEXT | WRITABLE));
	describe(0, 2, status, 1, WRITABLE);
}

static bool disk_request(unsigned device, uint32_t type, uint32_t data)
{
	if (!begin_sound(device))
		return false;
	describe_disk_request(type, data);
	return perform(device, 0, 3) && !*at8(POOL + 16);
}

void virtio_ask(unsigned device)
{
	uint32_t data = POOL + 0x1000;
	bool disk = device == VIRTIO_DISK || device == VIRTIO_SERVED;
	unsigned queue = queues_of(device) - 1;
	if (!begin_sound(device))
		return;
	if (disk)
		describe_disk_request(below(2), data);
	else
		describe(queue, 0, data, 100, device == VIRTIO_ENTROPY ? WRITABLE : 0);
	for (unsigned i = 0; i < 2 && disk; i++)
		table(rings[0].desc)[i].next = (uint16_t)(i + 1);
	for (uint16_t i = 1; i <= 24; i++) {
		*at16(rings[queue].avail + 2) = i;
		notify(device, queue);
	}
}

bool virtio_proof(unsigned device)
{
	uint8_t *data = (uint8_t *)(uintptr_t)(POOL + 0x1000), *back = data + 0x1000;
	if (device == VIRTIO_DISK || device == VIRTIO_SERVED) {
		fill(data, 512, random32());
		return disk_request(device, 1, place_of(data)) && disk_request(device, 0, place_of(back)) &&
		       same(data, back, 512);
	}
	if (!begin_sound(device))
		return false;
	zero(place_of(data), 128);
	*back = 0;
	if (device == VIRTIO_ENTROPY) {
		describe(0, 0, place_of(back), 64, WRITABLE);
		return perform(device, 0, 1);
	}
	describe(1, 0, place_of(data), 100, 0); /* a frame of zeros, or as many bytes */
	return perform(device, 1, 1);
}
