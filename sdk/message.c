/* SPDX-License-Identifier: ISC */
#include "sdk/message.h"

/* lib/port.c does the work; a closed channel gives ERR_INDEX, and what was published is signalled. */
enum status queue_send(struct channel *channel, const void *message, size_t length)
{
	enum status status = channel->info ? port_queue_send(&channel->end, message, length) : ERR_INDEX;

	if (status == OK)
		channel_ring(channel);
	return status;
}

enum status queue_receive(struct channel *channel, void *message, size_t max, size_t *length, uint64_t *lost)
{
	enum status status = channel->info ? port_queue_receive(&channel->end, message, max, length, lost) : ERR_INDEX;

	if (status == OK && channel->info->flags & CHANNEL_OUT && ring_peer_waits(&channel->end))
		channel_ring(channel);
	return status;
}

enum status sample_write(struct channel *channel, size_t max, const void *message, size_t length)
{
	enum status status = channel->info ? port_sample_write(&channel->end, max, message, length) : ERR_INDEX;

	if (status == OK)
		channel_ring(channel);
	return status;
}

enum status sample_read(struct channel *channel, size_t max, void *message, size_t *length, uint64_t *sequence)
{
	return channel->info ? port_sample_read(&channel->end, max, message, length, sequence) : ERR_INDEX;
}
