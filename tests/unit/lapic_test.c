/* SPDX-License-Identifier: ISC */
#include "tests/unit/lapic_help.h"

/* --- priority and acceptance --- */

static void nothing_is_deliverable_after_reset(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	assert_int_equal(lapic_pending(&lapic), LAPIC_NO_VECTOR);
}

static void the_highest_pending_vector_is_offered_first(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	static const unsigned rising[] = {16, 63, 64, 127, 128, 191, 192, 255};
	for (unsigned i = 0; i < 8; i++) {
		assert_true(lapic_post(&lapic, rising[i], false));
		assert_int_equal(lapic_highest(&lapic), rising[i]);
	}
	for (unsigned i = 8; i-- > 0;) {
		unsigned vector = lapic_highest(&lapic);
		assert_int_equal(vector, rising[i]);
		assert_int_equal(lapic_accept(&lapic, vector), i > 0);
		assert_int_equal(write_msr(&lapic, 0x80b, 0), i > 0 ? LAPIC_RAISED : LAPIC_DONE);
	}
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
}

static void a_second_post_of_a_pending_vector_is_not_new(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_true(lapic_post(&lapic, 0x40, false));
	assert_false(lapic_post(&lapic, 0x40, false));
	lapic_accept(&lapic, 0x40);
	assert_true(lapic_post(&lapic, 0x40, false));
}

static void a_vector_in_service_blocks_its_class_and_below(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic_post(&lapic, 0x52, false);
	lapic_accept(&lapic, 0x52);
	lapic_post(&lapic, 0x5f, false);
	lapic_post(&lapic, 0x31, false);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	lapic_post(&lapic, 0x60, false);
	assert_int_equal(lapic_highest(&lapic), 0x60);
}

static void nested_interrupts_end_in_reverse_order(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	static const unsigned nested[] = {0x21, 0x22 + 0x20, 0x85, 0xc1, 0xfe};
	for (unsigned i = 0; i < 5; i++) {
		lapic_post(&lapic, nested[i], false);
		lapic_accept(&lapic, nested[i]);
		assert_int_equal(lapic.isr_top, nested[i]);
	}
	for (unsigned i = 5; i-- > 0;) {
		assert_int_equal(lapic.isr_top, nested[i]);
		write_msr(&lapic, 0x80b, 0);
	}
	assert_int_equal(lapic.isr_top, 0);
}

static void the_task_priority_holds_back_its_class_and_below(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic_post(&lapic, 0x4f, false);
	/* A vector may be on offer already, so a raised priority is a reason to look again, too. */
	assert_int_equal(lapic_highest(&lapic), 0x4f);
	assert_int_equal(write_msr(&lapic, 0x808, 0x40), LAPIC_RAISED);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	assert_int_equal(lapic_pending(&lapic), 0x4f);
	lapic_post(&lapic, 0x50, false);
	assert_int_equal(lapic_highest(&lapic), 0x50);
	assert_int_equal(write_msr(&lapic, 0x808, 0x3f), LAPIC_RAISED);
	lapic_accept(&lapic, 0x50);
	write_msr(&lapic, 0x80b, 0);
	assert_int_equal(lapic_highest(&lapic), 0x4f);
}

static void the_processor_priority_is_the_higher_of_task_and_service(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x808, 0x35);
	assert_int_equal(read_msr(&lapic, 0x80a), 0x35);
	lapic_post(&lapic, 0x38, false);
	lapic_accept(&lapic, 0x38);
	assert_int_equal(read_msr(&lapic, 0x80a), 0x35);
	lapic_post(&lapic, 0x61, false);
	lapic_accept(&lapic, 0x61);
	assert_int_equal(read_msr(&lapic, 0x80a), 0x60);
}

static void irr_isr_and_tmr_can_be_read_in_words(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic_post(&lapic, 0x33, true);
	lapic_post(&lapic, 0xe1, false);
	assert_int_equal(read_msr(&lapic, 0x821), 1u << 0x13);
	assert_int_equal(read_msr(&lapic, 0x827), 2);
	assert_int_equal(read_msr(&lapic, 0x819), 1u << 0x13);
	assert_int_equal(read_msr(&lapic, 0x81f), 0);
	lapic_accept(&lapic, 0xe1);
	assert_int_equal(read_msr(&lapic, 0x827), 0);
	assert_int_equal(read_msr(&lapic, 0x817), 2);
	assert_int_equal(lapic_register_read(&lapic, 0x170, 0), 2);
}

