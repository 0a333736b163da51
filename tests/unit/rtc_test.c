/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>
#include "devices/rtc.h"
#include "devices/rtc_date.h"
#include "tests/unit/device_fixture.h"

/* 2026-01-01 12:34:56, a Thursday */
#define START INT64_C(1767270896)

static struct rtc rtc;
static uint64_t now;
static const struct device_clock fake = {fake_now, &now, 0};
static struct probe irq;
static struct bus bus;

static uint8_t in(uint8_t index)
{
	bus_write(&bus, 0x70, 1, index);
	return (uint8_t)bus_read(&bus, 0x71, 1);
}

static void out(uint8_t index, uint8_t value)
{
	bus_write(&bus, 0x70, 1, index);
	bus_write(&bus, 0x71, 1, value);
}

static int fresh(void **state)
{
	struct pin pin = {probe_set, &irq, 0};

	(void)state;
	now = 7 * CLOCK_SECOND;
	irq = (struct probe){0};
	memset(&bus, 0, sizeof(bus));
	rtc_init(&rtc, &fake, &pin, START);
	return (int)rtc_attach(&rtc, &bus);
}

static void run_to(uint64_t until)
{
	while (rtc_deadline(&rtc) <= until) {
		now = rtc_deadline(&rtc);
		rtc_run(&rtc, now);
	}
	now = until;
}

static void assert_time(unsigned century, unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                        unsigned second)
{
	assert_int_equal(in(0x32), century);
	assert_int_equal(in(9), year);
	assert_int_equal(in(8), month);
	assert_int_equal(in(7), day);
	assert_int_equal(in(4), hour);
	assert_int_equal(in(2), minute);
	assert_int_equal(in(0), second);
}

static void dates_agree_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t day = -800000; day < 2000000; day += 37) {
		time_t seconds = (time_t)(day * 86400);
		struct tm tm;
		struct rtc_date date = rtc_date_of(day);

		gmtime_r(&seconds, &tm);
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_int_equal(rtc_days_of(date), day);
	}
}

static void it_shows_the_time_in_bcd(void **state)
{
	(void)state;
	assert_time(0x20, 0x26, 1, 1, 0x12, 0x34, 0x56);
	assert_int_equal(in(6), 5);
	now += 86400 * CLOCK_SECOND;
	assert_time(0x20, 0x26, 1, 2, 0x12, 0x34, 0x56);
	assert_int_equal(in(6), 6);
	assert_int_equal(in(0x0d), 0x80);
	assert_int_equal(bus_read(&bus, 0x70, 1), 0xff);
}

static void binary_and_12_hour_formats_work(void **state)
{
	(void)state;
	out(0x0b, 0x06);
	assert_time(20, 26, 1, 1, 12, 34, 56);
	out(0x0b, 0x00);
	assert_int_equal(in(4), 0x92);
	now += 12 * 3600 * CLOCK_SECOND;
	assert_int_equal(in(4), 0x12);
	now += 3600 * CLOCK_SECOND;
	assert_int_equal(in(4), 0x01);
	out(4, 0x83); /* 3 p.m. */
	out(0x0b, 0x02);
	assert_int_equal(in(4), 0x15);
}

/* As Linux' mc146818_set_time does. */
static void a_guest_can_set_the_time(void **state)
{
	static const uint8_t index[7] = {0x32, 9, 8, 7, 4, 2, 0}, value[7] = {0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x58};

	(void)state;
	out(0x0b, 0x82);
	out(0x0a, 0x76);
	for (unsigned i = 0; i < 7; i++)
		out(index[i], value[i]);
	now += 5 * CLOCK_SECOND; /* updates are held */
	assert_time(0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x58);
	out(0x0b, 0x02);
	out(0x0a, 0x26);
	assert_int_equal(in(0), 0x58);
	now += CLOCK_SECOND / 2;
	assert_int_equal(in(0), 0x59);
	now += CLOCK_SECOND;
	assert_time(0x20, 0, 1, 1, 0, 0, 0);
}

static void one_field_can_be_set_while_it_runs(void **state)
{
	(void)state;
	out(2, 0x59);
	now += 4 * CLOCK_SECOND;
	assert_time(0x20, 0x26, 1, 1, 0x13, 0, 0);
}

static void update_in_progress_precedes_the_update(void **state)
{
	(void)state;
	assert_int_equal(in(0x0a), 0x26);
	now += CLOCK_SECOND - 244000;
	assert_int_equal(in(0x0a), 0xa6);
	now += 244000;
	assert_int_equal(in(0x0a), 0x26);
}

static void update_interrupts_come_each_second(void **state)
{
	(void)state;
	assert_true(rtc_deadline(&rtc) == CLOCK_NEVER);
	out(0x0b, 0x12);
	run_to(now + CLOCK_SECOND);
	assert_int_equal(irq.rises, 1);
	assert_true(rtc_deadline(&rtc) == CLOCK_NEVER); /* until it is acknowledged */
	assert_int_equal(in(0x0c) & 0xb0, 0x90);
	assert_int_equal(in(0x0c), 0);
	assert_false(irq.level);
	run_to(now + CLOCK_SECOND);
	assert_int_equal(irq.rises, 2);
}

