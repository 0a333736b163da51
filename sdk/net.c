/* SPDX-License-Identifier: ISC */
#include "sdk/net.h"
#include "lib/internet.h"
#include "lib/port.h"

/*
 * Whatever a peer puts into its area costs this end at most a message that is dropped: lengths are checked against the
 * ring by lib/port.c and against a frame here. A message longer than any frame would stay in the queue for ever, so then
 * all that is queued goes, as after broken framing: the network may lose.
 */
#define LARGEST (2 * (8 + sizeof(struct net_frame)))

enum status net_open(struct net *net, const struct info_channel *info)
{
	*net = (struct net){0};
	if (info && (info->flags & CHANNEL_ONE_WAY || info->in_bytes < LARGEST || info->out_bytes < LARGEST))
		return ERR_ARGUMENT;
	return channel_open_info(&net->channel, info);
}

enum status net_send(struct net *net, struct net_frame *frame, size_t length)
{
	if (length < NET_FRAME_MIN || length > NET_FRAME_MAX)
		return ERR_ARGUMENT;
	if (!net->channel.info)
		return ERR_INDEX;
	frame->version = NET_VERSION;
	frame->kind = NET_ETHERNET;
	enum status status = port_queue_send(&net->channel.end, frame, NET_HEADER_BYTES + length);
	if (status == OK) {
		net->sent = true;
		net->frames_out++;
	}
	return status;
}

bool net_check_fits(const struct net_frame *frame, size_t length)
{
	return frame->check_start < length && length - frame->check_start >= 2 &&
	       frame->check_at <= length - frame->check_start - 2;
}

void net_complete(struct net_frame *frame, size_t length)
{
	if (!(frame->flags & NET_CHECK) || !net_check_fits(frame, length))
		return;
	uint8_t *start = frame->bytes + frame->check_start;
	uint16_t sum = internet_finish(internet_sum(start, length - frame->check_start, 0));
	/* in UDP 0 means "none", and the other zero of one's complement is the same to all (RFC 768) */
	sum = sum ? sum : 0xffff;
	start[frame->check_at] = (uint8_t)sum;
	start[frame->check_at + 1] = (uint8_t)(sum >> 8);
	frame->flags = 0;
}

/* Length of the frame, 0 if the message is none. */
static size_t judge(const struct net_frame *frame, size_t bytes)
{
	if (bytes < NET_HEADER_BYTES + NET_FRAME_MIN || frame->version != NET_VERSION || frame->kind != NET_ETHERNET)
		return 0;
	if (frame->flags & ~NET_CHECK || (frame->flags & NET_CHECK && !net_check_fits(frame, bytes - NET_HEADER_BYTES)))
		return 0;
	return bytes - NET_HEADER_BYTES;
}

/* A ring holds a bounded number of messages, so this ends even if all of them are refused. */
size_t net_receive(struct net *net, struct net_frame *frame)
{
	size_t bytes, length = 0;
	for (uint32_t tries = net->channel.info ? net->channel.info->in_bytes / 8 : 0; !length && tries; tries--) {
		enum status status = port_queue_receive(&net->channel.end, frame, sizeof(*frame), &bytes, 0);
		if (status == ERR_EMPTY || status == ERR_BUSY)
			break;
		if (status == ERR_ARGUMENT)
			ring_consume(&net->channel.end, ring_readable(&net->channel.end));
		net->taken = true;
		length = status == OK ? judge(frame, bytes) : 0;
		net->refused += !length;
	}
	net->frames_in += length != 0;
	return length;
}

void net_flush(struct net *net)
{
	if (net->sent || (net->taken && ring_peer_waits(&net->channel.end)))
		channel_ring(&net->channel);
	net->sent = net->taken = false;
}
