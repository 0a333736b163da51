/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/config.h"
#include "tools/rules/rules.h"
#include "tests/unit/sample.h"

static void a_valid_configuration_is_accepted(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	assert_int_equal(rules_check(sample, sizeof(*sample), &problem), OK);
	assert_string_equal(rule_text(problem.rule), "");
	sample_add_cpu(sample);
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "");
	free(sample);
}

static void no_length_that_is_too_short_is_accepted_or_overread(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	for (size_t size = 0; size < sample->header.size; size += 64) {
		void *part = malloc(size ? size : 1);
		memcpy(part, sample, size);
		assert_int_equal(rules_check(part, size, &problem), ERR_CORRUPT);
		free(part);
	}
	free(sample);
}

static void a_misaligned_configuration_is_refused(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	assert_int_equal(rules_check((uint8_t *)sample + 4, sizeof(*sample) - 4, &problem), ERR_CORRUPT);
	assert_int_equal(problem.rule, BAD_ALIGNMENT);
	free(sample);
}

static void the_problem_names_table_and_record(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	sample->region[SAMPLE_KERNEL].kind = 77;
	rules_check(sample, sizeof(*sample), &problem);
	assert_int_equal(problem.table, TABLE_REGION);
	assert_int_equal(problem.record, SAMPLE_KERNEL);
	free(sample);
}

static void a_halting_subject_may_have_its_cpu_alone(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	sample_add_cpu(sample);
	sample->vcpu[SAMPLE_APP].cpu = sample->group[SAMPLE_GROUP_APP].cpu = 1;
	sample->subject[SAMPLE_APP].flags = SUBJECT_START;
	sample->frame[1].group = sample->frame[4].group = CONFIG_NONE;
	sample->frame[2].group = sample->frame[5].group = SAMPLE_GROUP_APP;
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "");
	free(sample);
}

static void a_guest_with_two_vcpus_is_accepted_unless_they_share_a_page(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	sample_make_smp(sample);
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "");
	sample->vcpu[2].lapic_region = SAMPLE_LAPIC;
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule),
	                    "the local-APIC page of a vCPU is of another kind, or another one's too");
	free(sample);
}

static void a_subject_stores_eight_msrs_but_not_nine(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	for (uint32_t i = 0; i < SAMPLE_MSR_ROOM; i++)
		sample->msr[i] = (struct config_msr){0x200 + i, MSR_STORE, 0, 0};
	sample->header.table[TABLE_MSR].count = sample->subject[SAMPLE_GUEST].msr.count = 8;
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "");
	sample->header.table[TABLE_MSR].count = sample->subject[SAMPLE_GUEST].msr.count = 9;
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "a subject stores more than 8 MSRs");
	free(sample);
}

static void a_system_without_a_subject_is_refused_by_the_tool(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;
	static const uint8_t of_subjects[] = {TABLE_SUBJECT, TABLE_VCPU,  TABLE_MAPPING, TABLE_EVENT,    TABLE_EVENT_IN,
	                                      TABLE_LINE,    TABLE_PORT,  TABLE_MSR,     TABLE_CPUID,    TABLE_MANAGE,
	                                      TABLE_EPOCH,   TABLE_GROUP, TABLE_MEMBER,  TABLE_CONSUMER, TABLE_SOURCE};

	(void)state;
	for (size_t i = 0; i < sizeof(of_subjects); i++)
		sample->header.table[of_subjects[i]].count = 0;
	for (size_t i = 0; i < 4; i++)
		sample->frame[i].group = CONFIG_NONE;
	assert_int_equal(config_check(sample, sizeof(*sample), &problem), OK);
	rules_check(sample, sizeof(*sample), &problem);
	assert_string_equal(rule_text(problem.rule), "the system has no subject");
	free(sample);
}

static void each_number_has_a_sentence_and_the_cores_come_first(void **state)
{
	(void)state;
	for (uint32_t rule = 1; rule < RULE_COUNT; rule++)
		assert_true(strlen(rule_text(rule)) > 10);
	assert_true((uint32_t)CONFIG_RULE_COUNT < (uint32_t)RULE_COUNT);
	assert_string_equal(rule_text(RULE_COUNT), "");
}

static void the_digest_covers_every_byte_of_the_package(void **state)
{
	struct sample *sample = sample_new();

	(void)state;
	assert_int_equal(config_digest(sample, sizeof(*sample)), OK);
	assert_int_equal(config_digest(sample, sizeof(*sample) - 1), ERR_CORRUPT);
	for (size_t at = 0; at < sizeof(*sample); at += 997) {
		if (at >= 8 && at < 24) /* sizes: what they say is config_check's to judge */
			continue;
		((uint8_t *)sample)[at] ^= 1;
		assert_int_equal(config_digest(sample, sizeof(*sample)), ERR_CORRUPT);
		((uint8_t *)sample)[at] ^= 1;
	}
	free(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_valid_configuration_is_accepted),
	        cmocka_unit_test(no_length_that_is_too_short_is_accepted_or_overread),
	        cmocka_unit_test(a_misaligned_configuration_is_refused),
	        cmocka_unit_test(the_problem_names_table_and_record),
	        cmocka_unit_test(a_halting_subject_may_have_its_cpu_alone),
	        cmocka_unit_test(a_guest_with_two_vcpus_is_accepted_unless_they_share_a_page),
	        cmocka_unit_test(a_subject_stores_eight_msrs_but_not_nine),
	        cmocka_unit_test(a_system_without_a_subject_is_refused_by_the_tool),
	        cmocka_unit_test(each_number_has_a_sentence_and_the_cores_come_first),
	        cmocka_unit_test(the_digest_covers_every_byte_of_the_package),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
