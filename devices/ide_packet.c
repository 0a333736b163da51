/* SPDX-License-Identifier: ISC */
/*
 * ATAPI CD-ROM: the packet commands that Linux' sr, SeaBIOS, OVMF and GRUB use, for one data track of 2048-byte blocks
 * from block 0. Each gets a copy of its 12 bytes, and may write its answer over the buffer.
 *
 * Left out: audio, subchannels, raw sectors, multisession, writing, speed. The tray moves in name only: the medium is
 * the description's and cannot be changed, so START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL succeed without effect.
 * Specifications: SFF-8020i and MMC-3.
 */
#include "devices/ide_atapi.h"

enum { PACKET_BYTES = 12, BLOCK_BYTES = 2048, BLOCK_SECTORS = BLOCK_BYTES / DISK_SECTOR };
enum { ASC_INVALID_COMMAND = 0x20, ASC_RANGE = 0x21, ASC_INVALID_FIELD = 0x24, ASC_NO_MEDIUM = 0x3a };
enum { LEAD_OUT = 0xaa };

static uint32_t big(const uint8_t *bytes, unsigned count)
{
	uint32_t value = 0;
	for (unsigned i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void put_big(uint8_t *bytes, uint32_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * (count - 1 - i));
}

static uint32_t blocks_of(const struct ide_drive *drive)
{
	uint64_t blocks = drive->disk ? drive->disk->sectors / BLOCK_SECTORS : 0;
	return blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
}

static void test_unit_ready(struct ide_channel *channel, const uint8_t *packet)
{
	(void)packet;
	ide_atapi_good(channel);
}

static void request_sense(struct ide_channel *channel, const uint8_t *packet)
{
	struct ide_drive *drive = ide_selected(channel);
	uint8_t *at = channel->buffer;
	__builtin_memset(at, 0, 18);
	at[0] = 0x70;
	at[2] = drive->sense_key;
	at[7] = 10;
	at[12] = drive->asc;
	at[13] = drive->ascq;
	ide_atapi_give(channel, 18, packet[4]);
}

static void inquiry(struct ide_channel *channel, const uint8_t *packet)
{
	static const char text[] = "BULKHEADCD-ROM          1.0 ";
	uint8_t *at = channel->buffer;
	if (packet[1] & 3) { /* no vital product data */
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_FIELD);
		return;
	}
	__builtin_memset(at, 0, 36);
	at[0] = 5; /* CD-ROM */
	at[1] = 0x80;
	at[3] = 0x21;
	at[4] = 31;
	__builtin_memcpy(at + 8, text, 28);
	ide_atapi_give(channel, 36, packet[4]);
}

static void read_capacity(struct ide_channel *channel, const uint8_t *packet)
{
	(void)packet;
	put_big(channel->buffer, blocks_of(ide_selected(channel)) - 1, 4);
	put_big(channel->buffer + 4, BLOCK_BYTES, 4);
	ide_atapi_give(channel, 8, 8);
}

static void read_blocks(struct ide_channel *channel, const uint8_t *packet)
{
	uint32_t first = big(packet + 2, 4), all = blocks_of(ide_selected(channel));
	uint32_t count = packet[0] == 0xa8 ? big(packet + 6, 4) : big(packet + 7, 2);
	if (first > all || count > all - first) {
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_RANGE);
		return;
	}
	if (!count) {
		ide_atapi_good(channel);
		return;
	}
	if (count > UINT32_MAX / BLOCK_BYTES) {
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_FIELD);
		return;
	}
	channel->write = false;
	channel->sector = (uint64_t)first * BLOCK_SECTORS;
	channel->left = count * BLOCK_SECTORS;
	channel->at = channel->end = 0;
	if (channel->dma)
		ide_dma(channel);
	else
		ide_atapi_go_on(channel);
}

