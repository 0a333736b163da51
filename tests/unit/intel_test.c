/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "start/x86_64/control.h"
#include "start/x86_64/vmx.h"
#include "start/x86_64/vmx.h"
#include "arch/x86_64/intel/decode.h"
#include "lib/config.h"
#include "lib/tables.h"
#include "tests/unit/sample.h"

/* The pure parts of the VT-x back end: controls, the walk of the entry checks, qualifications, EPT entries. */
#define ALL UINT64_C(0xffffffff00000000)

static void rich(uint64_t capability[CONTROL_WORDS])
{
	for (unsigned i = 0; i < CONTROL_WORDS; i++)
		capability[i] = ALL;
}

/* --- controls --- */
static void wanted_controls_are_on_and_no_other(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	rich(capability);
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_PIN], PIN_INTERRUPT | PIN_NMI | PIN_VIRTUAL_NMI | PIN_PREEMPTION);
	assert_int_equal(chosen[CONTROL_PROCESSOR] & PROCESSOR_CR3, 0);
	assert_true(chosen[CONTROL_SECONDARY] & SECONDARY_VPID);
	assert_int_equal(chosen[CONTROL_EXIT] & EXIT_HOST_64, EXIT_HOST_64);
	assert_int_equal(chosen[CONTROL_ENTRY] & ENTRY_IA32E, 0);
}

static void what_the_processor_insists_on_is_on(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	rich(capability);
	capability[CONTROL_PIN] |= 0x16;
	capability[CONTROL_EXIT] |= 0x36dfb;
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_PIN] & 0x16, 0x16);
	assert_int_equal(chosen[CONTROL_EXIT] & 0x36dfb, 0x36dfb);
}

static void nothing_is_on_that_the_processor_forbids(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	for (unsigned word = 0; word < CONTROL_WORDS; word++) {
		for (unsigned bit = 0; bit < 32; bit++) {
			rich(capability);
			capability[word] &= ~(UINT64_C(1) << (bit + 32));
			const char *missing = control_choose(capability, chosen);
			for (unsigned i = 0; i < CONTROL_WORDS && !missing; i++)
				assert_int_equal(chosen[i] & ~(capability[i] >> 32), 0);
		}
	}
}

static void a_missing_requirement_is_named(void **state)
{
	static const struct {
		unsigned word;
		uint32_t bit;
		const char *name;
	} cases[] = {
	        {CONTROL_SECONDARY, SECONDARY_UNRESTRICTED, "unrestricted guest"},
	        {CONTROL_SECONDARY, SECONDARY_EPT, "EPT"},
	        {CONTROL_PIN, PIN_NMI, "NMI exiting"},
	        {CONTROL_PIN, PIN_VIRTUAL_NMI, "virtual NMIs"},
	        {CONTROL_PROCESSOR, PROCESSOR_SECONDARY, "secondary controls"},
	        {CONTROL_EPT, 1u << 6, "EPT of four levels, write-back, 2 MiB pages"},
	        {CONTROL_EPT, 1u << 14, "EPT of four levels, write-back, 2 MiB pages"},
	};
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rich(capability);
		capability[cases[i].word] &= ~((uint64_t)cases[i].bit << 32);
		const char *missing = control_choose(capability, chosen);
		assert_non_null(missing);
		assert_string_equal(missing, cases[i].name);
	}
}

static void without_vpid_it_runs_all_the_same(void **state)
{
	uint64_t capability[CONTROL_WORDS], chosen[CONTROL_WORDS];

	(void)state;
	rich(capability);
	capability[CONTROL_SECONDARY] &= ~((uint64_t)SECONDARY_VPID << 32);
	assert_null(control_choose(capability, chosen));
	assert_int_equal(chosen[CONTROL_SECONDARY] & SECONDARY_VPID, 0);
}

/* --- entry checks --- */
#define FIELDS 0x7000u
static uint64_t vmcs[FIELDS];

static uint64_t read_fake(enum vmcs_field field)
{
	return vmcs[field];
}

static void segments(uint64_t code, uint64_t data)
{
	for (unsigned i = 0; i < 6; i++) {
		vmcs[VMCS_GUEST_RIGHTS + 2 * i] = i == 1 ? code : data;
		vmcs[VMCS_GUEST_LIMIT + 2 * i] = 0xffffffff;
	}
}

