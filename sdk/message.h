/* SPDX-License-Identifier: ISC */
#ifndef SDK_MESSAGE_H
#define SDK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sdk/channel.h"

/*
 * Ports in the sense of ARINC 653, over a channel: messages instead of bytes. A message travels in a slot of fixed size
 * (a power of two, the header included, the same at both ends, a divisor of the ring), so that a reader who lost bytes
 * finds the next message again.
 *   queuing:  every message, in order; a full duplex channel refuses, a one-way channel drops the oldest.
 *   sampling: only the latest message counts; reading does not consume it, and tells how old it is.
 */
#define MESSAGE_SLOT_MAX 4096u
struct message_port {
	struct channel *channel;
	uint32_t slot;
	uint32_t reserved;
	uint64_t time;                  /* sampling: when the kept message was written (TSC) */
	uint32_t length;                /* sampling: bytes of the kept message; 0 and time 0 = none yet */
	uint8_t kept[MESSAGE_SLOT_MAX]; /* the latest sample, header included; scratch for queuing */
};

/* ERR_ARGUMENT if the slot for `length_max` bytes is larger than MESSAGE_SLOT_MAX or than the ring. */
enum status message_open(struct message_port *port, struct channel *channel, size_t length_max);
/* ERR_FULL: the reader is behind (duplex only). ERR_ARGUMENT: longer than length_max. */
enum status message_send(struct message_port *port, const void *bytes, size_t length);
/* ERR_EMPTY: none. ERR_CORRUPT: a slot that is not a message was skipped. ERR_RANGE: longer than `size`, skipped. */
enum status message_receive(struct message_port *port, void *bytes, size_t size, size_t *length);
/* The latest message ever received, and its age in TSC ticks. ERR_EMPTY: none yet. */
enum status message_sample(struct message_port *port, void *bytes, size_t size, size_t *length, uint64_t *age);

#endif
