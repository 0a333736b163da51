/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_NET_H
#define DEVICES_NET_H

#include <stdbool.h>
#include <stddef.h>
#include "abi/net.h"
#include "sdk/net.h"

/*
 * What a network card's model has at the other side of its cable. A model asks for frames only when the guest has given
 * it room for them, so a guest that takes nothing holds nothing but its own link.
 */
struct net_backend {
	/* false: no room now; the model is polled again when there may be some. The frame may be changed. */
	bool (*send)(void *owner, struct net_frame *frame, size_t length);
	size_t (*receive)(void *owner, struct net_frame *frame); /* length, 0: none now */
	void (*flush)(void *owner);                              /* after a burst of either */
	void *owner;
};

/* A link that a channel of this layer carries. */
struct net_link {
	struct net net;
};
/* ERR_INDEX without a channel, ERR_ARGUMENT if it cannot carry frames both ways. */
enum status net_link_open(struct net_link *link, const struct info_channel *channel);
struct net_backend net_link_backend(struct net_link *link);

/* "52:54:00:12:34:56" into six bytes; false: it is no such text, or a group address. */
bool net_parse_address(const char *text, uint8_t address[NET_ADDRESS_BYTES]);

#endif
