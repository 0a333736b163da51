/* SPDX-License-Identifier: ISC */
/*
 * Twenty times a second, while somebody watches, the cells of the text screen are compared with what was sent last, and
 * rows that differ are sent. A row that does not fit into the channel is simply still different the next time. While
 * nobody watches nothing runs.
 */
#include "devices/display.h"

static void watch(struct display *display, bool on)
{
	display->watched = on;
	display->fresh = on;
	display->picture = false;
	clock_set_deadline(display->clock, &display->deadline, on ? clock_now(display->clock) : CLOCK_NEVER);
}

static void take(struct display *display, unsigned kind, const uint8_t *bytes, unsigned length)
{
	if (kind == DISPLAY_WATCH && length >= sizeof(struct display_watch)) {
		struct display_watch message;
		__builtin_memcpy(&message, bytes, sizeof message);
		watch(display, message.on && message.version == DISPLAY_VERSION);
	} else if (kind == DISPLAY_KEY && length >= sizeof(struct display_key)) {
		i8042_key(display->i8042, bytes[0], bytes[1] & DISPLAY_EXTENDED, bytes[1] & DISPLAY_RELEASE);
	} else if (kind == DISPLAY_PICTURE) {
		display->picture = display->watched;
		display->row = display->column = 0;
	}
}

/* Takes the whole messages at the start of the input; false: the sender does not keep to the format. */
static bool take_all(struct display *display)
{
	uint32_t at = 0;
	struct display_header header;
	while (display->input_count - at >= sizeof header) {
		__builtin_memcpy(&header, display->input + at, sizeof header);
		if (header.length > DISPLAY_INPUT_BYTES - sizeof header)
			return false;
		if (header.length > display->input_count - at - sizeof header)
			break;
		take(display, header.kind, display->input + at + sizeof header, header.length);
		at += (uint32_t)sizeof header + header.length;
	}
	display->input_count -= at;
	__builtin_memmove(display->input, display->input + at, display->input_count);
	return true;
}

void display_poll(void *owner)
{
	struct display *display = owner;
	size_t got;
	do {
		got = channel_read(&display->channel, display->input + display->input_count,
		                   DISPLAY_INPUT_BYTES - display->input_count);
		if (channel_restarted(&display->channel)) {
			display->input_count = 0;
			watch(display, false);
		}
		display->input_count += (uint32_t)got;
		if (!take_all(display))
			display->input_count = 0;
	} while (got);
}

static bool send(struct display *display, unsigned kind, const void *bytes, unsigned length)
{
	uint8_t message[DISPLAY_MESSAGE_MAX];
	struct display_header header = {(uint16_t)kind, (uint16_t)length};
	if (channel_space(&display->channel) < sizeof header + length)
		return false;
	__builtin_memcpy(message, &header, sizeof header);
	__builtin_memcpy(message + sizeof header, bytes, length);
	return channel_write(&display->channel, message, sizeof header + length) == sizeof header + length;
}

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

static struct display_mode mode_of(const struct vga_screen *screen)
{
	struct display_mode mode = {.version = DISPLAY_VERSION};
	if (screen->graphics) {
		mode.width = (uint16_t)at_most(screen->width, DISPLAY_WIDTH);
		mode.height = (uint16_t)at_most(screen->height, DISPLAY_HEIGHT);
		return mode;
	}
	mode.columns = (uint16_t)at_most(screen->width, DISPLAY_COLUMNS);
	mode.rows = (uint16_t)at_most(screen->height, DISPLAY_ROWS);
	unsigned cursor = screen->cursor - screen->start;
	if (screen->cursor != UINT32_MAX && screen->pitch && cursor / screen->pitch < mode.rows) {
		mode.cursor_row = (uint16_t)(cursor / screen->pitch);
		mode.cursor_column = (uint16_t)(cursor % screen->pitch);
		mode.cursor_shown = 1;
	}
	return mode;
}

static void send_row(struct display *display, const struct vga_screen *screen, unsigned row, bool fresh)
{
	struct display_row message = {.row = (uint16_t)row};
	unsigned columns = display->mode.columns;
	bool changed = fresh;
	for (unsigned i = 0; i < columns; i++) {
		message.cell[i] = vga_cell(display->vga, screen, row, i);
		changed = changed || message.cell[i] != display->shown[row][i];
	}
	if (!changed || !send(display, DISPLAY_ROW, &message, 2 + 2 * columns))
		return;
	__builtin_memcpy(display->shown[row], message.cell, 2 * columns);
}

/* Nothing is fresh but what had room; so a screen that has to be sent anew begins when all of it fits. */
static bool fits(struct display *display, const struct display_mode *mode)
{
	size_t row = sizeof(struct display_header) + 2 + 2u * mode->columns;
	return channel_space(&display->channel) >= sizeof(struct display_header) + sizeof *mode + mode->rows * row;
}

static bool send_pixels(struct display *display, unsigned count)
{
	struct display_pixels message = {.row = (uint16_t)display->row, .column = (uint16_t)display->column};
	for (unsigned i = 0; i < count; i++) {
		uint32_t rgb = vga_pixel(display->vga, display->row, display->column + i);
		message.pixel[i] = (uint16_t)((rgb >> 8 & 0xf800) | (rgb >> 5 & 0x7e0) | (rgb >> 3 & 0x1f));
	}
	return send(display, DISPLAY_PIXELS, &message, 4 + 2 * count);
}

/* As much of the picture as has room now, and no more than a channel holds. */
static void send_picture(struct display *display)
{
	const struct display_mode *mode = &display->mode;
	while (display->picture && display->row < mode->height && display->column < mode->width) {
		unsigned count = at_most(mode->width - display->column, DISPLAY_PIXELS_MOST);
		if (channel_space(&display->channel) < DISPLAY_MESSAGE_MAX || !send_pixels(display, count))
			return;
		display->column += count;
		if (display->column == mode->width) {
			display->column = 0;
			display->row++;
		}
	}
	display->picture = false;
}

void display_run(void *owner, uint64_t now_ns)
{
	struct display *display = owner;
	struct vga_screen screen;
	if (now_ns < display->deadline)
		return;
	clock_set_deadline(display->clock, &display->deadline, now_ns + DISPLAY_PERIOD);
	vga_screen(display->vga, &screen);
	struct display_mode mode = mode_of(&screen);
	bool fresh = display->fresh || mode.columns != display->mode.columns || mode.rows != display->mode.rows;
	if (fresh && !fits(display, &mode))
		return;
	display->fresh = false;
	if (fresh || __builtin_memcmp(&mode, &display->mode, sizeof mode) != 0) {
		if (!send(display, DISPLAY_MODE, &mode, sizeof mode))
			return;
		display->mode = mode;
		display->row = display->column = 0;
	}
	send_picture(display);
	for (unsigned row = 0; row < mode.rows; row++)
		send_row(display, &screen, row, fresh);
}