static void the_state_begins_with_the_page_that_hardware_reads(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0x25);
	const uint8_t *page = (const uint8_t *)&lapic;
	lapic_post(&lapic, 0x83, true);
	lapic_post(&lapic, 0x95, false);
	lapic_accept(&lapic, 0x95);
	write_msr(&lapic, 0x808, 0x30);
	assert_int_equal(sizeof(lapic.reg), 0x400);
	assert_int_equal(page[0x20], 0x25);
	assert_int_equal(page[0x80], 0x30);
	assert_int_equal(page[0x140 + 0x15 / 8], 1u << 0x15 % 8);
	assert_int_equal(page[0x1c0], 1u << 3);
	assert_int_equal(page[0x240], 1u << 3);
	assert_int_equal(page[0x242], 0);
}

static void a_word_that_is_marked_without_need_changes_nothing(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic.irr.all = lapic.isr.all = ~UINT64_C(0);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	lapic_post(&lapic, 0x31, false);
	lapic_post(&lapic, 0x52, false);
	for (unsigned vector = 0x52; vector >= 0x31; vector -= 0x21) {
		assert_int_equal(lapic_highest(&lapic), vector);
		lapic_accept(&lapic, vector);
		assert_int_equal(lapic.isr_top, vector);
		write_msr(&lapic, 0x80b, 0);
		assert_int_equal(lapic.isr_top, 0);
	}
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
}

/* --- end of interrupt --- */

static void the_end_of_a_level_interrupt_is_told_with_its_vector(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	uint64_t detail = 0;
	lapic_post(&lapic, 0x71, true);
	lapic_accept(&lapic, 0x71);
	assert_int_equal(lapic_msr_write(&lapic, 0x80b, 0, 0, &detail), LAPIC_EOI);
	assert_int_equal(detail, 0x71);
	lapic_post(&lapic, 0x71, false);
	lapic_accept(&lapic, 0x71);
	assert_int_equal(lapic_msr_write(&lapic, 0x80b, 0, 0, &detail), LAPIC_DONE);
}

static void an_end_of_interrupt_without_service_does_nothing(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic_post(&lapic, 0x71, true);
	assert_int_equal(write_msr(&lapic, 0x80b, 0), LAPIC_DONE);
	assert_int_equal(lapic_highest(&lapic), 0x71);
}

static void an_end_of_interrupt_must_write_zero_in_x2apic_mode_only(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_int_equal(write_msr(&lapic, 0x80b, 1), LAPIC_FAULT);
	struct lapic page = xapic(0);
	lapic_post(&page, 0x44, false);
	lapic_accept(&page, 0x44);
	assert_int_equal(write_page(&page, 0xb0, 0x1234), LAPIC_DONE);
	assert_int_equal(page.isr_top, 0);
}

/* --- software disable, spurious, LVT --- */

static void a_software_disabled_apic_takes_no_new_vectors_but_keeps_its_old_ones(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	lapic_post(&lapic, 0x50, false);
	write_msr(&lapic, 0x80f, 0xff);
	assert_false(lapic_post(&lapic, 0x60, false));
	assert_int_equal(lapic_highest(&lapic), 0x50);
}

static void software_disable_masks_every_lvt_entry_and_keeps_them_masked(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	for (uint32_t msr = 0x832; msr <= 0x837; msr++) {
		assert_int_not_equal(write_msr(&lapic, msr, 0x40 + msr - 0x832), LAPIC_FAULT);
		assert_int_equal(read_msr(&lapic, msr), 0x40 + msr - 0x832);
	}
	write_msr(&lapic, 0x80f, 0xff);
	for (uint32_t msr = 0x832; msr <= 0x837; msr++) {
		assert_int_equal(read_msr(&lapic, msr), MASKED | (0x40 + msr - 0x832));
		write_msr(&lapic, msr, 0x50);
		assert_int_equal(read_msr(&lapic, msr), MASKED | 0x50);
	}
	write_msr(&lapic, 0x80f, 0x1ff);
	assert_int_equal(read_msr(&lapic, 0x832), MASKED | 0x50);
}

