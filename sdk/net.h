/* SPDX-License-Identifier: ISC */
#ifndef SDK_NET_H
#define SDK_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/net.h"
#include "sdk/channel.h"

/*
 * One end of an Ethernet link (abi/net.h) over a duplex channel. Frames go in bursts: send and receive ring no bell,
 * net_flush at the end of a burst rings once for all of them. What comes in has passed the checks of abi/net.h.
 */
struct net {
	struct channel channel;
	bool sent, taken; /* since the last flush */
	uint64_t frames_out, frames_in;
	uint64_t refused; /* messages that were no frame */
};

/* ERR_ARGUMENT: the channel is one-way, or too small for two frames of the largest size each way. */
enum status net_open(struct net *net, const struct info_channel *info);
/* `length` counts the bytes of the frame alone. ERR_FULL: no room; the peer will ring when it has made some.
   ERR_ARGUMENT: shorter or longer than a frame is. Sets version and kind. */
enum status net_send(struct net *net, struct net_frame *frame, size_t length);
/* The next frame's length, 0 if there is none now. */
size_t net_receive(struct net *net, struct net_frame *frame);
void net_flush(struct net *net);

/* Is the checksum that is still to be made one that can be? */
bool net_check_fits(const struct net_frame *frame, size_t length);
/* Makes it, so that the bytes stand for themselves. */
void net_complete(struct net_frame *frame, size_t length);

#endif
