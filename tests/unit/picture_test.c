/* SPDX-License-Identifier: ISC */
/* Graphics: what colour each pixel of each mode has, and how the picture gets to the terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "apps/console/console_screen.h"
#include "devices/display.h"
#include "devices/vga.h"
#include "sdk/mock/mock.h"
#include "tests/unit/device_fixture.h"

static struct bus bus;
static struct vga vga;
static uint8_t text[VGA_TEXT_BYTES], planes[4 * VGA_MEMORY];
static struct vga_screen screen;

static void set(uint16_t port, uint8_t index, uint8_t value)
{
	bus_write(&bus, port, 2, (uint32_t)(index | value << 8));
}

static void attribute(uint8_t index, uint8_t value)
{
	bus_read(&bus, 0x3da, 1);
	bus_write(&bus, 0x3c0, 1, index);
	bus_write(&bus, 0x3c0, 1, value);
}

static void dac(uint8_t index, uint8_t red, uint8_t green, uint8_t blue)
{
	bus_write(&bus, 0x3c8, 1, index);
	bus_write(&bus, 0x3c9, 1, red);
	bus_write(&bus, 0x3c9, 1, green);
	bus_write(&bus, 0x3c9, 1, blue);
}

static void dispi(uint16_t index, uint16_t value)
{
	bus_write(&bus, 0x1ce, 2, index);
	bus_write(&bus, 0x1cf, 2, value);
}

static void linear(uint16_t width, uint16_t height, uint16_t bits)
{
	dispi(4, 0);
	dispi(1, width);
	dispi(2, height);
	dispi(3, bits);
	dispi(4, 0x41);
}

/* Registers of a mode of the BIOS: columns of eight dots, scan lines, CRTC 9, pitch, graphics 5 and 6. */
static void mode(uint8_t columns, unsigned lines, uint8_t cell, uint8_t pitch, uint8_t shift, uint8_t map)
{
	set(0x3d4, 0x11, 0);
	set(0x3d4, 1, (uint8_t)(columns - 1));
	set(0x3d4, 0x12, (uint8_t)(lines - 1));
	set(0x3d4, 7, (uint8_t)(((lines - 1) >> 8 & 1) << 1 | ((lines - 1) >> 9 & 1) << 6));
	set(0x3d4, 9, cell);
	set(0x3d4, 0x13, pitch);
	set(0x3ce, 5, shift);
	set(0x3ce, 6, map);
	vga_screen(&vga, &screen);
}

static int fresh(void **state)
{
	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(text, 0, sizeof(text));
	vga_init(&vga, text, planes, sizeof(planes));
	int wrong = vga_attach(&vga, &bus) != OK;
	for (uint8_t i = 0; i < 16; i++)
		attribute(i, i);
	attribute(0x12, 15);
	for (unsigned i = 0; i < 256; i++) /* a colour that tells its number */
		dac((uint8_t)i, (uint8_t)(i >> 4), (uint8_t)(i & 15), 63);
	return wrong;
}

static uint32_t shade(unsigned six)
{
	return six << 2 | six >> 4;
}

static uint32_t colour(unsigned index)
{
	return shade(index >> 4) << 16 | shade(index & 15) << 8 | 0xff;
}

static void four_planes_make_sixteen_colours_through_the_palette(void **state)
{
	(void)state;
	mode(80, 480, 0x40, 40, 0, 5);
	assert_true(screen.graphics);
	assert_int_equal(screen.width, 640);
	assert_int_equal(screen.height, 480);
	vga.memory[(10 * 80 + 2) * 4] = 0x40; /* row 10, pixel 17, planes 0 and 3 */
	vga.memory[(10 * 80 + 2) * 4 + 3] = 0x40;
	assert_int_equal(vga_pixel(&vga, 10, 17), colour(9));
	assert_int_equal(vga_pixel(&vga, 10, 16), colour(0));
	attribute(9, 0x2a);
	assert_int_equal(vga_pixel(&vga, 10, 17), colour(0x2a));
	attribute(0x12, 7); /* plane 3 off */
	assert_int_equal(vga_pixel(&vga, 10, 17), colour(1));
	attribute(0x10, 0x80);
	attribute(0x14, 0x0b); /* bits 4 to 7 of the colour from the select register */
	assert_int_equal(vga_pixel(&vga, 10, 17), colour(0xb1));
	set(0x3d4, 0x0d, 80); /* begins a row later */
	assert_int_equal(vga_pixel(&vga, 9, 17), colour(0xb1));
}

