/* SPDX-License-Identifier: ISC */
#include "tests/unit/core_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/console.h"
#include "core/panic.h"
#include "lib/hash.h"
#include "lib/tables.h"

/* Start-up: what is built, and every way in which it is refused: start/system.c, core/system.c, core/main.c. */
#define MS UINT64_C(1000000)

static void refuses(const char *what)
{
	const char *said = rig_refusal();

	if (!strstr(said, what))
		fail_msg("said: %s", said);
	assert_int_equal(host.end, HOST_STOPPED);
}

static void refuses_by_rule(const char *why, enum config_rule rule)
{
	char what[128];

	snprintf(what, sizeof(what), "%s [rule] 0x%x\r\n", why, rule);
	refuses(what);
}

/* The sample in a package of its own, with a longer table behind the rest of it. */
static uint8_t *with_table; /* freed by the next */
static void prepare_with_table(struct sample *s, enum config_table which, const void *records, uint32_t count)
{
	const size_t table = (size_t)count * config_record_bytes[which], grown = (table + 4095) / 4096 * 4096;
	const size_t payload = offsetof(struct sample, payload);
	free(with_table);
	uint8_t *package = with_table = aligned_alloc(4096, sizeof(*s) + grown);
	struct config_header *header = (void *)package;
	memset(package, 0, sizeof(*s) + grown);
	memcpy(package, s, payload);
	memcpy(package + payload, records, table);
	memcpy(package + payload + grown, &s->payload, sizeof(s->payload));
	header->table[which].offset = (uint32_t)payload;
	header->table[which].count = count;
	header->size = (uint32_t)(payload + table);
	header->package_size = sizeof(*s) + grown;
	struct config_region *region = (void *)(package + header->table[TABLE_REGION].offset);
	for (uint32_t i = 0; i < header->table[TABLE_REGION].count; i++)
		region[i].payload_offset += region[i].payload_offset ? grown : 0;
	rig_prepare(s); /* for the machine; the package is the other one */
	struct hash hash;
	memset(header->digest, 0, sizeof(header->digest));
	hash_init(&hash);
	hash_update(&hash, package, header->package_size);
	hash_final(&hash, header->digest);
	rig_boot_info.package = (uint64_t)(uintptr_t)package;
	rig_boot_info.package_size = header->package_size;
}

static void a_start_without_a_package_is_refused(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	rig_boot_info.package_size = 0;
	refuses("no package was loaded with the core [boot module] 0x0");
}

static void a_package_that_is_none_is_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_prepare(s);
	s->header.magic ^= 1;
	refuses_by_rule("the boot module is no package", BAD_MAGIC);
}

static void a_configuration_that_the_checker_refuses_names_table_and_record(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->frame[2].group = SAMPLE_GROUPS;
	rig_prepare(s);
	refuses_by_rule("the package breaks a rule (bulkhead inspect says which)", BAD_FRAME_GROUP);
	assert_non_null(strstr(host.console, "configuration table 0xf"));
	assert_non_null(strstr(host.console, "record 0x2"));
}

static void a_package_with_one_flipped_bit_is_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_prepare(s);
	s->payload.kernel[4999] ^= 4;
	refuses("its digest is another");
}

static void a_flipped_bit_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof(struct sample); at += 1499) {
		struct sample *s = rig_sample();
		rig_prepare(s);
		((uint8_t *)s)[at] ^= (uint8_t)(1u << at % 8);
		refuses("cannot start: the ");
		free(s);
	}
}

static void a_truncated_package_is_refused(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	rig_boot_info.package_size -= 4096;
	refuses("its digest is another");
}

static void a_machine_without_virtualization_is_refused(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	host.missing_feature = "AMD-V (SVM)";
	refuses("AMD-V (SVM)");
}

static void a_missing_feature_is_named_with_its_line(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	host.cpuid_value = ~(1u << 28);
	refuses("[avx] 0x3");
}

static void too_few_cpus_are_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_prepare(s);
	rig_boot_info.cpu_count = 1;
	refuses("fewer CPUs than described [sample] 0x1");
}

static void cpus_that_do_not_start_are_refused(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	host.cpus_fail = true;
	refuses("a CPU does not start");
}

static void too_little_memory_is_refused_with_region_and_line(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->region[SAMPLE_GUEST_RAM].line_number = 17;
	rig_prepare(s);
	rig_boot_info.memory[0].size = 0x88000;
	refuses("bytes missing");
	assert_non_null(strstr(host.console, "description line"));
}

static void too_little_memory_for_the_core_is_refused(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	rig_boot_info.memory[0].size = 4096;
	refuses("bytes missing");
}

