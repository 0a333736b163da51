/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/pic.h"
#include "tests/unit/device_fixture.h"

static struct pic pic;
static struct probe intr;
static struct bus bus;

static uint8_t in(uint16_t port)
{
	return (uint8_t)bus_read(&bus, port, 1);
}

static void out(uint16_t port, uint8_t value)
{
	bus_write(&bus, port, 1, value);
}

static void program(uint8_t icw4)
{
	out(0x20, 0x11);
	out(0x21, 0x30);
	out(0x21, 0x04);
	out(0x21, icw4);
	out(0xa0, 0x11);
	out(0xa1, 0x38);
	out(0xa1, 0x02);
	out(0xa1, icw4 & 0x0f);
}

static int fresh(void **state)
{
	struct pin pin = {probe_set, &intr, 0};

	(void)state;
	memset(&bus, 0, sizeof(bus));
	intr = (struct probe){0};
	pic_init(&pic, &pin);
	if (pic_attach(&pic, &bus))
		return -1;
	program(1);
	return 0;
}

static void after_reset_all_is_masked(void **state)
{
	(void)state;
	pic_reset(&pic);
	pic_set(&pic, 0, true);
	assert_false(pic_intr(&pic));
	assert_int_equal(in(0x21), 0xff);
	assert_int_equal(in(0xa1), 0xff);
}

static void an_edge_is_acknowledged_once_with_its_vector(void **state)
{
	(void)state;
	pic_set(&pic, 4, true);
	assert_true(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x34);
	assert_false(intr.level);
	out(0x20, 0x20);
	assert_false(intr.level); /* still high, but no new edge */
	pic_set(&pic, 4, false);
	pic_set(&pic, 4, true);
	assert_true(intr.level);
}

static void a_masked_edge_waits_for_the_mask(void **state)
{
	(void)state;
	out(0x21, 0x10);
	pic_set(&pic, 4, true);
	assert_false(intr.level);
	out(0x21, 0);
	assert_true(intr.level);
}

static void the_slave_comes_through_the_cascade(void **state)
{
	(void)state;
	pic_set(&pic, 12, true);
	assert_int_equal(pic_acknowledge(&pic), 0x3c);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 4); /* in service: input 2 */
	out(0xa0, 0x0b);
	assert_int_equal(in(0xa0), 0x10);
	pic_set(&pic, 14, true);
	assert_false(intr.level);
	out(0xa0, 0x20);
	out(0x20, 0x20);
	assert_true(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x3e);
}

static void a_higher_priority_nests_and_a_lower_waits(void **state)
{
	(void)state;
	pic_set(&pic, 4, true);
	assert_int_equal(pic_acknowledge(&pic), 0x34);
	pic_set(&pic, 6, true);
	assert_false(intr.level);
	pic_set(&pic, 1, true);
	assert_int_equal(pic_acknowledge(&pic), 0x31);
	out(0x20, 0x20); /* ends 1 */
	assert_false(intr.level);
	out(0x20, 0x64); /* specific: ends 4 */
	assert_int_equal(pic_acknowledge(&pic), 0x36);
}

static void a_request_that_goes_away_is_spurious(void **state)
{
	(void)state;
	pic_set(&pic, 3, true);
	pic_set(&pic, 3, false);
	assert_false(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x37);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0);
}

static void a_level_input_asks_again_after_the_end(void **state)
{
	(void)state;
	out(0x4d0, 0xff);
	assert_int_equal(in(0x4d0), 0xf8);
	out(0x4d1, 0xff);
	assert_int_equal(in(0x4d1), 0xde);
	pic_set(&pic, 5, true);
	assert_int_equal(pic_acknowledge(&pic), 0x35);
	out(0x20, 0x20);
	assert_true(intr.level);
	pic_set(&pic, 5, false);
	assert_false(intr.level);
}

static void automatic_end_leaves_nothing_in_service(void **state)
{
	(void)state;
	program(3);
	pic_set(&pic, 9, true);
	pic_set(&pic, 10, true);
	assert_int_equal(pic_acknowledge(&pic), 0x39);
	assert_true(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x3a);
	assert_false(intr.level);
	out(0x20, 0x80); /* rotate: the one served last becomes the lowest */
	pic_set(&pic, 3, true);
	assert_int_equal(pic_acknowledge(&pic), 0x33);
	assert_int_equal(pic.chip[0].lowest, 3);
	out(0x20, 0x00);
	pic_set(&pic, 5, true);
	assert_int_equal(pic_acknowledge(&pic), 0x35);
	assert_int_equal(pic.chip[0].lowest, 3);
}

