/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/pit.h"
#include "tests/unit/device_fixture.h"

static struct pit pit;
static uint64_t now;
static const struct device_clock clock = {fake_now, &now, 0};
static struct probe irq;
static struct bus bus;

static uint8_t in(uint16_t port)
{
	return (uint8_t)bus_read(&bus, port, 1);
}

static void out(uint16_t port, uint8_t value)
{
	bus_write(&bus, port, 1, value);
}

static void at_tick(uint64_t tick)
{
	now = clock_ns(tick, PIT_HZ);
}

static unsigned word(uint16_t port)
{
	unsigned low = in(port);

	return low | (unsigned)in(port) << 8;
}

static int fresh(void **state)
{
	struct pin pin = {probe_set, &irq, 0};

	(void)state;
	now = 0;
	memset(&bus, 0, sizeof(bus));
	pit_init(&pit, &clock, &pin);
	irq.rises = 0;
	return (int)pit_attach(&pit, &bus);
}

static void run_to(uint64_t until)
{
	while (pit_deadline(&pit) <= until) {
		now = pit_deadline(&pit);
		pit_run(&pit, now);
	}
	now = until;
}

static void nanoseconds_and_ticks_agree_for_years(void **state)
{
	(void)state;
	for (uint64_t tick = 1; tick < UINT64_C(1) << 54; tick = tick * 3 + 1) {
		assert_true(clock_ticks(clock_ns(tick, PIT_HZ), PIT_HZ) == tick);
		assert_true(clock_ticks(clock_ns(tick, PIT_HZ) - 1, PIT_HZ) == tick - 1);
	}
}

static void an_unprogrammed_timer_has_no_deadline(void **state)
{
	(void)state;
	assert_true(pit_deadline(&pit) == CLOCK_NEVER);
	now = 100 * CLOCK_SECOND;
	pit_run(&pit, now);
	assert_int_equal(irq.rises, 0);
}

static void a_rate_generator_ticks_at_its_rate_without_drift(void **state)
{
	(void)state;
	out(0x43, 0x34);
	out(0x40, 1193 & 0xff);
	out(0x40, 1193 >> 8);
	run_to(10 * CLOCK_SECOND);
	assert_int_equal(irq.rises, UINT64_C(10) * PIT_HZ / 1193);
}

static void ticks_missed_by_a_late_run_are_merged(void **state)
{
	(void)state;
	out(0x43, 0x34);
	out(0x40, 0xe8);
	out(0x40, 3);
	at_tick(10500);
	pit_run(&pit, now);
	assert_int_equal(irq.rises, 1);
	assert_true(pit_deadline(&pit) == clock_ns(11000, PIT_HZ));
}

static void a_one_shot_fires_once(void **state)
{
	(void)state;
	out(0x43, 0x30);
	out(0x40, 0x10);
	out(0x40, 0x27);
	assert_false(irq.level);
	run_to(CLOCK_SECOND);
	assert_int_equal(irq.rises, 1);
	assert_true(irq.level);
	assert_true(pit_deadline(&pit) == CLOCK_NEVER);
	out(0x40, 0); /* the first byte lowers the output and stops */
	assert_false(irq.level);
	assert_true(pit_deadline(&pit) == CLOCK_NEVER);
	out(0x40, 1);
	assert_true(pit_deadline(&pit) != CLOCK_NEVER);
}

static void a_new_rate_waits_for_the_end_of_the_period(void **state)
{
	(void)state;
	out(0x43, 0x34);
	out(0x40, 0xe8);
	out(0x40, 3);
	at_tick(100);
	out(0x40, 0xf4);
	out(0x40, 1);
	out(0x43, 0xe2); /* read back status of channel 0: null count */
	assert_int_equal(in(0x40), 0xf4);
	assert_true(pit_deadline(&pit) == clock_ns(1000, PIT_HZ));
	run_to(clock_ns(1100, PIT_HZ));
	assert_int_equal(irq.rises, 1);
	assert_true(pit_deadline(&pit) == clock_ns(1500, PIT_HZ));
	out(0x43, 0xe2);
	assert_int_equal(in(0x40), 0xb4);
}

static void a_latched_count_stays_until_it_is_read(void **state)
{
	(void)state;
	out(0x43, 0x34);
	out(0x40, 0);
	out(0x40, 0);
	at_tick(0x123);
	out(0x43, 0x00);
	at_tick(0x456);
	out(0x43, 0x00);
	assert_int_equal(word(0x40), 0x10000 - 0x123);
	assert_int_equal(word(0x40), 0x10000 - 0x456);
}

static void the_square_wave_counts_by_two(void **state)
{
	(void)state;
	out(0x43, 0x36);
	out(0x40, 7);
	out(0x40, 0);
	static const uint8_t value[8] = {6, 4, 2, 0, 6, 4, 2, 6};
	static const bool level[8] = {1, 1, 1, 1, 0, 0, 0, 1};
	for (unsigned i = 0; i < 8; i++) {
		at_tick(i);
		assert_int_equal(word(0x40), value[i]);
		out(0x43, 0xe2);
		assert_int_equal(in(0x40) >> 7, level[i]);
	}
	run_to(clock_ns(70, PIT_HZ));
	assert_int_equal(irq.rises, 10);
}

static void read_back_gives_status_then_count(void **state)
{
	(void)state;
	out(0x43, 0x16); /* channel 0, low byte only, mode 3 */
	out(0x43, 0xc2);
	assert_int_equal(in(0x40), 0xd6); /* output high, no count yet */
	in(0x40);
	out(0x40, 100);
	at_tick(1);
	out(0x43, 0xc2);
	out(0x43, 0xc2); /* the first one holds */
	assert_int_equal(in(0x40), 0x96);
	assert_int_equal(in(0x40), 98);
}

