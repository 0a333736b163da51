/* SPDX-License-Identifier: ISC */
/*
 * What the 82540EM does to packets on behalf of the driver: sums and headers where the driver says they are, and a
 * verdict on sums where the card finds them itself. Every offset comes from the guest and is checked against the length
 * of the packet where it is used; a field beyond its end does not exist.
 *
 * Manual: 317453 (8254x), 3.2.9 (receive), 3.5 (segmentation), 3.6 (transmit).
 */
#include "devices/e1000.h"
#include "lib/internet.h"

enum { TYPE = 12, ETHERNET = 14, TAG = 4, IP4_HEADER = 20, IP6_HEADER = 40, TCP = 6, UDP = 17 };
enum { TYPE_IP4 = 0x0800, TYPE_VLAN = 0x8100 };
enum { TCP_SEQUENCE = 4, TCP_FLAGS = 13, TCP_FIN_PSH = 0x09 };

/* Fields beyond the end read as 0 and swallow writes. */
static bool inside(size_t length, size_t at, size_t bytes)
{
	return at <= length && bytes <= length - at;
}

static void add16(uint8_t *bytes, size_t length, size_t at, uint32_t amount)
{
	if (inside(length, at, 2))
		internet_put16(bytes + at, (uint16_t)(internet_get16(bytes + at) + amount));
}

static void set16(uint8_t *bytes, size_t length, size_t at, size_t value)
{
	if (inside(length, at, 2))
		internet_put16(bytes + at, (uint16_t)value);
}

/* The length joins the pseudo header's sum, which has no carry out of it: it is folded in. */
static void add_to_sum(uint8_t *bytes, size_t length, size_t at, size_t amount)
{
	if (!inside(length, at, 2))
		return;
	uint32_t sum = internet_get16(bytes + at) + (uint32_t)amount;
	internet_put16(bytes + at, (uint16_t)((sum & 0xffff) + (sum >> 16)));
}

void e1000_segment_headers(const struct e1000_context *context, uint8_t *bytes, size_t length, uint32_t number,
                           uint32_t offset, bool last)
{
	size_t ip = context->ip_start, tcp = context->tcp_start;
	if (context->ip4) {
		set16(bytes, length, ip + 2, length - ip);
		add16(bytes, length, ip + 4, number);
	} else {
		set16(bytes, length, ip + 4, length - ip - IP6_HEADER);
	}
	if (context->tcp) {
		if (inside(length, tcp + TCP_SEQUENCE, 4))
			internet_put32(bytes + tcp + TCP_SEQUENCE, internet_get32(bytes + tcp + TCP_SEQUENCE) + offset);
		if (!last && inside(length, tcp + TCP_FLAGS, 1))
			bytes[tcp + TCP_FLAGS] &= (uint8_t)~TCP_FIN_PSH;
	} else {
		set16(bytes, length, tcp + 4, length - tcp);
	}
	add_to_sum(bytes, length, context->tcp_sum, length - tcp);
}

/* `end` is the last byte that counts, 0: the last one there is. */
static void put_sum(uint8_t *bytes, size_t length, size_t start, size_t end, size_t at)
{
	size_t stop = end && end < length ? end + 1 : length;
	if (start >= stop || !inside(length, at, 2))
		return;
	uint16_t sum = internet_finish(internet_sum(bytes + start, stop - start, 0));
	bytes[at] = (uint8_t)sum;
	bytes[at + 1] = (uint8_t)(sum >> 8);
}

void e1000_sums(const struct e1000_context *context, struct net_frame *frame, size_t length, uint32_t options)
{
	if (options & E1000_POPTS_IXSM)
		put_sum(frame->bytes, length, context->ip_start, context->ip_end, context->ip_sum);
	if (!(options & E1000_POPTS_TXSM))
		return;
	if (!context->tcp_end && context->tcp_sum >= context->tcp_start) {
		frame->flags = NET_CHECK;
		frame->check_start = context->tcp_start;
		frame->check_at = (uint16_t)(context->tcp_sum - context->tcp_start);
		if (net_check_fits(frame, length))
			return;
		frame->flags = 0;
	}
	put_sum(frame->bytes, length, context->tcp_start, context->tcp_end, context->tcp_sum);
}

/* The sum of a TCP or UDP packet with its pseudo header; 0: it is right. `ip` is checked. */
static uint16_t transport_sum(const uint8_t *ip, size_t header, size_t total)
{
	uint8_t pseudo[4] = {0, ip[9], (uint8_t)((total - header) >> 8), (uint8_t)(total - header)};
	uint32_t sum = internet_sum(ip + 12, 8, 0);
	sum = internet_sum(pseudo, sizeof(pseudo), sum);
	return internet_finish(internet_sum(ip + header, total - header, sum));
}

static uint32_t judge_transport(const uint8_t *ip, size_t header, size_t total, bool made)
{
	bool fragment = internet_get16(ip + 6) & 0x3fff;
	size_t body = total - header;
	if (fragment || !((ip[9] == TCP && body >= 20) || (ip[9] == UDP && body >= 8)))
		return 0;
	if (ip[9] == UDP && !internet_get16(ip + header + 6))
		return 0; /* without a sum */
	if (made || !transport_sum(ip, header, total))
		return E1000_RXD_TCPCS;
	return E1000_RXD_TCPCS | E1000_RXD_TCPE << 8;
}

uint32_t e1000_judge_sums(uint32_t rxcsum, struct net_frame *frame, size_t length)
{
	bool made = frame->flags & NET_CHECK;
	net_complete(frame, length);
	if (!(rxcsum & (E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL)))
		return E1000_RXD_IXSM;
	size_t at = TYPE;
	if (length >= ETHERNET + TAG && internet_get16(frame->bytes + at) == TYPE_VLAN)
		at += TAG;
	const uint8_t *ip = frame->bytes + at + 2;
	size_t room = length - at - 2;
	if (internet_get16(frame->bytes + at) != TYPE_IP4 || room < IP4_HEADER || ip[0] >> 4 != 4)
		return 0;
	size_t header = (size_t)(ip[0] & 15) * 4, total = internet_get16(ip + 2);
	if (header < IP4_HEADER || total < header || total > room)
		return 0;
	uint32_t verdict = 0;
	if (rxcsum & E1000_RXCSUM_IPOFL)
		verdict = E1000_RXD_IPCS | (internet_finish(internet_sum(ip, header, 0)) ? E1000_RXD_IPE << 8 : 0);
	if (rxcsum & E1000_RXCSUM_TUOFL)
		verdict |= judge_transport(ip, header, total, made);
	return verdict;
}