/* A block's address, or the same as minute, second, frame with its 2 seconds of lead-in. */
static void put_address(uint8_t *at, uint32_t block, bool msf)
{
	uint32_t frame = block + 150;
	put_big(at, block, 4);
	if (!msf)
		return;
	at[0] = 0;
	at[1] = (uint8_t)(frame / (75 * 60));
	at[2] = (uint8_t)(frame / 75 % 60);
	at[3] = (uint8_t)(frame % 75);
}

static uint8_t *put_track(uint8_t *at, uint8_t track, uint32_t block, bool msf)
{
	at[0] = 0;
	at[1] = 0x14; /* a data track that may not be copied digitally */
	at[2] = track;
	at[3] = 0;
	put_address(at + 4, block, msf);
	return at + 8;
}

static void read_toc(struct ide_channel *channel, const uint8_t *packet)
{
	bool msf = packet[1] & 2;
	unsigned format = packet[2] & 15 ? packet[2] & 15 : packet[9] >> 6, track = packet[6];
	uint8_t *at = channel->buffer + 4;
	uint32_t wanted = big(packet + 7, 2);
	if (format > 1 || (format == 0 && track > 1 && track != LEAD_OUT)) {
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_FIELD);
		return;
	}
	channel->buffer[2] = channel->buffer[3] = 1; /* first and last track, or session */
	if (format == 1 || track <= 1)
		at = put_track(at, 1, 0, msf);
	if (format == 0)
		at = put_track(at, LEAD_OUT, blocks_of(ide_selected(channel)), msf);
	put_big(channel->buffer, (uint32_t)(at - channel->buffer) - 2, 2);
	ide_atapi_give(channel, (uint32_t)(at - channel->buffer), wanted);
}

static void read_disc_information(struct ide_channel *channel, const uint8_t *packet)
{
	uint8_t *at = channel->buffer;
	__builtin_memset(at, 0, 34);
	at[1] = 32;
	at[2] = 0x0e; /* complete, not erasable */
	at[3] = at[4] = at[5] = at[6] = 1;
	at[7] = 0x20; /* for unrestricted use */
	ide_atapi_give(channel, 34, big(packet + 7, 2));
}

struct feature {
	uint16_t number;
	uint8_t version, length, data[8];
};
static const struct feature features[] = {
        {0x0000, 0x03, 4, {0x00, 0x08, 0x01, 0}}, /* profiles: CD-ROM, current */
        {0x0001, 0x03, 8, {0, 0, 0, 2, 1}},       /* core: ATAPI */
        {0x0003, 0x03, 4, {0x29}},                /* removable: a tray */
        {0x0010, 0x01, 8, {0, 0, 8, 0, 0, 1}},    /* random reads of 2048 bytes */
        {0x001e, 0x03, 4, {0}},                   /* CD read */
};

static void get_configuration(struct ide_channel *channel, const uint8_t *packet)
{
	uint8_t *at = channel->buffer + 8;
	unsigned type = packet[1] & 3, first = big(packet + 2, 2);
	for (unsigned i = 0; i < sizeof features / sizeof *features; i++) {
		const struct feature *feature = &features[i];
		if (type == 2 ? feature->number != first : feature->number < first)
			continue;
		put_big(at, feature->number, 2);
		at[2] = feature->version;
		at[3] = feature->length;
		__builtin_memcpy(at + 4, feature->data, feature->length);
		at += 4 + feature->length;
	}
	put_big(channel->buffer, (uint32_t)(at - channel->buffer) - 4, 4);
	put_big(channel->buffer + 4, ide_selected(channel)->disk ? 0x0008 : 0, 4);
	ide_atapi_give(channel, (uint32_t)(at - channel->buffer), big(packet + 7, 2));
}