static void rows_that_are_shown_twice_count_once(void **state)
{
	(void)state;
	mode(40, 400, 0xc0, 20, 0, 5); /* 320 x 200 in 16 colours */
	assert_int_equal(screen.width, 320);
	assert_int_equal(screen.height, 200);
	mode(80, 400, 0x41, 40, 0x40, 5); /* 320 x 200 in 256 */
	assert_int_equal(screen.width, 320);
	assert_int_equal(screen.height, 200);
}

static void a_byte_is_a_pixel_of_256_colours(void **state)
{
	(void)state;
	mode(80, 400, 0x41, 40, 0x40, 5);
	set(0x3c4, 4, 8);
	set(0x3c4, 2, 15);
	vga_window_write(&vga, 7 * 320 + 9, 1, 0xc5);
	assert_int_equal(vga_pixel(&vga, 7, 9), colour(0xc5));
	bus_write(&bus, 0x3c6, 1, 0x0f);
	assert_int_equal(vga_pixel(&vga, 7, 9), colour(5));
	bus_write(&bus, 0x3c6, 1, 0xff);
	set(0x3c4, 4, 0); /* not chained: address 7 * 80 + 2, plane 1 */
	set(0x3ce, 8, 0xff);
	set(0x3c4, 2, 2);
	vga_window_write(&vga, 7 * 80 + 2, 1, 0x5c);
	assert_int_equal(vga_pixel(&vga, 7, 9), colour(0x5c));
}

static void cga_modes_are_in_the_text_memory_odd_rows_apart(void **state)
{
	(void)state;
	mode(40, 400, 0xc1, 20, 0x30, 0x0f);
	assert_int_equal(screen.width, 320);
	assert_int_equal(screen.height, 200);
	text[0x2000 + 80 + 1] = 0x1b; /* row 3, pixels 4 to 7: colours 0 1 2 3 */
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(vga_pixel(&vga, 3, 4 + i), colour(i));
	mode(80, 400, 0xc1, 40, 0, 0x0d);
	set(0x3d4, 0x17, 0xc2); /* addresses are of bytes */
	assert_int_equal(screen.width, 640);
	assert_int_equal(vga_pixel(&vga, 3, 11), colour(1));
	assert_int_equal(vga_pixel(&vga, 3, 10), colour(0));
}

static void a_cga_screen_begins_where_the_crtc_says_and_wraps_in_each_half(void **state)
{
	(void)state;
	mode(40, 400, 0xc1, 20, 0x30, 0x0f);
	text[4 * 80] = 0x40; /* the left pixel of row 8 */
	text[0x2000 + 4 * 80] = 0x80;
	set(0x3d4, 0x0d, 4 * 40); /* words */
	assert_int_equal(vga_pixel(&vga, 0, 0), colour(1));
	assert_int_equal(vga_pixel(&vga, 1, 0), colour(2));
	set(0x3d4, 0x0c, (0x2000 - 80) / 2 >> 8);
	set(0x3d4, 0x0d, (0x2000 - 80) / 2 & 0xff);
	assert_int_equal(vga_pixel(&vga, 10, 0), colour(1)); /* not from the odd rows' half */
	assert_int_equal(vga_pixel(&vga, 11, 0), colour(2)); /* nor from behind it */
	set(0x3d4, 0x0c, 0);
	set(0x3d4, 0x0d, 0);
	set(0x3d4, 0x13, 40); /* twice as far from row to row */
	assert_int_equal(vga_pixel(&vga, 4, 0), colour(1));
	assert_int_equal(vga_pixel(&vga, 8, 0), colour(0));
}

