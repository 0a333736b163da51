/* SPDX-License-Identifier: ISC */
/* A virtio block device under any driver: registers of both forms, rings and descriptors that say anything. */
#include "devices/disk_memory.h"
#include "devices/virtio_blk.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/pci_fixture.h"

#define SECTORS 32u
#define RING 0x1000u
static struct pci_fixture f;
static struct virtio_blk block;
static uint8_t bytes[SECTORS * DISK_SECTOR + 4096];
static struct disk_request *held;
static bool hold;
static void (*at_once)(void *backend, struct disk_request *request);

static void submit(void *backend, struct disk_request *request)
{
	if (!hold) {
		at_once(backend, request);
		return;
	}
	request->next = held;
	held = request;
}

static void message(void *owner, uint64_t address, uint32_t data)
{
	(void)owner;
	(void)address;
	(void)data;
}

static void setup(void)
{
	static struct disk_memory memory;
	static uint64_t now;
	static const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	static struct disk disk;

	disk = (struct disk){0};
	disk_memory_init(&memory, &disk, bytes, SECTORS * DISK_SECTOR, false);
	at_once = disk.submit;
	disk.submit = submit;
	held = 0;
	hold = false;
	memset(&block, 0, sizeof(block));
	virtio_blk_init(&block, &disk, &clock, &(struct msix_sink){message, 0});
	pci_fixture_init(&f);
	MUST(pci_fixture_connect(&f, &block.virtio.function));
}

static void write_common(uint32_t offset, unsigned size, uint64_t value)
{
	pci_fixture_write(&f, PCI_FIXTURE_MEMORY + (1u << 24) + offset, size, value);
}

/* A driver that has come as far as DRIVER_OK, so that the rest of the input plays with rings. */
static void start(uint32_t features)
{
	write_common(20, 1, 0);
	write_common(20, 1, 3);
	write_common(12, 4, features);
	write_common(8, 4, 1);
	write_common(12, 4, 1);
	write_common(20, 1, 11);
	write_common(24, 2, 8);
	write_common(32, 8, RING);
	write_common(40, 8, RING + 0x100);
	write_common(48, 8, RING + 0x200);
	write_common(28, 2, 1);
	write_common(20, 1, 15);
}

static void release(enum status status)
{
	struct disk_request *request = held;

	if (!request)
		return;
	held = request->next;
	request->done(request, status);
}

static uint64_t take_word(struct script *script)
{
	uint64_t low = take(script, 4);

	return low | (uint64_t)take(script, 4) << 32;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};

	setup();
	while (more(&script)) {
		uint32_t what = take(&script, 1), at = take(&script, 2);
		if (what < 16)
			start(at << 20 | 1u << 28);
		else if (what < 140) /* a descriptor, ring index or header: near, or far away */
			memcpy(f.ram + RING + at % 0x800, &(uint64_t){take_word(&script)}, 8);
		else if (what < 180)
			bus_write(&f.bus, PCI_FIXTURE_IO + 16, 2, 0);
		else if (what < 200)
			bus_write(&f.bus, (uint16_t)(PCI_FIXTURE_IO + at % 64), 1u << what % 3, take(&script, 4));
		else if (what < 210)
			(void)bus_read(&f.bus, (uint16_t)(PCI_FIXTURE_IO + at % 64), 1u << what % 3);
		else if (what < 230)
			write_common(at % 4096 & ~7u, 1u << what % 4, take_word(&script));
		else if (what < 240)
			(void)pci_fixture_read(&f, PCI_FIXTURE_MEMORY + (1u << 24) + (at % 4096 & ~7u), 1u << what % 4);
		else if (what < 250)
			release(what & 1 ? OK : ERR_CORRUPT);
		else if (what < 254)
			hold = what & 1;
		else
			virtio_blk_run(&block, 0);
		MUST(block.underway <= VIRTIO_BLK_UNDERWAY && block.virtio.msix.pending < 1u << MSIX_VECTORS);
	}
	while (held)
		release(OK);
	MUST(!block.underway);
	return 0;
}
