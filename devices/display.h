/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DISPLAY_H
#define DEVICES_DISPLAY_H

#include "abi/display.h"
#include "devices/clock.h"
#include "devices/i8042.h"
#include "devices/vga.h"
#include "sdk/channel.h"

#define DISPLAY_PERIOD (CLOCK_SECOND / 20)
#define DISPLAY_INPUT_BYTES 64u

/* Shows a guest's VGA to the other end of a channel, and takes keys from there: abi/display.h. */
struct display {
	struct channel channel;
	const struct device_clock *clock;
	const struct vga *vga;
	struct i8042 *i8042;
	bool watched, fresh; /* fresh: everything has to be sent */
	uint64_t deadline;   /* CLOCK_NEVER while nobody watches */
	bool picture;        /* pixels are to be sent, from these on */
	uint32_t row, column;
	struct display_mode mode;
	uint16_t shown[DISPLAY_ROWS][DISPLAY_COLUMNS];
	uint8_t input[DISPLAY_INPUT_BYTES];
	uint32_t input_count;
};

void display_poll(void *display); /* messages may have come */
static inline uint64_t display_deadline(const void *display)
{
	return ((const struct display *)display)->deadline;
}
void display_run(void *display, uint64_t now_ns);

#endif