static void linear_modes_have_4_to_32_bits_a_pixel(void **state)
{
	static const struct {
		uint16_t bits;
		uint32_t stored, shown;
	} sample[] = {
	        {8, 0x37, 0},           {15, 0x7c1f, 0xff00ff}, {15, 0x0200, 0x008400},   {16, 0xf800, 0xff0000},
	        {16, 0x07e0, 0x00ff00}, {16, 0x0410, 0x008284}, {24, 0x123456, 0x123456}, {32, 0xff123456, 0x123456}};

	(void)state;
	for (unsigned i = 0; i < sizeof(sample) / sizeof(*sample); i++) {
		linear(100, 50, sample[i].bits);
		vga_screen(&vga, &screen);
		assert_int_equal(screen.width, 100);
		assert_int_equal(screen.height, 50);
		unsigned bytes = (sample[i].bits + 7) / 8;
		memcpy(&vga.memory[(3 * 100 + 5) * bytes], &sample[i].stored, bytes);
		assert_int_equal(vga_pixel(&vga, 3, 5), sample[i].shown ? sample[i].shown : colour(0x37));
		dispi(8, 2); /* the view begins at column 2, row 1 */
		dispi(9, 1);
		assert_int_equal(vga_pixel(&vga, 2, 3), sample[i].shown ? sample[i].shown : colour(0x37));
	}
	linear(128, 50, 4);
	vga.memory[16 * 4 + 2] = 0x80;
	assert_int_equal(vga_pixel(&vga, 1, 0), colour(4));
	linear(100, 50, 8);
	dispi(4, 0x61); /* eight bits of each colour in the DAC */
	dac(0, 0x80, 0x81, 0x82);
	assert_int_equal(vga_pixel(&vga, 0, 0), 0x808182);
}

static void more_memory_is_for_larger_modes(void **state)
{
	(void)state;
	dispi(10, 0);
	assert_int_equal(bus_read(&bus, 0x1cf, 2), sizeof(planes) / 65536);
	linear(640, 480, 16);
	dispi(5, 8); /* the window at A0000 is on the ninth piece of 64 KiB */
	vga_window_write(&vga, 0x1234, 2, 0xf800);
	assert_int_equal(planes[0x81235], 0xf8);
	assert_int_equal(vga_pixel(&vga, 0x81234 / 1280, 0x81234 % 1280 / 2), 0xff0000);
	assert_int_equal(vga_pixel(&vga, 0x01234 / 1280, 0x01234 % 1280 / 2), 0);
}

static void no_register_leads_outside_of_the_memory(void **state)
{
	(void)state;
	set(0x3d4, 0x0c, 0xff);
	set(0x3d4, 0x0d, 0xff);
	mode(255, 1023, 0, 0xff, 0, 5);
	for (uint8_t shift = 0; shift <= 0x40; shift = (uint8_t)(shift + 0x20))
		for (uint8_t map = 1; map < 16; map = (uint8_t)(map + 4)) {
			mode(255, 1023, 0, 0xff, shift, map);
			(void)vga_pixel(&vga, UINT32_MAX, UINT32_MAX);
			(void)vga_pixel(&vga, 4096, 4096);
		}
	linear(0xffff, 0xffff, 32);
	dispi(8, 0xffff);
	dispi(9, 0xffff);
	(void)vga_pixel(&vga, 0xffff, 0xffff);
}

/* --- from the layer to the terminal, both ends over one channel --- */

static struct display display;
static struct console_screens screens;
static struct console_output output;
static struct channel far;
static uint64_t now;
static const struct device_clock clock_of_layer = {fake_now, &now, 0};
#define WIDTH 131u
#define HEIGHT 20u
static uint32_t picture[HEIGHT][WIDTH];

