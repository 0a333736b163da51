/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "devices/kvm_clock.h"

static uint8_t ram[8192];
static struct guest_memory memory;

static int setup(void **state)
{
	(void)state;
	memory = (struct guest_memory){0};
	memset(ram, 0, sizeof ram);
	guest_memory_add(&memory, 0x10000, sizeof ram, ram);
	return 0;
}

/* As Linux' pvclock.h computes it. */
static uint64_t nanoseconds(uint64_t ticks, uint32_t mul, int8_t shift)
{
	return (uint64_t)((unsigned __int128)(ticks << shift) * mul >> 32);
}

static void one_hour_is_an_hour_at_any_rate(void **state)
{
	(void)state;
	static const uint64_t khz[] = {1000, 999998, 1000000, 1000001, 2450000, 5000000};
	for (unsigned i = 0; i < sizeof khz / sizeof *khz; i++) {
		uint32_t mul;
		int8_t shift;
		kvm_clock_scale(khz[i], &mul, &shift);
		uint64_t ns = nanoseconds(khz[i] * 3600000, mul, shift);
		assert_in_range(ns, UINT64_C(3599999990000), UINT64_C(3600000000000));
	}
}

static void a_page_is_written_with_even_versions_that_grow(void **state)
{
	(void)state;
	const struct kvm_clock clock = {2450000, 12345, 0};
	uint32_t version[2];
	uint64_t tsc;
	for (unsigned i = 0; i < 2; i++) {
		assert_true(kvm_clock_write(&clock, &memory, KVM_MSR_SYSTEM_TIME, 0x10041));
		memcpy(&version[i], ram + 0x40, 4);
	}
	memcpy(&tsc, ram + 0x48, 8);
	assert_int_equal(tsc, 12345);
	assert_int_equal(version[0] % 2, 0);
	assert_true(version[1] > version[0]);
}

static void without_the_enable_bit_nothing_is_written(void **state)
{
	(void)state;
	const struct kvm_clock clock = {2450000, 0, 0};
	assert_true(kvm_clock_write(&clock, &memory, KVM_MSR_SYSTEM_TIME, 0x10040));
	assert_int_equal(ram[0x40], 0);
}

static void addresses_outside_memory_or_unaligned_are_refused(void **state)
{
	(void)state;
	const struct kvm_clock clock = {2450000, 0, 0};
	assert_false(kvm_clock_write(&clock, &memory, KVM_MSR_SYSTEM_TIME, 0x11ff1));
	assert_false(kvm_clock_write(&clock, &memory, KVM_MSR_SYSTEM_TIME, 0x10043));
	assert_false(kvm_clock_write(&clock, &memory, KVM_MSR_WALL_CLOCK, 0x11ff8));
	assert_false(kvm_clock_write(&clock, &memory, KVM_MSR_WALL_CLOCK, ~UINT64_C(3)));
}

static void the_wall_clock_is_seconds_and_nanoseconds(void **state)
{
	(void)state;
	const struct kvm_clock clock = {1000000, 0, UINT64_C(1767225600123456789)};
	uint32_t wall[3];
	assert_true(kvm_clock_write(&clock, &memory, KVM_MSR_WALL_CLOCK, 0x10100));
	memcpy(wall, ram + 0x100, sizeof wall);
	assert_int_equal(wall[0] % 2, 0);
	assert_int_equal(wall[1], 1767225600);
	assert_int_equal(wall[2], 123456789);
}

static void memory_is_bounded_by_its_ranges(void **state)
{
	(void)state;
	uint8_t high[16], value[16];
	assert_true(guest_memory_add(&memory, GUEST_HOLE_END, sizeof high, high));
	assert_non_null(guest_memory_at(&memory, 0x10000, sizeof ram));
	assert_null(guest_memory_at(&memory, 0x10000, sizeof ram + 1));
	assert_null(guest_memory_at(&memory, 0xffff, 1));
	assert_null(guest_memory_at(&memory, 0x10000 + sizeof ram, 0));
	assert_null(guest_memory_at(&memory, 0x10001, ~UINT64_C(0)));
	assert_true(guest_memory_read(&memory, GUEST_HOLE_END, value, 16));
	assert_false(guest_memory_write(&memory, GUEST_HOLE_END + 1, value, 16));
	assert_int_equal(guest_memory_low_end(&memory), 0x10000 + sizeof ram);
	assert_false(guest_memory_add(&memory, ~UINT64_C(0), 2, ram));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
	        TEST(one_hour_is_an_hour_at_any_rate),
	        TEST(a_page_is_written_with_even_versions_that_grow),
	        TEST(without_the_enable_bit_nothing_is_written),
	        TEST(addresses_outside_memory_or_unaligned_are_refused),
	        TEST(the_wall_clock_is_seconds_and_nanoseconds),
	        TEST(memory_is_bounded_by_its_ranges),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
