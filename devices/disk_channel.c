/* SPDX-License-Identifier: ISC */
/*
 * Order is what makes repeating safe: messages get their ids in the order of the requests, and after a restart of the
 * server all slots are sent again by ascending id before anything new. A request ends when its last sector is answered.
 */
#include "devices/disk_channel.h"
#include "lib/bytes.h"
#include "sdk/message.h"

enum { MESSAGES = 2 * DISK_CHANNEL_SLOTS + 2 }; /* more than that at once no honest server has to say */

static struct disk_slot *slot_of(struct disk_channel *front, uint64_t id)
{
	for (unsigned i = 0; i < DISK_CHANNEL_SLOTS; i++)
		if (front->slot[i].request && front->slot[i].message.id == id)
			return &front->slot[i];
	return 0;
}

static struct disk_slot *free_slot(struct disk_channel *front)
{
	for (unsigned i = 0; i < DISK_CHANNEL_SLOTS; i++)
		if (!front->slot[i].request)
			return &front->slot[i];
	return 0;
}

/* The channel takes a message whole or not at all; what finds no room is sent at the next poll. */
static bool send(struct disk_channel *front, const struct block_message *message, const uint8_t *data)
{
	size_t bytes = data ? (size_t)message->count * BLOCK_SECTOR : 0;
	__builtin_memcpy(front->buffer, message, sizeof(*message));
	if (bytes)
		__builtin_memcpy(front->buffer + sizeof(*message), data, bytes);
	return queue_send(&front->channel, front->buffer, sizeof(*message) + bytes) == OK;
}

static void say_hello(struct disk_channel *front)
{
	struct block_message hello = {.version = BLOCK_VERSION, .kind = BLOCK_HELLO};
	front->asked = send(front, &hello, 0);
}

static bool send_slot(struct disk_channel *front, const struct disk_slot *slot)
{
	return send(front, &slot->message, slot->message.kind == BLOCK_WRITE ? slot->data : 0);
}

/* --- a request's end --- */

/* Those at the head that are answered as a whole; `done` may submit the next one. */
static void finish(struct disk_channel *front)
{
	while (front->first) {
		struct disk_request *request = front->first;
		uint32_t all = request->operation == DISK_FLUSH ? 1 : request->sectors;
		if (request->answered < all)
			return;
		front->first = request->next;
		if (!front->first)
			front->last = 0;
		request->done(request, request->status);
	}
}

static void answered(struct disk_slot *slot, enum status status)
{
	struct disk_request *request = slot->request;
	slot->request = 0;
	request->answered += slot->message.kind == BLOCK_FLUSH ? 1 : slot->message.count;
	if (status)
		request->status = status;
}

/* --- new messages --- */

static void fill(struct disk_channel *front, struct disk_slot *slot, struct disk_request *request)
{
	static const uint8_t kinds[] = {
	        [DISK_READ] = BLOCK_READ, [DISK_WRITE] = BLOCK_WRITE, [DISK_FLUSH] = BLOCK_FLUSH};
	uint32_t left = request->sectors - request->sent;
	bool flush = request->operation == DISK_FLUSH;
	slot->request = request;
	slot->offset = request->sent;
	slot->sent = false;
	slot->message = (struct block_message){.version = BLOCK_VERSION,
	                                       .kind = kinds[request->operation],
	                                       .count = flush                ? 0
	                                                : left < front->most ? left
	                                                                     : front->most,
	                                       .id = front->next_id++,
	                                       .sector = flush ? 0 : request->sector + request->sent};
	request->sent += flush ? 1 : slot->message.count;
	if (request->operation == DISK_WRITE)
		disk_take(request, (uint64_t)slot->offset * DISK_SECTOR, slot->data, slot->message.count * DISK_SECTOR);
}

static struct disk_request *unsent(const struct disk_channel *front)
{
	struct disk_request *request = front->first;
	while (request && request->sent >= (request->operation == DISK_FLUSH ? 1 : request->sectors))
		request = request->next;
	return request;
}

/* Slots that the server of this life has not been sent, lowest id first. */
static struct disk_slot *waiting(struct disk_channel *front)
{
	struct disk_slot *found = 0;
	for (unsigned i = 0; i < DISK_CHANNEL_SLOTS; i++) {
		struct disk_slot *slot = &front->slot[i];
		if (slot->request && !slot->sent && (!found || slot->message.id < found->message.id))
			found = slot;
	}
	return found;
}