static void a_pinned_range_that_is_not_free_is_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_prepare(s);
	s->region[SAMPLE_TO_APP].hpa = 0x1000;
	s->region[SAMPLE_TO_APP].line_number = 42;
	sample_seal(s);
	refuses("[serial.out]");
	assert_non_null(strstr(host.console, "description line 42\r\n"));
}

static void a_configuration_without_statistics_is_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->region[SAMPLE_STATS].kind = REGION_CHANNEL;
	rig_prepare(s);
	refuses("no statistics region");
}

static void more_members_of_groups_than_the_core_has_places_for_are_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_prepare(s);
	static struct config_member members[SCHEDULER_MEMBERS + 1];
	members[0] = s->member[0];
	members[1] = s->member[1];
	for (uint32_t i = 2; i < SCHEDULER_MEMBERS; i++)
		members[i] = s->member[2];
	s->group[SAMPLE_GROUP_APP].member.count = SCHEDULER_MEMBERS - 5; /* all places are taken: two more a group */
	prepare_with_table(s, TABLE_MEMBER, members, SCHEDULER_MEMBERS - 3);
	refuses("too many members of scheduling groups [app]");
	s->group[SAMPLE_GROUP_APP].member.count--;
	prepare_with_table(s, TABLE_MEMBER, members, SCHEDULER_MEMBERS - 4);
	rig_start();
}

static void more_groups_than_the_core_has_places_for_are_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_prepare(s);
	static struct config_group groups[CONFIG_MAX_GROUPS + 1];
	const uint32_t given = s->header.table[TABLE_GROUP].count;
	for (uint32_t i = 0; i <= CONFIG_MAX_GROUPS; i++)
		groups[i] = i < given ? s->group[i] : (struct config_group){"empty", {0, 0}, CONFIG_NONE, 0};
	prepare_with_table(s, TABLE_GROUP, groups, CONFIG_MAX_GROUPS + 1);
	refuses("the package breaks a rule");
	prepare_with_table(s, TABLE_GROUP, groups, CONFIG_MAX_GROUPS);
	rig_start();
	free(s);
}

static void a_line_that_no_controller_has_is_refused(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	s->line[0].gsi = 99;
	rig_prepare(s);
	refuses("no interrupt controller has the physical line [app] 0x63");
}

/* --- what is built --- */

static void every_page_is_placed_filled_and_protected(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_boot(s);
	for (unsigned i = 0; i < 65536; i++)
		assert_int_equal(rig_region(SAMPLE_APP_IMAGE)[i], i < 4000 ? 0xaa : 0);
	for (unsigned i = 0; i < CORE_GUEST_BYTES; i++)
		assert_int_equal(rig_region(SAMPLE_GUEST_RAM)[i], 0);
	for (unsigned i = 0; i < 8192; i++)
		assert_int_equal(rig_region(SAMPLE_TO_APP)[i], 0);
	assert_ptr_equal(rig_region(SAMPLE_KERNEL), s->payload.kernel);
	assert_int_equal(system_region(SAMPLE_VGA).at, 0xa0000);
	assert_ptr_equal(the_system.stats, rig_region(SAMPLE_STATS));
	assert_int_equal(the_system.stats->entry_tsc, 77);
	assert_int_equal(the_system.stats->pristine_bytes, sizeof(*s));
	assert_true(the_system.stats->core_bytes > STATS_BYTES);
	const struct info *info = (struct info *)rig_region(SAMPLE_APP_INFO);
	assert_int_equal(info->magic, INFO_MAGIC);
	assert_int_equal(info->tsc_khz, 1000000);
}

static void second_level_tables_map_exactly_what_is_described(void **state)
{
	(void)state;
	rig_boot(rig_sample());
	for (uint32_t i = 0; i < SAMPLE_SUBJECTS; i++) {
		const struct config_span span = subjects[i].config->mapping;
		const uint64_t *root = (const uint64_t *)(uintptr_t)the_system.table_root[i];
		for (uint32_t m = span.first; m < span.first + span.count; m++) {
			const struct config_mapping *mapping = &config_mappings(the_system.config)[m];
			uint64_t size, leaf = tables_lookup(root, the_system.table_root[i], mapping->gpa, 0x80, &size);
			assert_int_equal(leaf & UINT64_C(0x000ffffffffff000),
			                 system_region(mapping->region).at + mapping->offset);
			assert_int_equal(leaf >> 1 & 1, (mapping->rights & MAP_WRITE) != 0);
		}
		uint64_t size;
		assert_int_equal(tables_lookup(root, the_system.table_root[i], UINT64_C(1) << 40, 0x80, &size), 0);
		/* the fake machine's permission maps: the subject's number, in every byte */
		const uint8_t *maps = (const uint8_t *)(uintptr_t)the_system.permissions[i];
		assert_int_equal(maps[0], i);
		assert_int_equal(maps[placement_costs_amd.subject_pages * 4096 - 1], i);
	}
}

