/* SPDX-License-Identifier: ISC */
/* VGA, keyboard controller, and the messages by which a guest's screen is shown somewhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "apps/console/console_screen.h"
#include "devices/display.h"
#include "devices/i8042.h"
#include "devices/vga.h"
#include "sdk/mock/mock.h"
#include "tests/unit/device_fixture.h"

static struct bus bus;
static struct vga vga;
static struct i8042 i8042;
static struct display display;
static struct probe lines[2];
static struct channel far;
static uint8_t text[VGA_TEXT_BYTES], planes[VGA_MEMORY];
static unsigned resets;
static uint64_t now;
static const struct device_clock clock = {fake_now, &now, 0};

static void on_reset(void *owner)
{
	++*(unsigned *)owner;
}

static int fresh(void **state)
{
	(void)state;
	mock_reset();
	memset(&bus, 0, sizeof(bus));
	memset(text, 0, sizeof(text));
	memset(lines, 0, sizeof(lines));
	memset(&display, 0, sizeof(display));
	now = resets = 0;
	vga_init(&vga, text, planes, sizeof(planes));
	i8042_init(&i8042, &(struct pin){probe_set, lines, 0}, &(struct pin){probe_set, lines, 1},
	           &(struct reset_sink){on_reset, &resets});
	mock_add_channel(
	        &(struct mock_channel){
	                .name = "screen", .peer = "console", .in_bytes = 4096, .out_bytes = 16384, .role = ROLE_DEVICE},
	        &far);
	display.clock = &clock;
	display.vga = &vga;
	display.i8042 = &i8042;
	display.deadline = CLOCK_NEVER;
	memset(vga.graphics, 0, sizeof(vga.graphics)); /* a mode is what a test sets */
	memset(vga.crtc, 0, sizeof(vga.crtc));
	return channel_open(&display.channel, "screen") != OK || vga_attach(&vga, &bus) != OK ||
	       i8042_attach(&i8042, &bus) != OK;
}

/* --- VGA --- */

static void set(uint16_t port, uint8_t index, uint8_t value)
{
	bus_write(&bus, port, 2, (uint32_t)(index | value << 8));
}

static void registers_are_reached_through_their_index(void **state)
{
	(void)state;
	set(0x3d4, 0x0f, 0x55);
	assert_int_equal(bus_read(&bus, 0x3d5, 1), 0x55);
	assert_int_equal(bus_read(&bus, 0x3b5, 1), 0xff); /* the monochrome place is not in use */
	bus_write(&bus, 0x3c2, 1, 0);
	assert_int_equal(bus_read(&bus, 0x3b5, 1), 0x55);
	bus_write(&bus, 0x3c2, 1, 1);
	set(0x3d4, 0x11, 0x80);
	set(0x3d4, 0x00, 7); /* protected */
	assert_int_equal(bus_read(&bus, 0x3d5, 1), 0);
	bus_read(&bus, 0x3da, 1);
	bus_write(&bus, 0x3c0, 1, 0x10);
	bus_write(&bus, 0x3c0, 1, 0x41);
	bus_read(&bus, 0x3da, 1);
	bus_write(&bus, 0x3c0, 1, 0x10);
	assert_int_equal(bus_read(&bus, 0x3c1, 1), 0x41);
	bus_write(&bus, 0x3c8, 1, 5);
	for (unsigned i = 1; i <= 4; i++)
		bus_write(&bus, 0x3c9, 1, i);
	bus_write(&bus, 0x3c7, 1, 5);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(bus_read(&bus, 0x3c9, 1), i);
	assert_int_not_equal(bus_read(&bus, 0x3da, 1), bus_read(&bus, 0x3da, 1));
}