static void the_spurious_vector_register_keeps_vector_and_enable(void **state)
{
	(void)state;
	struct lapic lapic = {0};
	lapic_reset(&lapic, 0, true);
	assert_int_equal(read_msr(&lapic, 0x80f), 0xff);
	write_msr(&lapic, 0x80f, 0x3ef);
	assert_int_equal(read_msr(&lapic, 0x80f), 0x3ef);
	assert_int_equal(write_msr(&lapic, 0x80f, 0x1000), LAPIC_FAULT);
}

static void lvt_entries_refuse_reserved_bits_and_ignore_read_only_ones(void **state)
{
	(void)state;
	static const uint32_t good[] = {0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff};
	static const uint32_t ignored[] = {0x1000, 0x1000, 0x1000, 0x5000, 0x5000, 0x1000};
	for (unsigned i = 0; i < 6; i++) {
		struct lapic lapic = x2apic(0);
		for (unsigned bit = 0; bit < 64; bit++) {
			bool allowed = bit < 32 && (good[i] | ignored[i]) & (1u << bit);
			assert_int_equal(write_msr(&lapic, 0x832 + i, UINT64_C(1) << bit) == LAPIC_FAULT, !allowed);
			if (allowed)
				assert_int_equal(read_msr(&lapic, 0x832 + i), good[i] & (1u << bit));
		}
	}
}

/* --- ExtINT --- */

static void extint_needs_the_line_and_lint0_open_in_that_mode(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_false(lapic_extint_line(&lapic, true));
	assert_false(lapic_extint_ready(&lapic));
	assert_int_equal(write_msr(&lapic, 0x835, 0x700), LAPIC_RAISED);
	assert_true(lapic_extint_ready(&lapic));
	write_msr(&lapic, 0x835, MASKED | 0x700);
	assert_false(lapic_extint_ready(&lapic));
	write_msr(&lapic, 0x835, 0x700);
	lapic_extint_line(&lapic, false);
	assert_false(lapic_extint_ready(&lapic));
	assert_true(lapic_extint_line(&lapic, true));
	write_msr(&lapic, 0x80f, 0xff);
	assert_false(lapic_extint_ready(&lapic));
}

static void a_globally_disabled_apic_passes_extint_through(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	assert_int_equal(write_msr(&lapic, 0x1b, 0xfee00100), LAPIC_BASE);
	assert_true(lapic_extint_line(&lapic, true));
	assert_true(lapic_extint_ready(&lapic));
}

static void lint0_in_fixed_mode_turns_an_edge_into_its_vector(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x835, 0x30);
	assert_true(lapic_extint_line(&lapic, true));
	assert_int_equal(lapic_highest(&lapic), 0x30);
	lapic_accept(&lapic, 0x30);
	assert_false(lapic_extint_line(&lapic, true));
	assert_int_equal(lapic_pending(&lapic), LAPIC_NO_VECTOR);
}

static void lint0_in_nmi_mode_turns_an_edge_into_an_nmi(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x835, 0x400);
	assert_true(lapic_extint_line(&lapic, true));
	assert_int_equal(lapic.nmi_pending, 1);
}

/* --- errors --- */

static void errors_become_visible_with_the_next_write_of_esr(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	assert_false(lapic_post(&lapic, 15, false));
	assert_int_equal(read_msr(&lapic, 0x828), 0);
	assert_int_equal(write_msr(&lapic, 0x828, 0), LAPIC_DONE);
	assert_int_equal(read_msr(&lapic, 0x828), 0x40);
	write_msr(&lapic, 0x828, 0);
	assert_int_equal(read_msr(&lapic, 0x828), 0);
	assert_int_equal(write_msr(&lapic, 0x828, 1), LAPIC_FAULT);
}

static void a_new_error_posts_the_error_vector_once(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x837, 0xfe);
	lapic_post(&lapic, 3, false);
	assert_int_equal(lapic_highest(&lapic), 0xfe);
	lapic_accept(&lapic, 0xfe);
	lapic_post(&lapic, 3, false);
	assert_int_equal(lapic_pending(&lapic), LAPIC_NO_VECTOR);
	assert_int_equal(read_msr(&lapic, 0x827), 0);
}

static void an_error_vector_below_sixteen_is_never_pending(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(0);
	write_msr(&lapic, 0x837, 0x05);
	lapic_post(&lapic, 3, false);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	assert_int_equal(read_msr(&lapic, 0x820), 0);
}