static void a_gib_is_one_leaf_where_the_cpu_has_such_and_nothing_has_another_place(void **state)
{
	static const uint64_t large[] = {TABLES_LEAF_2M, TABLES_LEAF_1G}, at = 8 * TABLES_LEAF_1G;
	uint64_t root[2][SAMPLE_SUBJECTS], maps[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct sample *s = rig_sample();
		s->region[SAMPLE_VGA].hpa = at;
		s->region[SAMPLE_VGA].size = s->region[SAMPLE_VGA].alignment = TABLES_LEAF_1G;
		for (uint32_t m = 0; m < s->header.table[TABLE_MAPPING].count; m++)
			if (s->mapping[m].region == SAMPLE_VGA) {
				s->mapping[m].gpa = at;
				s->mapping[m].size = TABLES_LEAF_1G;
			}
		rig_prepare(s);
		host.leaf_max = large[i];
		rig_start();
		unsigned found = 0;
		for (uint32_t j = 0; j < SAMPLE_SUBJECTS; j++) {
			uint64_t size, leaf = tables_lookup((const uint64_t *)(uintptr_t)the_system.table_root[j],
			                                    the_system.table_root[j], at + 0x12345000, 0x80, &size);
			root[i][j] = the_system.table_root[j] - the_system.table_root[0];
			if (!leaf)
				continue;
			found++;
			assert_int_equal(size, large[i]);
		}
		assert_int_not_equal(found, 0);
		maps[i] = the_system.permissions[0] - the_system.table_root[0];
		free(s);
	}
	assert_memory_equal(root[0], root[1], sizeof(root[0]));
	assert_int_equal(maps[0], maps[1]);
}

/* The fake machine has two tags. */
static void vcpus_of_a_cpu_have_tags_of_their_own_until_they_run_out(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_boot(s);
	uint16_t last[CONFIG_MAX_CPUS] = {0};
	for (uint32_t i = 0; i < vcpu_count; i++) {
		uint16_t *tag = &last[vcpus[i].config->cpu], wanted = *tag < 2 ? (uint16_t)(*tag + 1) : 2;
		assert_int_equal(the_system.tag[i], wanted);
		*tag = the_system.tag[i];
	}
	assert_int_equal(last[0], 2);
}

static bool mapped(uint64_t at, bool *writable)
{
	for (unsigned i = 0; i < rig_maps.count; i++)
		if (at >= rig_maps.map[i].base && at - rig_maps.map[i].base < rig_maps.map[i].size) {
			*writable = rig_maps.map[i].writable;
			return true;
		}
	return false;
}

static void the_core_keeps_no_subject_memory_mapped(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	rig_boot(s);
	bool writable = true;
	static const uint32_t own[] = {SAMPLE_APP_IMAGE, SAMPLE_LAYER_IMAGE, SAMPLE_GUEST_RAM, SAMPLE_TO_APP,
	                               SAMPLE_TO_LAYER,  SAMPLE_KERNEL,      SAMPLE_VGA};
	static const uint32_t shared[] = {SAMPLE_APP_INFO, SAMPLE_FRAME, SAMPLE_LAPIC, SAMPLE_AUDIT, SAMPLE_STATS};
	for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_false(mapped(system_region(own[i]).at, &writable));
	for (unsigned i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		assert_true(mapped(system_region(shared[i]).at, &writable));
		assert_true(writable);
	}
	assert_true(mapped((uint64_t)(uintptr_t)s, &writable)); /* the configuration, read-only */
	assert_false(writable);
	assert_true(mapped(the_system.table_root[0], &writable));
	assert_false(writable);
	assert_true(mapped(the_system.permissions[SAMPLE_SUBJECTS - 1], &writable));
	assert_false(writable);
	assert_true(mapped((uint64_t)(uintptr_t)the_system.sums, &writable));
	assert_false(writable);
	assert_true(mapped(the_system.vcpu_pages, &writable));
	assert_true(writable);
}

