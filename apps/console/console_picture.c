/* SPDX-License-Identifier: ISC */
/*
 * A band is written colour by colour: for each, a row of characters of which each holds six pixels, one below the other,
 * repeated ones by their number. More than 256 colours: the further ones become the nearest that there are.
 */
#include "apps/console/console_picture.h"
#include "lib/bytes.h"

enum { FIRST = '?', REPEAT_FROM = 4 };
#define COLOUR_SPACE (DISPLAY_WIDTH + 64u) /* the longest form of one colour in a band */

void console_picture_start(struct console_picture *picture, uint32_t width, uint32_t height)
{
	memset(picture, 0, sizeof(*picture));
	picture->width = width < DISPLAY_WIDTH ? width : DISPLAY_WIDTH;
	picture->height = height < DISPLAY_HEIGHT ? height : DISPLAY_HEIGHT;
}

static unsigned distance(unsigned a, unsigned b, unsigned shift, unsigned mask)
{
	int difference = (int)(a >> shift & mask) - (int)(b >> shift & mask);
	return (unsigned)(difference * difference);
}

static unsigned nearest(const struct console_picture *picture, uint16_t colour)
{
	unsigned best = 0, least = ~0u;
	for (unsigned i = 0; i < picture->colours; i++) {
		unsigned far = distance(colour, picture->colour[i], 11, 31) * 4 +
		               distance(colour, picture->colour[i], 5, 63) +
		               distance(colour, picture->colour[i], 0, 31) * 4;
		if (far < least) {
			best = i;
			least = far;
		}
	}
	return best;
}

static unsigned index_of(struct console_picture *picture, uint16_t colour)
{
	for (unsigned i = 0; i < picture->colours; i++)
		if (picture->colour[i] == colour)
			return i;
	if (picture->colours == CONSOLE_PICTURE_COLOURS)
		return nearest(picture, colour);
	picture->colour[picture->colours] = colour;
	return picture->colours++;
}

/* Rows of the band that are there; all of them: it is to be written. */
static uint32_t band_rows(const struct console_picture *picture)
{
	uint32_t rows = picture->row % CONSOLE_PICTURE_BAND;
	return rows || !picture->row ? rows : CONSOLE_PICTURE_BAND;
}

static bool is_full(const struct console_picture *picture)
{
	bool last = picture->row == picture->height;
	return picture->next != CONSOLE_PICTURE_COLOURS && picture->column == 0 && picture->row &&
	       (last || band_rows(picture) == CONSOLE_PICTURE_BAND);
}

bool console_picture_take(struct console_picture *picture, const struct display_pixels *pixels, uint32_t count)
{
	unsigned index = 0;
	if (is_full(picture))
		return false;
	if (picture->row == picture->height || pixels->row != picture->row || pixels->column != picture->column ||
	    count > picture->width - picture->column)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || pixels->pixel[i] != pixels->pixel[i - 1])
			index = index_of(picture, pixels->pixel[i]);
		picture->band[picture->row % CONSOLE_PICTURE_BAND][picture->column++] = (uint8_t)index;
	}
	picture->next = 0;
	if (picture->column == picture->width) {
		picture->column = 0;
		picture->row++;
	}
	return true;
}

/* The character for a column of the band: a bit for each row that has the colour. */
static char column_of(const struct console_picture *picture, unsigned colour, uint32_t x)
{
	unsigned bits = 0;
	for (uint32_t row = 0; row < band_rows(picture); row++)
		bits |= (picture->band[row][x] == colour ? 1u : 0u) << row;
	return (char)(FIRST + bits);
}

static void put_run(struct console_output *output, char character, uint32_t count)
{
	if (count >= REPEAT_FROM)
		console_output_print(output, "!%u%c", count, character);
	else
		for (uint32_t i = 0; i < count; i++)
			console_output_raw(output, &character, 1);
}

static void put_register(struct console_picture *picture, struct console_output *output, unsigned index)
{
	unsigned colour = picture->colour[index];
	if (picture->told[index]) {
		console_output_print(output, "#%u", index);
		return;
	}
	picture->told[index] = true; /* red, green and blue in percent */
	console_output_print(output, "#%u;2;%u;%u;%u", index, ((colour >> 11) * 100 + 15) / 31,
	                     ((colour >> 5 & 63) * 100 + 31) / 63, ((colour & 31) * 100 + 15) / 31);
}

static void put_colour(struct console_picture *picture, struct console_output *output, unsigned index)
{
	uint32_t end = picture->width, count = 0;
	while (end && column_of(picture, index, end - 1) == FIRST)
		end--;
	if (!end)
		return;
	put_register(picture, output, index);
	for (uint32_t x = 0; x < end; x++) {
		count++;
		char character = column_of(picture, index, x);
		if (x + 1 < end && column_of(picture, index, x + 1) == character)
			continue;
		put_run(output, character, count);
		count = 0;
	}
	console_output_text(output, "$");
}

bool console_picture_write(struct console_picture *picture, struct console_output *output)
{
	if (!picture->begun && console_output_space(output) >= COLOUR_SPACE) {
		console_output_print(output, "\033P0;1q\"1;1;%u;%u", picture->width, picture->height);
		picture->begun = true;
	}
	while (picture->begun && is_full(picture) && console_output_space(output) >= COLOUR_SPACE) {
		if (picture->next < picture->colours) {
			put_colour(picture, output, picture->next++);
			continue;
		}
		picture->next = CONSOLE_PICTURE_COLOURS; /* the band has left */
		console_output_text(output, "-");
	}
	if (picture->row == picture->height && !is_full(picture) && console_output_space(output) >= COLOUR_SPACE)
		console_picture_stop(picture, output);
	return picture->ended;
}

void console_picture_stop(struct console_picture *picture, struct console_output *output)
{
	if (picture->begun && !picture->ended)
		console_output_text(output, "\033\\\n");
	picture->ended = true;
	picture->width = picture->height = 0;
}