static void planes_take_what_their_masks_let_through(void **state)
{
	(void)state;
	set(0x3c4, 2, 0x05);
	set(0x3ce, 8, 0xff);
	vga_window_write(&vga, 0x100, 2, 0xbbaa);
	assert_int_equal(vga.memory[0x400], 0xaa);
	assert_int_equal(vga.memory[0x401], 0);
	assert_int_equal(vga.memory[0x406], 0xbb);
	set(0x3ce, 4, 2);
	assert_int_equal(vga_window_read(&vga, 0x100, 2), 0xbbaa);
	assert_int_equal(vga.latch[2], 0xbb);
	set(0x3ce, 5, 1); /* write mode 1: the latches */
	set(0x3c4, 2, 0x0f);
	vga_window_write(&vga, 0x200, 1, 0x11);
	assert_int_equal(vga.memory[0x800], 0xbb);
	assert_int_equal(vga.memory[0x801], 0);
	set(0x3ce, 5, 2); /* write mode 2: a colour */
	set(0x3ce, 8, 0x0f);
	vga_window_read(&vga, 0x200, 1);
	vga_window_write(&vga, 0x200, 1, 0x02);
	assert_int_equal(vga.memory[0x800], 0xb0);
	assert_int_equal(vga.memory[0x801], 0x0f);
	set(0x3ce, 5, 8); /* read mode 1: where is colour 2 */
	set(0x3ce, 2, 2);
	set(0x3ce, 7, 0x0f);
	assert_int_equal(vga_window_read(&vga, 0x200, 1), 0x0f);
}

static void set_reset_rotation_and_logic_work_in_write_modes_0_and_3(void **state)
{
	(void)state;
	set(0x3c4, 2, 0x01);
	set(0x3ce, 8, 0xff);
	set(0x3ce, 3, 4); /* rotate by 4 */
	vga_window_write(&vga, 0, 1, 0x12);
	assert_int_equal(vga.memory[0], 0x21);
	set(0x3ce, 3, 0x18); /* exclusive or with the latch */
	vga_window_read(&vga, 0, 1);
	vga_window_write(&vga, 0, 1, 0xff);
	assert_int_equal(vga.memory[0], 0xde);
	set(0x3ce, 3, 0);
	set(0x3ce, 0, 1);
	set(0x3ce, 1, 1);
	vga_window_write(&vga, 0, 1, 0);
	assert_int_equal(vga.memory[0], 0xff);
	set(0x3ce, 5, 3);
	set(0x3ce, 0, 0);
	vga_window_read(&vga, 0, 1);
	vga_window_write(&vga, 0, 1, 0x0f);
	assert_int_equal(vga.memory[0], 0xf0);
}

static void chained_and_linear_modes_are_flat(void **state)
{
	(void)state;
	set(0x3c4, 4, 8);
	set(0x3c4, 2, 0x0f);
	vga_window_write(&vga, 0x1235, 1, 0x77);
	assert_int_equal(vga.memory[0x1235], 0x77);
	assert_int_equal(vga_window_read(&vga, 0x1235, 1), 0x77);
	bus_write(&bus, 0x1ce, 2, 0);
	assert_int_equal(bus_read(&bus, 0x1cf, 2), 0xb0c5);
	bus_write(&bus, 0x1ce, 2, 10);
	assert_int_equal(bus_read(&bus, 0x1cf, 2), 4);
	assert_int_equal(bus_read(&bus, 0x1d0, 2), 4); /* OVMF's place for it */
	bus_write(&bus, 0x1ce, 2, 1);
	bus_write(&bus, 0x1d0, 2, 640);
	bus_write(&bus, 0x1ce, 2, 4);
	bus_write(&bus, 0x1cf, 2, 0x41);
	assert_int_equal(vga.memory[0x1235], 0); /* cleared */
	bus_write(&bus, 0x1ce, 2, 5);
	bus_write(&bus, 0x1cf, 2, 1);
	vga_window_write(&vga, 4, 4, 0x01020304);
	assert_int_equal(vga.memory[0x10004], 4);
	struct vga_screen screen;
	vga_screen(&vga, &screen);
	assert_true(screen.graphics);
	assert_int_equal(screen.width, 640);
}