/* As many regions as a configuration may have, nearly all of them kept mapped by the core. */
static void the_largest_number_of_kept_regions_fits(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	static const uint32_t others[] = {SAMPLE_TO_APP, SAMPLE_TO_LAYER, SAMPLE_KERNEL, SAMPLE_VGA, SAMPLE_GUEST_RAM};
	for (unsigned i = 0; i < 5; i++) { /* all but two images become pages that are kept */
		s->region[others[i]] = s->region[SAMPLE_STATS];
		for (unsigned m = 0; m < SAMPLE_MAPPINGS; m++)
			if (s->mapping[m].region == others[i]) {
				s->mapping[m].rights = MAP_READ;
				s->mapping[m].size = 4096;
			}
	}
	s->header.table[TABLE_CHANNEL].count = 0;
	const uint32_t count = CONFIG_MAX_REGIONS;
	struct config_region *regions = calloc(count, sizeof(*regions));
	for (uint32_t i = 0; i < count; i++)
		regions[i] = s->region[i < SAMPLE_REGIONS ? i : SAMPLE_FRAME];
	prepare_with_table(s, TABLE_REGION, regions, count);
	free(regions);
	rig_start();
	assert_int_equal(rig_maps.count, 4 + count - 2);
	free(s);
}

static void numbers_are_printed_without_leading_zeros(void **state)
{
	(void)state;
	host_reset();
	console_line("a", 0);
	console_line("b", 0x10);
	console_line("c", ~UINT64_C(0));
	console_text("x\ny");
	assert_string_equal(host.console, "a 0x0\r\nb 0x10\r\nc 0xffffffffffffffff\r\nx\r\ny");
}

static void a_cpu_enters_its_schedule_and_never_leaves(void **state)
{
	(void)state;
	struct sample *s = rig_sample();
	sample_add_cpu(s);
	rig_boot(s);
	assert_int_equal(host.kicks[1], 1); /* it has waited for the schedule to begin */
	host.cpu = 1;
	host.now[1] = cpus[1].major_start + 5 * MS;
	cpus[1].nmi = 1; /* the one way out */
	assert_int_equal(rig_ends((void (*)(void *))(void *)core_cpu_main, (void *)1), HOST_STOPPED);
}

static void the_first_cpu_makes_the_system_and_enters_its_schedule(void **state)
{
	(void)state;
	rig_prepare(rig_sample());
	system_build(&rig_boot_info, &the_system, &rig_maps);
	cpus[0].nmi = 1;
	assert_int_equal(rig_ends((void (*)(void *))(void *)core_cpu_main, 0), HOST_STOPPED);
	assert_int_equal(subject_count, SAMPLE_SUBJECTS);
	assert_true(the_system.stats->load_ticks < 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_start_without_a_package_is_refused),
	        cmocka_unit_test(a_package_that_is_none_is_refused),
	        cmocka_unit_test(a_configuration_that_the_checker_refuses_names_table_and_record),
	        cmocka_unit_test(a_package_with_one_flipped_bit_is_refused),
	        cmocka_unit_test(a_flipped_bit_anywhere_is_refused),
	        cmocka_unit_test(a_truncated_package_is_refused),
	        cmocka_unit_test(a_machine_without_virtualization_is_refused),
	        cmocka_unit_test(a_missing_feature_is_named_with_its_line),
	        cmocka_unit_test(too_few_cpus_are_refused),
	        cmocka_unit_test(cpus_that_do_not_start_are_refused),
	        cmocka_unit_test(too_little_memory_is_refused_with_region_and_line),
	        cmocka_unit_test(too_little_memory_for_the_core_is_refused),
	        cmocka_unit_test(a_pinned_range_that_is_not_free_is_refused),
	        cmocka_unit_test(a_configuration_without_statistics_is_refused),
	        cmocka_unit_test(a_line_that_no_controller_has_is_refused),
	        cmocka_unit_test(more_members_of_groups_than_the_core_has_places_for_are_refused),
	        cmocka_unit_test(more_groups_than_the_core_has_places_for_are_refused),
	        cmocka_unit_test(every_page_is_placed_filled_and_protected),
	        cmocka_unit_test(second_level_tables_map_exactly_what_is_described),
	        cmocka_unit_test(vcpus_of_a_cpu_have_tags_of_their_own_until_they_run_out),
	        cmocka_unit_test(a_gib_is_one_leaf_where_the_cpu_has_such_and_nothing_has_another_place),
	        cmocka_unit_test(the_core_keeps_no_subject_memory_mapped),
	        cmocka_unit_test(the_largest_number_of_kept_regions_fits),
	        cmocka_unit_test(numbers_are_printed_without_leading_zeros),
	        cmocka_unit_test(a_cpu_enters_its_schedule_and_never_leaves),
	        cmocka_unit_test(the_first_cpu_makes_the_system_and_enters_its_schedule),
	};

	return RIG_TESTS(tests);
}
