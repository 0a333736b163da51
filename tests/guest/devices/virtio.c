/* SPDX-License-Identifier: ISC */
/* virtio 1: a disk with MSI-X, and the entropy device with INTA. */
#include "tests/guest/devices/devices.h"

enum { CAPABILITY_VENDOR = 9, CAPABILITY_MSIX = 0x11 };
enum { COMMON = 1, NOTIFY = 2, ISR = 3, CONFIG = 4, TYPES = 5 };
enum { DRIVER_SELECT = 8, DRIVER_FEATURES = 12, STATUS = 20, QUEUE_VECTOR = 26, QUEUE_ENABLE = 28, QUEUE_NOTIFY = 30 };
enum { QUEUE_SIZE = 24, QUEUE_DESC = 32, QUEUE_AVAIL = 40, QUEUE_USED = 48 };
enum { ACKNOWLEDGED = 3, FEATURES_OK = 8, DRIVER_OK = 4, NEXT = 1, WRITABLE = 2, RING = 8 };

struct device {
	unsigned devfn;
	bool bar_is_port[6];
	uint32_t bar[6];
	uint32_t at[TYPES]; /* where each structure is, a port or memory */
	bool port[TYPES];
	uint32_t multiplier;
};
static struct queue {
	struct {
		uint32_t address, high, length;
		uint16_t flags, next;
	} descriptor[RING];
	struct {
		uint16_t flags, index, ring[RING];
	} available;
	struct {
		volatile uint16_t flags, index;
		struct {
			uint32_t id, bytes;
		} ring[RING];
	} used __attribute__((aligned(4)));
} disk_queue __attribute__((aligned(16))), entropy_queue __attribute__((aligned(16)));

/* --- the transport --- */

static unsigned next_capability(unsigned devfn, unsigned at)
{
	return config_read(devfn, at ? at + 1 : 0x34) & 0xff;
}

static void find_structures(struct device *device)
{
	for (unsigned at = next_capability(device->devfn, 0); at; at = next_capability(device->devfn, at)) {
		unsigned type = config_read(device->devfn, at + 3) & 0xff,
		         bar = config_read(device->devfn, at + 4) & 0xff;
		if ((config_read(device->devfn, at) & 0xff) != CAPABILITY_VENDOR || type >= TYPES || bar >= 6)
			continue;
		device->at[type] = device->bar[bar] + config_read(device->devfn, at + 8);
		device->port[type] = device->bar_is_port[bar];
		if (type == NOTIFY)
			device->multiplier = config_read(device->devfn, at + 16);
	}
}

static void notify(const struct device *device)
{
	if (device->port[NOTIFY])
		out16((uint16_t)device->at[NOTIFY], 0);
	else
		*at16(device->at[NOTIFY]) = 0;
}

/* Queue 0 with what is needed of virtio 1, and no further features; false: the device does not want that. */
static bool begin(const struct device *device, const struct queue *queue, uint16_t vector)
{
	uint32_t common = device->at[COMMON];
	if (!common || device->port[COMMON])
		return false;
	*at8(common + STATUS) = 0;
	while (*at8(common + STATUS))
		;
	*at8(common + STATUS) = ACKNOWLEDGED;
	*at32(common + DRIVER_SELECT) = 1;
	*at32(common + DRIVER_FEATURES) = 1;
	*at32(common + DRIVER_SELECT) = 0;
	*at32(common + DRIVER_FEATURES) = 0;
	*at8(common + STATUS) = ACKNOWLEDGED | FEATURES_OK;
	if (!(*at8(common + STATUS) & FEATURES_OK))
		return false;
	*at16(common + QUEUE_SIZE) = RING;
	*at16(common + QUEUE_VECTOR) = vector;
	*at32(common + QUEUE_DESC) = place_of(queue->descriptor);
	*at32(common + QUEUE_AVAIL) = place_of(&queue->available);
	*at32(common + QUEUE_USED) = place_of(&queue->used);
	*at16(common + QUEUE_ENABLE) = 1;
	*at8(common + STATUS) = ACKNOWLEDGED | FEATURES_OK | DRIVER_OK;
	return *at16(common + QUEUE_VECTOR) == vector;
}

