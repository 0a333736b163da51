/* SPDX-License-Identifier: ISC */
#ifndef SDK_CHANNEL_H
#define SDK_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/info.h"
#include "abi/status.h"
#include "lib/ring.h"

/*
 * A channel end by name: lib/ring.h (which see for what is guaranteed) with the description's names, sizes and doorbell.
 * Duplex: a write takes only what fits. One-way: a write always succeeds; a reader that is too slow loses the oldest
 * bytes and learns how many (channel_lost). Writes ring the peer's doorbell event if the description gives one; reads
 * do when the peer waits for room. When the peer restarts, both directions begin anew by themselves; an end that is opened
 * in a later life of its subject rings, too.
 */
struct channel {
	const struct info_channel *info; /* 0 = not open: writes take nothing, reads give nothing */
	struct channel_end end;
	uint32_t restarts; /* of the peer, told to the caller so far */
};

/* ERR_INDEX if the description has no such channel; the channel then stays closed. */
enum status channel_open(struct channel *channel, const char *name);
enum status channel_open_role(struct channel *channel, uint32_t role, uint32_t role_index);
/* The channel that the option `key` names ("in=a-out"); without that option, the channel named `key` itself. */
enum status channel_open_option(struct channel *channel, const char *key);
enum status channel_open_info(struct channel *channel, const struct info_channel *info);

size_t channel_write(struct channel *channel, const void *bytes, size_t length); /* -> bytes taken */
size_t channel_read(struct channel *channel, void *bytes, size_t size);          /* -> bytes read */
size_t channel_space(struct channel *channel);                                   /* a write of so many would fit */
size_t channel_pending(struct channel *channel);                                 /* so many could be read */
/* Duplex: true if `bytes` fit now; else the peer will ring when it has made room. One-way: always true. */
bool channel_await_space(struct channel *channel, size_t bytes);
/* Bytes lost on the way in since the last call of this function. */
uint64_t channel_lost(struct channel *channel);
/* True once after each restart of the peer that a read noticed: ask after reading; what was read is of the new life. */
bool channel_restarted(struct channel *channel);
/* The bit of event_wait() that the peer's doorbell sets, 0 if there is none. */
uint64_t channel_event(const struct channel *channel);
/* Rings the peer's doorbell; only needed after calls of lib/ring.h directly. */
void channel_ring(const struct channel *channel);

#endif