/* 80 x 25, as the BIOS sets it */
static void text_mode(void)
{
	static const uint8_t crtc[] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4f, 0x0d, 0x0e,
	                               0,    0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3};
	for (uint8_t i = 0; i < sizeof(crtc); i++)
		set(0x3d4, i, crtc[i]);
}

static void print(unsigned at, const char *string)
{
	for (; *string; string++, at++) {
		text[2 * at] = (uint8_t)*string;
		text[2 * at + 1] = 0x07;
	}
}

static void a_text_screen_is_found_in_the_registers(void **state)
{
	struct vga_screen screen;

	(void)state;
	text_mode();
	set(0x3d4, 0x0c, 0);
	set(0x3d4, 0x0d, 80);
	set(0x3d4, 0x0f, 85);
	print(80, "top");
	vga_screen(&vga, &screen);
	assert_false(screen.graphics);
	assert_int_equal(screen.width, 80);
	assert_int_equal(screen.height, 25);
	assert_int_equal(screen.pitch, 80);
	assert_int_equal(screen.cursor, 85);
	assert_int_equal(vga_cell(&vga, &screen, 0, 1), 'o' | 0x700);
	set(0x3d4, 0x0a, 0x20);
	vga_screen(&vga, &screen);
	assert_int_equal(screen.cursor, UINT32_MAX);
}

/* --- the keyboard controller --- */

static void command(uint8_t value)
{
	bus_write(&bus, 0x64, 1, value);
}

static uint8_t data(void)
{
	assert_int_equal(bus_read(&bus, 0x64, 1) & 1, 1);
	return (uint8_t)bus_read(&bus, 0x60, 1);
}

static void enable(uint8_t byte)
{
	command(0x60);
	bus_write(&bus, 0x60, 1, byte);
}

static void the_controller_answers_its_tests(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0x64, 1) & 1, 0);
	command(0xaa);
	assert_int_equal(data(), 0x55);
	command(0xab);
	assert_int_equal(data(), 0);
	enable(0x47);
	command(0x20);
	assert_int_equal(data(), 0x47);
	command(0xd0);
	assert_int_equal(data() & 3, 3);
	command(0xfe);
	assert_int_equal(resets, 1);
	command(0xd1);
	bus_write(&bus, 0x60, 1, 2);
	assert_int_equal(resets, 2);
}

static void keys_come_translated_with_an_interrupt_each(void **state)
{
	(void)state;
	enable(0x45);
	i8042_key(&i8042, 0x1e, false, false);
	i8042_key(&i8042, 0x48, true, false);
	i8042_key(&i8042, 0x48, true, true);
	assert_true(lines[0].level);
	assert_int_equal(data(), 0x1e);
	assert_int_equal(data(), 0xe0);
	assert_int_equal(data(), 0x48);
	assert_int_equal(data(), 0xe0);
	assert_int_equal(data(), 0xc8);
	assert_false(lines[0].level);
	assert_int_equal(lines[0].rises, 5);
	enable(0x05); /* without translation: set 2 */
	i8042_key(&i8042, 0x1e, false, true);
	assert_int_equal(data(), 0xf0);
	assert_int_equal(data(), 0x1c);
	enable(0x55); /* keyboard off: keys wait */
	i8042_key(&i8042, 0x1e, false, false);
	assert_int_equal(bus_read(&bus, 0x64, 1) & 1, 0);
	command(0xae);
	assert_int_equal(data(), 0x1e);
}

