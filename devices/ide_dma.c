/* SPDX-License-Identifier: ISC */
/*
 * The bus master of a channel: a table of pieces of guest memory (PRD), read as far as it is needed and each entry once;
 * what of a piece is left after whole sectors stays in front for the next request. A sector is never shorter than the
 * pieces that IDE_PIECES entries hold, so every request moves at least one.
 */
#include "devices/ide.h"

enum { BM_COMMAND = 0, BM_STATUS = 2, BM_TABLE = 4, BM_BYTES = 8 };
enum { BM_START = 0x01, BM_TO_MEMORY = 0x08, BM_ACTIVE = 0x01, BM_ERROR = 0x02, BM_CAPABLE = 0x60 };
enum { PRD_BYTES = 8, PRD_TABLE_BYTES = 65536 };
#define PRD_END UINT32_C(0x80000000)

static void dma_run(struct ide_channel *channel);

static void dma_error(struct ide_channel *channel)
{
	channel->bm_status = (uint8_t)((channel->bm_status & ~BM_ACTIVE) | BM_ERROR);
	if (ide_selected(channel)->atapi)
		ide_atapi_done(channel, false);
	else
		ide_complete(channel, IDE_ABRT);
}

/* One more entry; false: none, or (then *bad) one that is no memory. */
static bool next_piece(struct ide_channel *channel, bool *bad)
{
	uint32_t entry[2];
	if (channel->prd_last || channel->prd >= PRD_TABLE_BYTES || channel->pieces == IDE_PIECES)
		return false;
	*bad = true;
	if (!pci_dma_read(&channel->ide->function, (uint64_t)channel->bm_table + channel->prd, entry, PRD_BYTES))
		return false;
	uint32_t bytes = entry[1] & 0xfffe, address = entry[0] & ~UINT32_C(1);
	bytes = bytes ? bytes : 65536;
	uint8_t *at = pci_dma_at(&channel->ide->function, address, bytes);
	if (!at)
		return false;
	*bad = false;
	channel->prd += PRD_BYTES;
	channel->prd_last = entry[1] & PRD_END;
	channel->piece[channel->pieces++] = (struct disk_piece){at, bytes};
	channel->piece_bytes += bytes;
	return true;
}

/* Pieces for `wanted` bytes, or as many as fit; false if the bus master met an error. */
static bool gather(struct ide_channel *channel, uint64_t wanted)
{
	bool bad = false;
	while (channel->piece_bytes < wanted && next_piece(channel, &bad))
		;
	return !bad || channel->piece_bytes >= wanted;
}

/* The first `bytes` have been used. */
static void drop(struct ide_channel *channel, uint64_t bytes)
{
	unsigned first = 0;
	channel->piece_bytes -= bytes;
	for (; first < channel->pieces && bytes >= channel->piece[first].length; first++)
		bytes -= channel->piece[first].length;
	if (first < channel->pieces) {
		channel->piece[first].bytes += bytes;
		channel->piece[first].length -= (uint32_t)bytes;
	}
	for (unsigned i = first; i < channel->pieces; i++)
		channel->piece[i - first] = channel->piece[i];
	channel->pieces -= first;
}

/* All bytes are there: when the table ends here, too, the bus master has nothing left to do. */
static void dma_end(struct ide_channel *channel)
{
	if (channel->prd_last && !channel->piece_bytes)
		channel->bm_status &= (uint8_t)~BM_ACTIVE;
	if (ide_selected(channel)->atapi)
		ide_atapi_done(channel, true);
	else
		ide_complete(channel, 0);
}

/* The table ends before the data does: 82371SB 2.6.2: not active, no interrupt. */
static void dma_short(struct ide_channel *channel)
{
	channel->bm_status &= (uint8_t)~BM_ACTIVE;
	channel->phase = IDE_IDLE;
	ide_selected(channel)->status = IDE_DRDY | IDE_DSC;
}

static void dma_answered(struct ide_channel *channel)
{
	uint32_t sectors = channel->request.sectors;
	channel->phase = IDE_DMA_WAIT;
	if (channel->answer) {
		channel->bm_status &= (uint8_t)~BM_ACTIVE;
		if (ide_selected(channel)->atapi)
			ide_atapi_done(channel, false);
		else
			ide_complete(channel, IDE_UNC);
		return;
	}
	channel->sector += sectors;
	channel->left -= sectors;
	drop(channel, (uint64_t)sectors * DISK_SECTOR);
	if (channel->left)
		dma_run(channel);
	else
		dma_end(channel);
}

