/* SPDX-License-Identifier: ISC */
#ifndef ABI_NET_H
#define ABI_NET_H

#include <stdint.h>

/*
 * Ethernet over a duplex channel (abi/channel.h): between a network card of a guest and a switch, two cards, or a card
 * and whoever serves the outside. Each direction carries messages of a queuing port (lib/port.h); a message is a
 * net_frame cut to its length: NET_HEADER_BYTES, then the frame without its check sequence.
 *
 * Lossy, as Ethernet is: nothing is acknowledged or sent again. A sender that finds no room keeps its frame and is
 * signalled when there is room, or drops it; a restart of either end loses what is under way and nothing else, because
 * no message depends on one before it. A receiver drops what it does not know: another version, another kind, a length
 * out of bounds, and a checksum that does not lie within the frame.
 */
#define NET_VERSION 1u
#define NET_HEADER_BYTES 8u
#define NET_FRAME_MIN 14u   /* addresses and type; a sender need not pad */
#define NET_FRAME_MAX 1518u /* addresses, VLAN tag, type, 1500 bytes */
#define NET_ADDRESS_BYTES 6u

enum net_kind { NET_ETHERNET = 1 };

/*
 * The sum is still to be made: the 16-bit one's complement sum (RFC 1071) of the bytes from check_start to the end of
 * the frame is inverted and stored, in network order, at check_start + check_at. The field holds the sum of the pseudo
 * header now. Whoever hands the frame to something that does not know this makes the sum.
 */
#define NET_CHECK 1u

struct net_frame {
	uint8_t version, kind;
	uint16_t flags;                 /* NET_CHECK; other bits are 0 */
	uint16_t check_start, check_at; /* with NET_CHECK */
	uint8_t bytes[NET_FRAME_MAX];
};
_Static_assert(sizeof(struct net_frame) == NET_HEADER_BYTES + NET_FRAME_MAX, "no padding");

#endif