static void the_keyboard_obeys_its_commands(void **state)
{
	(void)state;
	enable(0x45);
	bus_write(&bus, 0x60, 1, 0xff);
	assert_int_equal(data(), 0xfa);
	assert_int_equal(data(), 0xaa);
	bus_write(&bus, 0x60, 1, 0xed);
	assert_int_equal(data(), 0xfa);
	bus_write(&bus, 0x60, 1, 7);
	assert_int_equal(data(), 0xfa);
	bus_write(&bus, 0x60, 1, 0xf2);
	assert_int_equal(data(), 0xfa);
	assert_int_equal(data(), 0xab);
	assert_int_equal(data(), 0x41);
	bus_write(&bus, 0x60, 1, 0xf5);
	assert_int_equal(data(), 0xfa);
	i8042_key(&i8042, 0x1e, false, false);
	assert_int_equal(bus_read(&bus, 0x64, 1) & 1, 0);
	bus_write(&bus, 0x60, 1, 0x01);
	assert_int_equal(data(), 0xfe);
}

static void the_mouse_reports_movements_on_its_own_line(void **state)
{
	(void)state;
	enable(0x47);
	i8042_move(&i8042, 1, 1, 0); /* it does not report yet */
	command(0xd4);
	bus_write(&bus, 0x60, 1, 0xff);
	assert_int_equal(bus_read(&bus, 0x64, 1) & 0x21, 0x21);
	assert_int_equal(data(), 0xfa);
	assert_int_equal(data(), 0xaa);
	assert_int_equal(data(), 0);
	command(0xd4);
	bus_write(&bus, 0x60, 1, 0xf4);
	assert_int_equal(data(), 0xfa);
	i8042_move(&i8042, -3, 400, 1);
	assert_true(lines[1].level);
	assert_false(lines[0].level);
	assert_int_equal(data(), 0x19);
	assert_int_equal(data(), 0xfd);
	assert_int_equal(data(), 0xff);
	command(0xd4);
	bus_write(&bus, 0x60, 1, 0xe9);
	assert_int_equal(data(), 0xfa);
	assert_int_equal(data(), 0x21);
	assert_int_equal(data(), 2);
	assert_int_equal(data(), 100);
}

static void a_byte_is_looped_back_as_from_the_mouse_though_its_line_is_off(void **state)
{
	(void)state;
	enable(0x77); /* as at reset, but for the interrupts */
	command(0xd3);
	bus_write(&bus, 0x60, 1, 0x5a);
	assert_int_equal(bus_read(&bus, 0x64, 1) & 0x21, 0x21);
	assert_true(lines[1].level);
	assert_false(lines[0].level);
	assert_int_equal(data(), 0x5a);
	assert_int_equal(bus_read(&bus, 0x64, 1) & 1, 0);
}

static void a_keyboard_nobody_reads_keeps_only_what_fits(void **state)
{
	(void)state;
	enable(0x45);
	for (unsigned i = 0; i < 1000; i++)
		i8042_key(&i8042, 0x1e, true, false);
	unsigned count = 0;
	for (; bus_read(&bus, 0x64, 1) & 1; count++)
		assert_int_equal(bus_read(&bus, 0x60, 1), count % 2 ? 0x1e : 0xe0);
	assert_in_range(count, 32, I8042_QUEUE + 1);
}

/* A key that is down and never comes up repeats for ever in the guest. */
static void of_keys_typed_faster_than_they_are_read_each_that_goes_down_comes_up(void **state)
{
	unsigned keys = 0;

	(void)state;
	enable(0x45);
	for (unsigned i = 0; i < 1000; i++)
		i8042_key(&i8042, (uint8_t)(1 + i / 2 % 50), false, i % 2);
	for (; bus_read(&bus, 0x64, 1) & 1; keys++) {
		uint8_t code = (uint8_t)(1 + keys % 50);
		assert_int_equal(bus_read(&bus, 0x60, 1), code);
		assert_int_equal(bus_read(&bus, 0x60, 1), code | 0x80);
	}
	assert_in_range(keys, 80, 500); /* a line that is pasted */
}

/* --- the messages --- */

static void watch(unsigned on)
{
	struct {
		struct display_header header;
		struct display_watch watch;
	} message = {{DISPLAY_WATCH, sizeof(struct display_watch)}, {DISPLAY_VERSION, (uint16_t)on}};

	channel_write(&far, &message, sizeof(message));
	display_poll(&display);
}

