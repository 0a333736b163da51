/* SPDX-License-Identifier: ISC */
#include "lib/ring.h"
#include "lib/bytes.h"
#include "lib/range.h"

/*
 * The counters only grow, so "how much" is always a difference of two of them, and a difference larger than the ring is
 * a peer that lies or (one-way) has overwritten. Positions come from private counters alone: whatever the peer writes
 * decides how many bytes are copied, at most one ring, never where.
 *
 * The tag of an area is (magic, epoch, peer_epoch). Its writer takes the magic away before it resets the counters and
 * gives it back after, so a reader that finds the same tag before and after a copy has counters and data of one life.
 * One-way data is protected like a sequence lock: `begun` is raised before the bytes change and checked after the copy.
 */
#define LOAD(field) __atomic_load_n(field, __ATOMIC_RELAXED)
#define LOAD_ACQUIRE(field) __atomic_load_n(field, __ATOMIC_ACQUIRE)
#define STORE(field, value) __atomic_store_n(field, value, __ATOMIC_RELAXED)
#define STORE_RELEASE(field, value) __atomic_store_n(field, value, __ATOMIC_RELEASE)
#define FENCE(order) __atomic_thread_fence(order)
#define RING_MAX (UINT32_C(1) << 30)

static void area_reset(const struct channel_end *end)
{
	struct channel_area *out = end->setup.out;

	STORE(&out->magic, 0);
	FENCE(__ATOMIC_RELEASE);
	STORE(&out->version, CHANNEL_VERSION);
	STORE(&out->size, end->setup.out_bytes);
	STORE(&out->epoch, end->setup.epoch);
	STORE(&out->begun, 0);
	STORE(&out->written, 0);
	STORE(&out->consumed, 0);
	STORE(&out->peer_epoch, end->peer_epoch);
	STORE(&out->waiting, 0);
	STORE_RELEASE(&out->magic, CHANNEL_MAGIC);
}

static void begin_anew(struct channel_end *end)
{
	end->written = end->consumed = 0;
	end->sent = end->expected = 0;
	end->late = end->waiting = false;
	if (end->setup.out)
		area_reset(end);
}

/* Does the peer's area belong to the present pair of lives? The order of the loads matters: see the head. */
static bool is_live(const struct channel_end *end)
{
	const struct channel_area *in = end->setup.in;

	FENCE(__ATOMIC_ACQUIRE);
	if (LOAD(&in->epoch) != end->peer_epoch || LOAD(&in->version) != CHANNEL_VERSION)
		return false;
	if (!end->setup.one_way && LOAD(&in->peer_epoch) != end->setup.epoch)
		return false;
	FENCE(__ATOMIC_ACQUIRE);
	return LOAD_ACQUIRE(&in->magic) == CHANNEL_MAGIC;
}

static uint32_t epoch_of_peer(const struct channel_setup *setup)
{
	return setup->peer_epoch ? LOAD_ACQUIRE(setup->peer_epoch) : 0;
}

static bool size_fits(const void *area, uint32_t bytes)
{
	return !area || (range_is_power(bytes) && bytes <= RING_MAX);
}

enum status ring_open(struct channel_end *end, const struct channel_setup *setup)
{
	if (setup->one_way ? !setup->out == !setup->in : !setup->out || !setup->in)
		return ERR_ARGUMENT;
	if (!size_fits(setup->out, setup->out_bytes) || !size_fits(setup->in, setup->in_bytes))
		return ERR_ARGUMENT;
	*end = (struct channel_end){.setup = *setup, .peer_epoch = epoch_of_peer(setup)};
	begin_anew(end);
	if (setup->one_way && setup->in && setup->epoch) {
		end->consumed = ring_published(end);
		end->late = true;
	}
	return OK;
}

bool ring_poll(struct channel_end *end)
{
	if (!end->setup.in || epoch_of_peer(&end->setup) == end->peer_epoch)
		return false;
	end->peer_epoch = epoch_of_peer(&end->setup);
	end->resets++;
	begin_anew(end);
	return true;
}

uint64_t ring_published(struct channel_end *end)
{
	ring_poll(end);
	if (!end->setup.in || !is_live(end))
		return 0;
	const uint64_t written = LOAD_ACQUIRE(&end->setup.in->written);
	return is_live(end) ? written : 0;
}

static size_t readable_duplex(struct channel_end *end)
{
	const uint64_t written = LOAD_ACQUIRE(&end->setup.in->written);

	if (!is_live(end))
		return 0;
	if (written - end->consumed > end->setup.in_bytes) {
		end->violations++;
		return 0;
	}
	return (size_t)(written - end->consumed);
}

