/* SPDX-License-Identifier: ISC */
/*
 * The IDE controller of the PIIX3: register files, PIO data, interrupts, bus master. Commands of disks are in ide_ata.c,
 * of CD-ROMs in ide_atapi.c. A channel does one thing at a time, named by its phase; everything that waits for the disk
 * goes on in advance(), which a disk in memory reaches before disk_submit returns, and which therefore never calls itself.
 *
 * State: the task file of each drive with what was written before (48-bit commands), one buffer of a channel, the PRD
 * position. Transfer modes are noted and all have the same speed. Timing registers of the function are kept and mean
 * nothing; the legacy ports always answer, whatever COMMAND and the IDETIM decode bits say.
 * Left out: overlapped and queued commands, SMART, security, HPA changes, CompactFlash.
 * What cannot be undone: a request that is with a remote disk ends before a reset or a stop of the bus master shows.
 * Data sheets: Intel 82371SB (290550) for the function and the bus master, ATA/ATAPI-6 (T13 1410D) for the drives.
 */
#include "devices/ide.h"

enum { DATA = 0, ERROR = 1, FEATURE = 1, COUNT = 2, LOW = 3, MID = 4, HIGH = 5, DEVICE = 6, STATUS = 7, COMMAND = 7 };
enum { BM_INDEX = 4, BM_BAR = PCI_BAR + 4 * BM_INDEX };
enum { SECOND_DRIVE = 0x10, CONTROL_NIEN = 0x02, CONTROL_SRST = 0x04, CONTROL_HOB = 0x80 };
#define IDETIM_ENABLED 0x80 /* bit 15 of a word at 40h, 42h */

/* --- interrupts and ends --- */

static void update_pin(struct ide_channel *channel)
{
	pin_set(&channel->pin, channel->irq && !(channel->control & CONTROL_NIEN));
}

void ide_raise(struct ide_channel *channel)
{
	channel->irq = true;
	channel->bm_status |= IDE_BM_INTERRUPT;
	update_pin(channel);
}

void ide_complete(struct ide_channel *channel, uint8_t error)
{
	struct ide_drive *drive = ide_selected(channel);
	channel->phase = IDE_IDLE;
	drive->error = error;
	drive->status = IDE_DRDY | IDE_DSC | (error ? IDE_ERR : 0);
	ide_raise(channel);
}

void ide_offer(struct ide_channel *channel, enum ide_phase phase, uint32_t bytes, bool interrupt)
{
	channel->phase = phase;
	channel->drq = channel->at + bytes;
	ide_selected(channel)->status = IDE_DRDY | IDE_DSC | IDE_DRQ;
	if (interrupt)
		ide_raise(channel);
}

void ide_signature(struct ide_drive *drive)
{
	drive->count[0] = drive->low[0] = 1;
	drive->mid[0] = drive->atapi ? 0x14 : 0;
	drive->high[0] = drive->atapi ? 0xeb : 0;
	drive->error = 1;
	drive->status = !drive->present || drive->atapi ? 0 : IDE_DRDY | IDE_DSC;
}

static void reset(struct ide_channel *channel)
{
	channel->phase = IDE_IDLE;
	channel->irq = channel->reset = channel->stopped = false;
	channel->device = 0;
	channel->at = channel->end = channel->drq = channel->left = 0;
	for (unsigned i = 0; i < 2; i++) {
		channel->drive[i].multiple = 0;
		ide_signature(&channel->drive[i]);
	}
	update_pin(channel);
}

/* --- the disk --- */

/* A stop or a reset that came while the disk worked. */
static bool interrupted(struct ide_channel *channel)
{
	if (channel->reset) {
		reset(channel);
		return true;
	}
	if (channel->stopped) {
		channel->stopped = false;
		channel->phase = IDE_IDLE;
		ide_selected(channel)->status = IDE_DRDY | IDE_DSC;
		return true;
	}
	return false;
}

static void on_answer(struct disk_request *request, enum status status)
{
	struct ide_channel *channel = request->owner;
	channel->pending = false;
	channel->answer = status;
	if (!interrupted(channel))
		channel->then(channel);
}

void ide_submit(struct ide_channel *channel, enum disk_operation operation, uint32_t sectors,
                void (*then)(struct ide_channel *channel))
{
	channel->request = (struct disk_request){.operation = operation,
	                                         .sector = channel->sector,
	                                         .sectors = sectors,
	                                         .piece = channel->piece,
	                                         .pieces = channel->pieces,
	                                         .done = on_answer,
	                                         .owner = channel};
	channel->then = then;
	channel->pending = true;
	disk_submit(ide_selected(channel)->disk, &channel->request);
}

