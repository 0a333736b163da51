/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_SCREEN_H
#define APPS_CONSOLE_CONSOLE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/display.h"
#include "abi/info.h"
#include "apps/console/console_keys.h"
#include "apps/console/console_output.h"
#include "apps/console/console_picture.h"
#include "sdk/channel.h"

/*
 * The screens of the guests: every channel of role `screen` (abi/display.h). One of them is looked at: drawn on the
 * terminal with ANSI sequences, keys go to its guest; or only asked for, for a screenshot.
 */
#define CONSOLE_SCREENS 8u
#define CONSOLE_SCREEN_NOBODY (~0u)
struct console_screen {
	char name[NAME_BYTES];
	struct channel channel;
	struct display_mode mode;
	uint16_t cell[DISPLAY_ROWS][DISPLAY_COLUMNS];
	uint64_t dirty; /* rows to be drawn */
	uint64_t seen;  /* rows that came since it was looked at */
	bool redraw, moved;
	uint32_t input_count;
	uint8_t input[DISPLAY_MESSAGE_MAX];
};
struct console_screens {
	uint32_t count, watched; /* index or CONSOLE_SCREEN_NOBODY */
	bool shot;               /* only a screenshot: print it when it is complete */
	bool ended;              /* it is complete, and the prompt is to come back */
	struct console_keys keys;
	struct console_picture picture; /* of a screenshot of graphics */
	struct console_screen screen[CONSOLE_SCREENS];
};
void console_screens_open(struct console_screens *screens);
struct console_screen *console_screens_find(struct console_screens *screens, const char *name);
void console_screens_watch(struct console_screens *screens, struct console_screen *screen, bool shot);
void console_screens_leave(struct console_screens *screens, struct console_output *output);
void console_screens_type(struct console_screens *screens, char key);
/* Takes what came and draws it as far as `output` has space. True if there is more to draw. */
bool console_screens_step(struct console_screens *screens, struct console_output *output);
uint64_t console_screens_events(const struct console_screens *screens);
/* When a step is due though nothing comes: a lone escape key. TSC, or EVENT_FOREVER. */
uint64_t console_screens_deadline(const struct console_screens *screens);

#endif
