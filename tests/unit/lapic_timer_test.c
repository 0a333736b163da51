/* SPDX-License-Identifier: ISC */
#include "tests/unit/lapic_help.h"

#define NEVER (~UINT64_C(0))
#define ONE_SHOT 0x00000u
#define PERIODIC 0x20000u
#define DEADLINE 0x40000u
#define DIVIDE_1 0xbu

static struct lapic timer(uint32_t mode)
{
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x83e, DIVIDE_1);
	assert_int_equal(write_msr(&lapic, 0x832, mode | 0x30), LAPIC_TIMER);
	return lapic;
}

static bool fired(struct lapic *lapic, uint64_t now)
{
	lapic_timer_run(lapic, now);
	bool pending = lapic_pending(lapic) == 0x30;
	if (pending) {
		lapic_accept(lapic, 0x30);
		write_msr(lapic, 0x80b, 0);
	}
	return pending;
}

static void one_shot_fires_once_at_its_time(void **state)
{
	(void)state;
	struct lapic lapic = timer(ONE_SHOT);
	assert_int_equal(write_at(&lapic, 0x838, 1000, 50), LAPIC_TIMER);
	assert_int_equal(lapic.deadline, 1050);
	assert_false(fired(&lapic, 1049));
	assert_true(fired(&lapic, 1050));
	assert_int_equal(lapic.deadline, NEVER);
	assert_false(fired(&lapic, 5000));
	assert_int_equal(read_at(&lapic, 0x839, 5000), 0);
}

static void the_current_count_falls_to_zero(void **state)
{
	(void)state;
	struct lapic lapic = timer(ONE_SHOT);
	write_at(&lapic, 0x838, 1000, 50);
	assert_int_equal(read_at(&lapic, 0x839, 50), 1000);
	assert_int_equal(read_at(&lapic, 0x839, 51), 999);
	assert_int_equal(read_at(&lapic, 0x839, 1049), 1);
	assert_int_equal(read_at(&lapic, 0x839, 1050), 0);
	assert_int_equal(read_at(&lapic, 0x838, 1050), 1000);
}

static void periodic_does_not_drift_after_late_looks(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 100, 7);
	uint64_t late = 0;
	for (uint64_t round = 1; round < 1000; round++) {
		assert_int_equal(lapic.deadline, 7 + round * 100);
		assert_true(fired(&lapic, lapic.deadline + late));
		late = (late * 7 + 13) % 100;
	}
}

static void missed_rounds_of_a_periodic_timer_are_one(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 100, 0);
	assert_true(fired(&lapic, 1234));
	assert_int_equal(lapic.deadline, 1300);
	assert_false(fired(&lapic, 1299));
	assert_true(fired(&lapic, 1300));
	assert_int_equal(lapic.deadline, 1400);
	assert_true(fired(&lapic, UINT64_C(1) << 60));
	assert_true(lapic.deadline > UINT64_C(1) << 60 && lapic.deadline <= (UINT64_C(1) << 60) + 100);
}

static void a_periodic_count_goes_round_even_before_it_is_looked_at(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 100, 0);
	assert_int_equal(read_at(&lapic, 0x839, 99), 1);
	assert_int_equal(read_at(&lapic, 0x839, 100), 100);
	assert_int_equal(read_at(&lapic, 0x839, 230), 70);
}

static void the_divider_has_its_eight_values(void **state)
{
	(void)state;
	static const struct {
		uint32_t code, divisor;
	} table[] = {{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {10, 128}, {11, 1}};
	for (unsigned i = 0; i < 8; i++) {
		struct lapic lapic = timer(ONE_SHOT);
		assert_int_equal(write_msr(&lapic, 0x83e, table[i].code), LAPIC_TIMER);
		assert_int_equal(read_msr(&lapic, 0x83e), table[i].code);
		write_at(&lapic, 0x838, 1000, 0);
		assert_int_equal(lapic.deadline, 1000 * table[i].divisor);
		assert_int_equal(read_at(&lapic, 0x839, 500 * table[i].divisor), 500);
	}
}

static void a_new_divider_keeps_what_is_left_of_the_count(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 1000, 0);
	write_at(&lapic, 0x83e, 0, 400);
	assert_int_equal(lapic.deadline, 400 + 1200);
	assert_int_equal(read_at(&lapic, 0x839, 400), 600);
	assert_true(fired(&lapic, 1600));
	assert_int_equal(lapic.deadline, 3600);
}

static void the_largest_counts_do_not_overflow(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_msr(&lapic, 0x83e, 10);
	write_at(&lapic, 0x838, 0xffffffff, NEVER - 5);
	assert_int_equal(lapic.deadline, NEVER);
	write_at(&lapic, 0x838, 0xffffffff, 1000);
	assert_int_equal(lapic.deadline, 1000 + (UINT64_C(0xffffffff) << 7));
	assert_int_equal(read_at(&lapic, 0x839, 1000), 0xffffffff);
	assert_int_equal(read_at(&lapic, 0x839, lapic.deadline - 1), 1);
	lapic_timer_run(&lapic, NEVER);
	assert_int_equal(lapic.deadline, NEVER);
}

