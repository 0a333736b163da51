/* SPDX-License-Identifier: ISC */
#include "devices/net.h"

enum status net_link_open(struct net_link *link, const struct info_channel *channel)
{
	return net_open(&link->net, channel);
}

/* Only "no room" is worth another try; what can never be sent is gone, as on a wire. */
static bool link_send(void *owner, struct net_frame *frame, size_t length)
{
	struct net_link *link = owner;
	return net_send(&link->net, frame, length) != ERR_FULL;
}

static size_t link_receive(void *owner, struct net_frame *frame)
{
	struct net_link *link = owner;
	return net_receive(&link->net, frame);
}

static void link_flush(void *owner)
{
	struct net_link *link = owner;
	net_flush(&link->net);
}

struct net_backend net_link_backend(struct net_link *link)
{
	return (struct net_backend){link_send, link_receive, link_flush, link};
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool net_parse_address(const char *text, uint8_t address[NET_ADDRESS_BYTES])
{
	for (unsigned i = 0; i < NET_ADDRESS_BYTES; i++, text += 3) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
		if (low < 0 || text[2] != (i + 1 < NET_ADDRESS_BYTES ? ':' : '\0'))
			return false;
		address[i] = (uint8_t)(high << 4 | low);
	}
	return !(address[0] & 1);
}