/* Polled only; media events: never one. */
static void get_event_status(struct ide_channel *channel, const uint8_t *packet)
{
	uint8_t *at = channel->buffer;
	bool media = packet[4] & 0x10;
	if (!(packet[1] & 1)) {
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_FIELD);
		return;
	}
	__builtin_memset(at, 0, 8);
	at[1] = media ? 6 : 2;
	at[2] = media ? 4 : 0x80;
	at[3] = 0x10;
	at[5] = ide_selected(channel)->disk ? 2 : 0;
	ide_atapi_give(channel, media ? 8 : 4, big(packet + 7, 2));
}

/* Header, then page 2Ah (capabilities) or 01h (error recovery), or both. */
static void mode_sense(struct ide_channel *channel, const uint8_t *packet)
{
	bool six = packet[0] == 0x1a;
	unsigned page = packet[2] & 0x3f, control = packet[2] >> 6, header = six ? 4 : 8;
	uint8_t *at = channel->buffer, *page_at = at + header;
	if (control == 3 || (page != 0x01 && page != 0x2a && page != 0x3f)) {
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_FIELD);
		return;
	}
	__builtin_memset(at, 0, 64);
	if (page == 0x01 || page == 0x3f) {
		page_at[0] = 0x01;
		page_at[1] = 6;
		page_at[3] = 5; /* retries */
		page_at += 8;
	}
	if (page == 0x2a || page == 0x3f) {
		page_at[0] = 0x2a;
		page_at[1] = 18;
		page_at[6] = 0x29;             /* a tray that locks and ejects */
		put_big(page_at + 8, 706, 2);  /* 4x */
		put_big(page_at + 12, 512, 2); /* KiB of buffer */
		put_big(page_at + 14, 706, 2);
		page_at += 20;
	}
	uint32_t bytes = (uint32_t)(page_at - at);
	if (six)
		at[0] = (uint8_t)(bytes - 1);
	else
		put_big(at, bytes - 2, 2);
	ide_atapi_give(channel, bytes, six ? packet[4] : big(packet + 7, 2));
}

static void mechanism_status(struct ide_channel *channel, const uint8_t *packet)
{
	__builtin_memset(channel->buffer, 0, 8);
	ide_atapi_give(channel, 8, big(packet + 8, 2));
}

#define MEDIUM 1u /* needs one */
static const struct {
	void (*run)(struct ide_channel *channel, const uint8_t *packet);
	uint8_t flags;
} packets[256] = {
        [0x00] = {test_unit_ready, MEDIUM},
        [0x03] = {request_sense, 0},
        [0x12] = {inquiry, 0},
        [0x1a] = {mode_sense, 0},
        [0x1b] = {test_unit_ready, 0}, /* START STOP UNIT */
        [0x1e] = {test_unit_ready, 0}, /* PREVENT ALLOW MEDIUM REMOVAL */
        [0x25] = {read_capacity, MEDIUM},
        [0x28] = {read_blocks, MEDIUM},
        [0x2b] = {test_unit_ready, MEDIUM}, /* SEEK */
        [0x43] = {read_toc, MEDIUM},
        [0x46] = {get_configuration, 0},
        [0x4a] = {get_event_status, 0},
        [0x51] = {read_disc_information, MEDIUM},
        [0x5a] = {mode_sense, 0},
        [0xa8] = {read_blocks, MEDIUM},
        [0xbb] = {test_unit_ready, 0}, /* SET CD SPEED */
        [0xbd] = {mechanism_status, 0},
};

void ide_atapi_packet(struct ide_channel *channel)
{
	uint8_t packet[PACKET_BYTES];
	__builtin_memcpy(packet, channel->buffer, PACKET_BYTES);
	channel->at = channel->end = 0;
	if (!packets[packet[0]].run)
		ide_atapi_check(channel, SENSE_ILLEGAL, ASC_INVALID_COMMAND);
	else if (packets[packet[0]].flags & MEDIUM && !ide_selected(channel)->disk)
		ide_atapi_check(channel, SENSE_NOT_READY, ASC_NO_MEDIUM);
	else
		packets[packet[0]].run(channel, packet);
}
