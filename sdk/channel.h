/* SPDX-License-Identifier: ISC */
#ifndef SDK_CHANNEL_H
#define SDK_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/channel.h"
#include "abi/info.h"
#include "abi/status.h"
#include "lib/ring.h"

/*
 * A channel end: bytes in order, out and/or in, over abi/channel.h. Nothing the peer writes is believed: positions are
 * checked, the size comes from the information page, the data is copied before it is looked at. One thread per end.
 * Duplex: a write takes only what fits. One-way: a write always succeeds, a reader that is too slow loses the oldest
 * bytes and learns how many (channel_lost). A write rings the peer's doorbell event, if the description gives one.
 */
struct channel {
	const struct info_channel *info; /* 0 = not open: writes are dropped, reads give nothing */
	struct ring_out out;
	struct ring_in in;
	uint64_t lost;
	uint32_t peer_epoch;
};

/* ERR_INDEX if the description has no such channel; the channel then stays closed. */
enum status channel_open(struct channel *channel, const char *name);
enum status channel_open_role(struct channel *channel, uint32_t role, uint32_t role_index);
enum status channel_open_info(struct channel *channel, const struct info_channel *info);

size_t channel_write(struct channel *channel, const void *bytes, size_t length); /* -> bytes taken */
size_t channel_read(struct channel *channel, void *bytes, size_t size);          /* -> bytes read */
size_t channel_space(struct channel *channel);                                   /* a write of so many would fit */
size_t channel_pending(struct channel *channel);                                 /* so many could be read */
/* Bytes lost on the way in since the last call of this function. */
uint64_t channel_lost(struct channel *channel);
/* True once after each restart of the peer: both directions have begun anew. Reads and writes look themselves, too. */
bool channel_restarted(struct channel *channel);
/* The bit of event_wait() that the peer's doorbell sets, 0 if there is none. */
uint64_t channel_event(const struct channel *channel);

#endif