static void send_all(struct disk_channel *front)
{
	struct disk_request *request;
	struct disk_slot *slot;
	while (front->greeted) {
		slot = waiting(front);
		if (!slot) {
			request = unsent(front);
			slot = request ? free_slot(front) : 0;
			if (!slot)
				return;
			fill(front, slot, request);
		}
		if (!send_slot(front, slot))
			return;
		slot->sent = true;
	}
}

/* --- answers --- */

static void fail_all(struct disk_channel *front)
{
	for (unsigned i = 0; i < DISK_CHANNEL_SLOTS; i++)
		front->slot[i].request = 0;
	for (struct disk_request *request = front->first; request; request = request->next) {
		request->status = ERR_CORRUPT;
		request->answered = request->sectors ? request->sectors : 1;
	}
	finish(front);
}

static void on_hello(struct disk_channel *front, const struct block_message *message)
{
	uint32_t room = front->channel.info->in_bytes < front->channel.info->out_bytes ? front->channel.info->in_bytes
	                                                                               : front->channel.info->out_bytes;
	uint32_t fits = (room / 2 - (uint32_t)sizeof(*message)) / BLOCK_SECTOR;
	front->most = message->count < BLOCK_SECTORS_MAX ? message->count : BLOCK_SECTORS_MAX;
	front->most = front->most < fits ? front->most : fits;
	if (message->status || !front->most || (front->known && front->disk->sectors != message->sector)) {
		front->broken = true;
		return;
	}
	front->disk->sectors = message->sector;
	front->disk->read_only = message->flags & BLOCK_FLAG_READ_ONLY;
	front->known = front->greeted = true;
}

static void on_answer(struct disk_channel *front, const struct block_message *message, const uint8_t *data,
                      size_t bytes)
{
	struct disk_slot *slot = slot_of(front, message->id);
	enum status status = message->status == BLOCK_OK          ? OK
	                     : message->status == BLOCK_READ_ONLY ? ERR_RIGHT
	                     : message->status == BLOCK_RANGE     ? ERR_RANGE
	                                                          : ERR_CORRUPT;
	if (!slot || message->kind != (slot->message.kind | BLOCK_ANSWER))
		return; /* of nothing that is open: no effect */
	if (slot->message.kind == BLOCK_READ && status == OK) {
		if (bytes == (size_t)slot->message.count * BLOCK_SECTOR)
			disk_give(slot->request, (uint64_t)slot->offset * DISK_SECTOR, data, (uint32_t)bytes);
		else
			status = ERR_CORRUPT;
	}
	answered(slot, status);
}

static void receive_all(struct disk_channel *front)
{
	struct block_message message;
	size_t length;
	for (unsigned i = 0; i < MESSAGES && !front->broken; i++) {
		enum status status = queue_receive(&front->channel, front->buffer, sizeof(front->buffer), &length, 0);
		if (status == ERR_EMPTY || status == ERR_BUSY)
			return;
		if (status || length < sizeof(message)) {
			front->broken = true;
			return;
		}
		__builtin_memcpy(&message, front->buffer, sizeof(message));
		if (message.version != BLOCK_VERSION)
			front->broken = true;
		else if (message.kind == (BLOCK_HELLO | BLOCK_ANSWER))
			on_hello(front, &message);
		else if (front->greeted) /* before that only an answer to an earlier life of this end can come */
			on_answer(front, &message, front->buffer + sizeof(message), length - sizeof(message));
	}
}

static void note_restart(struct disk_channel *front)
{
	(void)channel_pending(&front->channel); /* looks at the epoch */
	if (!channel_restarted(&front->channel))
		return;
	front->greeted = front->asked = front->broken = false;
	for (unsigned i = 0; i < DISK_CHANNEL_SLOTS; i++)
		front->slot[i].sent = false;
}

void disk_channel_poll(struct disk_channel *front)
{
	note_restart(front);
	if (!front->asked)
		say_hello(front);
	receive_all(front);
	if (front->broken)
		fail_all(front);
	else
		finish(front);
	send_all(front);
}

static void submit(void *backend, struct disk_request *request)
{
	struct disk_channel *front = backend;
	if (front->broken) {
		request->done(request, ERR_CORRUPT);
		return;
	}
	if (request->operation != DISK_FLUSH && !request->sectors) {
		request->done(request, OK);
		return;
	}
	if (front->last)
		front->last->next = request;
	else
		front->first = request;
	front->last = request;
	send_all(front);
}

void disk_channel_init(struct disk_channel *front, struct disk *disk)
{
	front->disk = disk;
	front->next_id = 1;
	disk->sectors = 0;
	disk->submit = submit;
	disk->backend = front;
	disk_channel_poll(front);
}