/* A guest in 64-bit mode, as an operating system runs. */
static void long_mode(void)
{
	memset(vmcs, 0, sizeof(vmcs));
	vmcs[VMCS_cr0] = 0x80050033;
	vmcs[VMCS_cr3] = 0x123000;
	vmcs[VMCS_cr4] = 0x26a0;
	vmcs[VMCS_efer] = 0xd01;
	vmcs[VMCS_ENTRY] = ENTRY_IA32E;
	vmcs[VMCS_pat] = UINT64_C(0x0007040600070406);
	vmcs[VMCS_dr7] = 0x400;
	vmcs[VMCS_rip] = UINT64_C(0xffffffff81000000);
	vmcs[VMCS_rsp] = UINT64_C(0xffffffff82000000);
	vmcs[VMCS_rflags] = 0x202;
	segments(0xa09b, RIGHTS_UNUSABLE);
	vmcs[VMCS_GUEST_RIGHTS + 12] = RIGHTS_UNUSABLE;
	vmcs[VMCS_GUEST_RIGHTS + 14] = 0x8b;
	vmcs[VMCS_GUEST_LIMIT + 14] = 0x67;
}

static void real_mode(void)
{
	long_mode();
	vmcs[VMCS_cr0] = 0x30;
	vmcs[VMCS_cr4] = 0x2000;
	vmcs[VMCS_efer] = 0;
	vmcs[VMCS_ENTRY] = 0;
	vmcs[VMCS_rip] = 0xfff0;
	vmcs[VMCS_rflags] = 2;
	for (unsigned i = 0; i < 6; i++) {
		vmcs[VMCS_GUEST_RIGHTS + 2 * i] = i == 1 ? 0x9b : 0x93;
		vmcs[VMCS_GUEST_LIMIT + 2 * i] = 0xffff;
	}
	vmcs[VMCS_GUEST_SELECTOR + 2] = 0xf000;
	vmcs[VMCS_GUEST_BASE + 2] = 0xffff0000;
}

static void sound_states_pass(void **state)
{
	(void)state;
	long_mode();
	assert_int_equal(check_guest(read_fake), 0);
	real_mode();
	assert_int_equal(check_guest(read_fake), 0);
	real_mode(); /* flat 32 bit, as applications begin */
	vmcs[VMCS_cr0] = 0x31;
	segments(0xc09b, 0xc093);
	assert_int_equal(check_guest(read_fake), 0);
	real_mode(); /* virtual 8086 */
	vmcs[VMCS_cr0] = 0x31;
	vmcs[VMCS_rflags] = 0x20202;
	for (unsigned i = 0; i < 6; i++) {
		vmcs[VMCS_GUEST_RIGHTS + 2 * i] = 0xf3;
		vmcs[VMCS_GUEST_BASE + 2 * i] = vmcs[VMCS_GUEST_SELECTOR + 2 * i] << 4;
	}
	assert_int_equal(check_guest(read_fake), 0);
}

static void each_wrong_field_is_named(void **state)
{
	static const struct {
		enum vmcs_field field;
		uint64_t value;
	} cases[] = {
	        {VMCS_cr0, 0x80050032},                            /* paging without protection */
	        {VMCS_cr0, 0x80050013},                            /* NE is fixed */
	        {VMCS_cr0, UINT64_C(0x180050033)},                 /* upper half */
	        {VMCS_cr4, 0x6a0},                                 /* VMXE is fixed */
	        {VMCS_cr4, 0x2680},                                /* no PAE in long mode */
	        {VMCS_cr3, UINT64_C(1) << 52},                     /* beyond any address */
	        {VMCS_dr7, UINT64_C(1) << 32},                     /* upper half */
	        {VMCS_DEBUGCTL, 1},                                /* the core's own */
	        {VMCS_SYSENTER_ESP, UINT64_C(0x800000000000)},     /* not canonical */
	        {VMCS_SYSENTER_EIP, UINT64_C(0x7fff800000000000)}, /* not canonical */
	        {VMCS_pat, 2},                                     /* a reserved type */
	        {VMCS_pat, UINT64_C(0x0807040600070406)},          /* a reserved type */
	        {VMCS_efer, 0xc01},                                /* LMA, with LME only */
	        {VMCS_efer, 0x901},                                /* not active in a long-mode entry */
	        {VMCS_efer, 0x1d01},                               /* a reserved bit */
	        {VMCS_GUEST_SELECTOR + 14, 4},                     /* TR in the LDT */
	        {VMCS_GUEST_BASE + 2, UINT64_C(1) << 32},          /* CS */
	        {VMCS_GUEST_BASE + 8, UINT64_C(1) << 50},          /* FS */
	        {VMCS_GUEST_BASE + 14, UINT64_C(1) << 50},         /* TR */
	        {VMCS_GUEST_RIGHTS + 2, 0xe09b},                   /* CS: 64 bit and 32 bit */
	        {VMCS_GUEST_RIGHTS + 2, 0xa09a},                   /* not accessed */
	        {VMCS_GUEST_RIGHTS + 2, 0xa01b},                   /* not present */
	        {VMCS_GUEST_RIGHTS + 2, 0xa0fb},                   /* CPL 0 by SS */
	        {VMCS_GUEST_RIGHTS + 2, 0x209b},                   /* bytes, limit 4 GiB */
	        {VMCS_GUEST_RIGHTS + 2, RIGHTS_UNUSABLE},          /* there is always a CS */
	        {VMCS_SS_RIGHTS, 0xc09b},                          /* code as stack */
	        {VMCS_GUEST_RIGHTS + 6, 0xc092},                   /* DS not accessed */
	        {VMCS_GUEST_RIGHTS + 6, 0xc099},                   /* DS: code that cannot be read */
	        {VMCS_GUEST_RIGHTS + 12, 0x83},                    /* LDTR: a TSS */
	        {VMCS_GUEST_RIGHTS + 14, 0x83},                    /* TR: 16 bit, in long mode */
	        {VMCS_GUEST_RIGHTS + 14, 0x89},                    /* TR: not busy */
	        {VMCS_GUEST_RIGHTS + 14, RIGHTS_UNUSABLE},         /* there is always a TR */
	        {VMCS_GUEST_BASE + 16, UINT64_C(1) << 60},         /* not canonical */
	        {VMCS_GUEST_BASE + 18, UINT64_C(1) << 60},         /* not canonical */
	        {VMCS_rip, UINT64_C(1) << 60},                     /* not canonical */
	        {VMCS_rflags, 0},                                  /* bit 1 */
	        {VMCS_rflags, 0x8202},                             /* a reserved bit */
	        {VMCS_rflags, 0x400202},                           /* a reserved bit */
	        {VMCS_ACTIVITY, 4},                                /* no such state */
	        {VMCS_SHADOW, 3},                                  /* by STI and by MOV SS */
	        {VMCS_SHADOW, 0x10},                               /* a reserved bit */
	        {VMCS_PENDING_DEBUG, 0x10},                        /* a reserved bit */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long_mode();
		vmcs[cases[i].field] = cases[i].value;
		assert_int_equal(check_guest(read_fake), cases[i].field);
	}
}