void ide_request(struct ide_channel *channel, enum disk_operation operation, uint32_t sectors,
                 void (*then)(struct ide_channel *channel))
{
	channel->phase = IDE_DISK;
	ide_selected(channel)->status = IDE_BSY;
	channel->piece[0] = (struct disk_piece){channel->buffer, sectors * DISK_SECTOR};
	channel->pieces = sectors ? 1 : 0;
	ide_submit(channel, operation, sectors, then);
}

/* --- the task file --- */

static void push(uint8_t reg[2], uint8_t value)
{
	reg[1] = reg[0];
	reg[0] = value;
}

/* A host that selects the other drive in the middle of a block gives the command up: it must not go on with that one. */
static void select_drive(struct ide_channel *channel, uint8_t value)
{
	if ((value ^ channel->device) & SECOND_DRIVE && channel->phase != IDE_IDLE) {
		channel->phase = IDE_IDLE;
		channel->left = 0;
		ide_selected(channel)->status = IDE_DRDY | IDE_DSC;
	}
	channel->device = value;
}

/* Both drives see what is written; the selected one obeys. */
static void write_register(struct ide_channel *channel, unsigned offset, uint8_t value)
{
	if (offset == COMMAND) {
		struct ide_drive *drive = ide_selected(channel);
		channel->irq = false;
		update_pin(channel);
		if (!drive->present)
			return;
		drive->error = 0;
		channel->dma = false;
		channel->command = value;
		channel->at = channel->end = channel->drq = channel->left = 0;
		if (drive->atapi)
			ide_atapi_command(channel, value);
		else
			ide_ata_command(channel, value);
		return;
	}
	channel->control &= (uint8_t)~CONTROL_HOB;
	if (offset == DEVICE)
		select_drive(channel, value);
	for (unsigned i = 0; i < 2; i++) {
		struct ide_drive *drive = &channel->drive[i];
		uint8_t *const reg[] = {[FEATURE] = drive->feature,
		                        [COUNT] = drive->count,
		                        [LOW] = drive->low,
		                        [MID] = drive->mid,
		                        [HIGH] = drive->high};
		if (offset >= FEATURE && offset <= HIGH)
			push(reg[offset], value);
	}
}

static uint8_t read_register(struct ide_channel *channel, unsigned offset)
{
	struct ide_drive *drive = ide_selected(channel);
	unsigned before = channel->control & CONTROL_HOB ? 1 : 0;
	if (offset == DEVICE)
		return (uint8_t)(channel->device | 0xa0);
	if (!drive->present)
		return 0;
	switch (offset) {
	case ERROR:
		return drive->error;
	case COUNT:
		return drive->count[before];
	case LOW:
		return drive->low[before];
	case MID:
		return drive->mid[before];
	case HIGH:
		return drive->high[before];
	default:
		return drive->status;
	}
}

/* --- the data port --- */

/* The host is done with a DRQ block: the command goes on. */
static void block_done(struct ide_channel *channel)
{
	ide_selected(channel)->status &= (uint8_t)~IDE_DRQ;
	if (ide_selected(channel)->atapi)
		ide_atapi_next(channel);
	else
		ide_ata_next(channel);
}

static uint32_t data_read(struct ide_channel *channel, unsigned size)
{
	uint32_t value = 0;
	if (channel->phase != IDE_PIO_IN)
		return UINT32_MAX;
	uint32_t left = channel->drq - channel->at;
	__builtin_memcpy(&value, channel->buffer + channel->at, size < left ? size : left);
	channel->at += size < left ? size : left;
	if (channel->at == channel->drq)
		block_done(channel);
	return value;
}

static void data_write(struct ide_channel *channel, unsigned size, uint32_t value)
{
	if (channel->phase != IDE_PIO_OUT && channel->phase != IDE_PACKET)
		return;
	uint32_t left = channel->drq - channel->at;
	__builtin_memcpy(channel->buffer + channel->at, &value, size < left ? size : left);
	channel->at += size < left ? size : left;
	if (channel->at == channel->drq)
		block_done(channel);
}

/* --- ports --- */

static uint32_t port_read(void *device, uint16_t offset, unsigned size)
{
	struct ide_channel *channel = device;
	uint32_t value = 0;
	if (offset == DATA)
		return data_read(channel, size);
	for (unsigned i = 0; i < size; i++) {
		value |= (uint32_t)read_register(channel, offset + i) << 8 * i;
		if (offset + i == STATUS) {
			channel->irq = false;
			update_pin(channel);
		}
	}
	return value;
}

