/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/isa.h"
#include "tests/unit/device_fixture.h"

static struct ioapic ioapic;
static uint64_t last;
static unsigned count;

static void deliver(void *owner, uint64_t rte)
{
	(void)owner;
	last = rte;
	count++;
}

static uint32_t get(uint32_t index)
{
	ioapic_write(&ioapic, 0, 4, index);
	return ioapic_read(&ioapic, 0x10, 4);
}

static void put(uint32_t index, uint32_t value)
{
	ioapic_write(&ioapic, 0, 4, index);
	ioapic_write(&ioapic, 0x10, 4, value);
}

static int fresh(void **state)
{
	struct ioapic_sink sink = {deliver, NULL};

	(void)state;
	last = count = 0;
	ioapic_init(&ioapic, &sink, 1);
	return 0;
}

static void it_is_version_11_with_24_masked_pins(void **state)
{
	(void)state;
	assert_int_equal(get(1), 0x00170011);
	assert_int_equal(get(0), 0x01000000);
	put(0, 0x05000000);
	assert_int_equal(get(0), 0x05000000);
	assert_int_equal(get(2), 0x05000000);
	for (uint32_t pin = 0; pin < 24; pin++)
		assert_int_equal(get(0x10 + 2 * pin), 0x10000);
	assert_int_equal(get(0x40), 0);
	put(0x40, 1);
	assert_int_equal(ioapic_read(&ioapic, 0, 4), 0x40);
	assert_int_equal(ioapic_read(&ioapic, 0x40, 4), 0);
	assert_int_equal(ioapic_read(&ioapic, 4, 4), 0);
	ioapic_write(&ioapic, 0, 1, 1);
	assert_int_equal(ioapic_read(&ioapic, 0x12, 2), 0x17);
}

static void an_edge_is_sent_once_when_it_rises(void **state)
{
	(void)state;
	put(0x11 + 8, 0x03000000);
	put(0x10 + 8, 0x34);
	ioapic_set(&ioapic, 4, true);
	ioapic_set(&ioapic, 4, true);
	assert_int_equal(count, 1);
	assert_int_equal(IOAPIC_RTE_VECTOR(last), 0x34);
	assert_int_equal(IOAPIC_RTE_DESTINATION(last), 3);
	ioapic_set(&ioapic, 4, false);
	ioapic_set(&ioapic, 4, true);
	assert_int_equal(count, 2);
}

static void a_masked_edge_is_lost(void **state)
{
	(void)state;
	ioapic_set(&ioapic, 4, true);
	put(0x10 + 8, 0x34);
	assert_int_equal(count, 0);
}

static void a_level_is_sent_again_at_its_end_while_high(void **state)
{
	(void)state;
	put(0x10 + 18, 0x8039);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(count, 1);
	assert_int_equal(get(0x10 + 18), 0xc039);
	ioapic_set(&ioapic, 9, false);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(count, 1);
	ioapic_eoi(&ioapic, 0x38);
	assert_int_equal(count, 1);
	ioapic_eoi(&ioapic, 0x39);
	assert_int_equal(count, 2);
	ioapic_set(&ioapic, 9, false);
	ioapic_eoi(&ioapic, 0x39);
	assert_int_equal(count, 2);
	assert_int_equal(get(0x10 + 18), 0x8039);
}

static void unmasking_a_high_level_sends_it(void **state)
{
	(void)state;
	put(0x10 + 18, 0x18039);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(count, 0);
	put(0x10 + 18, 0x8039);
	assert_int_equal(count, 1);
}

static void making_an_entry_an_edge_clears_remote_irr(void **state)
{
	(void)state;
	put(0x10 + 18, 0x8039);
	ioapic_set(&ioapic, 9, true);
	put(0x10 + 18, 0x10039);
	assert_int_equal(get(0x10 + 18), 0x10039);
	put(0x10 + 18, 0x8039);
	assert_int_equal(count, 2);
}

static void read_only_and_reserved_bits_stay(void **state)
{
	(void)state;
	put(0x10, 0xffffffff);
	put(0x11, 0xffffffff);
	assert_int_equal(get(0x10), 0x1afff);
	assert_int_equal(get(0x11), 0xff000000);
}

static void a_level_that_is_no_fixed_interrupt_is_sent_like_an_edge(void **state)
{
	(void)state;
	put(0x10, 0x8700);
	ioapic_set(&ioapic, 0, true);
	assert_int_equal(count, 1);
	assert_int_equal(IOAPIC_RTE_MODE(last), 7);
	assert_int_equal(get(0x10), 0x8700);
	put(0x10, 0x8700);
	assert_int_equal(count, 1);
}

static void needs_eoi_knows_the_level_vectors(void **state)
{
	(void)state;
	put(0x10 + 18, 0x8039);
	put(0x10 + 8, 0x34);
	assert_true(ioapic_needs_eoi(&ioapic, 0x39));
	assert_false(ioapic_needs_eoi(&ioapic, 0x34));
}

static void small_writes_and_missing_pins_are_ignored(void **state)
{
	(void)state;
	ioapic_write(&ioapic, 0, 4, 0x10);
	ioapic_write(&ioapic, 0x10, 1, 0x55);
	assert_int_equal(get(0x10), 0x10000);
	ioapic_set(&ioapic, 24, true);
	assert_int_equal(count, 0);
}

static void isa_lines_reach_both_controllers_and_line_0_is_pin_2(void **state)
{
	struct pic pic;
	struct pin none = {NULL, NULL, 0};
	struct isa isa = {&pic, &ioapic};

	(void)state;
	pic_init(&pic, &none);
	isa_set(&isa, 0, true);
	isa_set(&isa, 9, true);
	isa_set(&isa, 2, true);
	isa_set(&isa, 16, true);
	assert_int_equal(ioapic.lines, 1u << 2 | 1u << 9);
	assert_int_equal(pic.chip[0].lines, 1);
	assert_int_equal(pic.chip[1].lines, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(it_is_version_11_with_24_masked_pins, fresh),
	        cmocka_unit_test_setup(an_edge_is_sent_once_when_it_rises, fresh),
	        cmocka_unit_test_setup(a_masked_edge_is_lost, fresh),
	        cmocka_unit_test_setup(a_level_is_sent_again_at_its_end_while_high, fresh),
	        cmocka_unit_test_setup(unmasking_a_high_level_sends_it, fresh),
	        cmocka_unit_test_setup(making_an_entry_an_edge_clears_remote_irr, fresh),
	        cmocka_unit_test_setup(read_only_and_reserved_bits_stay, fresh),
	        cmocka_unit_test_setup(a_level_that_is_no_fixed_interrupt_is_sent_like_an_edge, fresh),
	        cmocka_unit_test_setup(needs_eoi_knows_the_level_vectors, fresh),
	        cmocka_unit_test_setup(small_writes_and_missing_pins_are_ignored, fresh),
	        cmocka_unit_test_setup(isa_lines_reach_both_controllers_and_line_0_is_pin_2, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
