/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_I8042_H
#define DEVICES_I8042_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/pin.h"
#include "devices/reset.h"

#define I8042_QUEUE 240u /* bytes: a pasted line; a keyboard of its own has some 16, but nobody pastes there */
struct i8042_queue {
	uint8_t bytes[I8042_QUEUE], first, count;
};
/* A PC's keyboard controller with a PS/2 keyboard and a PS/2 mouse. */
struct i8042 {
	struct pin keyboard_pin, mouse_pin; /* lines 1 and 12 */
	struct reset_sink sink;
	struct i8042_queue answers, looped, keyboard, mouse; /* bytes on their way to port 60 */
	uint8_t command;                                     /* the controller's command byte */
	uint8_t pending;                                     /* command of port 64 that waits for its byte, 0 = none */
	uint8_t output;                                      /* what port 60 reads */
	bool full, from_mouse, after_command;
	uint8_t output_port;
	uint8_t keyboard_pending, mouse_pending; /* commands of the devices that wait for their byte */
	bool scanning, streaming;                /* the devices report by themselves */
	uint8_t down[2][16];                     /* a bit for each key, extended or not, that has gone down */
	uint8_t mouse_rate, mouse_resolution, mouse_buttons;
};

void i8042_init(struct i8042 *i8042, const struct pin *keyboard, const struct pin *mouse,
                const struct reset_sink *sink);
/* Ports 60 and 64; after reset_attach, whose they are without a keyboard. */
enum status i8042_attach(struct i8042 *i8042, struct bus *bus);
/* A key by its code of set 1. */
void i8042_key(struct i8042 *i8042, uint8_t code, bool extended, bool release);
/* A movement, up and right positive, -255..255; buttons: bit 0 left, 1 right, 2 middle. */
void i8042_move(struct i8042 *i8042, int x, int y, unsigned buttons);

#endif
