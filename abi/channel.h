/* SPDX-License-Identifier: ISC */
#ifndef ABI_CHANNEL_H
#define ABI_CHANNEL_H

#include <stdint.h>

/*
 * A channel is one or two areas of shared memory. Each area has ONE writer; everybody else maps it read-only.
 *   one-way: one area. Nothing flows back: the writer never waits, a slow reader loses and can tell how much.
 *   duplex:  two areas, one written by each end; each end publishes in its own area what it has consumed of the other's.
 * An area is whole 4 KiB pages: this header, then `size` bytes of data (a power of two, stated in the information page;
 * a reader never believes the header's copy of it).
 * All counters are bytes since the writer's epoch began; position = counter % size. The epoch word of the peer is in the
 * information page: when it changes, the peer has restarted and both counters of the channel begin at 0 again.
 */
#define CHANNEL_MAGIC 0x4c4e4843u /* "CHNL" */
#define CHANNEL_VERSION 1u
struct channel_area {
	uint32_t magic;
	uint32_t version;
	uint32_t size;  /* data bytes */
	uint32_t epoch; /* the writer's restart count when it opened the area */
	/* bytes the writer has begun to write: a one-way reader checks it after copying (begun - from > size = overrun) */
	uint64_t begun;
	uint64_t written;    /* bytes published */
	uint64_t consumed;   /* duplex: bytes of the opposite area this end has consumed */
	uint64_t peer_epoch; /* duplex: epoch of the opposite area that `consumed` counts in */
	uint64_t waiting;    /* duplex: 1 = this end found no room for its data: signal it after consuming */
	uint64_t reserved;
	uint8_t data[];
};
_Static_assert(sizeof(struct channel_area) == 64, "fixed layout");

#endif