static unsigned messages(unsigned kind, void *last, size_t size)
{
	struct display_header header;
	unsigned count = 0;
	uint8_t body[sizeof(struct display_row)];

	while (channel_read(&far, &header, sizeof(header)) == sizeof(header)) {
		assert_int_equal(channel_read(&far, body, header.length), header.length);
		if (header.kind != kind)
			continue;
		count++;
		memcpy(last, body, header.length < size ? header.length : size);
	}
	return count;
}

static void only_who_watches_gets_rows_and_only_those_that_change(void **state)
{
	struct display_row row;
	struct display_mode mode;

	(void)state;
	text_mode();
	print(3 * 80, "hello");
	assert_int_equal(display_deadline(&display), CLOCK_NEVER);
	watch(1);
	display_run(&display, now);
	assert_int_equal(messages(DISPLAY_ROW, &row, sizeof(row)), 25);
	assert_int_equal(row.row, 24);
	now = display_deadline(&display);
	display_run(&display, now);
	assert_int_equal(messages(DISPLAY_ROW, &row, sizeof(row)), 0);
	print(3 * 80, "world");
	now = display_deadline(&display);
	display_run(&display, now);
	assert_int_equal(messages(DISPLAY_ROW, &row, sizeof(row)), 1);
	assert_int_equal(row.row, 3);
	assert_int_equal(row.cell[0], 'w' | 0x700);
	set(0x3d4, 0x0f, 82);
	now = display_deadline(&display);
	display_run(&display, now);
	assert_int_equal(messages(DISPLAY_MODE, &mode, sizeof(mode)), 1);
	assert_int_equal(mode.cursor_row, 1);
	assert_int_equal(mode.cursor_column, 2);
	watch(0);
	assert_int_equal(display_deadline(&display), CLOCK_NEVER);
}

static void keys_arrive_though_they_come_in_pieces(void **state)
{
	static const uint8_t bytes[] = {DISPLAY_KEY, 0, 2, 0, 0x1e, 0, 99, 0, 1, 0, 7, DISPLAY_KEY, 0, 2, 0, 0x1e, 2};

	(void)state;
	enable(0x45);
	for (unsigned i = 0; i < sizeof(bytes); i++) {
		channel_write(&far, &bytes[i], 1);
		display_poll(&display);
	}
	assert_int_equal(data(), 0x1e);
	assert_int_equal(data(), 0x9e);
	uint8_t nonsense[100];
	memset(nonsense, 0xff, sizeof(nonsense));
	channel_write(&far, nonsense, sizeof(nonsense));
	display_poll(&display);
	assert_true(display.input_count < DISPLAY_INPUT_BYTES);
}

static void a_restart_of_the_viewer_ends_the_watch(void **state)
{
	(void)state;
	watch(1);
	mock_restart_peer("screen", &far);
	display_poll(&display);
	assert_false(display.watched);
}

/* --- the viewer --- */

static void characters_become_keys(void **state)
{
	struct console_keys keys = {0};
	struct display_key key[CONSOLE_KEYS_MOST];

	(void)state;
	assert_int_equal(console_keys_take(&keys, 'a', key), 2);
	assert_int_equal(key[0].code, 0x1e);
	assert_int_equal(key[1].flags, DISPLAY_RELEASE);
	assert_int_equal(console_keys_take(&keys, 'A', key), 4);
	assert_int_equal(key[0].code, 0x2a);
	assert_int_equal(key[1].code, 0x1e);
	assert_int_equal(key[3].flags, DISPLAY_RELEASE);
	assert_int_equal(console_keys_take(&keys, '\r', key), 2);
	assert_int_equal(key[0].code, 0x1c);
	assert_int_equal(console_keys_take(&keys, 3, key), 4);
	assert_int_equal(key[0].code, 0x1d);
	assert_int_equal(key[1].code, 0x2e);
	assert_int_equal(console_keys_take(&keys, '/', key), 2);
	assert_int_equal(key[0].code, 0x35);
	assert_int_equal(console_keys_take(&keys, ' ', key), 2);
	assert_int_equal(key[0].code, 0x39);
	assert_int_equal(console_keys_take(&keys, '\x80', key), 0);
}