static void priorities_rotate(void **state)
{
	(void)state;
	out(0x20, 0xc3); /* set priority: 3 is the lowest, so 4 the highest */
	pic_set(&pic, 1, true);
	pic_set(&pic, 4, true);
	assert_int_equal(pic_acknowledge(&pic), 0x34);
	out(0x20, 0xa0); /* end and rotate: 4 is the lowest now */
	assert_int_equal(pic_acknowledge(&pic), 0x31);
	out(0x20, 0xe1); /* specific end and rotate: 1 */
	assert_int_equal(pic.chip[0].lowest, 1);
	out(0x20, 0x40); /* no operation */
	out(0x20, 0x20); /* nothing in service */
	assert_int_equal(pic.chip[0].isr, 0);
}

static void special_mask_mode_lets_lower_priorities_pass(void **state)
{
	(void)state;
	pic_set(&pic, 1, true);
	assert_int_equal(pic_acknowledge(&pic), 0x31);
	pic_set(&pic, 6, true);
	assert_false(intr.level);
	out(0x21, 0x02);
	out(0x20, 0x68);
	assert_true(intr.level);
	out(0x20, 0x48);
	assert_false(intr.level);
}

static void special_fully_nested_mode_lets_the_slave_nest(void **state)
{
	(void)state;
	program(0x11);
	pic_set(&pic, 12, true);
	assert_int_equal(pic_acknowledge(&pic), 0x3c);
	pic_set(&pic, 9, true);
	assert_true(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x39);
}

static void a_poll_acknowledges(void **state)
{
	(void)state;
	pic_set(&pic, 3, true);
	out(0x20, 0x0c);
	assert_int_equal(in(0x20), 0x83);
	out(0x20, 0x0c);
	assert_int_equal(in(0x20), 0);
	pic_set(&pic, 8, true);
	out(0xa0, 0x0c);
	assert_int_equal(in(0xa0), 0x80);
	assert_false(intr.level);
}

static void reads_choose_request_or_service(void **state)
{
	(void)state;
	pic_set(&pic, 3, true);
	out(0x20, 0x0a);
	assert_int_equal(in(0x20), 0x08);
	pic_acknowledge(&pic);
	assert_int_equal(in(0x20), 0);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0x08);
}

static void initialisation_without_icw4_ends_after_three_words(void **state)
{
	(void)state;
	out(0x20, 0x10);
	out(0x21, 0x40);
	pic_set(&pic, 1, true);
	assert_false(intr.level); /* not while it is being programmed */
	out(0x21, 0x04);
	assert_true(intr.level);
	assert_int_equal(pic_acknowledge(&pic), 0x41);
}

static void lines_that_do_not_exist_are_ignored(void **state)
{
	(void)state;
	pic_set(&pic, 2, true);
	pic_set(&pic, 16, true);
	assert_false(intr.level);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(after_reset_all_is_masked, fresh),
	        cmocka_unit_test_setup(an_edge_is_acknowledged_once_with_its_vector, fresh),
	        cmocka_unit_test_setup(a_masked_edge_waits_for_the_mask, fresh),
	        cmocka_unit_test_setup(the_slave_comes_through_the_cascade, fresh),
	        cmocka_unit_test_setup(a_higher_priority_nests_and_a_lower_waits, fresh),
	        cmocka_unit_test_setup(a_request_that_goes_away_is_spurious, fresh),
	        cmocka_unit_test_setup(a_level_input_asks_again_after_the_end, fresh),
	        cmocka_unit_test_setup(automatic_end_leaves_nothing_in_service, fresh),
	        cmocka_unit_test_setup(priorities_rotate, fresh),
	        cmocka_unit_test_setup(special_mask_mode_lets_lower_priorities_pass, fresh),
	        cmocka_unit_test_setup(special_fully_nested_mode_lets_the_slave_nest, fresh),
	        cmocka_unit_test_setup(a_poll_acknowledges, fresh),
	        cmocka_unit_test_setup(reads_choose_request_or_service, fresh),
	        cmocka_unit_test_setup(initialisation_without_icw4_ends_after_three_words, fresh),
	        cmocka_unit_test_setup(lines_that_do_not_exist_are_ignored, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
