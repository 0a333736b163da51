/* SPDX-License-Identifier: ISC */
/*
 * ATAPI: how packets and their answers travel. An answer is either bytes in the buffer or blocks of the medium; both go
 * to the host by PIO, in blocks of at most the limit it set, or by DMA. What the packets mean is in ide_packet.c.
 * Specification: ATA/ATAPI-6 (T13 1410D) 9.8.
 */
#include "devices/ide_atapi.h"

enum { COMMAND_OR_DATA = 1, TO_HOST = 2 }; /* the count register: interrupt reason */
enum { PACKET_BYTES = 12 };

/* --- ends --- */

static void finish(struct ide_channel *channel, uint8_t error)
{
	ide_selected(channel)->count[0] = TO_HOST | COMMAND_OR_DATA;
	ide_complete(channel, error);
}

void ide_atapi_good(struct ide_channel *channel)
{
	ide_selected(channel)->sense_key = 0;
	ide_selected(channel)->asc = ide_selected(channel)->ascq = 0;
	finish(channel, 0);
}

void ide_atapi_check(struct ide_channel *channel, uint8_t key, uint8_t asc)
{
	struct ide_drive *drive = ide_selected(channel);
	drive->sense_key = key;
	drive->asc = asc;
	drive->ascq = 0;
	channel->left = 0;
	finish(channel, (uint8_t)(key << 4 | IDE_ABRT));
}

void ide_atapi_done(struct ide_channel *channel, bool is_good)
{
	if (is_good)
		ide_atapi_good(channel);
	else
		ide_atapi_check(channel, SENSE_MEDIUM, ASC_UNREADABLE);
}

/* --- data to the host --- */

/* The next DRQ block of what is in the buffer: at most the limit, and even unless it is the last. */
static void offer(struct ide_channel *channel)
{
	struct ide_drive *drive = ide_selected(channel);
	uint32_t bytes = channel->end - channel->at;
	if (bytes > channel->limit)
		bytes = channel->limit & ~UINT32_C(1);
	drive->mid[0] = (uint8_t)bytes;
	drive->high[0] = (uint8_t)(bytes >> 8);
	drive->count[0] = TO_HOST;
	ide_offer(channel, IDE_PIO_IN, bytes, true);
}

static void blocks_ready(struct ide_channel *channel)
{
	uint32_t sectors = channel->request.sectors;
	if (channel->answer) {
		ide_atapi_check(channel, SENSE_MEDIUM, ASC_UNREADABLE);
		return;
	}
	channel->sector += sectors;
	channel->left -= sectors;
	channel->at = 0;
	channel->end = sectors * DISK_SECTOR;
	offer(channel);
}

void ide_atapi_go_on(struct ide_channel *channel)
{
	uint32_t most = IDE_BUFFER / DISK_SECTOR;
	if (channel->at < channel->end)
		offer(channel);
	else if (channel->left)
		ide_request(channel, DISK_READ, channel->left < most ? channel->left : most, blocks_ready);
	else
		ide_atapi_good(channel);
}

/* `bytes` of the buffer, of which the host wants at most `wanted`. */
void ide_atapi_give(struct ide_channel *channel, uint32_t bytes, uint32_t wanted)
{
	channel->at = channel->left = 0;
	channel->end = bytes < wanted ? bytes : wanted;
	if (!channel->end)
		ide_atapi_good(channel);
	else if (channel->dma)
		ide_dma(channel);
	else
		offer(channel);
}

void ide_atapi_next(struct ide_channel *channel)
{
	if (channel->phase == IDE_PACKET)
		ide_atapi_packet(channel);
	else if (channel->command == 0xa1) {
		channel->phase = IDE_IDLE;
		ide_selected(channel)->status = IDE_DRDY | IDE_DSC;
	} else
		ide_atapi_go_on(channel);
}

/* --- the ATA commands of an ATAPI device --- */

static void packet_command(struct ide_channel *channel)
{
	struct ide_drive *drive = ide_selected(channel);
	uint32_t limit = drive->mid[0] | (uint32_t)drive->high[0] << 8;
	channel->dma = drive->feature[0] & 1;
	channel->limit = limit == 0 || limit == 0xffff ? 0xfffe : limit;
	channel->limit = channel->limit < 2 ? 2 : channel->limit;
	drive->count[0] = COMMAND_OR_DATA;
	ide_offer(channel, IDE_PACKET, PACKET_BYTES, false);
}

void ide_atapi_command(struct ide_channel *channel, uint8_t command)
{
	struct ide_drive *drive = ide_selected(channel);
	switch (command) {
	case 0x08: /* DEVICE RESET: no interrupt */
		ide_signature(drive);
		channel->phase = IDE_IDLE;
		return;
	case 0x90:
		ide_ata_command(channel, command);
		return;
	case 0xa0:
		packet_command(channel);
		return;
	case 0xa1:
		ide_identify(drive, channel->buffer);
		ide_offer(channel, IDE_PIO_IN, DISK_SECTOR, true);
		return;
	case 0xef:
		ide_ata_command(channel, command);
		return;
	case 0x20: /* tells by its signature that it is no disk */
	case 0xec:
		ide_signature(drive);
		ide_complete(channel, IDE_ABRT);
		return;
	case 0xe0:
	case 0xe1:
	case 0xe7:
		ide_complete(channel, 0);
		return;
	default:
		ide_complete(channel, IDE_ABRT);
	}
}
