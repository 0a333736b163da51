/* SPDX-License-Identifier: ISC */
#ifndef SDK_MESSAGE_H
#define SDK_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include "lib/port.h"
#include "sdk/channel.h"

/*
 * Messages instead of bytes over a channel, in the two forms of ARINC 653; lib/port.h states sizes and errors. Both ends
 * use the same form. These also ring the doorbell.
 *   queue:  every message, in order. A full duplex channel refuses, a one-way channel overwrites the oldest.
 *   sample: each message replaces the one before; one-way channels. `max` is the longest message, the same at both ends.
 */
enum status queue_send(struct channel *channel, const void *message, size_t length);
enum status queue_receive(struct channel *channel, void *message, size_t max, size_t *length, uint64_t *lost);
enum status sample_write(struct channel *channel, size_t max, const void *message, size_t length);
/* *sequence counts the writer's messages: unchanged = not new. */
enum status sample_read(struct channel *channel, size_t max, void *message, size_t *length, uint64_t *sequence);

#endif
