/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DISK_H
#define DEVICES_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"

/*
 * A disk as the models of controllers see it: requests for 512-byte sectors, answered by a call-back, possibly before
 * disk_submit returns. A model owns the request and its pieces and leaves them alone until `done`; the bytes may be
 * guest memory, which a guest changes at any time: they are only ever copied, never looked at.
 */
#define DISK_SECTOR 512u
#define DISK_SERIAL_BYTES 21u

enum disk_operation { DISK_READ, DISK_WRITE, DISK_FLUSH };
struct disk_piece {
	uint8_t *bytes;
	uint32_t length;
};
struct disk_request {
	enum disk_operation operation;
	uint64_t sector;
	uint32_t sectors;
	unsigned pieces;
	const struct disk_piece *piece; /* together sectors * 512 bytes */
	void (*done)(struct disk_request *request, enum status status);
	void *owner;
	/* the back end's */
	struct disk_request *next;
	uint32_t sent, answered; /* sectors */
	enum status status;
};

struct disk {
	uint64_t sectors;
	bool read_only;
	char serial[DISK_SERIAL_BYTES];
	void (*submit)(void *backend, struct disk_request *request);
	void *backend;
};

/* ERR_RANGE beyond the end, ERR_RIGHT for a write to a read-only disk: `done` is told, the back end never sees it. */
void disk_submit(struct disk *disk, struct disk_request *request);
/* For back ends: the bytes from `offset` of the request's pieces on, to or from a buffer. */
void disk_take(const struct disk_request *request, uint64_t offset, void *to, uint32_t length);
void disk_give(const struct disk_request *request, uint64_t offset, const void *from, uint32_t length);

#endif
