/* SPDX-License-Identifier: ISC */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/channel.h"
#include "abi/status.h"

/*
 * One end of a channel (abi/channel.h). All state that matters is here, in private memory: of the peer's area every
 * counter is read once and checked, so that a hostile peer can spoil its own data but never make this end touch a byte
 * outside the two areas or loop. One thread per end; the two ends may run on different CPUs.
 *
 * A pair of ends is connected when each has published the other's present epoch; until then nothing is readable, and
 * a duplex end may already write one ring full for the peer that is still starting. When the epoch word of the peer
 * changes, every call below begins the channel anew by itself: bytes not yet read are gone, both directions start at 0.
 * A one-way reader that was restarted itself joins at the writer's present position.
 *
 * No call signals an event: after writing, signal the channel's event; after reading a duplex channel, signal it if
 * ring_peer_waits() says so.
 */
struct channel_setup {
	struct channel_area *out;      /* own area; 0 = this end only reads */
	const struct channel_area *in; /* the peer's area; 0 = this end only writes */
	uint32_t out_bytes, in_bytes;  /* data bytes: powers of two, from the information page */
	const uint32_t *peer_epoch;    /* word in the information page; 0 = the peer never restarts */
	uint32_t epoch;                /* own: info.epoch */
	bool one_way;                  /* then exactly one of out, in is set */
};

struct channel_end {
	struct channel_setup setup;
	uint32_t peer_epoch;     /* the peer's life that the counters below belong to */
	uint32_t resets;         /* peer restarts seen; for the caller */
	uint64_t written;        /* bytes written into out */
	uint64_t consumed;       /* bytes read from in */
	uint32_t sent, expected; /* message numbers of lib/port.c */
	bool late;               /* one-way reader that joined in the middle */
	bool waiting;            /* own area asks for a signal */
	uint64_t lost; /* one-way reader: bytes overwritten before they were read; for the caller, who may clear it */
	uint64_t violations; /* times the peer's counters made no sense; for the caller */
};

/* Makes the end and initialises its own area. ERR_ARGUMENT if a size is no power of two or the areas do not fit the kind. */
enum status ring_open(struct channel_end *end, const struct channel_setup *setup);
/* Notices a restart of the peer; true if there was one just now. Every other call does this, too; see end->resets. */
bool ring_poll(struct channel_end *end);

/* Bytes that a read would give now, and a write would take now (one-way: always the ring size). */
size_t ring_readable(struct channel_end *end);
size_t ring_writable(struct channel_end *end);
/*
 * Duplex: copies what fits, returns how much (0..bytes), and asks the peer to signal when there is room again if it was
 * not all. One-way: takes everything, overwriting the oldest; returns bytes.
 */
size_t ring_write(struct channel_end *end, const void *from, size_t bytes);
/* Copies at most `bytes`, returns how many. One-way: what was overwritten is skipped and added to end->lost. */
size_t ring_read(struct channel_end *end, void *to, size_t bytes);
/* After ring_read: the writer had found the ring full and wants a signal. Duplex only. */
bool ring_peer_waits(const struct channel_end *end);

/*
 * For lib/port.c: the same in steps. ring_put and ring_get copy at an offset from the present position; offset + bytes is
 * at most the size of the ring, which the caller has checked.
 */
void ring_begin(struct channel_end *end, uint64_t bytes); /* before ring_put: what the next publication will cover */
void ring_put(struct channel_end *end, uint64_t offset, const void *from, size_t bytes);
void ring_publish(struct channel_end *end, uint64_t bytes);
void ring_get(const struct channel_end *end, uint64_t offset, void *to, size_t bytes);
bool ring_intact(const struct channel_end *end); /* nothing from the present position on was overwritten meanwhile */
void ring_consume(struct channel_end *end, uint64_t bytes);
bool ring_await_room(struct channel_end *end, uint64_t bytes); /* true if there is room; else the peer will signal */
uint64_t ring_published(struct channel_end *end);              /* what the peer has written in this life */
#define RING_TRIES 4u /* how often a reader tries again when the writer overtook it */

#endif
