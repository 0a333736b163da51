/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/config.h"
#include "tests/unit/sample.h"

static void a_valid_configuration_is_accepted(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	assert_int_equal(config_check(sample, sizeof(*sample), &problem), OK);
	assert_string_equal(config_rule_text(problem.rule), "");
	sample_add_cpu(sample);
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "");
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
		assert_int_equal(config_check(part, size, &problem), ERR_CORRUPT);
		free(part);
	}
	free(sample);
}

static void a_misaligned_configuration_is_refused(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	assert_int_equal(config_check((uint8_t *)sample + 4, sizeof(*sample) - 4, &problem), ERR_ARGUMENT);
	free(sample);
}

static void the_problem_names_table_and_record(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	sample->region[SAMPLE_KERNEL].kind = 77;
	config_check(sample, sizeof(*sample), &problem);
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
	sample->frame[1].group = sample->frame[3].group = CONFIG_NONE;
	sample->frame[4].group = sample->frame[5].group = SAMPLE_GROUP_APP;
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "");
	free(sample);
}

static void a_guest_with_two_vcpus_is_accepted_unless_they_share_a_page(void **state)
{
	struct sample *sample = sample_new();
	struct config_problem problem;

	(void)state;
	sample_make_smp(sample);
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "");
	sample->vcpu[2].lapic_region = SAMPLE_LAPIC;
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "two vCPUs share an exit frame or a local-APIC page");
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
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "");
	sample->header.table[TABLE_MSR].count = sample->subject[SAMPLE_GUEST].msr.count = 9;
	config_check(sample, sizeof(*sample), &problem);
	assert_string_equal(config_rule_text(problem.rule), "a subject stores more than 8 MSRs");
	free(sample);
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
	        cmocka_unit_test(the_digest_covers_every_byte_of_the_package),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