static void port_write(void *device, uint16_t offset, unsigned size, uint32_t value)
{
	struct ide_channel *channel = device;
	if (offset == DATA) {
		data_write(channel, size, value);
		return;
	}
	for (unsigned i = 0; i < size; i++) {
		if (channel->phase == IDE_DISK || channel->phase == IDE_DMA_WAIT || channel->reset)
			return; /* BSY */
		write_register(channel, offset + i, (uint8_t)(value >> 8 * i));
	}
}

/* Alternate status: the same without its effect. */
static uint32_t control_read(void *device, uint16_t offset, unsigned size)
{
	struct ide_channel *channel = device;
	(void)offset;
	(void)size;
	return read_register(channel, STATUS);
}

/* A reset takes effect when SRST goes away; while it is set both drives are busy. */
static void control_write(void *device, uint16_t offset, unsigned size, uint32_t value)
{
	struct ide_channel *channel = device;
	bool was = channel->control & CONTROL_SRST, is = value & CONTROL_SRST;
	(void)offset;
	(void)size;
	channel->control = (uint8_t)value;
	for (unsigned i = 0; i < 2 && is && !was; i++)
		channel->drive[i].status = IDE_BSY;
	if (is && !channel->pending)
		channel->phase = IDE_IDLE;
	if (was && !is) {
		if (channel->pending)
			channel->reset = true;
		else
			reset(channel);
	}
	update_pin(channel);
}

enum status ide_attach(struct ide *ide, struct bus *bus)
{
	static const uint16_t base[IDE_CHANNELS] = {0x1f0, 0x170}, control[IDE_CHANNELS] = {0x3f6, 0x376};
	enum status status = OK;
	for (unsigned i = 0; i < IDE_CHANNELS && !status; i++) {
		struct ide_channel *channel = &ide->channel[i];
		status = bus_add(bus, &(struct bus_range){base[i], IDE_PORTS, channel, port_read, port_write, 4});
		if (!status)
			status = bus_add(bus,
			                 &(struct bus_range){control[i], 1, channel, control_read, control_write, 1});
	}
	return status;
}

/* --- the function --- */

void ide_place(struct ide *ide, uint16_t base)
{
	uint8_t *config = ide->function.config;
	config[BM_BAR] = (uint8_t)(base | 1);
	config[BM_BAR + 1] = (uint8_t)(base >> 8);
	config[PCI_COMMAND] = PCI_COMMAND_IO;
	pci_function_written(&ide->function, PCI_COMMAND, BM_BAR + 4 - PCI_COMMAND);
}

void ide_init(struct ide *ide, const struct pin pins[IDE_CHANNELS])
{
	static const struct pci_identity identity = {
	        .vendor = 0x8086, .device = 0x7010, .class_code = 1, .subclass = 1, .interface = 0x80};
	const struct window window = {ide, ide_dma_read, ide_dma_write};
	pci_function_init(&ide->function, &identity);
	pci_function_bar(&ide->function, BM_INDEX, PCI_BAR_IO, 16, &window);
	for (unsigned i = 0; i < IDE_CHANNELS; i++) {
		struct ide_channel *channel = &ide->channel[i];
		channel->ide = ide;
		channel->pin = pins[i];
		ide->function.config[0x41 + 2 * i] = IDETIM_ENABLED;
		for (unsigned n = 0; n < 2; n++) {
			ide->function.writable[0x40 + 2 * i + n] = 0xff;
			channel->drive[n].heads = 16;
			channel->drive[n].sectors_per_track = 63;
		}
		reset(channel);
	}
	ide->function.writable[0x44] = 0xff;
}

static struct ide_drive *drive_at(struct ide *ide, unsigned drive)
{
	return &ide->channel[drive / 2 % IDE_CHANNELS].drive[drive % 2];
}

void ide_disk(struct ide *ide, unsigned drive, struct disk *disk)
{
	struct ide_drive *at = drive_at(ide, drive);
	at->present = true;
	at->disk = disk;
	at->write_cache = true;
	ide_signature(at);
}

void ide_cdrom(struct ide *ide, unsigned drive, struct disk *medium)
{
	struct ide_drive *at = drive_at(ide, drive);
	at->present = at->atapi = true;
	at->disk = medium;
	ide_signature(at);
}