static void an_absent_register_of_the_page_reads_zero_and_sets_esr(void **state)
{
	(void)state;
	static const unsigned absent[] = {0x00, 0x10, 0x40, 0x2f0, 0x3a0, 0x3f0, 0x400, 0xff0, 0x24};
	for (unsigned i = 0; i < 9; i++) {
		struct lapic lapic = xapic(0);
		assert_int_equal(lapic_register_read(&lapic, absent[i], 0), 0);
		write_page(&lapic, 0x280, 0);
		assert_int_equal(lapic_register_read(&lapic, 0x280, 0), 0x80);
		assert_int_equal(write_page(&lapic, absent[i], 7), LAPIC_RAISED);
		write_page(&lapic, 0x280, 0);
		assert_int_equal(lapic_register_read(&lapic, 0x280, 0), 0x80);
	}
}

/* --- registers --- */

static void identity_registers_have_the_form_of_the_mode(void **state)
{
	(void)state;
	struct lapic wide = x2apic(0x25), page = xapic(5);
	assert_int_equal(read_msr(&wide, 0x802), 0x25);
	assert_int_equal(read_msr(&wide, 0x803), 0x50014);
	assert_int_equal(read_msr(&wide, 0x80d), 0x20020);
	assert_int_equal(lapic_register_read(&page, 0x20, 0), 5u << 24);
	assert_int_equal(lapic_register_read(&page, 0x30, 0), 0x50014);
	assert_int_equal(lapic_register_read(&page, 0xd0, 0), 0);
	assert_int_equal(write_page(&page, 0xd0, 0x02ffffff), LAPIC_DONE);
	assert_int_equal(lapic_register_read(&page, 0xd0, 0), 0x02000000);
	assert_int_equal(lapic_register_read(&page, 0xe0, 0), 0xffffffff);
	write_page(&page, 0xe0, 0);
	assert_int_equal(lapic_register_read(&page, 0xe0, 0), 0x0fffffff);
	assert_int_equal(write_page(&page, 0x20, 0x77000000), LAPIC_DONE);
	assert_int_equal(lapic_register_read(&page, 0x20, 0), 5u << 24);
	assert_int_equal(lapic_register_read(&page, 0x90, 0) | lapic_register_read(&page, 0xc0, 0), 0);
}

static void x2apic_registers_fault_as_the_manual_says(void **state)
{
	(void)state;
	static const uint32_t read_only[] = {0x802, 0x803, 0x80a, 0x80d, 0x810, 0x81f, 0x827, 0x839};
	static const uint32_t absent[] = {0x800, 0x801, 0x804, 0x809, 0x80c, 0x80e, 0x829, 0x82f,
	                                  0x831, 0x83a, 0x83d, 0x840, 0x850, 0x8ff, 0x900, 0x7ff};
	struct lapic lapic = x2apic(0);
	for (unsigned i = 0; i < 8; i++) {
		read_msr(&lapic, read_only[i]);
		assert_int_equal(write_msr(&lapic, read_only[i], 0), LAPIC_FAULT);
	}
	for (unsigned i = 0; i < 16; i++) {
		assert_true(read_faults(&lapic, absent[i]));
		assert_int_equal(write_msr(&lapic, absent[i], 0), LAPIC_FAULT);
	}
	assert_true(read_faults(&lapic, 0x80b));
	assert_true(read_faults(&lapic, 0x83f));
	assert_int_equal(write_msr(&lapic, 0x808, 0x100), LAPIC_FAULT);
	assert_int_equal(write_msr(&lapic, 0x808, UINT64_C(1) << 32), LAPIC_FAULT);
	assert_int_equal(write_msr(&lapic, 0x83e, 4), LAPIC_FAULT);
}

static void x2apic_msrs_fault_outside_x2apic_mode(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	for (uint32_t msr = 0x800; msr < 0x900; msr++) {
		assert_true(read_faults(&lapic, msr));
		assert_int_equal(write_msr(&lapic, msr, 0), LAPIC_FAULT);
	}
	assert_int_equal(read_msr(&lapic, 0x6e0), 0);
}

/* --- modes --- */

