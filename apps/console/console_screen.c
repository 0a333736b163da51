/* SPDX-License-Identifier: ISC */
/*
 * Rows come whole, so drawing is: for each row that changed, its cells from left to right, with a colour sequence where
 * the attribute changes. A row is drawn only when the output has room for the longest form of it.
 */
#include "apps/console/console_screen.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/info.h"

#define ROW_SPACE (DISPLAY_COLUMNS * 24u)
#define ESCAPE_WAIT (50 * CLOCK_MS)

/* Code page 437, 80h..FFh, and what stands for the control characters. */
static const uint16_t upper_half[128] = {
        0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee,
        0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6,
        0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa,
        0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592, 0x2593, 0x2502,
        0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, 0x2514,
        0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550,
        0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c,
        0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4,
        0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320,
        0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0};
static const char lower_half[33] = " .............................>.."; /* arrows, faces: only places */

static const char *owner_name(const struct info_channel *channel)
{
	const struct info_subject *peer = info_subject(channel->peer);
	if (peer && peer->kind == KIND_LAYER && info_subject_id(peer->partner))
		return info_subject_id(peer->partner)->name;
	return channel->peer;
}

void console_screens_open(struct console_screens *screens)
{
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);
	screens->count = 0;
	screens->watched = CONSOLE_SCREEN_NOBODY;
	for (uint32_t i = 0; i < info_get()->channel.count && screens->count < CONSOLE_SCREENS; i++) {
		struct console_screen *screen = &screens->screen[screens->count];
		if (channel[i].role != ROLE_SCREEN || channel_open_info(&screen->channel, &channel[i]) != OK)
			continue;
		text_copy(screen->name, sizeof(screen->name), owner_name(&channel[i]));
		screens->count++;
	}
}

struct console_screen *console_screens_find(struct console_screens *screens, const char *name)
{
	for (uint32_t i = 0; i < screens->count; i++)
		if (text_equal(screens->screen[i].name, name))
			return &screens->screen[i];
	return 0;
}

static void send(struct console_screen *screen, unsigned kind, const void *bytes, unsigned length)
{
	uint8_t message[sizeof(struct display_header) + 8];
	struct display_header header = {(uint16_t)kind, (uint16_t)length};
	if (channel_space(&screen->channel) < sizeof(header) + length)
		return;
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), bytes, length);
	channel_write(&screen->channel, message, sizeof(header) + length);
}

static void ask(struct console_screen *screen, bool on)
{
	struct display_watch watch = {DISPLAY_VERSION, on};
	send(screen, DISPLAY_WATCH, &watch, sizeof(watch));
	screen->dirty = screen->seen = 0;
	screen->redraw = on;
	screen->mode = (struct display_mode){0};
}

void console_screens_watch(struct console_screens *screens, struct console_screen *screen, bool shot)
{
	screens->watched = (uint32_t)(screen - screens->screen);
	screens->shot = shot;
	screens->ended = false;
	screens->keys = (struct console_keys){0};
	console_picture_start(&screens->picture, 0, 0);
	ask(screen, true);
}

void console_screens_leave(struct console_screens *screens, struct console_output *output)
{
	struct console_screen *screen = &screens->screen[screens->watched];
	ask(screen, false);
	if (screens->shot)
		console_picture_stop(&screens->picture, output);
	else
		console_output_text(output, "\033[0m\033[2J\033[H\033[?25h");
	screens->watched = CONSOLE_SCREEN_NOBODY;
}

static void send_keys(struct console_screens *screens, const struct display_key *key, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		send(&screens->screen[screens->watched], DISPLAY_KEY, &key[i], sizeof(*key));
}

void console_screens_type(struct console_screens *screens, char character)
{
	struct display_key key[CONSOLE_KEYS_MOST];
	unsigned count = console_keys_take(&screens->keys, character, key);
	screens->keys.since = clock_tsc();
	send_keys(screens, key, count);
}

/* --- what comes --- */

/* false: the picture has no room for it yet. */
static bool take_pixels(struct console_picture *picture, const uint8_t *bytes, unsigned length)
{
	struct display_pixels pixels;
	unsigned head = offsetof(struct display_pixels, pixel);
	if (!picture || length < head || length > sizeof(pixels))
		return true;
	memcpy(&pixels, bytes, length);
	return console_picture_take(picture, &pixels, (length - head) / 2);
}

