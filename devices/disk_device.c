/* SPDX-License-Identifier: ISC */
/*
 * From a row of the description to a disk in the machine. A region that the layer may write is written in place, one
 * that it may only read is a read-only disk or, with an overlay, keeps the image and collects the writes until the
 * guest's next start. A server is asked for its disk before the guest runs; it may take its time to start.
 */
#include "devices/disk_device.h"
#include "devices/disk_channel.h"
#include "devices/disk_memory.h"
#include "devices/ide.h"
#include "devices/interrupt.h"
#include "devices/layer_time.h"
#include "devices/virtio_blk.h"
#include "sdk/info.h"

enum { MODEL_IDE = 0, MODEL_VIRTIO = 1 };
enum { IDE_IRQ = 14, IDE_DRIVES = 4, IDE_PLACE = 1 * 8 + 1 };
#define SERVER_TRIES 1000u
#define SERVER_WAIT_NS UINT64_C(10000000)

/* --- back ends --- */

static const struct info_memory *memory_row(uint32_t index)
{
	return index < info_get()->memory.count ? &INFO_TABLE(info_memory, memory)[index] : 0;
}

static const char *open_overlay(struct disk_memory *memory, struct disk *disk, uint32_t row)
{
	const struct info_memory *overlay = memory_row(row);
	if (!overlay)
		return 0;
	if (!(overlay->rights & INFO_WRITE) ||
	    disk_memory_overlay(memory, disk, info_pointer(overlay->gpa), overlay->size))
		return "a disk's overlay is too small for its image";
	__builtin_memset(memory->index, 0,
	                 (size_t)(memory->copies - (uint8_t *)memory->index)); /* of the life before */
	return 0;
}

static const char *open_memory(struct machine *machine, const struct info_device *device, struct disk *disk)
{
	const struct info_memory *region = memory_row(device->memory);
	struct disk_memory *memory = machine_alloc(machine, sizeof *memory);
	if (!memory || !region)
		return "no room for a disk, or it has no region";
	uint64_t size = (region->bytes + DISK_SECTOR - 1) / DISK_SECTOR * DISK_SECTOR;
	disk_memory_init(memory, disk, info_pointer(region->gpa), size, !(region->rights & INFO_WRITE));
	return open_overlay(memory, disk, device->overlay);
}

static void poll_channel(void *device)
{
	disk_channel_poll(device);
}

static const char *open_channel(struct machine *machine, const struct info_device *device, struct disk *disk)
{
	struct disk_channel *front = machine_alloc(machine, sizeof *front);
	if (!front)
		return "no room for a disk with a server";
	if (channel_open_info(&front->channel, &INFO_TABLE(info_channel, channel)[device->channel]))
		return "a disk's channel does not open";
	disk_channel_init(front, disk);
	for (unsigned i = 0; i < SERVER_TRIES && !disk_channel_ready(front); i++) {
		layer_time_wait(channel_event(&front->channel), SERVER_WAIT_NS);
		disk_channel_poll(front);
	}
	if (!disk_channel_ready(front))
		return "a disk's server does not answer";
	return machine_add_poll(machine, &(struct machine_poll){poll_channel, front}) ? 0 : "too many devices wait";
}

static const char *open_disk(struct machine *machine, const struct info_device *device, struct disk **disk)
{
	*disk = machine_alloc(machine, sizeof **disk);
	if (!*disk)
		return "no room for a disk";
	for (unsigned i = 0; i + 1 < DISK_SERIAL_BYTES && device->text[i]; i++)
		(*disk)->serial[i] = device->text[i];
	if (device->channel < info_get()->channel.count)
		return open_channel(machine, device, *disk);
	return open_memory(machine, device, *disk);
}

/* --- controllers --- */

static const char *ide_of(struct machine *machine)
{
	struct pin pins[IDE_CHANNELS] = {machine_isa_pin(machine, IDE_IRQ), machine_isa_pin(machine, IDE_IRQ + 1)};
	if (machine->ide)
		return 0;
	machine->ide = machine_alloc(machine, sizeof *machine->ide);
	if (!machine->ide)
		return "no room for the IDE controller";
	ide_init(machine->ide, pins);
	if (ide_attach(machine->ide, &machine->bus) ||
	    !machine_connect(machine, machine->pci.function[IDE_PLACE - 1] ? IDE_PLACE : 0, &machine->ide->function))
		return "no place for the IDE controller";
	return 0;
}

/* Disks take the drives from the first, CD-ROMs from the secondary master. */
static const char *add_drive(struct machine *machine, struct disk *disk, bool cdrom)
{
	static const uint8_t order[2][IDE_DRIVES] = {{0, 1, 2, 3}, {2, 3, 1, 0}};
	const char *wrong = ide_of(machine);
	for (unsigned i = 0; i < IDE_DRIVES && !wrong; i++) {
		unsigned number = order[cdrom][i];
		if (machine->ide->channel[number / 2].drive[number % 2].present)
			continue;
		if (cdrom)
			ide_cdrom(machine->ide, number, disk);
		else
			ide_disk(machine->ide, number, disk);
		return 0;
	}
	return wrong ? wrong : "more than four IDE drives";
}

static uint64_t virtio_when(const void *owner)
{
	return virtio_blk_deadline(owner);
}

static void virtio_do(void *owner, uint64_t now)
{
	virtio_blk_run(owner, now);
}

static const char *add_virtio(struct machine *machine, const struct info_device *device, struct disk *disk)
{
	const struct msix_sink sink = {interrupt_msi, machine};
	struct virtio_blk *block = machine_alloc(machine, sizeof *block);
	if (!block)
		return "no room for a virtio disk";
	virtio_blk_init(block, disk, &machine->clock, &sink);
	if (!machine_add_timer(machine, &(struct machine_timer){virtio_when, virtio_do, block}))
		return "too many devices wait";
	return machine_connect(machine, device->place, &block->virtio.function) ? 0 : "no place for a virtio disk";
}

const char *disk_device_init(struct machine *machine, const struct info_device *device)
{
	struct disk *disk;
	const char *wrong = open_disk(machine, device, &disk);
	if (wrong)
		return wrong;
	return device->model == MODEL_VIRTIO ? add_virtio(machine, device, disk) : add_drive(machine, disk, false);
}

const char *cdrom_device_init(struct machine *machine, const struct info_device *device)
{
	struct disk *medium = 0;
	const char *wrong = memory_row(device->memory) ? open_disk(machine, device, &medium) : 0;
	if (!wrong && medium)
		medium->read_only = true;
	return wrong ? wrong : add_drive(machine, medium, true);
}
