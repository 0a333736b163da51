/* SPDX-License-Identifier: ISC */
#ifndef ABI_DISPLAY_H
#define ABI_DISPLAY_H

#include <stdint.h>

/*
 * A guest's screen and keyboard over a duplex channel (abi/channel.h): its virtualization layer at one end, who shows the
 * screen at the other. Both directions are sequences of messages, a header and `length` bytes; a message of unknown kind
 * is skipped. Nothing is kept over a restart of either end: the viewer asks again.
 *
 * The layer sends nothing until it has got DISPLAY_WATCH; then a DISPLAY_MODE and every row, and later each that changes.
 */
#define DISPLAY_VERSION 1u
#define DISPLAY_COLUMNS 132u
#define DISPLAY_ROWS 60u

enum display_kind {
	DISPLAY_WATCH = 1, /* to the layer: struct display_watch */
	DISPLAY_KEY = 2,   /* to the layer: struct display_key */
	DISPLAY_MODE = 3,  /* from the layer: struct display_mode, whenever one of its values changes */
	DISPLAY_ROW = 4,   /* from the layer: struct display_row, `length` says how many cells there are */
	/* to the layer, no body: the picture once, if graphics are shown; anew from the top if the mode changes on the way */
	DISPLAY_PICTURE = 5,
	DISPLAY_PIXELS = 6, /* from the layer: struct display_pixels, from the top, from left to right */
};
struct display_header {
	uint16_t kind, length;
};
struct display_watch {
	uint16_t version, on;
};
struct display_key {
	uint8_t code;  /* of the PC's scan code set 1, without the release bit */
	uint8_t flags; /* DISPLAY_* */
};
#define DISPLAY_EXTENDED 1u /* the code follows E0 */
#define DISPLAY_RELEASE 2u
struct display_mode {
	uint16_t version;
	uint16_t columns, rows; /* text; 0 while graphics are shown */
	uint16_t width, height; /* graphics */
	uint16_t cursor_row, cursor_column, cursor_shown;
};
struct display_row {
	uint16_t row;
	uint16_t cell[DISPLAY_COLUMNS]; /* character of code page 437, attribute << 8 */
};
#define DISPLAY_PIXELS_MOST 131u
struct display_pixels {
	uint16_t row, column;                /* of the first one */
	uint16_t pixel[DISPLAY_PIXELS_MOST]; /* red << 11, green << 5, blue; `length` says how many there are */
};
#define DISPLAY_WIDTH 2048u /* of graphics; what is larger is cut */
#define DISPLAY_HEIGHT 2048u
_Static_assert(sizeof(struct display_pixels) == sizeof(struct display_row), "the longest messages");
#define DISPLAY_MESSAGE_MAX (sizeof(struct display_header) + sizeof(struct display_row))
_Static_assert(sizeof(struct display_mode) == 16 && sizeof(struct display_key) == 2, "no padding");

#endif
