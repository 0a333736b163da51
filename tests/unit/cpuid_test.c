/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "arch/x86_64/cpuid.h"

static const struct config_cpuid table[] = {
        {0x0, 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65, 0},
        {0x1, 0, 0, 0x800f12, 0xff020800, 0x8c202201, 0x178bfbff, 0},
        {0x7, 0, CPUID_SUBLEAF, 0, 0x209c01a9, 0, 0, 0},
        {0xb, 0, CPUID_SUBLEAF, 0, 1, 0x100, 99, 0},
        {0xb, 1, CPUID_SUBLEAF, 1, 2, 0x201, 99, 0},
        {0xd, 0, CPUID_SUBLEAF, 7, 99, 832, 0, 0},
        {0xd, 1, CPUID_SUBLEAF, 3, 99, 0, 0, 0},
        {0xd, 2, CPUID_SUBLEAF, 256, 576, 0, 0, 0},
        {0x1f, 0, CPUID_SUBLEAF, 0, 1, 0x100, 99, 0},
        {0x40000000, 0, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d, 0},
        {0x40000001, 0, 0, 0x01000008, 0, 0, 0, 0},
        {0x80000000, 0, 0, 0x80000008, 0x68747541, 0x444d4163, 0x69746e65, 0},
        {0x80000008, 0, 0, 0x3028, 0, 1, 0, 0},
};
#define COUNT ((uint32_t)(sizeof(table) / sizeof(table[0])))
static const struct cpuid_facts facts = {.apic_id = 5, .hypervisor = 9, .xcr0 = 7};

static void expect(const struct cpuid_facts *of, uint32_t leaf, uint32_t subleaf, uint32_t a, uint32_t b, uint32_t c,
                   uint32_t d)
{
	uint32_t regs[4] = {1, 2, 3, 4}, expected[4] = {a, b, c, d};
	cpuid_answer(table, COUNT, of, leaf, subleaf, regs);
	assert_memory_equal(regs, expected, sizeof(regs));
}

static void every_record_is_found(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= COUNT; count++)
		for (uint32_t i = 0; i < count; i++) {
			uint32_t regs[4];
			cpuid_answer(table, count, &facts, table[i].leaf, table[i].subleaf, regs);
			assert_int_equal(regs[CPUID_EAX], table[i].eax);
		}
}

static void an_unknown_leaf_is_all_zero(void **state)
{
	(void)state;
	static const uint32_t unknown[] = {2,          6,          8,          0xa,        0xc,
	                                   0x20,       0x3fffffff, 0x40000002, 0x400000ff, 0x40000101,
	                                   0x80000001, 0x80000009, 0xffffffff};
	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		expect(&facts, unknown[i], i, 0, 0, 0, 0);
}

static void an_empty_table_answers_only_our_own_leaf(void **state)
{
	(void)state;
	uint32_t regs[4], zero[4] = {0};
	static const uint32_t leaves[] = {0, 1, 0xb, 0x40000000, 0x80000000};
	for (unsigned i = 0; i < 5; i++) {
		cpuid_answer(0, 0, &facts, leaves[i], 0, regs);
		assert_memory_equal(regs, zero, sizeof(regs));
	}
	cpuid_answer(0, 0, &facts, 0x40000100, 0, regs);
	assert_int_equal(regs[CPUID_EAX], 0x40000100);
	assert_int_equal(cpuid_index(0, 0, 0x40000000), 0);
}

static void a_record_without_subleaf_answers_all_of_them(void **state)
{
	(void)state;
	expect(&facts, 0x80000008, 77, 0x3028, 0, 1, 0);
	expect(&facts, 0, 0xffffffff, 0xd, 0x68747541, 0x444d4163, 0x69746e65);
}

static void a_subleaf_without_a_record_is_zero(void **state)
{
	(void)state;
	expect(&facts, 7, 1, 0, 0, 0, 0);
	expect(&facts, 0xd, 3, 0, 0, 0, 0);
}

static void leaf_1_gives_the_apic_id_and_osxsave_of_this_vcpu(void **state)
{
	(void)state;
	struct cpuid_facts of = facts;
	expect(&of, 1, 0, 0x800f12, 0x05020800, 0x84202201, 0x178bfbff);
	of.cr4 = 1u << 18;
	expect(&of, 1, 0, 0x800f12, 0x05020800, 0x8c202201, 0x178bfbff);
}

static void topology_leaves_give_the_x2apic_id_at_every_level(void **state)
{
	(void)state;
	expect(&facts, 0xb, 0, 0, 1, 0x100, 5);
	expect(&facts, 0xb, 1, 1, 2, 0x201, 5);
	expect(&facts, 0xb, 2, 0, 0, 2, 5);
	expect(&facts, 0x1f, 0, 0, 1, 0x100, 5);
}

static void leaf_d_sizes_follow_xcr0(void **state)
{
	(void)state;
	struct cpuid_facts of = facts;
	expect(&of, 0xd, 0, 7, 832, 832, 0);
	expect(&of, 0xd, 1, 3, 832, 0, 0);
	of.xcr0 = 3;
	expect(&of, 0xd, 0, 7, 576, 832, 0);
	expect(&of, 0xd, 1, 3, 576, 0, 0);
	of.xcr0 = 0;
	expect(&of, 0xd, 0, 7, 576, 832, 0);
	expect(&of, 0xd, 2, 256, 576, 0, 0);
}

static void the_own_leaf_carries_the_signature(void **state)
{
	(void)state;
	uint32_t regs[4];
	cpuid_answer(table, COUNT, &facts, 0x40000100, 3, regs);
	assert_int_equal(regs[CPUID_EAX], 0x40000100);
	assert_memory_equal(&regs[CPUID_EBX], "BulkheadHype", 12);
}

static void a_leaf_is_found_by_its_first_record(void **state)
{
	(void)state;
	assert_int_equal(cpuid_index(table, COUNT, 0), 0);
	assert_int_equal(cpuid_index(table, COUNT, 1), 1);
	assert_int_equal(cpuid_index(table, COUNT, 0xd), 5);
	assert_int_equal(cpuid_index(table, COUNT, 0x40000000), 9);
	assert_int_equal(cpuid_index(table, 9, 0x40000000), 0);
	assert_int_equal(cpuid_index(table, COUNT, 2), 0);
}

static void a_wrong_hint_changes_nothing(void **state)
{
	(void)state;
	for (uint32_t hint = 0; hint < 2 * COUNT; hint++) {
		struct cpuid_facts of = facts;
		of.hypervisor = hint;
		expect(&of, 0x40000000, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
		expect(&of, 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_record_is_found),
	        cmocka_unit_test(an_unknown_leaf_is_all_zero),
	        cmocka_unit_test(an_empty_table_answers_only_our_own_leaf),
	        cmocka_unit_test(a_record_without_subleaf_answers_all_of_them),
	        cmocka_unit_test(a_subleaf_without_a_record_is_zero),
	        cmocka_unit_test(leaf_1_gives_the_apic_id_and_osxsave_of_this_vcpu),
	        cmocka_unit_test(topology_leaves_give_the_x2apic_id_at_every_level),
	        cmocka_unit_test(leaf_d_sizes_follow_xcr0),
	        cmocka_unit_test(the_own_leaf_carries_the_signature),
	        cmocka_unit_test(a_leaf_is_found_by_its_first_record),
	        cmocka_unit_test(a_wrong_hint_changes_nothing),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