#define BASE UINT64_C(0xfee00000)
static void only_the_legal_mode_transitions_are_possible(void **state)
{
	(void)state;
	/* modes by bits 11:10 of APIC_BASE: disabled, invalid, xAPIC, x2APIC */
	static const bool legal[4][4] = {
	        [0] = {true, false, true, false}, [2] = {true, false, true, true}, [3] = {true, false, false, true}};
	for (unsigned from = 0; from < 4; from++)
		for (unsigned to = 0; to < 4 && from != 1; to++) {
			struct lapic lapic = x2apic(1);
			if (from != 3)
				assert_int_equal(write_msr(&lapic, 0x1b, BASE), LAPIC_BASE);
			if (from == 2)
				assert_int_equal(write_msr(&lapic, 0x1b, BASE | 0x800), LAPIC_BASE);
			assert_int_equal(read_msr(&lapic, 0x1b), BASE | from << 10);
			enum lapic_effect expected = from == to ? LAPIC_DONE : LAPIC_BASE;
			assert_int_equal(write_msr(&lapic, 0x1b, BASE | to << 10),
			                 legal[from][to] ? expected : LAPIC_FAULT);
			assert_int_equal(read_msr(&lapic, 0x1b), BASE | (legal[from][to] ? to : from) << 10);
		}
}

static void apic_base_refuses_reserved_bits_and_keeps_the_boot_flag(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	for (unsigned bit = 0; bit < 64; bit++)
		if ((bit < 8 || bit == 9 || bit >= 52))
			assert_int_equal(write_msr(&lapic, 0x1b, BASE | 0x900 | UINT64_C(1) << bit), LAPIC_FAULT);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0x900);
	assert_int_equal(write_msr(&lapic, 0x1b, BASE | 0x800), LAPIC_DONE);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0x900);
	uint64_t detail = 0;
	assert_int_equal(lapic_msr_write(&lapic, 0x1b, 0xfed00800, 0, &detail), LAPIC_BASE);
	assert_int_equal(detail, 0xfed00900);
}

static void entering_x2apic_mode_keeps_interrupts_and_sets_the_logical_id(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0x13);
	lapic_post(&lapic, 0x44, false);
	write_page(&lapic, 0xd0, 0x04000000);
	write_msr(&lapic, 0x1b, BASE | 0xc00);
	assert_int_equal(lapic_highest(&lapic), 0x44);
	assert_int_equal(read_msr(&lapic, 0x80d), 0x10008);
	assert_int_equal(read_msr(&lapic, 0x80f), 0x1ff);
	assert_int_equal(read_msr(&lapic, 0x802), 0x13);
}

static void a_disabled_apic_forgets_its_registers_and_takes_nothing(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(2);
	lapic_post(&lapic, 0x44, false);
	write_msr(&lapic, 0x838, 100);
	assert_int_equal(write_msr(&lapic, 0x1b, BASE), LAPIC_BASE);
	assert_int_equal(lapic_highest(&lapic), LAPIC_NO_VECTOR);
	assert_int_equal(lapic.deadline, ~UINT64_C(0));
	assert_false(lapic_post(&lapic, 0x44, false));
	assert_int_equal(lapic.state, LAPIC_RUNNING);
	write_page(&lapic, 0xf0, 0x1ff);
	assert_int_equal(lapic_register_read(&lapic, 0xf0, 0), 0);
	write_msr(&lapic, 0x1b, BASE | 0x800);
	assert_int_equal(lapic_register_read(&lapic, 0xf0, 0), 0xff);
	assert_int_equal(lapic_register_read(&lapic, 0x20, 0), 2u << 24);
}

static void init_resets_the_registers_but_keeps_id_base_and_mode(void **state)
{
	(void)state;
	struct lapic lapic = x2apic(3);
	lapic_post(&lapic, 0x44, true);
	lapic_accept(&lapic, 0x44);
	lapic_post(&lapic, 0x55, false);
	write_msr(&lapic, 0x808, 0x20);
	write_msr(&lapic, 0x832, 0x99);
	write_msr(&lapic, 0x838, 1000);
	lapic.nmi_pending = 1;
	lapic_init(&lapic);
	assert_int_equal(lapic.state, LAPIC_WAIT_SIPI);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0xc00);
	assert_int_equal(read_msr(&lapic, 0x802), 3);
	assert_int_equal(read_msr(&lapic, 0x80d), 8);
	assert_int_equal(read_msr(&lapic, 0x80f), 0xff);
	assert_int_equal(read_msr(&lapic, 0x808), 0);
	for (uint32_t msr = 0x832; msr <= 0x837; msr++)
		assert_int_equal(read_msr(&lapic, msr), MASKED);
	for (uint32_t msr = 0x810; msr < 0x828; msr++)
		assert_int_equal(read_msr(&lapic, msr), 0);
	assert_int_equal(read_msr(&lapic, 0x838) | read_msr(&lapic, 0x839), 0);
	assert_int_equal(lapic.isr_top, 0);
	assert_int_equal(lapic.nmi_pending, 0);
	assert_int_equal(lapic.deadline, ~UINT64_C(0));
}