static void what_depends_on_another_field_is_named_too(void **state)
{
	(void)state;
	real_mode();
	vmcs[VMCS_rip] = UINT64_C(1) << 32;
	assert_int_equal(check_guest(read_fake), VMCS_rip);
	real_mode();
	vmcs[VMCS_SS_RIGHTS] = 0xf3; /* CPL 3 in real mode */
	vmcs[VMCS_GUEST_RIGHTS + 2] = 0xfb;
	assert_int_equal(check_guest(read_fake), VMCS_SS_RIGHTS);
	long_mode();
	vmcs[VMCS_rflags] = 2; /* an interrupt is injected */
	vmcs[VMCS_ENTRY_EVENT] = 0x80000030;
	assert_int_equal(check_guest(read_fake), VMCS_rflags);
	long_mode();
	vmcs[VMCS_SHADOW] = SHADOW_MOV_SS;
	vmcs[VMCS_ENTRY_EVENT] = 0x80000030;
	assert_int_equal(check_guest(read_fake), VMCS_SHADOW);
	long_mode();
	vmcs[VMCS_SHADOW] = SHADOW_NMI;
	assert_int_equal(check_guest(read_fake), 0);
	vmcs[VMCS_ENTRY_EVENT] = 0x80000202;
	assert_int_equal(check_guest(read_fake), VMCS_SHADOW);
	long_mode();
	vmcs[VMCS_rflags] |= 0x100; /* single step, held back */
	vmcs[VMCS_SHADOW] = SHADOW_STI;
	assert_int_equal(check_guest(read_fake), VMCS_PENDING_DEBUG);
	vmcs[VMCS_PENDING_DEBUG] = 0x4000;
	assert_int_equal(check_guest(read_fake), 0);
}

/* --- qualifications and access rights --- */
static void port_qualifications_become_frame_words(void **state)
{
	(void)state;
	assert_int_equal(decode_port(UINT64_C(0x03f80008)), 0x3f8 | 1u << 16 | (uint64_t)FRAME_IO_IN << 24);
	assert_int_equal(decode_port(UINT64_C(0x0cf80003)), 0xcf8 | 4u << 16);
	assert_int_equal(decode_port(UINT64_C(0x01f00039)),
	                 0x1f0 | 2u << 16 | (uint64_t)(FRAME_IO_IN | FRAME_IO_STRING | FRAME_IO_REP) << 24);
}

static void a_machine_check_at_entry_is_not_the_guests_fault(void **state)
{
	(void)state;
	assert_true(decode_machine_check(REASON_REFUSED | 41));
	assert_false(decode_machine_check(REASON_REFUSED | 33)); /* guest state */
	assert_false(decode_machine_check(REASON_REFUSED | 34)); /* MSR loading */
}