/* Skips what is overwritten or about to be. */
static size_t readable_one_way(struct channel_end *end)
{
	const uint64_t written = LOAD_ACQUIRE(&end->setup.in->written), begun = LOAD_ACQUIRE(&end->setup.in->begun);
	uint64_t count = written - end->consumed;
	const uint64_t behind = begun - end->consumed;

	if (!is_live(end))
		return 0;
	if (count > INT64_MAX || begun - written > INT64_MAX) {
		end->violations++;
		return 0;
	}
	if (behind > end->setup.in_bytes) {
		const uint64_t over = behind - end->setup.in_bytes, skip = over < count ? over : count;
		end->consumed += skip;
		end->lost += skip;
		count -= skip;
	}
	return (size_t)count;
}

size_t ring_readable(struct channel_end *end)
{
	ring_poll(end);
	if (!end->setup.in || !is_live(end))
		return 0;
	return end->setup.one_way ? readable_one_way(end) : readable_duplex(end);
}

/* While the peer has not answered this life it has consumed nothing of it. */
size_t ring_writable(struct channel_end *end)
{
	ring_poll(end);
	if (!end->setup.out || end->setup.one_way)
		return end->setup.out ? end->setup.out_bytes : 0;
	const uint64_t consumed = is_live(end) ? LOAD_ACQUIRE(&end->setup.in->consumed) : 0;
	const uint64_t used = end->written - consumed;
	return used > end->setup.out_bytes ? 0 : (size_t)(end->setup.out_bytes - used);
}

static void set_waiting(struct channel_end *end, bool waiting)
{
	if (end->waiting == waiting)
		return;
	end->waiting = waiting;
	STORE(&end->setup.out->waiting, waiting);
}

/* Ask, then look again: either this end sees the room or the peer, which looks after consuming, sees the request. */
bool ring_await_room(struct channel_end *end, uint64_t bytes)
{
	bool room = ring_writable(end) >= bytes;

	if (!end->setup.out || end->setup.one_way)
		return room;
	if (!room) {
		set_waiting(end, true);
		FENCE(__ATOMIC_SEQ_CST);
		room = ring_writable(end) >= bytes;
	}
	if (room)
		set_waiting(end, false);
	return room;
}

bool ring_peer_waits(const struct channel_end *end)
{
	if (!end->setup.in || end->setup.one_way)
		return false;
	FENCE(__ATOMIC_SEQ_CST);
	return is_live(end) && LOAD(&end->setup.in->waiting) == 1;
}

void ring_begin(struct channel_end *end, uint64_t bytes)
{
	STORE(&end->setup.out->begun, end->written + bytes);
	FENCE(__ATOMIC_RELEASE);
}

void ring_put(struct channel_end *end, uint64_t offset, const void *from, size_t bytes)
{
	const size_t size = end->setup.out_bytes;
	const size_t at = (size_t)(end->written + offset) & (size - 1);
	const size_t first = bytes < size - at ? bytes : size - at;

	memcpy(end->setup.out->data + at, from, first);
	memcpy(end->setup.out->data, (const uint8_t *)from + first, bytes - first);
}

void ring_publish(struct channel_end *end, uint64_t bytes)
{
	end->written += bytes;
	STORE_RELEASE(&end->setup.out->written, end->written);
}

void ring_get(const struct channel_end *end, uint64_t offset, void *to, size_t bytes)
{
	const size_t size = end->setup.in_bytes;
	const size_t at = (size_t)(end->consumed + offset) & (size - 1);
	const size_t first = bytes < size - at ? bytes : size - at;

	memcpy(to, end->setup.in->data + at, first);
	memcpy((uint8_t *)to + first, end->setup.in->data, bytes - first);
}

bool ring_intact(const struct channel_end *end)
{
	FENCE(__ATOMIC_ACQUIRE);
	if (end->setup.one_way && LOAD(&end->setup.in->begun) - end->consumed > end->setup.in_bytes)
		return false;
	return is_live(end);
}

void ring_consume(struct channel_end *end, uint64_t bytes)
{
	end->consumed += bytes;
	if (!end->setup.one_way)
		STORE_RELEASE(&end->setup.out->consumed, end->consumed);
}

size_t ring_write(struct channel_end *end, const void *from, size_t bytes)
{
	const size_t size = end->setup.out_bytes;
	size_t take = bytes, skip = 0;

	if (!end->setup.out)
		return 0;
	if (end->setup.one_way)
		skip = bytes > size ? bytes - size : 0;
	else if (!ring_await_room(end, bytes))
		take = ring_writable(end);
	if (take > bytes)
		take = bytes;
	if (!take)
		return 0;
	ring_begin(end, take);
	ring_put(end, skip, (const uint8_t *)from + skip, take - skip);
	ring_publish(end, take);
	return take;
}

size_t ring_read(struct channel_end *end, void *to, size_t bytes)
{
	for (unsigned try = 0; try < RING_TRIES; try++) {
		const size_t readable = ring_readable(end);
		const size_t take = readable < bytes ? readable : bytes;
		if (!take)
			return 0;
		ring_get(end, 0, to, take);
		if (ring_intact(end)) {
			ring_consume(end, take);
			return take;
		}
	}
	return 0;
}