static void take(struct console_screen *screen, unsigned kind, const uint8_t *bytes, unsigned length)
{
	uint16_t row;
	if (kind == DISPLAY_MODE && length >= sizeof(screen->mode)) {
		struct display_mode mode;
		memcpy(&mode, bytes, sizeof(mode));
		if (mode.columns > DISPLAY_COLUMNS || mode.rows > DISPLAY_ROWS)
			return;
		if (mode.columns != screen->mode.columns || mode.rows != screen->mode.rows) {
			screen->redraw = true;
			screen->dirty = screen->seen = 0;
		}
		screen->mode = mode;
		screen->moved = true;
	} else if (kind == DISPLAY_ROW && length >= sizeof(row)) {
		memcpy(&row, bytes, sizeof(row));
		if (row >= DISPLAY_ROWS || length - sizeof(row) > sizeof(screen->cell[row]))
			return;
		memcpy(screen->cell[row], bytes + sizeof(row), length - sizeof(row));
		screen->dirty |= UINT64_C(1) << row;
		screen->seen |= UINT64_C(1) << row;
	}
}

/* picture: of this screen's screenshot, or 0. False: there is more, which has to wait. */
static bool take_all(struct console_screen *screen, struct console_picture *picture)
{
	bool room = true;
	struct display_header header;
	uint32_t at = 0;
	while (screen->input_count - at >= sizeof(header)) {
		memcpy(&header, screen->input + at, sizeof(header));
		if (header.length > sizeof(screen->input) - sizeof(header)) { /* no sender that keeps to the format */
			screen->input_count = at = 0;
			break;
		}
		if (header.length > screen->input_count - at - sizeof(header))
			break;
		if (header.kind == DISPLAY_PIXELS)
			room = take_pixels(picture, screen->input + at + sizeof(header), header.length);
		else
			take(screen, header.kind, screen->input + at + sizeof(header), header.length);
		if (!room)
			break;
		at += (uint32_t)sizeof(header) + header.length;
	}
	screen->input_count -= at;
	memmove(screen->input, screen->input + at, screen->input_count);
	return room;
}

/* At most one screen full a step. True: there may be more. */
static bool receive(struct console_screen *screen, bool watched, struct console_picture *picture)
{
	for (unsigned i = 0; i < DISPLAY_ROWS && take_all(screen, picture); i++) {
		size_t got = channel_read(&screen->channel, screen->input + screen->input_count,
		                          sizeof(screen->input) - screen->input_count);
		if (channel_restarted(&screen->channel)) {
			screen->input_count = 0;
			if (watched)
				ask(screen, true);
		}
		screen->input_count += (uint32_t)got;
		if (!got)
			return false;
	}
	return true;
}

/* --- what is drawn --- */

static void put_character(struct console_output *output, unsigned character)
{
	unsigned code = character < 32 ? (unsigned char)lower_half[character] : character;
	if (character >= 128)
		code = upper_half[character - 128];
	if (code == 127)
		code = '^';
	char bytes[3] = {(char)code};
	size_t length = 1;
	if (code >= 0x800) {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		length = 3;
	} else if (code >= 0x80) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		length = 2;
	}
	console_output_raw(output, bytes, length);
}

static void put_colours(struct console_output *output, unsigned attribute)
{
	static const uint8_t ansi[8] = {0, 4, 2, 6, 1, 5, 3, 7}; /* blue and red change places */
	unsigned front = ansi[attribute & 7] + (attribute & 8 ? 90u : 30u);
	console_output_print(output, "\033[%u;%um", front, 40u + ansi[attribute >> 4 & 7]);
}

static void draw_row(const struct console_screen *screen, struct console_output *output, unsigned row)
{
	unsigned attribute = 0x100;
	console_output_print(output, "\033[%u;1H", row + 1);
	for (unsigned i = 0; i < screen->mode.columns; i++) {
		unsigned cell = screen->cell[row][i];
		if (cell >> 8 != attribute)
			put_colours(output, attribute = cell >> 8);
		put_character(output, cell & 0xff);
	}
}

static void draw_graphics(const struct console_screen *screen, struct console_output *output)
{
	console_output_print(output, "%s shows graphics of %u x %u pixels, not text: see screenshot\n", screen->name,
	                     screen->mode.width, screen->mode.height);
}

