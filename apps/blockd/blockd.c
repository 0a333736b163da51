/* SPDX-License-Identifier: ISC */
/*
 * A message is taken only when its answer has room, and done before the next one is looked at, so a front end's writes
 * happen in the order of their ids. The record is written after the bytes: a restart in between leads to the same bytes
 * written again, by the front end's repetition, before any answer told that they were there.
 */
#include "apps/blockd/blockd.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "sdk/event.h"
#include "sdk/info.h"
#include "sdk/message.h"

#define OPTION_BYTES 96u
#define PREFIX_BYTES 16u /* of a message in the ring, beside header and data */

/* Cuts the next part off at ':'; 0 at the end. */
static char *next_part(char **rest)
{
	char *part = *rest, *at = part;
	if (!part)
		return 0;
	while (*at && *at != ':')
		at++;
	*rest = *at ? at + 1 : 0;
	*at = 0;
	return part;
}

static bool size_of(char *text, uint64_t *size)
{
	size_t length = text ? text_length(text, OPTION_BYTES) : 0;
	unsigned shift = 0;
	if (!length)
		return false;
	char unit = text[length - 1];
	shift = unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
	if (shift)
		text[length - 1] = 0;
	if (!text_number(text, size) || *size > UINT64_MAX >> shift)
		return false;
	*size <<= shift;
	return true;
}

struct part {
	const char *region;
	uint64_t offset, size; /* size 0: all of it */
	bool read_only;
};

static bool parse_part(char *text, struct part *part)
{
	char *rest = text, *word = next_part(&rest);
	*part = (struct part){.region = word};
	word = next_part(&rest);
	if (word && !text_equal(word, "ro")) {
		if (!size_of(word, &part->offset) || !size_of(next_part(&rest), &part->size) || !part->size)
			return false;
		word = next_part(&rest);
	}
	part->read_only = word != 0;
	return !rest && (!word || text_equal(word, "ro"));
}

static const char *open_export(struct blockd *blockd, const struct info_channel *info)
{
	struct blockd_export *export = &blockd->export[blockd->count];
	char text[OPTION_BYTES] = "disk";
	struct part part;
	(void)info_option(info->name, text, sizeof(text));
	if (!parse_part(text, &part))
		return "its option is not REGION[:OFFSET:SIZE][:ro]";
	const struct info_memory *memory = info_memory(part.region);
	if (!memory || (memory->rights & (INFO_READ | INFO_WRITE)) != (INFO_READ | INFO_WRITE))
		return "there is no region of that name to read and write";
	if (memory->size < 2 * BLOCKD_RECORD_BYTES)
		return "its region is too small";
	uint64_t room = memory->size - BLOCKD_RECORD_BYTES;
	if (part.offset % BLOCK_SECTOR || part.size % BLOCK_SECTOR || part.offset >= room ||
	    part.size > room - part.offset)
		return "its part of the region is not whole sectors inside it";
	if (channel_open_info(&export->channel, info) || info->flags & CHANNEL_ONE_WAY ||
	    info->out_bytes < 2 * BLOCK_MESSAGE_MAX || info->in_bytes < 2 * BLOCK_MESSAGE_MAX)
		return "it is not duplex, or too small";
	export->bytes = (uint8_t *)info_pointer(memory->gpa) + part.offset;
	export->sectors = (part.size ? part.size : room - part.offset) / BLOCK_SECTOR;
	export->read_only = part.read_only;
	export->record = (struct blockd_record *)info_pointer(memory->gpa + room) + blockd->count;
	blockd->count++;
	return 0;
}

const char *blockd_open(struct blockd *blockd, const char **channel)
{
	const struct info_channel *info = INFO_TABLE(info_channel, channel);
	for (uint32_t i = 0; i < info_get()->channel.count; i++) {
		if (info[i].role != ROLE_BLOCK)
			continue;
		*channel = info[i].name;
		if (blockd->count == BLOCKD_EXPORTS)
			return "there are more channels than this server can serve";
		const char *wrong = open_export(blockd, &info[i]);
		if (wrong)
			return wrong;
	}
	*channel = "(none)";
	return blockd->count ? 0 : "no channel has the role block";
}

