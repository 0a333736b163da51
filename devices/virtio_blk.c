/* SPDX-License-Identifier: ISC */
/*
 * virtio block device: one queue, reads, writes, flushes and the serial number. Several requests may be with the disk at
 * a time; those that it answers at once are signalled together when the queue is empty, or a turn of requests is over:
 * what a disk reads may be the ring itself, so a driver can see to it that there is always one more.
 *
 * Left out: discard, write zeroes, SCSI commands, several queues, a switchable write cache (flushes are honoured always).
 * Specification: Virtual I/O Device 1.1 (OASIS), 5.2.
 */
#include "devices/virtio_blk.h"

enum { SEG_MAX = 2, READ_ONLY = 5, BLK_SIZE = 6, FLUSH = 9 }; /* feature bits */
enum { REQUEST_IN = 0, REQUEST_OUT = 1, REQUEST_FLUSH = 4, REQUEST_GET_ID = 8 };
enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_UNSUPPORTED = 2 };
enum { HEADER_BYTES = 16, ID_BYTES = 20, CONFIG_BYTES = 36, TURN = 128 };
struct header {
	uint32_t type, reserved;
	uint64_t sector;
};

static void take_all(struct virtio_blk *block);

/* --- ends --- */

static void give_back(struct virtio_blk_request *request, uint8_t status)
{
	struct virtio_blk *block = request->block;
	request->used = false;
	block->underway--;
	*request->status = status;
	virtio_push(&block->virtio, 0, request->head, status ? 1 : request->written);
}

static void done(struct disk_request *disk_request, enum status status)
{
	struct virtio_blk_request *request = disk_request->owner;
	struct virtio_blk *block = request->block;
	if (block->virtio.resetting) { /* nobody waits for it any more */
		request->used = false;
		if (!--block->underway)
			virtio_reset_done(&block->virtio);
		return;
	}
	give_back(request, status ? STATUS_ERROR : STATUS_OK);
	if (block->taking)
		return;
	virtio_signal(&block->virtio, 0);
	take_all(block);
}

/* --- requests --- */

static struct virtio_blk_request *free_request(struct virtio_blk *block)
{
	for (unsigned i = 0; i < VIRTIO_BLK_UNDERWAY; i++)
		if (!block->request[i].used)
			return &block->request[i];
	return 0;
}

/* The pieces of the chain from `first` on, without their first `skip` bytes and beyond `bytes`. */
static void set_pieces(struct virtio_blk_request *request, const struct virtio_piece *piece, unsigned count,
                       uint64_t skip, uint64_t bytes)
{
	unsigned pieces = 0;
	for (unsigned i = 0; i < count && bytes; i++) {
		uint64_t cut = skip < piece[i].length ? skip : piece[i].length, left = piece[i].length - cut;
		skip -= cut;
		if (!left)
			continue;
		left = left < bytes ? left : bytes;
		request->piece[pieces++] = (struct disk_piece){piece[i].bytes + cut, (uint32_t)left};
		bytes -= left;
	}
	request->request.pieces = pieces;
}

static void transfer(struct virtio_blk_request *request, enum disk_operation operation, uint64_t sector, uint64_t bytes)
{
	if (bytes % DISK_SECTOR || bytes / DISK_SECTOR > UINT32_MAX || (operation != DISK_FLUSH && !bytes)) {
		give_back(request, STATUS_ERROR);
		return;
	}
	request->written = operation == DISK_READ ? (uint32_t)bytes + 1 : 1;
	request->request.operation = operation;
	request->request.sector = sector;
	request->request.sectors = (uint32_t)(bytes / DISK_SECTOR);
	request->request.piece = request->piece;
	request->request.done = done;
	request->request.owner = request;
	disk_submit(request->block->disk, &request->request);
}