static void init_of_the_boot_cpu_does_not_wait(void **state)
{
	(void)state;
	struct lapic lapic = xapic(0);
	lapic_init(&lapic);
	assert_int_equal(lapic.state, LAPIC_RUNNING);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0x900);
}

static void reset_can_start_in_either_mode(void **state)
{
	(void)state;
	struct lapic lapic = {0};
	lapic_reset(&lapic, 0, true);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0xd00);
	lapic_reset(&lapic, 1, false);
	assert_int_equal(read_msr(&lapic, 0x1b), BASE | 0x800);
	assert_int_equal(lapic.state, LAPIC_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_deliverable_after_reset),
	        cmocka_unit_test(the_highest_pending_vector_is_offered_first),
	        cmocka_unit_test(a_second_post_of_a_pending_vector_is_not_new),
	        cmocka_unit_test(a_vector_in_service_blocks_its_class_and_below),
	        cmocka_unit_test(nested_interrupts_end_in_reverse_order),
	        cmocka_unit_test(the_task_priority_holds_back_its_class_and_below),
	        cmocka_unit_test(the_processor_priority_is_the_higher_of_task_and_service),
	        cmocka_unit_test(irr_isr_and_tmr_can_be_read_in_words),
	        cmocka_unit_test(the_state_begins_with_the_page_that_hardware_reads),
	        cmocka_unit_test(a_word_that_is_marked_without_need_changes_nothing),
	        cmocka_unit_test(the_end_of_a_level_interrupt_is_told_with_its_vector),
	        cmocka_unit_test(an_end_of_interrupt_without_service_does_nothing),
	        cmocka_unit_test(an_end_of_interrupt_must_write_zero_in_x2apic_mode_only),
	        cmocka_unit_test(a_software_disabled_apic_takes_no_new_vectors_but_keeps_its_old_ones),
	        cmocka_unit_test(software_disable_masks_every_lvt_entry_and_keeps_them_masked),
	        cmocka_unit_test(the_spurious_vector_register_keeps_vector_and_enable),
	        cmocka_unit_test(lvt_entries_refuse_reserved_bits_and_ignore_read_only_ones),
	        cmocka_unit_test(extint_needs_the_line_and_lint0_open_in_that_mode),
	        cmocka_unit_test(a_globally_disabled_apic_passes_extint_through),
	        cmocka_unit_test(lint0_in_fixed_mode_turns_an_edge_into_its_vector),
	        cmocka_unit_test(lint0_in_nmi_mode_turns_an_edge_into_an_nmi),
	        cmocka_unit_test(errors_become_visible_with_the_next_write_of_esr),
	        cmocka_unit_test(a_new_error_posts_the_error_vector_once),
	        cmocka_unit_test(an_error_vector_below_sixteen_is_never_pending),
	        cmocka_unit_test(an_absent_register_of_the_page_reads_zero_and_sets_esr),
	        cmocka_unit_test(identity_registers_have_the_form_of_the_mode),
	        cmocka_unit_test(x2apic_registers_fault_as_the_manual_says),
	        cmocka_unit_test(x2apic_msrs_fault_outside_x2apic_mode),
	        cmocka_unit_test(only_the_legal_mode_transitions_are_possible),
	        cmocka_unit_test(apic_base_refuses_reserved_bits_and_keeps_the_boot_flag),
	        cmocka_unit_test(entering_x2apic_mode_keeps_interrupts_and_sets_the_logical_id),
	        cmocka_unit_test(a_disabled_apic_forgets_its_registers_and_takes_nothing),
	        cmocka_unit_test(init_resets_the_registers_but_keeps_id_base_and_mode),
	        cmocka_unit_test(init_of_the_boot_cpu_does_not_wait),
	        cmocka_unit_test(reset_can_start_in_either_mode),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