static void a_count_of_zero_stops_the_timer(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 100, 0);
	write_at(&lapic, 0x838, 0, 50);
	assert_int_equal(lapic.deadline, NEVER);
	assert_false(fired(&lapic, 1000));
	assert_int_equal(read_at(&lapic, 0x839, 60), 0);
}

static void a_masked_timer_runs_silently(void **state)
{
	(void)state;
	struct lapic lapic = timer(PERIODIC);
	write_at(&lapic, 0x838, 100, 0);
	write_msr(&lapic, 0x832, PERIODIC | MASKED | 0x30);
	assert_false(fired(&lapic, 150));
	write_msr(&lapic, 0x832, PERIODIC | 0x30);
	assert_false(fired(&lapic, 199));
	assert_true(fired(&lapic, 200));
}

static void a_tsc_deadline_fires_once_and_reads_zero_after(void **state)
{
	(void)state;
	struct lapic lapic = timer(DEADLINE);
	assert_int_equal(write_msr(&lapic, 0x6e0, 5000), LAPIC_TIMER);
	assert_int_equal(read_msr(&lapic, 0x6e0), 5000);
	assert_int_equal(lapic.deadline, 5000);
	assert_false(fired(&lapic, 4999));
	assert_true(fired(&lapic, 5000));
	assert_int_equal(read_msr(&lapic, 0x6e0), 0);
	assert_false(fired(&lapic, 9000));
}

static void a_deadline_of_zero_disarms_and_one_in_the_past_fires_at_once(void **state)
{
	(void)state;
	struct lapic lapic = timer(DEADLINE);
	write_msr(&lapic, 0x6e0, 5000);
	write_msr(&lapic, 0x6e0, 0);
	assert_int_equal(lapic.deadline, NEVER);
	write_msr(&lapic, 0x6e0, 1);
	assert_true(fired(&lapic, 9000));
}

static void each_mode_ignores_the_other_modes_registers(void **state)
{
	(void)state;
	struct lapic lapic = timer(DEADLINE);
	write_at(&lapic, 0x838, 100, 0);
	assert_int_equal(lapic.deadline, NEVER);
	assert_int_equal(read_msr(&lapic, 0x838) | read_msr(&lapic, 0x839), 0);
	lapic = timer(ONE_SHOT);
	write_msr(&lapic, 0x6e0, 100);
	assert_int_equal(lapic.deadline, NEVER);
	assert_int_equal(read_msr(&lapic, 0x6e0), 0);
}

static void changing_to_or_from_deadline_mode_disarms(void **state)
{
	(void)state;
	struct lapic lapic = timer(ONE_SHOT);
	write_at(&lapic, 0x838, 100, 0);
	write_msr(&lapic, 0x832, DEADLINE | 0x30);
	assert_int_equal(lapic.deadline, NEVER);
	write_msr(&lapic, 0x6e0, 100);
	write_msr(&lapic, 0x832, PERIODIC | 0x30);
	assert_int_equal(lapic.deadline, NEVER);
	assert_int_equal(read_msr(&lapic, 0x838), 0);
}

static void one_shot_and_periodic_share_the_running_count(void **state)
{
	(void)state;
	struct lapic lapic = timer(ONE_SHOT);
	write_at(&lapic, 0x838, 100, 0);
	write_msr(&lapic, 0x832, PERIODIC | 0x30);
	assert_true(fired(&lapic, 100));
	assert_int_equal(lapic.deadline, 200);
}

static void the_timer_works_by_page_offsets_too(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	uint64_t detail;
	write_page(&lapic, 0x3e0, 0xb);
	write_page(&lapic, 0x320, 0x30);
	assert_int_equal(lapic_register_write(&lapic, 0x380, 64, 10, &detail), LAPIC_TIMER);
	assert_int_equal(lapic_register_read(&lapic, 0x390, 20), 54);
	lapic_timer_run(&lapic, 74);
	assert_int_equal(lapic_highest(&lapic), 0x30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_shot_fires_once_at_its_time),
	        cmocka_unit_test(the_current_count_falls_to_zero),
	        cmocka_unit_test(periodic_does_not_drift_after_late_looks),
	        cmocka_unit_test(missed_rounds_of_a_periodic_timer_are_one),
	        cmocka_unit_test(a_periodic_count_goes_round_even_before_it_is_looked_at),
	        cmocka_unit_test(the_divider_has_its_eight_values),
	        cmocka_unit_test(a_new_divider_keeps_what_is_left_of_the_count),
	        cmocka_unit_test(the_largest_counts_do_not_overflow),
	        cmocka_unit_test(a_count_of_zero_stops_the_timer),
	        cmocka_unit_test(a_masked_timer_runs_silently),
	        cmocka_unit_test(a_tsc_deadline_fires_once_and_reads_zero_after),
	        cmocka_unit_test(a_deadline_of_zero_disarms_and_one_in_the_past_fires_at_once),
	        cmocka_unit_test(each_mode_ignores_the_other_modes_registers),
	        cmocka_unit_test(changing_to_or_from_deadline_mode_disarms),
	        cmocka_unit_test(one_shot_and_periodic_share_the_running_count),
	        cmocka_unit_test(the_timer_works_by_page_offsets_too),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