static void bcd_counts_in_decimal(void **state)
{
	(void)state;
	out(0x43, 0x35);
	out(0x40, 0x00);
	out(0x40, 0x10);
	at_tick(1);
	assert_int_equal(word(0x40), 0x0999);
	out(0x43, 0x31);
	out(0x40, 0);
	out(0x40, 0);
	at_tick(2);
	assert_int_equal(word(0x40), 0x9999);
}

static void the_high_byte_alone_can_be_used(void **state)
{
	(void)state;
	out(0x43, 0x24); /* high byte only, mode 2 */
	out(0x40, 0x10);
	at_tick(0x80);
	assert_int_equal(in(0x40), 0x0f);
	out(0x43, 0);
	assert_int_equal(in(0x40), 0x0f);
}

/* As Linux and boot loaders calibrate: gate on, mode 0, poll output 2 in port 61h. */
static void channel_2_shows_its_output_in_port_61(void **state)
{
	(void)state;
	out(0x61, 1);
	out(0x43, 0xb0);
	out(0x42, 0xff);
	out(0x42, 0xff);
	assert_int_equal(in(0x61) & 0x2f, 1);
	at_tick(0xfffe);
	assert_int_equal(in(0x61) & 0x20, 0);
	at_tick(0xffff);
	assert_int_equal(in(0x61) & 0x20, 0x20);
}

static void the_gate_holds_and_restarts_channel_2(void **state)
{
	(void)state;
	out(0x61, 1);
	out(0x43, 0xb0);
	out(0x42, 0xe8);
	out(0x42, 3);
	at_tick(100);
	out(0x61, 0);
	at_tick(500);
	assert_int_equal(word(0x42), 900);
	out(0x61, 1);
	at_tick(600);
	assert_int_equal(word(0x42), 800);
	out(0x43, 0xb4); /* rate generator: the gate starts it anew */
	out(0x42, 0xe8);
	out(0x42, 3);
	at_tick(700);
	assert_int_equal(word(0x42), 900);
	out(0x42, 0xd0);
	out(0x42, 7);
	out(0x61, 0);
	assert_int_equal(in(0x61) & 0x20, 0x20);
	out(0x61, 1);
	at_tick(701);
	assert_int_equal(word(0x42), 1999);
}

static void the_gate_triggers_the_one_shot_modes(void **state)
{
	(void)state;
	out(0x43, 0xb2);
	out(0x42, 10);
	out(0x42, 0);
	assert_int_equal(in(0x61) & 0x20, 0x20);
	out(0x61, 1);
	assert_int_equal(in(0x61) & 0x20, 0);
	at_tick(5);
	out(0x61, 0);
	out(0x61, 1); /* retriggers */
	at_tick(14);
	assert_int_equal(in(0x61) & 0x20, 0);
	at_tick(15);
	assert_int_equal(in(0x61) & 0x20, 0x20);
	out(0x61, 0);
	out(0x43, 0xba); /* hardware strobe */
	out(0x42, 10);
	out(0x42, 0);
	out(0x61, 1);
	at_tick(25);
	assert_int_equal(in(0x61) & 0x20, 0);
	at_tick(26);
	assert_int_equal(in(0x61) & 0x20, 0x20);
}

static void the_software_strobe_rises_after_one_clock(void **state)
{
	(void)state;
	out(0x43, 0x38);
	out(0x40, 100);
	out(0x40, 0);
	assert_true(pit_deadline(&pit) == clock_ns(101, PIT_HZ));
	run_to(CLOCK_SECOND);
	assert_int_equal(irq.rises, 1);
}

static void the_refresh_bit_toggles(void **state)
{
	uint8_t first;

	(void)state;
	first = in(0x61) & 0x10;
	now += 15085;
	assert_int_not_equal(in(0x61) & 0x10, first);
	now += 15085;
	assert_int_equal(in(0x61) & 0x10, first);
	out(0x61, 0xff);
	assert_int_equal(in(0x61) & 0x8f, 0x0f);
	assert_int_equal(in(0x43), 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(nanoseconds_and_ticks_agree_for_years, fresh),
	        cmocka_unit_test_setup(an_unprogrammed_timer_has_no_deadline, fresh),
	        cmocka_unit_test_setup(a_rate_generator_ticks_at_its_rate_without_drift, fresh),
	        cmocka_unit_test_setup(ticks_missed_by_a_late_run_are_merged, fresh),
	        cmocka_unit_test_setup(a_one_shot_fires_once, fresh),
	        cmocka_unit_test_setup(a_new_rate_waits_for_the_end_of_the_period, fresh),
	        cmocka_unit_test_setup(a_latched_count_stays_until_it_is_read, fresh),
	        cmocka_unit_test_setup(the_square_wave_counts_by_two, fresh),
	        cmocka_unit_test_setup(read_back_gives_status_then_count, fresh),
	        cmocka_unit_test_setup(bcd_counts_in_decimal, fresh),
	        cmocka_unit_test_setup(the_high_byte_alone_can_be_used, fresh),
	        cmocka_unit_test_setup(channel_2_shows_its_output_in_port_61, fresh),
	        cmocka_unit_test_setup(the_gate_holds_and_restarts_channel_2, fresh),
	        cmocka_unit_test_setup(the_gate_triggers_the_one_shot_modes, fresh),
	        cmocka_unit_test_setup(the_software_strobe_rises_after_one_clock, fresh),
	        cmocka_unit_test_setup(the_refresh_bit_toggles, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
