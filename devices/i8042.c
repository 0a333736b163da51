/* SPDX-License-Identifier: ISC */
/*
 * The keyboard controller 8042 of a PC with a keyboard and a mouse.
 *
 * Queues feed the one byte that port 60 reads: the controller's own answers first, then what the guest told it to answer as
 * if from the mouse (so a driver finds out whether there is a line for one, and has it switched off meanwhile), then the
 * keyboard's, then the mouse's. Whenever the byte is free the next one moves up, and the interrupt lines follow from what
 * is there.
 * Keys come as codes of set 1; a guest that has switched the controller's translation off gets set 2.
 *
 * Left out: scan code sets 1 and 3 without translation, key repeat (a key held is the viewer's), LEDs, passwords, the
 * mouse's remote and wrap modes and its wheel. The A20 gate is always open: bit 1 of the output port only reads back.
 * References: IBM PS/2 technical reference, keyboard and auxiliary device controller.
 */
#include "devices/i8042.h"

enum { IRQ_KEYBOARD = 0x01, IRQ_MOUSE = 0x02, SYSTEM = 0x04, KEYBOARD_OFF = 0x10, MOUSE_OFF = 0x20, TRANSLATE = 0x40 };
enum { FULL = 0x01, STATUS_SYSTEM = 0x04, AFTER_COMMAND = 0x08, UNLOCKED = 0x10, FROM_MOUSE = 0x20 };
enum { ACK = 0xfa, RESEND = 0xfe, SELF_TEST_PASSED = 0xaa };
enum { KEY_BYTES = 3, KEYS_DOWN = 10 };
enum { OUTPUT_RESET = 1, OUTPUT_A20 = 2 };

static void push(struct i8042_queue *queue, uint8_t byte)
{
	if (queue->count < I8042_QUEUE)
		queue->bytes[(queue->first + queue->count++) % I8042_QUEUE] = byte;
}

static uint8_t pop(struct i8042_queue *queue)
{
	uint8_t byte = queue->bytes[queue->first];
	queue->first = (uint8_t)((queue->first + 1u) % I8042_QUEUE);
	queue->count--;
	return byte;
}

/* The next byte moves up if there is room; then both lines are set to what follows. */
static void update(struct i8042 *i8042)
{
	if (!i8042->full) {
		bool keyboard = i8042->keyboard.count && !(i8042->command & KEYBOARD_OFF);
		bool mouse = i8042->mouse.count && !(i8042->command & MOUSE_OFF);
		bool own = i8042->answers.count || i8042->looped.count;
		i8042->full = own || keyboard || mouse;
		i8042->from_mouse = !i8042->answers.count && (i8042->looped.count || (!keyboard && mouse));
		if (i8042->answers.count)
			i8042->output = pop(&i8042->answers);
		else if (i8042->looped.count)
			i8042->output = pop(&i8042->looped);
		else if (keyboard)
			i8042->output = pop(&i8042->keyboard);
		else if (mouse)
			i8042->output = pop(&i8042->mouse);
	}
	pin_set(&i8042->keyboard_pin, i8042->full && !i8042->from_mouse && i8042->command & IRQ_KEYBOARD);
	pin_set(&i8042->mouse_pin, i8042->full && i8042->from_mouse && i8042->command & IRQ_MOUSE);
}

/* --- the keyboard --- */

static const uint8_t set_2[0x59] = {
        0,    0x76, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d, 0x15, 0x1d,
        0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x14, 0x1c, 0x1b, 0x23, 0x2b, 0x34, 0x33,
        0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5d, 0x1a, 0x22, 0x21, 0x2a, 0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a,
        0x59, 0x7c, 0x11, 0x29, 0x58, 0x05, 0x06, 0x04, 0x0c, 0x03, 0x0b, 0x83, 0x0a, 0x01, 0x09, 0x77, 0x7e, 0x6c,
        0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69, 0x72, 0x7a, 0x70, 0x71, 0x7f, 0x60, 0x61, 0x78, 0x07};

/*
 * Of keys that come faster than they are read, those that do not go down do not come up, and the others do: the last
 * bytes of the queue are for that.
 */
static bool is_taken(struct i8042 *i8042, uint8_t code, bool extended, bool release)
{
	uint8_t *down = &i8042->down[extended][code / 8], bit = (uint8_t)(1u << code % 8);
	unsigned room = release ? KEY_BYTES : KEY_BYTES * KEYS_DOWN;
	if (i8042->keyboard.count > I8042_QUEUE - room || (release && !(*down & bit)))
		return false;
	*down = (uint8_t)(release ? *down & ~bit : *down | bit);
	return true;
}

