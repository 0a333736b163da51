/* SPDX-License-Identifier: ISC */
#include "abi/config.h"
#include "apps/console/console_guests.h"
#include "lib/text.h"
#include "sdk/format.h"
#include "sdk/info.h"

/*
 * One path for all output: channel -> scroll-back -> terminal. `written` and `shown` count for ever; the scroll-back holds
 * the last CONSOLE_SCROLL_BYTES of `written`. Of an attached subject only as much is taken from the channel as keeps
 * everything unshown in the scroll-back, so nothing is skipped and the subject is the one who waits.
 */
static const char *owner_name(const struct info_channel *channel)
{
	const struct info_subject *peer = info_subject(channel->peer);

	if (peer && peer->kind == KIND_LAYER && info_subject_id(peer->partner))
		return info_subject_id(peer->partner)->name;
	return channel->peer;
}

void console_guests_open(struct console_guests *guests)
{
	guests->count = 0;
	guests->attached = CONSOLE_NOBODY;
	for (uint32_t i = 0; i < CONSOLE_GUESTS; i++) {
		const struct info_channel *channel = info_channel_role(ROLE_CONSOLE, i);
		struct console_guest *guest = &guests->guest[guests->count];
		if (!channel)
			return;
		if (channel_open_info(&guest->channel, channel) != OK)
			continue;
		/* A subject's second console goes by the channel's own name. */
		const char *name = owner_name(channel);
		text_copy(guest->name, sizeof(guest->name), console_guests_find(guests, name) ? channel->name : name);
		guests->count++;
	}
}

struct console_guest *console_guests_find(struct console_guests *guests, const char *name)
{
	for (uint32_t i = 0; i < guests->count; i++)
		if (text_equal(guests->guest[i].name, name))
			return &guests->guest[i];
	return 0;
}

static uint64_t oldest(const struct console_guest *guest)
{
	return guest->written > CONSOLE_SCROLL_BYTES ? guest->written - CONSOLE_SCROLL_BYTES : 0;
}

uint64_t console_guests_unread(const struct console_guest *guest)
{
	uint64_t kept = guest->written - oldest(guest), unread = guest->written - guest->shown;

	return unread < kept ? unread : kept;
}

void console_guests_attach(struct console_guests *guests, struct console_guest *guest)
{
	uint64_t from = oldest(guest);

	/* Not from the middle of a line. */
	if (from)
		while (from < guest->written && guest->scroll[from++ % CONSOLE_SCROLL_BYTES] != '\n')
			;
	guest->shown = from;
	guests->attached = (uint32_t)(guest - guests->guest);
}

void console_guests_detach(struct console_guests *guests)
{
	guests->attached = CONSOLE_NOBODY;
}

static void keep(struct console_guest *guest, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		guest->scroll[guest->written++ % CONSOLE_SCROLL_BYTES] = bytes[i];
}

static void note_restart(struct console_guest *guest)
{
	char note[64];

	if (channel_restarted(&guest->channel)) {
		guest->typed_count = 0;
		keep(guest, note, format(note, sizeof(note), "\r\n[%s restarted]\r\n", guest->name));
	}
}

/* Bounded: a subject that writes without end gets one scroll-back full a step. */
static void take(struct console_guest *guest, bool attached)
{
	char bytes[512];
	size_t limit = CONSOLE_SCROLL_BYTES, got = 1;

	if (attached)
		limit -= (size_t)console_guests_unread(guest);
	while (limit && got) {
		got = channel_read(&guest->channel, bytes, limit < sizeof(bytes) ? limit : sizeof(bytes));
		keep(guest, bytes, got);
		limit -= got;
	}
}

static void show(struct console_guest *guest, struct console_output *output)
{
	if (guest->shown < oldest(guest))
		guest->shown = oldest(guest);
	while (guest->shown < guest->written && console_output_space(output))
		console_output_raw(output, &guest->scroll[guest->shown++ % CONSOLE_SCROLL_BYTES], 1);
}

static void send(struct console_guest *guest)
{
	size_t sent = guest->typed_count ? channel_write(&guest->channel, guest->typed, guest->typed_count) : 0;

	guest->typed_count -= (uint32_t)sent;
	for (uint32_t i = 0; i < guest->typed_count && sent; i++)
		guest->typed[i] = guest->typed[i + sent];
}

bool console_guests_type(struct console_guests *guests, char key)
{
	struct console_guest *guest = &guests->guest[guests->attached];

	if (guest->typed_count == CONSOLE_TYPED_BYTES)
		send(guest);
	if (guest->typed_count == CONSOLE_TYPED_BYTES)
		return false;
	guest->typed[guest->typed_count++] = key;
	return true;
}

bool console_guests_step(struct console_guests *guests, struct console_output *output)
{
	bool more = false;

	for (uint32_t i = 0; i < guests->count; i++) {
		struct console_guest *guest = &guests->guest[i];
		bool attached = i == guests->attached;
		/* Room in the scroll-back first, so that an attached subject's note never covers what is unshown. */
		if (attached)
			show(guest, output);
		note_restart(guest);
		take(guest, attached);
		if (attached)
			show(guest, output);
		send(guest);
		more |= attached && (guest->shown < guest->written || channel_pending(&guest->channel));
	}
	return more;
}

uint64_t console_guests_events(const struct console_guests *guests)
{
	uint64_t events = 0;

	for (uint32_t i = 0; i < guests->count; i++)
		events |= channel_event(&guests->guest[i].channel);
	return events;
}