/* An answer that lies in the buffer. */
static void dma_buffer(struct ide_channel *channel)
{
	uint32_t bytes = channel->end - channel->at;
	struct disk_request all = {.piece = channel->piece};
	if (!gather(channel, bytes)) {
		dma_error(channel);
		return;
	}
	if (channel->piece_bytes < bytes) {
		dma_short(channel);
		return;
	}
	all.pieces = channel->pieces;
	disk_give(&all, 0, channel->buffer + channel->at, bytes);
	channel->at = channel->end;
	drop(channel, bytes);
	dma_end(channel);
}

static void dma_sectors(struct ide_channel *channel)
{
	if (!gather(channel, (uint64_t)channel->left * DISK_SECTOR)) {
		dma_error(channel);
		return;
	}
	uint64_t sectors = channel->piece_bytes / DISK_SECTOR;
	if (!sectors) {
		dma_short(channel);
		return;
	}
	channel->phase = IDE_DISK;
	ide_submit(channel, channel->write ? DISK_WRITE : DISK_READ,
	           sectors < channel->left ? (uint32_t)sectors : channel->left, dma_answered);
}

static void dma_run(struct ide_channel *channel)
{
	if (channel->running)
		return;
	channel->running = true;
	while (channel->phase == IDE_DMA_WAIT && (channel->bm_status & BM_ACTIVE)) {
		if (channel->left)
			dma_sectors(channel);
		else
			dma_buffer(channel);
	}
	channel->running = false;
}

void ide_dma(struct ide_channel *channel)
{
	channel->phase = IDE_DMA_WAIT;
	channel->dma = true;
	ide_selected(channel)->status = IDE_BSY;
	dma_run(channel);
}

static void bm_start(struct ide_channel *channel, uint8_t command)
{
	bool was = channel->bm_command & BM_START, is = command & BM_START;
	channel->bm_command = command & (BM_START | BM_TO_MEMORY);
	if (is && !was) {
		channel->bm_status |= BM_ACTIVE;
		channel->prd = 0;
		channel->prd_last = false;
		if (!channel->pending) {
			channel->pieces = 0;
			channel->piece_bytes = 0;
		}
		dma_run(channel);
	} else if (was && !is) {
		channel->bm_status &= (uint8_t)~BM_ACTIVE;
		if (channel->pending && channel->dma)
			channel->stopped = true;
		else if (channel->phase == IDE_DMA_WAIT)
			dma_short(channel);
	}
}

uint64_t ide_dma_read(void *device, uint32_t offset, unsigned size)
{
	const struct ide *ide = device;
	const struct ide_channel *channel = &ide->channel[offset / BM_BYTES & 1];
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++) {
		unsigned at = (offset + i) % BM_BYTES;
		uint8_t byte = at == BM_COMMAND  ? channel->bm_command
		               : at == BM_STATUS ? channel->bm_status
		               : at >= BM_TABLE  ? (uint8_t)(channel->bm_table >> 8 * (at - BM_TABLE))
		                                 : 0;
		value |= (uint64_t)byte << 8 * i;
	}
	return value;
}

void ide_dma_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	struct ide *ide = device;
	struct ide_channel *channel = &ide->channel[offset / BM_BYTES & 1];
	for (unsigned i = 0; i < size; i++) {
		unsigned at = (offset + i) % BM_BYTES;
		uint8_t byte = (uint8_t)(value >> 8 * i);
		if (at == BM_COMMAND)
			bm_start(channel, byte);
		else if (at == BM_STATUS) /* two bits are cleared by writing them, two are the driver's notes */
			channel->bm_status =
			        (uint8_t)((channel->bm_status & ~BM_CAPABLE & ~(byte & (BM_ERROR | IDE_BM_INTERRUPT))) |
			                  (byte & BM_CAPABLE));
		else if (at >= BM_TABLE)
			channel->bm_table = (channel->bm_table & ~(UINT32_C(0xff) << 8 * (at - BM_TABLE))) |
			                    (uint32_t)(at == BM_TABLE ? byte & 0xfc : byte) << 8 * (at - BM_TABLE);
	}
}