void i8042_key(struct i8042 *i8042, uint8_t code, bool extended, bool release)
{
	struct i8042_queue *queue = &i8042->keyboard;
	if (!i8042->scanning || code == 0 || code >= sizeof set_2 || !is_taken(i8042, code, extended, release))
		return;
	if (extended)
		push(queue, 0xe0);
	if (i8042->command & TRANSLATE) {
		push(queue, (uint8_t)(code | (release ? 0x80 : 0)));
	} else {
		if (release)
			push(queue, 0xf0);
		push(queue, set_2[code]);
	}
	update(i8042);
}

static void keyboard_reset(struct i8042 *i8042)
{
	i8042->keyboard = (struct i8042_queue){0};
	i8042->scanning = true;
}

/* The byte that follows ED (LEDs), F0 (scan code set) or F3 (repeat rate). */
static void keyboard_byte(struct i8042 *i8042, uint8_t value)
{
	bool asks_set = i8042->keyboard_pending == 0xf0 && value == 0;
	i8042->keyboard_pending = 0;
	push(&i8042->keyboard, ACK);
	if (asks_set)
		push(&i8042->keyboard, i8042->command & TRANSLATE ? 0x41 : 2);
}

static void keyboard_command(struct i8042 *i8042, uint8_t value)
{
	struct i8042_queue *queue = &i8042->keyboard;
	if (i8042->keyboard_pending) {
		keyboard_byte(i8042, value);
		return;
	}
	switch (value) {
	case 0xed:
	case 0xf0:
	case 0xf3:
		i8042->keyboard_pending = value;
		push(queue, ACK);
		break;
	case 0xee:
		push(queue, 0xee);
		break;
	case 0xf2:
		push(queue, ACK);
		push(queue, 0xab);
		push(queue, i8042->command & TRANSLATE ? 0x41 : 0x83);
		break;
	case 0xf4:
	case 0xf5:
	case 0xf6:
		i8042->scanning = value != 0xf5;
		push(queue, ACK);
		break;
	case 0xff:
		keyboard_reset(i8042);
		push(queue, ACK);
		push(queue, SELF_TEST_PASSED);
		break;
	default:
		push(queue, RESEND);
		break;
	}
}

/* --- the mouse --- */

void i8042_move(struct i8042 *i8042, int x, int y, unsigned buttons)
{
	struct i8042_queue *queue = &i8042->mouse;
	x = x > 255 ? 255 : x < -255 ? -255 : x;
	y = y > 255 ? 255 : y < -255 ? -255 : y;
	i8042->mouse_buttons = buttons & 7;
	if (!i8042->streaming || queue->count > I8042_QUEUE - 3)
		return;
	push(queue, (uint8_t)(0x08 | i8042->mouse_buttons | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0)));
	push(queue, (uint8_t)x);
	push(queue, (uint8_t)y);
	update(i8042);
}

static void mouse_reset(struct i8042 *i8042)
{
	i8042->mouse = (struct i8042_queue){0};
	i8042->streaming = false;
	i8042->mouse_rate = 100;
	i8042->mouse_resolution = 2;
}

static void mouse_byte(struct i8042 *i8042, uint8_t value)
{
	if (i8042->mouse_pending == 0xf3)
		i8042->mouse_rate = value;
	else
		i8042->mouse_resolution = value & 3;
	i8042->mouse_pending = 0;
	push(&i8042->mouse, ACK);
}

static void mouse_command(struct i8042 *i8042, uint8_t value)
{
	struct i8042_queue *queue = &i8042->mouse;
	if (i8042->mouse_pending) {
		mouse_byte(i8042, value);
		return;
	}
	if (value < 0xe6 || value == 0xee || value == 0xfc || value == 0xfd) {
		push(queue, RESEND);
		return;
	}
	if (value == 0xff || value == 0xf6)
		mouse_reset(i8042);
	push(queue, ACK);
	switch (value) {
	case 0xe8:
	case 0xf3:
		i8042->mouse_pending = value;
		break;
	case 0xe9:
		push(queue, (uint8_t)((i8042->streaming ? 0x20 : 0) | i8042->mouse_buttons));
		push(queue, i8042->mouse_resolution);
		push(queue, i8042->mouse_rate);
		break;
	case 0xf2:
		push(queue, 0);
		break;
	case 0xf4:
	case 0xf5:
		i8042->streaming = value == 0xf4;
		break;
	case 0xff:
		push(queue, SELF_TEST_PASSED);
		push(queue, 0);
		break;
	default:
		break;
	}
}

