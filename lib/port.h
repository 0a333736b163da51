/* SPDX-License-Identifier: ISC */
#ifndef LIB_PORT_H
#define LIB_PORT_H

#include "lib/ring.h"

/*
 * Messages over a channel, in the two forms of ARINC 653. Both ends of a channel must use the same form.
 *
 * Sampling port, one-way channels: each message replaces the one before; a reader gets the latest, whole or not at all.
 * `max` is the longest message; both ends state the same, and 2 * (max + 16) must fit in the ring.
 */
enum status port_sample_write(struct channel_end *end, size_t max, const void *message, size_t bytes);
/*
 * The latest message and its length. *sequence counts messages of this writer's life from 1: unchanged = not new.
 * ERR_EMPTY: none yet. ERR_BUSY: the writer overtook the reader each time (bounded tries). ERR_CORRUPT: no message.
 */
enum status port_sample_read(struct channel_end *end, size_t max, void *message, size_t *bytes, uint64_t *sequence);

/*
 * Queuing port: messages in order. Duplex channels refuse with ERR_FULL, one-way channels overwrite the oldest.
 * ERR_ARGUMENT: longer than the ring can hold.
 */
enum status port_queue_send(struct channel_end *end, const void *message, size_t bytes);
/*
 * The next message, into a buffer of `max` bytes. ERR_EMPTY: none. ERR_ARGUMENT: it is longer than max: *bytes says how
 * long, it stays in the queue (duplex) or is dropped (one-way). ERR_CORRUPT: the peer's framing is broken: all that was
 * queued is dropped. ERR_BUSY: the writer overtook the reader each time (one-way; bounded tries).
 * *lost (the pointer may be 0) counts messages that were overwritten between the one before and this one.
 */
enum status port_queue_receive(struct channel_end *end, void *message, size_t max, size_t *bytes, uint64_t *lost);

#endif
