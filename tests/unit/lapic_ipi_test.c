/* SPDX-License-Identifier: ISC */
#include "tests/unit/lapic_help.h"

#define TO(destination) ((uint64_t)(destination) << 32)
#define TO8(destination) ((uint64_t)(destination) << 56)
#define LOWEST 0x100u
#define NMI 0x400u
#define INIT 0x500u
#define SIPI 0x600u
#define LOGICAL 0x800u
#define SELF 0x40000u
#define ALL 0x80000u
#define OTHERS 0xc0000u

static void an_ipi_to_others_is_an_effect_with_the_icr(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	uint64_t detail = 0;
	assert_int_equal(lapic_msr_write(&lapic, 0x830, TO(3) | 0x44, 0, &detail), LAPIC_IPI);
	assert_int_equal(detail, TO(3) | 0x44);
	assert_int_equal(read_msr(&lapic, 0x830), TO(3) | 0x44);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
}

static void the_page_sends_on_the_low_half_with_the_high_half_written_before(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	uint64_t detail = 0;
	assert_int_equal(lapic_register_write(&lapic, 0x310, 0x03ffffff, 0, &detail), LAPIC_DONE);
	assert_int_equal(lapic_register_write(&lapic, 0x300, 0xfff33044, 0, &detail), LAPIC_IPI);
	assert_int_equal(detail, TO8(3) | 0x44);
	assert_int_equal(lapic_register_read(&lapic, 0x310, 0), 0x03000000);
	assert_int_equal(lapic_register_read(&lapic, 0x300, 0), 0x44);
}

static void a_self_ipi_by_shorthand_or_register_is_pending_at_once(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(2);
	assert_int_equal(write_msr(&lapic, 0x83f, 0x91), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&lapic), 0x91);
	assert_int_equal(write_msr(&lapic, 0x830, SELF | 0xa1), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&lapic), 0xa1);
	assert_int_equal(write_msr(&lapic, 0x830, TO(2) | 0xb1), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&lapic), 0xb1);
	assert_int_equal(write_msr(&lapic, 0x83f, 0x100), LAPIC_FAULT);
	struct lapic page = xapic(2);
	write_page(&page, 0x310, 2u << 24);
	assert_int_equal(write_page(&page, 0x300, 0x41), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&page), 0x41);
	assert_int_equal(write_page(&page, 0x300, SELF | 0x51), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&page), 0x51);
}

static void an_illegal_vector_is_not_sent_but_an_error(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_int_equal(write_msr(&lapic, 0x830, TO(1) | 0x0f), LAPIC_RAISED);
	assert_int_equal(write_msr(&lapic, 0x83f, 0x0f), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	write_msr(&lapic, 0x828, 0);
	assert_int_equal(read_msr(&lapic, 0x828), 0x20);
	assert_int_equal(write_msr(&lapic, 0x830, TO(1) | NMI | 0x0f), LAPIC_IPI);
}

static void reserved_bits_of_the_icr_fault(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	for (unsigned bit = 0; bit < 32; bit++) {
		bool reserved = bit == 12 || bit == 13 || bit == 16 || bit == 17 || bit >= 20;
		assert_int_equal(write_msr(&lapic, 0x830, 1u << bit) == LAPIC_FAULT, reserved);
	}
}

static void each_delivery_mode_has_its_kind(void **state)
{
	(void)state;
	assert_int_equal(lapic_ipi_kind(0x44), LAPIC_IPI_VECTOR);
	assert_int_equal(lapic_ipi_kind(LOWEST | 0x44), LAPIC_IPI_VECTOR);
	assert_int_equal(lapic_ipi_kind(0x200), LAPIC_IPI_NONE);
	assert_int_equal(lapic_ipi_kind(0x300), LAPIC_IPI_NONE);
	assert_int_equal(lapic_ipi_kind(NMI), LAPIC_IPI_NMI);
	assert_int_equal(lapic_ipi_kind(INIT), LAPIC_IPI_INIT);
	assert_int_equal(lapic_ipi_kind(SIPI | 0x99), LAPIC_IPI_SIPI);
	assert_int_equal(lapic_ipi_kind(0x700), LAPIC_IPI_NONE);
}

static void init_deassert_means_nothing(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_int_equal(lapic_ipi_kind(TO(1) | 0xc500), LAPIC_IPI_INIT);
	assert_int_equal(lapic_ipi_kind(TO(1) | 0x8500), LAPIC_IPI_NONE);
	assert_int_equal(lapic_ipi_kind(0xc4500), LAPIC_IPI_INIT);
	assert_int_equal(write_msr(&lapic, 0x830, TO(1) | 0x8500), LAPIC_DONE);
}

static void shorthands_that_include_the_sender_are_for_fixed_only(void **state)
{
	(void)state;
	static const uint32_t modes[] = {LOWEST, NMI, INIT, SIPI};
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(lapic_ipi_kind(SELF | modes[i] | 0x44), LAPIC_IPI_NONE);
		assert_int_equal(lapic_ipi_kind(ALL | modes[i] | 0x44), LAPIC_IPI_NONE);
		assert_int_not_equal(lapic_ipi_kind(OTHERS | modes[i] | 0x44), LAPIC_IPI_NONE);
	}
	assert_int_equal(lapic_ipi_kind(ALL | 0x44), LAPIC_IPI_VECTOR);
}

static void shorthands_select_self_all_or_others(void **state)
{
	(void)state;
	struct lapic a = x2apic(0), b = x2apic(1);
	assert_true(lapic_ipi_matches(&a, &a, SELF | 0x44));
	assert_false(lapic_ipi_matches(&b, &a, SELF | 0x44));
	assert_true(lapic_ipi_matches(&a, &a, ALL | 0x44));
	assert_true(lapic_ipi_matches(&b, &a, ALL | 0x44));
	assert_false(lapic_ipi_matches(&a, &a, OTHERS | 0x44));
	assert_true(lapic_ipi_matches(&b, &a, OTHERS | 0x44));
}

