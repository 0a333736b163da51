/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_IDE_H
#define DEVICES_IDE_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/bus.h"
#include "devices/disk.h"
#include "devices/pci_function.h"
#include "devices/pin.h"

/*
 * The IDE function of the PIIX3: two channels of two drives each at the ports of a PC, disks or ATAPI CD-ROMs, and the
 * bus master. See ide.c. Everything is in this struct; the guest's memory is reached through the PCI function only.
 */
#define IDE_CHANNELS 2u
#define IDE_BUFFER 8192u /* of a channel: 16 sectors of a disk, 4 of a CD */
#define IDE_PIECES \
	256u /* of guest memory in one request: at least one sector, since no piece is shorter than 2 bytes */
#define IDE_PORTS 8u

enum ide_phase {
	IDE_IDLE,
	IDE_DISK,     /* BSY: the disk works */
	IDE_DMA_WAIT, /* BSY: a DMA command waits for the bus master */
	IDE_PIO_IN,   /* DRQ */
	IDE_PIO_OUT,
	IDE_PACKET, /* DRQ: the 12 bytes of a packet command */
};

struct ide_drive {
	bool present, atapi;
	struct disk *disk; /* ATAPI: 0 = no medium */
	/* the task file as this drive sees it: [1] is what was written before, for 48-bit commands */
	uint8_t feature[2], count[2], low[2], mid[2], high[2];
	uint8_t status, error;
	uint8_t multiple; /* sectors of a READ MULTIPLE block, 0: off */
	uint8_t heads, sectors_per_track;
	uint8_t mode; /* of transfer, as SET FEATURES said it */
	bool write_cache;
	uint8_t sense_key, asc, ascq;
};

struct ide_channel {
	struct ide *ide;
	struct ide_drive drive[2];
	uint8_t device, control;
	struct pin pin;
	bool irq; /* INTRQ of the drive, before nIEN */

	/* the command underway */
	enum ide_phase phase;
	uint8_t command;
	bool write, dma;
	uint64_t sector;
	uint32_t left;    /* sectors of 512 bytes still to be moved between disk and host */
	uint32_t block;   /* of them in one DRQ block */
	uint32_t limit;   /* ATAPI by PIO: bytes in one DRQ block */
	uint32_t at, end; /* in the buffer: next byte for the host, and how many there are */
	uint32_t drq;     /* where the present DRQ block ends */
	struct disk_request request;
	void (*then)(struct ide_channel *channel); /* what goes on when the disk has answered */
	bool pending, running;                     /* a request is with the disk; advance() is on the stack */
	bool stopped, reset;                       /* asked for meanwhile; done when it has answered */
	enum status answer;

	/* the bus master */
	uint8_t bm_command, bm_status;
	uint32_t bm_table;
	uint32_t prd;  /* bytes of the table read so far */
	bool prd_last; /* the entry read last was marked as the end */
	struct disk_piece piece[IDE_PIECES];
	unsigned pieces;
	uint64_t piece_bytes;

	uint8_t buffer[IDE_BUFFER];
};

struct ide {
	struct pci_function function;
	struct ide_channel channel[IDE_CHANNELS];
};

/* `pins`: IRQ 14 and 15. The caller connects `function`; BAR 4 is the bus master. */
void ide_init(struct ide *ide, const struct pin pins[IDE_CHANNELS]);
/* Drives 0..3: primary master, primary slave, secondary master, secondary slave. */
void ide_disk(struct ide *ide, unsigned drive, struct disk *disk);
void ide_cdrom(struct ide *ide, unsigned drive, struct disk *medium); /* 0: none */
/* 1F0-1F7, 3F6 and 170-177, 376. */
enum status ide_attach(struct ide *ide, struct bus *bus);
#define IDE_BM_BASE 0xc000 /* where firmware puts the bus master's sixteen ports, the first that it gives away */
/* What firmware does, once the function is connected: its ports, and they are on. DMA is for the driver to allow. */
void ide_place(struct ide *ide, uint16_t base);

/* --- between the files of the model --- */
enum { IDE_ERR = 0x01, IDE_DRQ = 0x08, IDE_DSC = 0x10, IDE_DF = 0x20, IDE_DRDY = 0x40, IDE_BSY = 0x80 };
enum { IDE_BM_INTERRUPT = 0x04 };
enum { IDE_ABRT = 0x04, IDE_IDNF = 0x10, IDE_UNC = 0x40 };
static inline struct ide_drive *ide_selected(struct ide_channel *channel)
{
	return &channel->drive[channel->device >> 4 & 1];
}
/* Ends the command: status and error as given, and an interrupt. */
void ide_complete(struct ide_channel *channel, uint8_t error);
/* Offers drq bytes of the buffer from `at` on to the host, or asks it for them. */
void ide_offer(struct ide_channel *channel, enum ide_phase phase, uint32_t bytes, bool interrupt);
void ide_raise(struct ide_channel *channel);
void ide_signature(struct ide_drive *drive);
/* Moves `sectors` between disk and buffer, or flushes; `then` is called when it is done, channel->answer says how. */
void ide_request(struct ide_channel *channel, enum disk_operation operation, uint32_t sectors,
                 void (*then)(struct ide_channel *channel));
/* The same with the pieces that are in the channel, without changing its phase. */
void ide_submit(struct ide_channel *channel, enum disk_operation operation, uint32_t sectors,
                void (*then)(struct ide_channel *channel));
/* A DMA command begins: goes on as soon as the bus master is started. */
void ide_dma(struct ide_channel *channel);
uint64_t ide_dma_read(void *ide, uint32_t offset, unsigned size);
void ide_dma_write(void *ide, uint32_t offset, unsigned size, uint64_t value);

void ide_ata_command(struct ide_channel *channel, uint8_t command);
void ide_ata_next(struct ide_channel *channel); /* the host has taken or filled a DRQ block */
void ide_atapi_command(struct ide_channel *channel, uint8_t command);
void ide_atapi_next(struct ide_channel *channel);
void ide_atapi_done(struct ide_channel *channel, bool good); /* DMA has moved everything, or the medium failed */
void ide_identify(const struct ide_drive *drive, uint8_t page[512]);

#endif