/* --- the controller --- */

static void reset_if(const struct i8042 *i8042, bool resets)
{
	if (resets && i8042->sink.reset)
		i8042->sink.reset(i8042->sink.owner);
}

static void answer(struct i8042 *i8042, uint8_t byte)
{
	push(&i8042->answers, byte);
}

static void controller_command(struct i8042 *i8042, uint8_t value)
{
	i8042->pending = 0;
	switch (value) {
	case 0x20:
		answer(i8042, i8042->command);
		break;
	case 0x60:
	case 0xd1:
	case 0xd2:
	case 0xd3:
	case 0xd4:
		i8042->pending = value;
		break;
	case 0xa7:
		i8042->command |= MOUSE_OFF;
		break;
	case 0xa8:
		i8042->command &= (uint8_t)~MOUSE_OFF;
		break;
	case 0xa9:
	case 0xab:
		answer(i8042, 0);
		break;
	case 0xaa:
		i8042->command |= SYSTEM;
		answer(i8042, 0x55);
		break;
	case 0xad:
		i8042->command |= KEYBOARD_OFF;
		break;
	case 0xae:
		i8042->command &= (uint8_t)~KEYBOARD_OFF;
		break;
	case 0xc0:
		answer(i8042, 0x80);
		break;
	case 0xd0:
		answer(i8042, i8042->output_port);
		break;
	default: /* F0..FF pulse the output lines whose bit is 0; line 0 is the reset */
		reset_if(i8042, value >= 0xf0 && !(value & OUTPUT_RESET));
		break;
	}
}

static void controller_byte(struct i8042 *i8042, uint8_t value)
{
	uint8_t pending = i8042->pending;
	i8042->pending = 0;
	switch (pending) {
	case 0x60:
		i8042->command = value;
		break;
	case 0xd1:
		i8042->output_port = value;
		reset_if(i8042, !(value & OUTPUT_RESET));
		break;
	case 0xd2:
		answer(i8042, value);
		break;
	case 0xd3:
		push(&i8042->looped, value);
		break;
	case 0xd4:
		mouse_command(i8042, value);
		break;
	default:
		i8042->command &= (uint8_t)~KEYBOARD_OFF; /* a byte to the keyboard opens its line */
		keyboard_command(i8042, value);
		break;
	}
}

static uint32_t data_read(void *owner, uint16_t offset, unsigned size)
{
	struct i8042 *i8042 = owner;
	uint8_t byte = i8042->output;
	(void)offset;
	(void)size;
	i8042->full = false;
	pin_set(&i8042->keyboard_pin, false);
	pin_set(&i8042->mouse_pin, false);
	update(i8042);
	return byte;
}

static uint32_t status_read(void *owner, uint16_t offset, unsigned size)
{
	const struct i8042 *i8042 = owner;
	(void)offset;
	(void)size;
	return UNLOCKED | (i8042->command & SYSTEM ? STATUS_SYSTEM : 0u) | (i8042->full ? FULL : 0u) |
	       (i8042->after_command ? AFTER_COMMAND : 0u) | (i8042->full && i8042->from_mouse ? FROM_MOUSE : 0u);
}

static void data_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct i8042 *i8042 = owner;
	(void)offset;
	(void)size;
	i8042->after_command = false;
	controller_byte(i8042, (uint8_t)value);
	update(i8042);
}

static void command_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct i8042 *i8042 = owner;
	(void)offset;
	(void)size;
	i8042->after_command = true;
	controller_command(i8042, (uint8_t)value);
	update(i8042);
}

void i8042_init(struct i8042 *i8042, const struct pin *keyboard, const struct pin *mouse, const struct reset_sink *sink)
{
	*i8042 = (struct i8042){.keyboard_pin = *keyboard,
	                        .mouse_pin = *mouse,
	                        .sink = *sink,
	                        .command = SYSTEM | TRANSLATE | KEYBOARD_OFF | MOUSE_OFF,
	                        .output_port = OUTPUT_RESET | OUTPUT_A20};
	keyboard_reset(i8042);
	mouse_reset(i8042);
}

enum status i8042_attach(struct i8042 *i8042, struct bus *bus)
{
	enum status status = bus_add(bus, &(struct bus_range){0x60, 1, i8042, data_read, data_write, 1});
	return status ? status : bus_add(bus, &(struct bus_range){0x64, 1, i8042, status_read, command_write, 1});
}
