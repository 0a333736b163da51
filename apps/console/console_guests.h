/* SPDX-License-Identifier: ISC */
#ifndef APPS_CONSOLE_CONSOLE_GUESTS_H
#define APPS_CONSOLE_CONSOLE_GUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "apps/console/console_output.h"
#include "sdk/channel.h"

/*
 * The consoles of the other subjects: every channel of role `console`. What a subject writes is always taken and kept in
 * its scroll-back, so it never waits for a reader, except while it is attached: then the terminal sets the pace.
 */
#define CONSOLE_GUESTS 16u
#define CONSOLE_SCROLL_BYTES 16384u /* a power of two */
#define CONSOLE_TYPED_BYTES 256u
#define CONSOLE_NOBODY (~0u)
struct console_guest {
	char name[NAME_BYTES]; /* of the subject; a guest's, not its layer's */
	struct channel channel;
	uint64_t written, shown; /* bytes that came, and that went to the terminal or were passed over */
	char scroll[CONSOLE_SCROLL_BYTES];
	uint32_t typed_count;
	char typed[CONSOLE_TYPED_BYTES]; /* keys that found the channel full */
};
struct console_guests {
	uint32_t count, attached; /* index or CONSOLE_NOBODY */
	struct console_guest guest[CONSOLE_GUESTS];
};
void console_guests_open(struct console_guests *guests);
struct console_guest *console_guests_find(struct console_guests *guests, const char *name);
/* The recent output, then what comes; typed keys go to the subject. */
void console_guests_attach(struct console_guests *guests, struct console_guest *guest);
void console_guests_detach(struct console_guests *guests);
/* A key for the attached subject. False: it does not read, and the key is lost. */
bool console_guests_type(struct console_guests *guests, char key);
/* Takes what came; shows what is attached as far as `output` has space. True if there is more to show. */
bool console_guests_step(struct console_guests *guests, struct console_output *output);
uint64_t console_guests_events(const struct console_guests *guests);
/* Bytes not shown yet and still kept. */
uint64_t console_guests_unread(const struct console_guest *guest);

#endif