/* --- one message --- */

static bool in_range(const struct blockd_export *export, const struct block_message *message)
{
	return message->count && message->count <= BLOCK_SECTORS_MAX && message->sector <= export->sectors &&
	       message->count <= export->sectors - message->sector;
}

/* Done before, in this life of the front end: by this life of the server or an earlier one. */
static bool is_done(const struct blockd_export *export, uint64_t id)
{
	return export->record->life == (uint64_t) export->channel.end.peer_epoch + 1 && id <= export->record->done;
}

static void remember(struct blockd_export *export, uint64_t id)
{
	uint64_t life = (uint64_t) export->channel.end.peer_epoch + 1;
	if (export->record->life != life) { /* in an order in which a restart between two steps claims nothing */
		__atomic_store_n(&export->record->done, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&export->record->life, life, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&export->record->done, id, __ATOMIC_RELEASE);
}

static enum block_status write(struct blockd_export *export, const struct block_message *message, const uint8_t *data,
                               size_t bytes)
{
	if (export->read_only)
		return BLOCK_READ_ONLY;
	if (!in_range(export, message) || bytes != (size_t)message->count * BLOCK_SECTOR)
		return BLOCK_RANGE;
	if (is_done(export, message->id))
		return BLOCK_OK;
	memcpy(export->bytes + message->sector * BLOCK_SECTOR, data, bytes);
	remember(export, message->id);
	return BLOCK_OK;
}

/* What was asked, as the answer to it; *bytes: of data behind it. */
static void answer(struct blockd_export *export, struct block_message *message, uint8_t *data, size_t *bytes)
{
	size_t given = *bytes;
	*bytes = 0;
	message->status = BLOCK_OK;
	if (message->version != BLOCK_VERSION) {
		message->status = BLOCK_UNKNOWN;
	} else if (message->kind == BLOCK_HELLO) {
		message->sector = export->sectors;
		message->count = BLOCK_SECTORS_MAX;
		message->flags = export->read_only ? BLOCK_FLAG_READ_ONLY : 0;
	} else if (message->kind == BLOCK_READ) {
		if (in_range(export, message)) {
			*bytes = (size_t)message->count * BLOCK_SECTOR;
			memcpy(data, export->bytes + message->sector * BLOCK_SECTOR, *bytes);
		} else {
			message->status = BLOCK_RANGE;
		}
	} else if (message->kind == BLOCK_WRITE) {
		message->status = (uint8_t)write(export, message, data, given);
	} else if (message->kind != BLOCK_FLUSH) {
		message->status = BLOCK_UNKNOWN;
	}
	message->version = BLOCK_VERSION;
	message->kind |= BLOCK_ANSWER;
}

static bool step(struct blockd *blockd, struct blockd_export *export)
{
	struct block_message message;
	uint8_t *data = blockd->buffer + sizeof(message);
	size_t length;
	if (!channel_pending(&export->channel) ||
	    !channel_await_space(&export->channel, BLOCK_MESSAGE_MAX + PREFIX_BYTES))
		return false;
	enum status status = queue_receive(&export->channel, blockd->buffer, sizeof(blockd->buffer), &length, 0);
	if (channel_restarted(&export->channel))
		export->greeted = false;
	if (status || length < sizeof(message))
		return status == OK; /* too short to have an id: no answer */
	memcpy(&message, blockd->buffer, sizeof(message));
	export->greeted = export->greeted || message.kind == BLOCK_HELLO;
	if (!export->greeted)
		return true;
	length -= sizeof(message);
	answer(export, &message, data, &length);
	memcpy(blockd->buffer, &message, sizeof(message));
	if (queue_send(&export->channel, blockd->buffer, sizeof(message) + length) == OK)
		export->answered++;
	return true;
}

bool blockd_step(struct blockd *blockd)
{
	bool any = false;
	for (unsigned i = 0; i < blockd->count; i++)
		any |= step(blockd, &blockd->export[i]);
	return any;
}

uint64_t blockd_events(const struct blockd *blockd)
{
	uint64_t events = 0;
	for (unsigned i = 0; i < blockd->count; i++)
		events |= channel_event(&blockd->export[i].channel);
	return events;
}