static void get_id(struct virtio_blk_request *request)
{
	char id[ID_BYTES] = {0};
	const struct disk *disk = request->block->disk;
	for (unsigned i = 0; i < ID_BYTES && disk->serial[i]; i++)
		id[i] = disk->serial[i];
	request->written = virtio_give(&request->block->chain, 0, id, ID_BYTES) + 1;
	give_back(request, STATUS_OK);
}

static void begin(struct virtio_blk_request *request)
{
	const struct virtio_chain *chain = &request->block->chain;
	struct header header;
	uint64_t out = chain->out_bytes - HEADER_BYTES, in = chain->in_bytes - 1;
	(void)virtio_take(chain, 0, &header, HEADER_BYTES);
	switch (header.type) {
	case REQUEST_IN:
		set_pieces(request, chain->piece + chain->out, chain->in, 0, in);
		transfer(request, DISK_READ, header.sector, in);
		return;
	case REQUEST_OUT:
		set_pieces(request, chain->piece, chain->out, HEADER_BYTES, out);
		transfer(request, DISK_WRITE, header.sector, out);
		return;
	case REQUEST_FLUSH:
		request->request.pieces = 0;
		transfer(request, DISK_FLUSH, 0, 0);
		return;
	case REQUEST_GET_ID:
		get_id(request);
		return;
	default:
		give_back(request, STATUS_UNSUPPORTED);
	}
}

/* A chain without a header to read or a status to write is no request: the device is broken (5.2.6.1). */
static bool take_one(struct virtio_blk *block, struct virtio_blk_request *request)
{
	struct virtio_chain *chain = &block->chain;
	if (!virtio_pop(&block->virtio, 0, chain))
		return false;
	if (chain->out_bytes < HEADER_BYTES || !chain->in_bytes) {
		virtio_broken(&block->virtio);
		return false;
	}
	const struct virtio_piece *last = &chain->piece[chain->out + chain->in - 1];
	request->block = block;
	request->used = true;
	request->head = chain->head;
	request->status = last->bytes + last->length - 1;
	block->underway++;
	begin(request);
	return true;
}

static void take_all(struct virtio_blk *block)
{
	unsigned turn = TURN;
	bool some = true;
	if (block->taking)
		return;
	block->taking = true;
	for (; some && turn; turn -= some) {
		struct virtio_blk_request *request = free_request(block);
		some = request && take_one(block, request);
	}
	block->taking = false;
	clock_set_deadline(&block->clock, &block->deadline, some ? 0 : CLOCK_NEVER);
	virtio_signal(&block->virtio, 0);
}

static void notified(void *model, unsigned queue)
{
	(void)queue;
	take_all(model);
}

static bool reset(void *model)
{
	const struct virtio_blk *block = model;
	return !block->underway;
}

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static const struct virtio_type types[2] = {
        {VIRTIO_BLOCK, 1, 0, 1, {128}, 1u << SEG_MAX | 1u << BLK_SIZE | 1u << FLUSH, notified, 0, reset},
        {VIRTIO_BLOCK,
         1,
         0,
         1,
         {128},
         1u << SEG_MAX | 1u << BLK_SIZE | 1u << FLUSH | 1u << READ_ONLY,
         notified,
         0,
         reset},
};

void virtio_blk_init(struct virtio_blk *block, struct disk *disk, const struct device_clock *clock,
                     const struct msix_sink *sink)
{
	block->disk = disk;
	block->clock = *clock;
	block->deadline = CLOCK_NEVER;
	block->underway = 0;
	virtio_init(&block->virtio, &types[disk->read_only], block, CONFIG_BYTES, sink);
	put(block->virtio.config, disk->sectors, 8);
	put(block->virtio.config + 12, VIRTIO_PIECES - 4, 4); /* with header and status always inside the limit */
	put(block->virtio.config + 20, DISK_SECTOR, 4);
}

uint64_t virtio_blk_deadline(const struct virtio_blk *block)
{
	return block->deadline;
}

void virtio_blk_run(struct virtio_blk *block, uint64_t now)
{
	if (now >= block->deadline)
		take_all(block);
}
