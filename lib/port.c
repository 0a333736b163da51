/* SPDX-License-Identifier: ISC */
#include "lib/port.h"

/*
 * A message is published by one step of the writer's counter, so the published position is always a boundary between
 * messages. Sampling messages all take the same room, so the latest one lies at a known distance before it; a queue
 * reader that lost bytes goes on there. A header is copied out before it is looked at.
 */
struct sample_header {
	uint64_t sequence;
	uint32_t length, reserved;
};
struct queue_header {
	uint32_t length, sequence;
};

/* Room of one sampling message; 0 if the ring does not hold two of them. */
static uint64_t sample_slot(size_t max, uint32_t ring)
{
	const uint64_t slot = ((uint64_t)max + sizeof(struct sample_header) + 7) & ~UINT64_C(7);

	return max <= ring && 2 * slot <= ring ? slot : 0;
}

enum status port_sample_write(struct channel_end *end, size_t max, const void *message, size_t bytes)
{
	const uint64_t slot = sample_slot(max, end->setup.out_bytes);

	if (!end->setup.one_way || !end->setup.out)
		return ERR_STATE;
	if (!slot || bytes > max)
		return ERR_ARGUMENT;
	const struct sample_header header = {end->written / slot + 1, (uint32_t)bytes, 0};
	ring_begin(end, slot);
	ring_put(end, 0, &header, sizeof(header));
	ring_put(end, sizeof(header), message, bytes);
	ring_publish(end, slot);
	return OK;
}

enum status port_sample_read(struct channel_end *end, size_t max, void *message, size_t *bytes, uint64_t *sequence)
{
	const uint64_t slot = sample_slot(max, end->setup.in_bytes);

	if (!end->setup.one_way || !end->setup.in)
		return ERR_STATE;
	if (!slot)
		return ERR_ARGUMENT;
	for (unsigned try = 0; try < RING_TRIES; try++) {
		const uint64_t published = ring_published(end);
		struct sample_header header;
		if (!published)
			return ERR_EMPTY;
		if (published % slot)
			return ERR_CORRUPT;
		end->consumed = published - slot;
		ring_get(end, 0, &header, sizeof(header));
		if (!ring_intact(end))
			continue;
		if (header.length > max || header.sequence != published / slot)
			return ERR_CORRUPT;
		ring_get(end, sizeof(header), message, header.length);
		if (!ring_intact(end))
			continue;
		*bytes = header.length;
		*sequence = header.sequence;
		return OK;
	}
	return ERR_BUSY;
}

enum status port_queue_send(struct channel_end *end, const void *message, size_t bytes)
{
	const uint32_t ring = end->setup.out_bytes;
	const struct queue_header header = {(uint32_t)bytes, end->sent};
	const uint64_t whole = bytes + sizeof(header);

	if (!end->setup.out)
		return ERR_STATE;
	if (bytes > ring || whole > ring)
		return ERR_ARGUMENT;
	if (!ring_await_room(end, whole))
		return ERR_FULL;
	ring_begin(end, whole);
	ring_put(end, 0, &header, sizeof(header));
	ring_put(end, sizeof(header), message, bytes);
	ring_publish(end, whole);
	end->sent++;
	return OK;
}

/* Bytes queued from a message boundary on. After a loss that is the end of what is published. */
static size_t queue_readable(struct channel_end *end)
{
	const uint64_t lost = end->lost;
	const size_t readable = ring_readable(end);

	if (end->lost == lost)
		return readable;
	ring_consume(end, readable);
	end->lost += readable;
	return 0;
}

static void count_lost(struct channel_end *end, uint32_t sequence, uint64_t *lost)
{
	if (lost && !end->late)
		*lost = sequence - end->expected;
	end->late = false;
	end->expected = sequence + 1;
}

static enum status receive_once(struct channel_end *end, void *message, size_t max, size_t *bytes, uint64_t *lost)
{
	const size_t readable = queue_readable(end);
	struct queue_header header;

	if (!readable)
		return ERR_EMPTY;
	if (readable >= sizeof(header))
		ring_get(end, 0, &header, sizeof(header));
	if (!ring_intact(end))
		return ERR_BUSY;
	if (readable < sizeof(header) || header.length > readable - sizeof(header)) {
		ring_consume(end, readable);
		end->violations++;
		return ERR_CORRUPT;
	}
	*bytes = header.length;
	const bool fits = header.length <= max;
	if (!fits && !end->setup.one_way)
		return ERR_ARGUMENT;
	if (fits)
		ring_get(end, sizeof(header), message, header.length);
	if (!ring_intact(end))
		return ERR_BUSY;
	count_lost(end, header.sequence, lost);
	ring_consume(end, sizeof(header) + header.length);
	return fits ? OK : ERR_ARGUMENT;
}

enum status port_queue_receive(struct channel_end *end, void *message, size_t max, size_t *bytes, uint64_t *lost)
{
	enum status status = ERR_BUSY;

	if (lost)
		*lost = 0;
	for (unsigned try = 0; try < RING_TRIES && status == ERR_BUSY; try++)
		status = receive_once(end, message, max, bytes, lost);
	return status;
}