static void describe(struct queue *queue, unsigned index, const void *data, uint32_t bytes, uint16_t flags)
{
	queue->descriptor[index].address = place_of(data);
	queue->descriptor[index].length = bytes;
	queue->descriptor[index].flags = flags;
	queue->descriptor[index].next = (uint16_t)(index + 1);
}

static void offer(struct queue *queue)
{
	queue->available.ring[queue->available.index % RING] = 0;
	__asm__ volatile("" : : : "memory");
	queue->available.index++;
	__asm__ volatile("" : : : "memory");
}

/* --- the disk --- */

static void use_msix(const struct device *device)
{
	unsigned at = next_capability(device->devfn, 0);
	while (at && (config_read(device->devfn, at) & 0xff) != CAPABILITY_MSIX)
		at = next_capability(device->devfn, at);
	uint32_t table = config_read(device->devfn, at + 4), entry = device->bar[table & 7] + (table & ~7u);
	*at32(entry) = 0xfee00000u;
	*at32(entry + 4) = 0;
	*at32(entry + 8) = VECTOR_DISK;
	*at32(entry + 12) = 0;
	config_write(device->devfn, at, config_read(device->devfn, at) | 0x80000000u);
}

static bool request(const struct device *device, uint32_t type, uint8_t *data, unsigned bytes)
{
	static struct {
		uint32_t type, reserved, sector, high;
	} header;
	static volatile uint8_t status;
	struct queue *queue = &disk_queue;
	header.type = type;
	header.sector = 3;
	status = 0xff;
	describe(queue, 0, &header, sizeof(header), NEXT);
	describe(queue, 1, data, 512, (uint16_t)(type ? NEXT : NEXT | WRITABLE));
	describe(queue, 2, data + 512, bytes - 512, (uint16_t)(type ? NEXT : NEXT | WRITABLE));
	describe(queue, 3, (const void *)(uintptr_t)place_of(&status), 1, WRITABLE);
	unsigned seen = interrupts(VECTOR_DISK);
	uint16_t used = queue->used.index;
	offer(queue);
	notify(device);
	await(VECTOR_DISK, seen);
	return queue->used.index == (uint16_t)(used + 1) && !status && interrupts(VECTOR_DISK) == seen + 1;
}

static void test_disk(void)
{
	static uint8_t written[1536], found[1536];
	struct device device = {.devfn = AT_DISK, .bar = {PORTS_DISK, MEMORY_DISK}, .bar_is_port = {true}};
	place_bar(AT_DISK, 0, PORTS_DISK | 1);
	place_bar(AT_DISK, 1, MEMORY_DISK);
	find_structures(&device);
	use_msix(&device);
	bool good = begin(&device, &disk_queue, 0) && *at32(device.at[CONFIG]) == 2048 && !*at32(device.at[CONFIG] + 4);
	check(good, "virtio: a disk with its registers in memory, its size, MSI-X");
	fill(written, sizeof(written), 3);
	good = good && request(&device, 1, written, sizeof(written)) && request(&device, 0, found, sizeof(found));
	check(good && same(written, found, sizeof(written)), "virtio: three sectors out and in, a message each");
}

/* --- entropy --- */

static void test_entropy(void)
{
	static volatile uint8_t bytes[32];
	struct device device = {.devfn = AT_RNG, .bar = {PORTS_RNG, MEMORY_RNG}, .bar_is_port = {true}};
	unsigned zeros = 0;
	place_bar(AT_RNG, 0, PORTS_RNG | 1);
	place_bar(AT_RNG, 1, MEMORY_RNG);
	find_structures(&device);
	bool good = begin(&device, &entropy_queue, 0xffff);
	describe(&entropy_queue, 0, (const void *)(uintptr_t)place_of(bytes), sizeof(bytes), WRITABLE);
	unsigned seen = interrupts(VECTOR_PIC + IRQ_PCI);
	pci_unmask();
	if (good) {
		offer(&entropy_queue);
		notify(&device);
		await(VECTOR_PIC + IRQ_PCI, seen);
	}
	good = good && (*at8(device.at[ISR]) & 1) && entropy_queue.used.ring[0].bytes == sizeof(bytes);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		zeros += !bytes[i];
	check(good && zeros < 8, "virtio: random bytes, by INTA and its status");
}

void test_virtio(void)
{
	test_disk();
	test_entropy();
}
