/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DISK_CHANNEL_H
#define DEVICES_DISK_CHANNEL_H

#include "abi/block.h"
#include "devices/disk.h"
#include "sdk/channel.h"

/*
 * A disk that another subject serves (abi/block.h): the front end. Requests are cut into messages, a few of which are
 * underway; each stays in its slot, written bytes included, until it is answered, so that it can be repeated to a
 * restarted server with the same content. The server is not believed: it decides what bytes the guest reads, no more.
 */
#define DISK_CHANNEL_SLOTS 4u

struct disk_slot {
	struct disk_request *request; /* 0: free */
	struct block_message message;
	uint32_t offset; /* of its sectors in the request */
	bool sent;       /* to the server's present life */
	uint8_t data[BLOCK_SECTORS_MAX * BLOCK_SECTOR];
};
struct disk_channel {
	struct channel channel;
	struct disk *disk;
	bool greeted;  /* the server of this life has told its disk */
	bool asked;    /* hello has been sent to it */
	bool known;    /* the size was told once; another one later is a fault */
	bool broken;   /* it has broken the protocol in this life: everything fails */
	uint32_t most; /* sectors in a message */
	uint64_t next_id;
	struct disk_slot slot[DISK_CHANNEL_SLOTS];
	struct disk_request *first, *last; /* not yet answered as a whole, in order */
	uint8_t buffer[BLOCK_MESSAGE_MAX];
};

/* Takes an open channel. The disk has no sectors until disk_channel_ready(). */
void disk_channel_init(struct disk_channel *front, struct disk *disk);
/* Sends and receives what it can; after the channel's event, and to find out whether the server is there. */
void disk_channel_poll(struct disk_channel *front);
static inline bool disk_channel_ready(const struct disk_channel *front)
{
	return front->known;
}

#endif