/* A terminal that knows sixels: draws them into `picture`. */
static void draw_sixels(const char *at)
{
	static uint32_t of_register[CONSOLE_PICTURE_COLOURS];
	unsigned x = 0, y = 0, width = 0, height = 0, number = 0, count = 1;
	assert_int_equal(sscanf(at, "\033P0;1q\"1;1;%u;%u", &width, &height), 2);
	assert_int_equal(width, WIDTH);
	assert_int_equal(height, HEIGHT);
	for (at = strchr(at, '#'); *at != '\033';) {
		char *end;
		if (*at == '#') {
			number = (unsigned)strtoul(at + 1, &end, 10);
			unsigned red, green, blue;
			assert_true(number < CONSOLE_PICTURE_COLOURS);
			if (*end == ';') {
				assert_int_equal(sscanf(end, ";2;%u;%u;%u", &red, &green, &blue), 3);
				of_register[number] = (red * 31 + 50) / 100 << 11 | (green * 63 + 50) / 100 << 5 |
				                      (blue * 31 + 50) / 100;
				for (unsigned i = 0; i < 4; i++)
					strtoul(end + 1, &end, 10);
			}
			at = end;
		} else if (*at == '!') {
			count = (unsigned)strtoul(at + 1, &end, 10);
			at = end;
		} else if (*at == '$' || *at == '-') {
			y += *at++ == '-' ? 6 : 0;
			x = 0;
		} else {
			assert_in_range(*at, '?', '~');
			for (; count; count--, x++)
				for (unsigned row = 0; row < 6; row++)
					if ((*at - '?') >> row & 1) {
						assert_true(y + row < HEIGHT && x < WIDTH);
						picture[y + row][x] = of_register[number];
					}
			count = 1;
			at++;
		}
	}
	assert_string_equal(at, "\033\\\r\n");
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

static int fresh_both(void **state)
{
	mock_reset();
	memset(&display, 0, sizeof(display));
	memset(&output, 0, sizeof(output));
	memset(&screens, 0, sizeof(screens));
	now = 0;
	mock_add_channel(
	        &(struct mock_channel){
	                .name = "pc.screen0", .peer = "pc", .in_bytes = 16384, .out_bytes = 4096, .role = ROLE_SCREEN},
	        &far);
	display.channel = far;
	display.clock = &clock_of_layer;
	display.vga = &vga;
	display.deadline = CLOCK_NEVER;
	console_screens_open(&screens);
	return fresh(state);
}

static void both_step(void)
{
	display_poll(&display);
	now += DISPLAY_PERIOD;
	display_run(&display, now);
	console_screens_step(&screens, &output);
}

static uint32_t packed(uint32_t rgb)
{
	return (rgb >> 8 & 0xf800) | (rgb >> 5 & 0x7e0) | (rgb >> 3 & 0x1f);
}

static void a_screenshot_of_graphics_is_the_picture_as_sixels(void **state)
{
	(void)state;
	linear(WIDTH, HEIGHT, 16);
	for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
		vga.memory[2 * i] = (uint8_t)(i / 12), vga.memory[2 * i + 1] = (uint8_t)(i / WIDTH * 8);
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), true);
	for (unsigned i = 0; i < 10 && !screens.ended; i++)
		both_step();
	assert_true(screens.ended);
	memset(picture, 0xff, sizeof(picture));
	draw_sixels(printed());
	assert_true(screens.picture.colours > 200 && screens.picture.colours <= 256);
	unsigned wrong = 0;
	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = 0; x < WIDTH; x++)
			wrong += picture[y][x] != packed(vga_pixel(&vga, y, x));
	assert_int_equal(wrong, 0);
}

static void a_screenshot_waits_for_the_mode(void **state)
{
	(void)state;
	linear(WIDTH, HEIGHT, 8);
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), true);
	console_screens_step(&screens, &output); /* before the layer has said anything */
	assert_false(screens.ended);
	for (unsigned i = 0; i < 10 && !screens.ended; i++)
		both_step();
	assert_true(screens.ended);
	memset(picture, 0xff, sizeof(picture));
	draw_sixels(printed());
	assert_int_equal(picture[HEIGHT - 1][WIDTH - 1], packed(colour(0)));
}