static bool draw(struct console_screen *screen, struct console_output *output)
{
	if (screen->redraw && console_output_space(output) >= ROW_SPACE && screen->mode.version) {
		console_output_text(output, "\033[0m\033[2J\033[H");
		if (!screen->mode.rows)
			draw_graphics(screen, output);
		screen->redraw = false;
	}
	for (unsigned row = 0; row < screen->mode.rows && !screen->redraw; row++) {
		if (!(screen->dirty >> row & 1))
			continue;
		if (console_output_space(output) < ROW_SPACE)
			return true;
		draw_row(screen, output, row);
		screen->dirty &= ~(UINT64_C(1) << row);
		screen->moved = true;
	}
	if (screen->moved && !screen->redraw && screen->mode.rows && console_output_space(output) >= ROW_SPACE) {
		console_output_print(output, "\033[%u;%uH\033[?25%c", screen->mode.cursor_row + 1u,
		                     screen->mode.cursor_column + 1u, screen->mode.cursor_shown ? 'h' : 'l');
		screen->moved = false;
	}
	return false;
}

/* Text without colours, one line a row, blanks at the end cut. */
static bool shoot(struct console_screen *screen, struct console_output *output)
{
	uint64_t all = screen->mode.rows ? ~UINT64_C(0) >> (64 - screen->mode.rows) : 0;
	if ((screen->seen & all) != all)
		return false;
	if (!screen->mode.rows)
		draw_graphics(screen, output);
	for (unsigned row = 0; row < screen->mode.rows; row++) {
		unsigned end = screen->mode.columns;
		while (end && ((screen->cell[row][end - 1] & 0xff) == ' ' || !(screen->cell[row][end - 1] & 0xff)))
			end--;
		for (unsigned i = 0; i < end; i++)
			put_character(output, screen->cell[row][i] & 0xff);
		console_output_text(output, "\n");
	}
	return true;
}

/* Asks for the picture, and again if the guest changes its mode meanwhile. True when it is complete. */
static bool shoot_graphics(struct console_screens *screens, struct console_screen *screen,
                           struct console_output *output)
{
	struct console_picture *picture = &screens->picture;
	if (picture->ended)
		return true;
	if (picture->width != screen->mode.width || picture->height != screen->mode.height) {
		console_picture_stop(picture, output);
		console_picture_start(picture, screen->mode.width, screen->mode.height);
		send(screen, DISPLAY_PICTURE, "", 0);
	}
	return console_picture_write(picture, output);
}

static bool shoot_any(struct console_screens *screens, struct console_output *output)
{
	struct console_screen *screen = &screens->screen[screens->watched];
	if (!screen->mode.version) /* nothing is known yet */
		return false;
	if (!screen->mode.rows && screen->mode.width && screen->mode.height)
		return shoot_graphics(screens, screen, output);
	console_picture_stop(&screens->picture, output); /* text came meanwhile */
	return shoot(screen, output);
}

bool console_screens_step(struct console_screens *screens, struct console_output *output)
{
	struct display_key key[CONSOLE_KEYS_MOST];
	bool more = false;
	for (uint32_t i = 0; i < screens->count; i++)
		more |= receive(&screens->screen[i], i == screens->watched,
		                i == screens->watched && screens->shot ? &screens->picture : 0);
	if (screens->watched == CONSOLE_SCREEN_NOBODY)
		return more;
	if (screens->shot) {
		screens->ended = screens->ended || shoot_any(screens, output);
		more = more && console_output_space(output) >= ROW_SPACE; /* else the terminal's pace counts */
	} else {
		more |= draw(&screens->screen[screens->watched], output);
	}
	if (clock_tsc() >= console_screens_deadline(screens))
		send_keys(screens, key, console_keys_end(&screens->keys, key));
	return more;
}

uint64_t console_screens_events(const struct console_screens *screens)
{
	uint64_t events = 0;
	for (uint32_t i = 0; i < screens->count; i++)
		events |= channel_event(&screens->screen[i].channel);
	return events;
}

uint64_t console_screens_deadline(const struct console_screens *screens)
{
	if (screens->watched == CONSOLE_SCREEN_NOBODY || !screens->keys.escape)
		return EVENT_FOREVER;
	return screens->keys.since + clock_tsc_from_ns(ESCAPE_WAIT);
}
