/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_PICTURE_H
#define APPS_CONSOLE_CONSOLE_PICTURE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/display.h"
#include "apps/console/console_output.h"

/*
 * A picture on its way to the terminal, as DEC's sixels: text that many terminals show and image programs read. Pixels come
 * from the top, from left to right, and leave in bands of six rows.
 */
#define CONSOLE_PICTURE_BAND 6u
#define CONSOLE_PICTURE_COLOURS 256u
struct console_picture {
	bool begun, ended;      /* its first and its last bytes are in the output */
	uint32_t width, height; /* 0: nobody wants one */
	uint32_t row, column;   /* of the pixel that comes next */
	uint32_t next;          /* the colour of the full band that is written next */
	uint32_t colours;
	uint16_t colour[CONSOLE_PICTURE_COLOURS]; /* the sixel colour registers, as in abi/display.h */
	bool told[CONSOLE_PICTURE_COLOURS];
	uint8_t band[CONSOLE_PICTURE_BAND][DISPLAY_WIDTH];
};
void console_picture_start(struct console_picture *picture, uint32_t width, uint32_t height);
/* false: the band before them has to leave first. What does not come in its place is dropped. */
bool console_picture_take(struct console_picture *picture, const struct display_pixels *pixels, uint32_t count);
/* Writes as far as `output` has space; true when nothing of it is missing. */
bool console_picture_write(struct console_picture *picture, struct console_output *output);
/* Ends what has begun, complete or not. */
void console_picture_stop(struct console_picture *picture, struct console_output *output);

#endif