static void memory_qualifications_become_frame_bits(void **state)
{
	(void)state;
	assert_int_equal(decode_memory(0x181), 0);
	assert_int_equal(decode_memory(0x182), FRAME_MEMORY_WRITE);
	assert_int_equal(decode_memory(0x18a), FRAME_MEMORY_WRITE | FRAME_MEMORY_PRESENT);
	assert_int_equal(decode_memory(0x19c), FRAME_MEMORY_FETCH | FRAME_MEMORY_PRESENT);
	assert_int_equal(decode_memory(0x81), FRAME_MEMORY_WALK);
	assert_int_equal(decode_memory(0x01), 0);
}

static void attributes_survive_the_way_there_and_back(void **state)
{
	(void)state;
	for (unsigned attributes = 0; attributes < 0x1000; attributes++) {
		for (unsigned big = 0; big < 2; big++) {
			uint64_t rights = encode_rights((uint16_t)attributes, big ? 0xffffffff : 0xfff0);
			unsigned wanted = attributes & 0x80 ? attributes | (attributes & 0x10 ? 1 : 0) : 0;
			wanted = wanted ? (big ? wanted | 0x800 : wanted & ~0x800u) : 0;
			assert_int_equal(decode_rights(rights), wanted);
			assert_int_equal(rights & ~UINT64_C(0x1f0ff), 0);
		}
	}
}

/* --- EPT --- */
#define AT UINT64_C(0x7654321000)

/* SDM 3C 28.3.2, tables 28-2 to 28-7, and 28.3.3.1: an entry that is no misconfiguration, on a processor without
 * execute-only pages, 1 GiB pages, or Accessed and Dirty. `level` 0 holds 4 KiB leaves, 3 is the root. */
static bool is_legal(uint64_t entry, unsigned level)
{
	uint64_t rights = entry & 7, type = entry >> 3 & 7, address = entry & UINT64_C(0xffffffffff000);
	bool leaf = level == 0 || entry & 0x80;

	if (!rights)
		return true;
	if (rights == 2 || rights == 6 || rights == 4 || address >> 40)
		return false;
	if (!leaf)
		return !(entry & 0xf8);
	if (level > 1 || (level == 1 && address & 0x1ff000))
		return false;
	return type == 0 || type == 1 || type == 4 || type == 5 || type == 6;
}

static void walk(const uint64_t *pages, uint64_t table, unsigned level, uint64_t *seen)
{
	for (unsigned i = 0; i < 512; i++) {
		uint64_t entry = pages[table / 8 + i];
		assert_true(is_legal(entry, level));
		if (!(entry & 7))
			continue;
		++*seen;
		if (level && !(entry & 0x80))
			walk(pages, (entry & UINT64_C(0xffffffffff000)) - AT, level - 1, seen);
	}
}

static void every_entry_of_every_right_is_legal(void **state)
{
	static const uint64_t sizes[] = {4096, UINT64_C(2) << 20};
	struct sample *sample = sample_new();
	struct placement placement;
	uint64_t seen = 0;

	(void)state;
	for (uint32_t rights = 0; rights < 16; rights++) {
		for (uint32_t i = 0; i < SAMPLE_MAPPINGS; i++)
			sample->mapping[i].rights = rights;
		const struct placement_input input = sample_machine(sample);
		assert_int_equal(placement_compute(&input, &placement), OK);
		for (unsigned s = 0; s < 2; s++) {
			for (uint32_t subject = 0; subject < SAMPLE_SUBJECTS; subject++) {
				uint64_t count = tables_count(&sample->header, subject, sizes[s]);
				uint64_t *pages = aligned_alloc(4096, count * 4096);
				assert_int_equal(tables_build(&sample->header, &placement, subject, &table_format_ept,
				                              sizes[s], pages, AT, count),
				                 OK);
				walk(pages, 0, 3, &seen);
				free(pages);
			}
		}
	}
	assert_true(seen > 1000);
	free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(wanted_controls_are_on_and_no_other),
	        cmocka_unit_test(what_the_processor_insists_on_is_on),
	        cmocka_unit_test(nothing_is_on_that_the_processor_forbids),
	        cmocka_unit_test(a_missing_requirement_is_named),
	        cmocka_unit_test(without_vpid_it_runs_all_the_same),
	        cmocka_unit_test(sound_states_pass),
	        cmocka_unit_test(each_wrong_field_is_named),
	        cmocka_unit_test(what_depends_on_another_field_is_named_too),
	        cmocka_unit_test(port_qualifications_become_frame_words),
	        cmocka_unit_test(a_machine_check_at_entry_is_not_the_guests_fault),
	        cmocka_unit_test(memory_qualifications_become_frame_bits),
	        cmocka_unit_test(attributes_survive_the_way_there_and_back),
	        cmocka_unit_test(every_entry_of_every_right_is_legal),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