static void escape_sequences_become_keys(void **state)
{
	struct console_keys keys = {0};
	struct display_key key[CONSOLE_KEYS_MOST];

	(void)state;
	assert_int_equal(console_keys_take(&keys, '\033', key), 0);
	assert_int_equal(console_keys_take(&keys, '[', key), 0);
	assert_int_equal(console_keys_take(&keys, 'A', key), 2);
	assert_int_equal(key[0].code, 0x48);
	assert_int_equal(key[0].flags, DISPLAY_EXTENDED);
	console_keys_take(&keys, '\033', key);
	console_keys_take(&keys, '[', key);
	console_keys_take(&keys, '2', key);
	console_keys_take(&keys, '4', key);
	assert_int_equal(console_keys_take(&keys, '~', key), 2);
	assert_int_equal(key[0].code, 0x58); /* F12 */
	console_keys_take(&keys, '\033', key);
	assert_int_equal(console_keys_end(&keys, key), 2);
	assert_int_equal(key[0].code, 1);
	console_keys_take(&keys, '\033', key);
	assert_int_equal(console_keys_take(&keys, 'x', key), 4); /* Alt-x */
	assert_int_equal(key[0].code, 0x38);
	assert_int_equal(console_keys_end(&keys, key), 0);
}

static struct console_screens screens;
static struct console_output output;
static struct channel layer;

static void send(unsigned kind, const void *bytes, unsigned length)
{
	struct display_header header = {(uint16_t)kind, (uint16_t)length};

	channel_write(&layer, &header, sizeof(header));
	channel_write(&layer, bytes, length);
}

static const char *printed(void)
{
	static char copy[CONSOLE_OUTPUT_BYTES + 1];
	const char *bytes;
	size_t count = console_output_peek(&output, &bytes);

	memcpy(copy, bytes, count);
	copy[count] = 0;
	console_output_drop(&output, count);
	return copy;
}

static int fresh_viewer(void **state)
{
	(void)state;
	mock_reset();
	memset(&output, 0, sizeof(output));
	memset(&screens, 0, sizeof(screens));
	mock_add_channel(
	        &(struct mock_channel){
	                .name = "pc.screen0", .peer = "pc", .in_bytes = 16384, .out_bytes = 4096, .role = ROLE_SCREEN},
	        &layer);
	console_screens_open(&screens);
	return console_screens_find(&screens, "pc") == NULL;
}

static void two_rows(void)
{
	struct display_mode mode = {
	        .version = 1, .columns = 4, .rows = 2, .cursor_row = 1, .cursor_column = 2, .cursor_shown = 1};
	struct display_row row = {0, {'a' | 0x700, 'b' | 0x1e00, 0xc4 | 0x1e00, ' '}};

	send(DISPLAY_MODE, &mode, sizeof(mode));
	send(DISPLAY_ROW, &row, 10);
	row.row = 1;
	row.cell[0] = 0x07db;
	row.cell[1] = row.cell[2] = row.cell[3] = 0x0700;
	send(DISPLAY_ROW, &row, 10);
}

static void a_watched_screen_is_drawn_with_its_colours(void **state)
{
	(void)state;
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), false);
	two_rows();
	console_screens_step(&screens, &output);
	assert_string_equal(printed(),
	                    "\033[0m\033[2J\033[H\033[1;1H\033[37;40ma\033[93;44mb\xe2\x94\x80\033[30;40m \033[2;"
	                    "1H\033[37;40m\xe2\x96\x88   \033[2;3H\033[?25h");
	console_screens_step(&screens, &output);
	assert_string_equal(printed(), "");
	console_screens_type(&screens, 'a');
	uint8_t bytes[64];
	assert_int_equal(channel_read(&layer, bytes, 64), 8 + 2 * 6);
	assert_int_equal(bytes[8], DISPLAY_KEY);
	console_screens_leave(&screens, &output);
	assert_int_equal(channel_read(&layer, bytes, 64), 8);
	assert_int_equal(bytes[6], 0);
}