static void more_colours_than_a_picture_has_become_their_nearest(void **state)
{
	(void)state;
	linear(WIDTH, HEIGHT, 16);
	for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
		vga.memory[2 * i] = (uint8_t)i, vga.memory[2 * i + 1] = (uint8_t)(i >> 8);
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), true);
	for (unsigned i = 0; i < 40 && !screens.ended; i++) {
		both_step();
		if (!screens.ended && console_output_space(&output) < 4096)
			break;
	}
	assert_true(screens.ended);
	assert_int_equal(screens.picture.colours, 256);
}

static void a_mode_that_changes_begins_the_picture_anew(void **state)
{
	(void)state;
	linear(100, HEIGHT, 8);
	console_screens_watch(&screens, console_screens_find(&screens, "pc"), true);
	both_step();
	linear(WIDTH, HEIGHT, 8);
	for (unsigned i = 0; i < 10 && !screens.ended; i++)
		both_step();
	assert_true(screens.ended);
	const char *shown = printed(), *second = strstr(shown + 1, "\033P");
	memset(picture, 0xff, sizeof(picture));
	draw_sixels(second ? second : shown);
	assert_int_equal(picture[HEIGHT - 1][WIDTH - 1], packed(colour(0)));
}

static void pixels_out_of_their_place_harm_nothing(void **state)
{
	static struct console_picture small;
	static struct display_pixels pixels;

	(void)state;
	console_picture_start(&small, 4, 7);
	assert_true(console_picture_take(&small, &pixels, 5)); /* longer than a row */
	pixels.row = 1;
	assert_true(console_picture_take(&small, &pixels, 4));
	pixels.row = 0;
	pixels.column = 2;
	assert_true(console_picture_take(&small, &pixels, 2));
	assert_int_equal(small.row + small.column + small.colours, 0);
	pixels.column = 0;
	for (pixels.row = 0; pixels.row < 6; pixels.row++)
		assert_true(console_picture_take(&small, &pixels, 4));
	assert_false(console_picture_take(&small, &pixels, 4)); /* the band has to leave first */
	assert_false(console_picture_write(&small, &output));
	assert_true(console_picture_take(&small, &pixels, 4));
	assert_true(console_picture_write(&small, &output));
	assert_string_equal(printed(), "\033P0;1q\"1;1;4;7#0;2;0;0;0!4~$-#0!4@$-\033\\\r\n");
	console_picture_start(&small, 100000, 100000);
	assert_int_equal(small.width, DISPLAY_WIDTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(four_planes_make_sixteen_colours_through_the_palette, fresh),
	        cmocka_unit_test_setup(rows_that_are_shown_twice_count_once, fresh),
	        cmocka_unit_test_setup(a_byte_is_a_pixel_of_256_colours, fresh),
	        cmocka_unit_test_setup(cga_modes_are_in_the_text_memory_odd_rows_apart, fresh),
	        cmocka_unit_test_setup(a_cga_screen_begins_where_the_crtc_says_and_wraps_in_each_half, fresh),
	        cmocka_unit_test_setup(linear_modes_have_4_to_32_bits_a_pixel, fresh),
	        cmocka_unit_test_setup(more_memory_is_for_larger_modes, fresh),
	        cmocka_unit_test_setup(no_register_leads_outside_of_the_memory, fresh),
	        cmocka_unit_test_setup(a_screenshot_of_graphics_is_the_picture_as_sixels, fresh_both),
	        cmocka_unit_test_setup(a_screenshot_waits_for_the_mode, fresh_both),
	        cmocka_unit_test_setup(more_colours_than_a_picture_has_become_their_nearest, fresh_both),
	        cmocka_unit_test_setup(a_mode_that_changes_begins_the_picture_anew, fresh_both),
	        cmocka_unit_test_setup(pixels_out_of_their_place_harm_nothing, fresh_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
