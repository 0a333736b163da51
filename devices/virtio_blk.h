/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/clock.h"
#include "devices/disk.h"
#include "devices/virtio.h"

#define VIRTIO_BLK_UNDERWAY 8u

struct virtio_blk;
struct virtio_blk_request {
	struct virtio_blk *block;
	bool used;
	uint16_t head;
	uint8_t *status; /* the last byte that the driver lets us write */
	uint32_t written;
	struct disk_request request;
	struct disk_piece piece[VIRTIO_PIECES];
};
struct virtio_blk {
	struct virtio virtio;
	struct disk *disk;
	bool taking; /* take_all() is on the stack: it signals at its end */
	struct device_clock clock;
	uint64_t deadline; /* ns: when virtio_blk_run is to be called */
	unsigned underway;
	struct virtio_blk_request request[VIRTIO_BLK_UNDERWAY];
	struct virtio_chain chain;
};

/* The disk's size and write protection must be known by now. */
void virtio_blk_init(struct virtio_blk *block, struct disk *disk, const struct device_clock *clock,
                     const struct msix_sink *sink);
uint64_t virtio_blk_deadline(const struct virtio_blk *block);
void virtio_blk_run(struct virtio_blk *block, uint64_t now);

#endif