static void a_screenshot_is_its_text_and_ends_by_itself(void **state)
{
	(void)state;
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), true);
	console_screens_step(&screens, &output);
	assert_false(screens.ended);
	two_rows();
	console_screens_step(&screens, &output);
	assert_true(screens.ended);
	assert_string_equal(printed(), "ab\xe2\x94\x80\r\n\xe2\x96\x88\r\n");
}

static void a_sender_that_breaks_the_format_harms_nothing(void **state)
{
	uint8_t nonsense[2000];
	struct display_mode mode = {.version = 1, .columns = 1000, .rows = 200};
	struct display_row row = {.row = 60};

	(void)state;
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), false);
	send(DISPLAY_MODE, &mode, sizeof(mode));
	send(DISPLAY_ROW, &row, sizeof(row));
	memset(nonsense, 0xff, sizeof(nonsense));
	channel_write(&layer, nonsense, sizeof(nonsense));
	console_screens_step(&screens, &output);
	assert_int_equal(screens.screen[0].mode.rows, 0);
	assert_int_equal(screens.screen[0].dirty, 0);
}

static void watched_graphics_are_named_not_drawn(void **state)
{
	struct display_mode mode = {.version = 1, .width = 640, .height = 480};

	(void)state;
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), false);
	send(DISPLAY_MODE, &mode, sizeof(mode));
	console_screens_step(&screens, &output);
	assert_string_equal(printed(),
	                    "\033[0m\033[2J\033[Hpc shows graphics of 640 x 480 pixels, not text: see screenshot\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(registers_are_reached_through_their_index, fresh),
	        cmocka_unit_test_setup(planes_take_what_their_masks_let_through, fresh),
	        cmocka_unit_test_setup(set_reset_rotation_and_logic_work_in_write_modes_0_and_3, fresh),
	        cmocka_unit_test_setup(chained_and_linear_modes_are_flat, fresh),
	        cmocka_unit_test_setup(a_text_screen_is_found_in_the_registers, fresh),
	        cmocka_unit_test_setup(the_controller_answers_its_tests, fresh),
	        cmocka_unit_test_setup(keys_come_translated_with_an_interrupt_each, fresh),
	        cmocka_unit_test_setup(the_keyboard_obeys_its_commands, fresh),
	        cmocka_unit_test_setup(the_mouse_reports_movements_on_its_own_line, fresh),
	        cmocka_unit_test_setup(a_byte_is_looped_back_as_from_the_mouse_though_its_line_is_off, fresh),
	        cmocka_unit_test_setup(a_keyboard_nobody_reads_keeps_only_what_fits, fresh),
	        cmocka_unit_test_setup(of_keys_typed_faster_than_they_are_read_each_that_goes_down_comes_up, fresh),
	        cmocka_unit_test_setup(only_who_watches_gets_rows_and_only_those_that_change, fresh),
	        cmocka_unit_test_setup(keys_arrive_though_they_come_in_pieces, fresh),
	        cmocka_unit_test_setup(a_restart_of_the_viewer_ends_the_watch, fresh),
	        cmocka_unit_test(characters_become_keys),
	        cmocka_unit_test(escape_sequences_become_keys),
	        cmocka_unit_test_setup(a_watched_screen_is_drawn_with_its_colours, fresh_viewer),
	        cmocka_unit_test_setup(a_screenshot_is_its_text_and_ends_by_itself, fresh_viewer),
	        cmocka_unit_test_setup(a_sender_that_breaks_the_format_harms_nothing, fresh_viewer),
	        cmocka_unit_test_setup(watched_graphics_are_named_not_drawn, fresh_viewer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
