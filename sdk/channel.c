/* SPDX-License-Identifier: ISC */
#include "sdk/channel.h"
#include "sdk/event.h"
#include "sdk/info.h"

/*
 * lib/ring.c does the work and is safe against any peer; here names become areas and bytes moved become signals. A
 * closed channel (info == 0) answers every call as an empty and full one, so callers need no special case.
 */
void channel_ring(const struct channel *channel)
{
	if (channel->info)
		event_signal(channel->info->event_out);
}

enum status channel_open_info(struct channel *channel, const struct info_channel *info)
{
	struct channel_setup setup;
	enum status status;

	*channel = (struct channel){0};
	if (!info)
		return ERR_INDEX;
	setup = (struct channel_setup){
	        .out = info->flags & CHANNEL_OUT ? info_pointer(info->out_gpa) : 0,
	        .in = info->flags & CHANNEL_IN ? info_pointer(info->in_gpa) : 0,
	        .out_bytes = info->out_bytes,
	        .in_bytes = info->in_bytes,
	        .peer_epoch = &info->peer_epoch,
	        .epoch = info_get()->epoch,
	        .one_way = info->flags & CHANNEL_ONE_WAY,
	};
	status = ring_open(&channel->end, &setup);
	if (status != OK)
		return status;
	channel->info = info;
	/* a new life: the peer may wait for an answer of the one before, and no byte of ours would wake it */
	if (setup.epoch && info->flags & CHANNEL_OUT)
		channel_ring(channel);
	return OK;
}

enum status channel_open(struct channel *channel, const char *name)
{
	return channel_open_info(channel, info_channel(name));
}

enum status channel_open_role(struct channel *channel, uint32_t role, uint32_t role_index)
{
	return channel_open_info(channel, info_channel_role(role, role_index));
}

enum status channel_open_option(struct channel *channel, const char *key)
{
	char name[NAME_BYTES];

	return channel_open(channel, info_option(key, name, sizeof(name)) ? name : key);
}

static bool writes(const struct channel *channel)
{
	return channel->info && channel->info->flags & CHANNEL_OUT;
}

static bool reads(const struct channel *channel)
{
	return channel->info && channel->info->flags & CHANNEL_IN;
}

size_t channel_write(struct channel *channel, const void *bytes, size_t length)
{
	size_t taken = writes(channel) ? ring_write(&channel->end, bytes, length) : 0;

	if (taken)
		channel_ring(channel);
	return taken;
}

size_t channel_read(struct channel *channel, void *bytes, size_t size)
{
	size_t given = reads(channel) ? ring_read(&channel->end, bytes, size) : 0;

	if (given && writes(channel) && ring_peer_waits(&channel->end))
		channel_ring(channel);
	return given;
}

size_t channel_space(struct channel *channel)
{
	return writes(channel) ? ring_writable(&channel->end) : 0;
}

size_t channel_pending(struct channel *channel)
{
	return reads(channel) ? ring_readable(&channel->end) : 0;
}

bool channel_await_space(struct channel *channel, size_t bytes)
{
	if (!writes(channel))
		return false;
	return channel->end.setup.one_way || ring_await_room(&channel->end, bytes);
}

uint64_t channel_lost(struct channel *channel)
{
	uint64_t lost = channel->end.lost;

	channel->end.lost = 0;
	return lost;
}

bool channel_restarted(struct channel *channel)
{
	if (channel->restarts == channel->end.resets)
		return false;
	channel->restarts = channel->end.resets;
	return true;
}

uint64_t channel_event(const struct channel *channel)
{
	return channel->info ? event_bit(channel->info->event_in) : 0;
}
