/* SPDX-License-Identifier: ISC */
/* The IDE controller under any driver: registers, data, PRD tables anywhere; disks that answer at once, late, or with an
 * error. */
#include "devices/disk_memory.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/ide_fixture.h"

#define SECTORS 64u
static struct ide_fixture f;
static uint8_t bytes[SECTORS * DISK_SECTOR + 4096];
static struct disk_request *held[2];

static void late(void *backend, struct disk_request *request)
{
	struct disk_request **place = backend;

	MUST(!*place && request->sectors <= SECTORS);
	*place = request;
}

static void release(unsigned number, enum status status)
{
	struct disk_request *request = held[number];

	held[number] = 0;
	if (!request)
		return;
	for (unsigned i = 0; i < request->pieces && !status; i++) /* ASan sees whether they are all memory */
		if (request->operation == DISK_READ)
			memset(request->piece[i].bytes, 0x5a, request->piece[i].length);
	request->done(request, status);
}

/* Bit n of `drives`: that one is there. */
static void setup(uint32_t drives)
{
	static struct disk_memory memory[2];
	static struct disk disk[4];

	memset(disk, 0, sizeof(disk));
	ide_fixture_init(&f);
	held[0] = held[1] = 0;
	disk_memory_init(&memory[0], &disk[0], bytes, SECTORS * DISK_SECTOR, false);
	disk_memory_init(&memory[1], &disk[1], bytes, SECTORS * DISK_SECTOR, true);
	disk[2] = (struct disk){.sectors = SECTORS, .submit = late, .backend = &held[0]};
	disk[3] = (struct disk){.sectors = SECTORS, .submit = late, .backend = &held[1]};
	if (drives & 1)
		ide_disk(&f.ide, 0, &disk[0]);
	if (drives & 2)
		ide_disk(&f.ide, 1, &disk[2]);
	if (drives & 4)
		ide_cdrom(&f.ide, 2, &disk[1]);
	if (drives & 8)
		ide_cdrom(&f.ide, 3, drives & 16 ? 0 : &disk[3]);
}

static void port_burst(struct script *script, uint16_t port, bool write)
{
	for (unsigned i = take(script, 1) * 4; i; i--) {
		if (write)
			bus_write(&f.pci.bus, port, 2, take(script, 2));
		else
			(void)bus_read(&f.pci.bus, port, 2);
	}
}

/* A command with a place on the disk, so that the input need not find one by chance. */
static void begin(struct script *script)
{
	static const uint8_t codes[] = {0x20, 0x30, 0xc4, 0xc5, 0xc6, 0xc8, 0xca, 0xa0, 0xec, 0x24, 0x34, 0xe7};
	uint32_t what = take(script, 1);
	uint16_t base = what & 1 ? PRIMARY : SECONDARY;

	bus_write(&f.pci.bus, base + 6, 1, 0xe0 | (what << 3 & 0x10));
	bus_write(&f.pci.bus, base + 2, 1, 1 + (what >> 2 & 3));
	bus_write(&f.pci.bus, base + 3, 1, take(script, 1) % SECTORS);
	bus_write(&f.pci.bus, base + 4, 1, 0);
	bus_write(&f.pci.bus, base + 5, 1, 0);
	bus_write(&f.pci.bus, base + 7, 1, codes[(what >> 4) % sizeof(codes)]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t bases[] = {PRIMARY, SECONDARY, BUS_MASTER, 0x3f6, 0x376};
	struct script script = {data, data + size};

	setup(take(&script, 1));
	while (more(&script)) {
		uint32_t what = take(&script, 1);
		if (what < 160)
			port_access(&script, &f.pci.bus, bases[what % 5]);
		else if (what < 200)
			port_burst(&script, bases[what % 2], what & 2);
		else if (what < 220)
			release(what % 2, what & 2 ? OK : ERR_CORRUPT);
		else if (what < 224)
			pci_config_write(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2, what & 1 ? 7 : 1);
		else if (what < 236)
			begin(&script);
		else
			memcpy(f.pci.ram + take(&script, 2) % (GUEST_BYTES - 4), &(uint32_t){take(&script, 4)}, 4);
		for (unsigned i = 0; i < IDE_CHANNELS; i++) {
			const struct ide_channel *channel = &f.ide.channel[i];
			MUST(channel->at <= IDE_BUFFER && channel->drq <= IDE_BUFFER && channel->end <= IDE_BUFFER);
			MUST(channel->pieces <= IDE_PIECES && channel->pending == (held[i] != 0));
		}
	}
	release(0, OK);
	release(1, OK);
	return 0;
}
