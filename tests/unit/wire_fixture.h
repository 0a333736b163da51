/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_WIRE_FIXTURE_H
#define TESTS_UNIT_WIRE_FIXTURE_H

/* The other side of a network card's cable as two arrays: what the card has sent, and what waits for it. */
#include "devices/net.h"

#define WIRE_FRAMES 128u

struct wire {
	struct net_frame sent[WIRE_FRAMES], waiting[WIRE_FRAMES];
	size_t sent_length[WIRE_FRAMES], waiting_length[WIRE_FRAMES];
	unsigned sent_count, room, waiting_first, waiting_count, flushes;
};

static inline bool wire_send(void *owner, struct net_frame *frame, size_t length)
{
	struct wire *wire = owner;
	if (!wire->room)
		return false;
	wire->room--;
	wire->sent[wire->sent_count % WIRE_FRAMES] = *frame;
	wire->sent_length[wire->sent_count++ % WIRE_FRAMES] = length;
	return true;
}

static inline size_t wire_receive(void *owner, struct net_frame *frame)
{
	struct wire *wire = owner;
	if (wire->waiting_first == wire->waiting_count)
		return 0;
	*frame = wire->waiting[wire->waiting_first];
	return wire->waiting_length[wire->waiting_first++];
}

static inline void wire_flush(void *owner)
{
	struct wire *wire = owner;
	wire->flushes++;
}

static inline struct net_backend wire_backend(struct wire *wire)
{
	return (struct net_backend){wire_send, wire_receive, wire_flush, wire};
}

#endif