static void the_alarm_rings_at_its_time_and_next_day(void **state)
{
	(void)state;
	out(5, 0x13);
	out(3, 0x00);
	out(1, 0x05);
	out(0x0b, 0x22);
	assert_true(rtc_deadline(&rtc) == now + (25 * 60 + 9) * CLOCK_SECOND);
	run_to(now + 3600 * CLOCK_SECOND);
	assert_int_equal(irq.rises, 1);
	assert_int_equal(in(0x0c) & 0xa0, 0xa0);
	run_to(now + 86400 * CLOCK_SECOND);
	assert_int_equal(irq.rises, 2);
}

static void alarm_wildcards_match_all(void **state)
{
	(void)state;
	out(5, 0xff);
	out(3, 0xc0);
	out(1, 0x30);
	out(0x0b, 0x22);
	for (unsigned i = 1; i <= 10; i++) {
		run_to(now + 60 * CLOCK_SECOND);
		assert_int_equal(irq.rises, i);
		in(0x0c);
	}
}

static void an_impossible_alarm_never_rings(void **state)
{
	(void)state;
	out(5, 0x25);
	out(0x0b, 0x22);
	assert_true(rtc_deadline(&rtc) == CLOCK_NEVER);
}

static void periodic_interrupts_come_at_the_chosen_rate(void **state)
{
	uint64_t end = now + CLOCK_SECOND;

	(void)state;
	out(0x0a, 0x2a); /* 64 Hz */
	out(0x0b, 0x42);
	while (rtc_deadline(&rtc) <= end) {
		run_to(rtc_deadline(&rtc));
		assert_int_equal(in(0x0c) & 0xc0, 0xc0);
	}
	assert_int_equal(irq.rises, 64);
	out(0x0a, 0x21); /* 256 Hz */
	assert_true(rtc_deadline(&rtc) - now <= CLOCK_SECOND / 256 + 1);
	out(0x0a, 0x20);
	assert_true(rtc_deadline(&rtc) == CLOCK_NEVER);
}

static void flags_are_set_without_their_interrupts_too(void **state)
{
	(void)state;
	now += 2 * CLOCK_SECOND;
	assert_int_equal(in(0x0c), 0x50);
	assert_int_equal(irq.rises, 0);
}

static void firmware_finds_the_memory_size(void **state)
{
	(void)state;
	rtc_set_memory(&rtc, UINT64_C(256) << 20, UINT64_C(5) << 30);
	assert_int_equal(in(0x15) | in(0x16) << 8, 640);
	assert_int_equal(in(0x17) | in(0x18) << 8, 0xffff);
	assert_int_equal(in(0x30) | in(0x31) << 8, 0xffff);
	assert_int_equal(in(0x34) | in(0x35) << 8, 240 * 16);
	assert_int_equal(in(0x5b) | in(0x5c) << 8 | in(0x5d) << 16, 5 * 16384);
	rtc_set_memory(&rtc, 8 << 20, 0);
	assert_int_equal(in(0x17) | in(0x18) << 8, 7 * 1024);
	assert_int_equal(in(0x34), 0);
	rtc_set_memory(&rtc, 512 << 10, 0);
	assert_int_equal(in(0x15) | in(0x16) << 8, 512);
	assert_int_equal(in(0x30), 0);
}

static void other_bytes_are_plain_memory(void **state)
{
	(void)state;
	out(0x20, 0xa5);
	out(0xa1, 0x5a); /* bit 7 masks NMI, it is no address */
	assert_int_equal(in(0x20), 0xa5);
	assert_int_equal(in(0x21), 0x5a);
	out(0x0d, 0);
	assert_int_equal(in(0x0d), 0x80);
	out(0x0c, 0xff);
	assert_int_equal(in(0x0c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(dates_agree_with_the_c_library, fresh),
	        cmocka_unit_test_setup(it_shows_the_time_in_bcd, fresh),
	        cmocka_unit_test_setup(binary_and_12_hour_formats_work, fresh),
	        cmocka_unit_test_setup(a_guest_can_set_the_time, fresh),
	        cmocka_unit_test_setup(one_field_can_be_set_while_it_runs, fresh),
	        cmocka_unit_test_setup(update_in_progress_precedes_the_update, fresh),
	        cmocka_unit_test_setup(update_interrupts_come_each_second, fresh),
	        cmocka_unit_test_setup(the_alarm_rings_at_its_time_and_next_day, fresh),
	        cmocka_unit_test_setup(alarm_wildcards_match_all, fresh),
	        cmocka_unit_test_setup(an_impossible_alarm_never_rings, fresh),
	        cmocka_unit_test_setup(periodic_interrupts_come_at_the_chosen_rate, fresh),
	        cmocka_unit_test_setup(flags_are_set_without_their_interrupts_too, fresh),
	        cmocka_unit_test_setup(firmware_finds_the_memory_size, fresh),
	        cmocka_unit_test_setup(other_bytes_are_plain_memory, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