static void physical_destinations_name_one_id_or_all(void **state)
{
	(void)state;
	struct lapic from = x2apic(0), to = x2apic(0x103), page = xapic(3), sender = xapic(1);
	assert_true(lapic_ipi_matches(&to, &from, TO(0x103) | 0x44));
	assert_false(lapic_ipi_matches(&to, &from, TO(3) | 0x44));
	assert_false(lapic_ipi_matches(&to, &from, TO(0xff) | 0x44));
	assert_true(lapic_ipi_matches(&to, &from, TO(0xffffffff) | 0x44));
	assert_true(lapic_ipi_matches(&page, &sender, TO8(3) | 0x44));
	assert_false(lapic_ipi_matches(&page, &sender, TO8(2) | 0x44));
	assert_true(lapic_ipi_matches(&page, &sender, TO8(0xff) | 0x44));
	assert_true(lapic_ipi_matches(&page, &from, TO(3) | 0x44));
}

static void flat_logical_destinations_are_sets_of_eight(void **state)
{
	(void)state;
	struct lapic self = xapic(1), from = xapic(0);
	write_page(&self, 0xd0, 0x02000000);
	assert_true(lapic_ipi_matches(&self, &from, TO8(0x03) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO8(0x05) | LOGICAL | 0x44));
	assert_true(lapic_ipi_matches(&self, &from, TO8(0xff) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, LOGICAL | 0x44));
}

static void cluster_logical_destinations_name_a_cluster_and_members(void **state)
{
	(void)state;
	struct lapic self = xapic(1), from = xapic(0);
	write_page(&self, 0xe0, 0);
	write_page(&self, 0xd0, 0x24000000);
	assert_true(lapic_ipi_matches(&self, &from, TO8(0x2c) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO8(0x23) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO8(0x3c) | LOGICAL | 0x44));
	assert_true(lapic_ipi_matches(&self, &from, TO8(0xff) | LOGICAL | 0x44));
	write_page(&self, 0xe0, 0x50000000);
	assert_false(lapic_ipi_matches(&self, &from, TO8(0x2c) | LOGICAL | 0x44));
}

static void x2apic_logical_destinations_name_a_cluster_of_sixteen(void **state)
{
	(void)state;
	struct lapic self = x2apic(0x12), from = x2apic(0);
	assert_true(lapic_ipi_matches(&self, &from, TO(0x10004) | LOGICAL | 0x44));
	assert_true(lapic_ipi_matches(&self, &from, TO(0x1ffff) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO(0x10002) | LOGICAL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO(0x4) | LOGICAL | 0x44));
	assert_true(lapic_ipi_matches(&self, &from, TO(0xffffffff) | LOGICAL | 0x44));
}

static void interrupt_messages_have_eight_bit_destinations_and_no_shorthand(void **state)
{
	(void)state;
	struct lapic wide = x2apic(1), page = xapic(1);
	assert_true(lapic_ipi_matches(&wide, 0, TO8(1) | OTHERS | 0x44));
	assert_false(lapic_ipi_matches(&wide, 0, TO8(2) | ALL | 0x44));
	assert_true(lapic_ipi_matches(&wide, 0, TO8(2) | LOGICAL | 0x44));
	assert_true(lapic_ipi_matches(&page, 0, TO8(0xff) | 0x44));
}

static void lowest_priority_passes_over_software_disabled_apics(void **state)
{
	(void)state;
	struct lapic self = x2apic(1), from = x2apic(0);
	assert_true(lapic_ipi_matches(&self, &from, TO(1) | LOWEST | 0x44));
	write_msr(&self, 0x80f, 0xff);
	assert_false(lapic_ipi_matches(&self, &from, TO(1) | LOWEST | 0x44));
	assert_true(lapic_ipi_matches(&self, &from, TO(1) | INIT));
}

static void a_globally_disabled_apic_is_nobody(void **state)
{
	(void)state;
	struct lapic self = x2apic(1), from = x2apic(0);
	write_msr(&self, 0x1b, 0xfee00000);
	assert_false(lapic_ipi_matches(&self, &from, TO(1) | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, ALL | 0x44));
	assert_false(lapic_ipi_matches(&self, &from, TO(1) | INIT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_ipi_to_others_is_an_effect_with_the_icr),
	        cmocka_unit_test(the_page_sends_on_the_low_half_with_the_high_half_written_before),
	        cmocka_unit_test(a_self_ipi_by_shorthand_or_register_is_pending_at_once),
	        cmocka_unit_test(an_illegal_vector_is_not_sent_but_an_error),
	        cmocka_unit_test(reserved_bits_of_the_icr_fault),
	        cmocka_unit_test(each_delivery_mode_has_its_kind),
	        cmocka_unit_test(init_deassert_means_nothing),
	        cmocka_unit_test(shorthands_that_include_the_sender_are_for_fixed_only),
	        cmocka_unit_test(shorthands_select_self_all_or_others),
	        cmocka_unit_test(physical_destinations_name_one_id_or_all),
	        cmocka_unit_test(flat_logical_destinations_are_sets_of_eight),
	        cmocka_unit_test(cluster_logical_destinations_name_a_cluster_and_members),
	        cmocka_unit_test(x2apic_logical_destinations_name_a_cluster_of_sixteen),
	        cmocka_unit_test(interrupt_messages_have_eight_bit_destinations_and_no_shorthand),
	        cmocka_unit_test(lowest_priority_passes_over_software_disabled_apics),
	        cmocka_unit_test(a_globally_disabled_apic_is_nobody),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
