/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/watchdog.h"
#include "tests/unit/function_fixture.h"

#define SECOND UINT64_C(1000000000)
enum { TIMER1 = 0, TIMER2 = 4, STATUS = 8, RELOAD = 12, CONFIG = 0x60, LOCK = 0x68 };

static struct watchdog dog;
static struct pci pci;
static struct guest_memory memory;
static uint64_t now;
static unsigned barks;

static void bark(void *owner)
{
	(void)owner;
	barks++;
}

static int setup(void **state)
{
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	(void)state;
	now = 5 * SECOND;
	barks = 0;
	watchdog_init(&dog, &clock, &(struct watchdog_sink){bark, 0});
	stand_alone(&pci, &dog.pci, &memory);
	return 0;
}

static void unlocked(uint32_t offset, unsigned size, uint32_t value)
{
	window_write(&dog.pci, 0, RELOAD, 2, 0x80);
	window_write(&dog.pci, 0, RELOAD, 2, 0x86);
	window_write(&dog.pci, 0, offset, size, value);
}

/* As Linux' i6300esb sets it up: no interrupt, both stages half the time each. */
static void arm(uint32_t seconds)
{
	config_write(&dog.pci, CONFIG, 2, 0x0003);
	config_write(&dog.pci, LOCK, 1, 0);
	unlocked(TIMER1, 4, seconds << 9);
	unlocked(TIMER2, 4, seconds << 9);
	unlocked(RELOAD, 2, 0x100);
	config_write(&dog.pci, LOCK, 1, 2);
}

static void pass(uint64_t ns)
{
	for (now += ns; watchdog_deadline(&dog) <= now;)
		watchdog_run(&dog, now);
}

static void pass_slowly(uint64_t ns)
{
	for (uint64_t end = now + ns; now < end; now += SECOND / 100)
		if (watchdog_deadline(&dog) <= now)
			watchdog_run(&dog, now);
}

static void an_unfed_watchdog_barks_once_after_its_time(void **state)
{
	(void)state;
	arm(10);
	pass_slowly(10 * SECOND);
	assert_int_equal(barks, 0);
	pass_slowly(SECOND);
	assert_int_equal(barks, 1);
	assert_int_equal(watchdog_deadline(&dog), CLOCK_NEVER);
	assert_int_equal(window_read(&dog.pci, 0, RELOAD, 2), 0x200);
	unlocked(RELOAD, 2, 0x200);
	assert_int_equal(window_read(&dog.pci, 0, RELOAD, 2), 0);
}

static void a_fed_one_does_not(void **state)
{
	(void)state;
	arm(10);
	for (unsigned i = 0; i < 20; i++) {
		pass_slowly(8 * SECOND);
		unlocked(RELOAD, 2, 0x100);
	}
	assert_int_equal(barks, 0);
}

static void without_the_keys_nothing_feeds_it(void **state)
{
	(void)state;
	arm(10);
	pass_slowly(8 * SECOND);
	window_write(&dog.pci, 0, RELOAD, 2, 0x100);
	window_write(&dog.pci, 0, RELOAD, 2, 0x86);
	window_write(&dog.pci, 0, RELOAD, 2, 0x80);
	window_write(&dog.pci, 0, RELOAD, 2, 0x100);
	window_write(&dog.pci, 0, RELOAD, 2, 0x86);
	window_write(&dog.pci, 0, RELOAD, 2, 0x100);
	pass_slowly(3 * SECOND);
	assert_int_equal(barks, 1);
}

static void the_keys_open_one_write(void **state)
{
	(void)state;
	unlocked(TIMER1, 4, 0xffabcdef);
	window_write(&dog.pci, 0, TIMER2, 4, 7);
	assert_int_equal(window_read(&dog.pci, 0, TIMER1, 4), 0xbcdef);
	assert_int_equal(window_read(&dog.pci, 0, TIMER2, 4), 0xfffff);
	assert_int_equal(window_read(&dog.pci, 0, TIMER1 + 1, 2) & 0xffff, 0x0bcd);
}

static void the_first_stage_may_interrupt(void **state)
{
	(void)state;
	arm(10);
	config_write(&dog.pci, CONFIG, 2, 0);
	pass_slowly(6 * SECOND);
	assert_true(dog.pci.level);
	assert_int_equal(window_read(&dog.pci, 0, STATUS, 4), 1);
	unlocked(STATUS, 4, 1);
	assert_false(dog.pci.level);
	assert_int_equal(barks, 0);
}

static void an_output_that_is_off_tells_nobody(void **state)
{
	(void)state;
	arm(10);
	config_write(&dog.pci, CONFIG, 2, 0x23);
	pass_slowly(30 * SECOND);
	assert_int_equal(barks, 0);
	assert_int_equal(window_read(&dog.pci, 0, RELOAD, 2), 0x200);
}

static void free_running_it_goes_on(void **state)
{
	(void)state;
	arm(10);
	config_write(&dog.pci, LOCK, 1, 6);
	pass_slowly(35 * SECOND);
	assert_int_equal(barks, 3);
}

static void disabled_it_stands(void **state)
{
	(void)state;
	arm(10);
	config_write(&dog.pci, LOCK, 1, 0);
	pass(100 * SECOND);
	assert_int_equal(barks, 0);
}

static void locked_it_cannot_be_disabled(void **state)
{
	(void)state;
	arm(10);
	config_write(&dog.pci, LOCK, 1, 3);
	config_write(&dog.pci, LOCK, 1, 0);
	pass_slowly(11 * SECOND);
	assert_int_equal(barks, 1);
}

static void the_fast_clock_is_a_thousand_times_faster(void **state)
{
	(void)state;
	config_write(&dog.pci, CONFIG, 2, 0x0007);
	unlocked(TIMER1, 4, 1 << 19);
	unlocked(TIMER2, 4, 1 << 19);
	config_write(&dog.pci, LOCK, 1, 2);
	assert_in_range(watchdog_deadline(&dog) - now, SECOND / 2, SECOND * 6 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(an_unfed_watchdog_barks_once_after_its_time, setup),
	        cmocka_unit_test_setup(a_fed_one_does_not, setup),
	        cmocka_unit_test_setup(without_the_keys_nothing_feeds_it, setup),
	        cmocka_unit_test_setup(the_keys_open_one_write, setup),
	        cmocka_unit_test_setup(the_first_stage_may_interrupt, setup),
	        cmocka_unit_test_setup(an_output_that_is_off_tells_nobody, setup),
	        cmocka_unit_test_setup(free_running_it_goes_on, setup),
	        cmocka_unit_test_setup(disabled_it_stands, setup),
	        cmocka_unit_test_setup(locked_it_cannot_be_disabled, setup),
	        cmocka_unit_test_setup(the_fast_clock_is_a_thousand_times_faster, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
