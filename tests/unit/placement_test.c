/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/config.h"
#include "lib/range.h"
#include "lib/tables.h"
#include "tests/unit/sample.h"

#define MIB (UINT64_C(1) << 20)
static struct sample *sample;
static struct placement placement;

static int setup(void **state)
{
	(void)state;
	sample = sample_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(sample);
	return 0;
}

static enum status compute(void)
{
	const struct placement_input input = sample_machine(sample);

	return placement_compute(&input, &placement);
}

static void every_region_is_aligned_in_memory_and_alone(void **state)
{
	const struct placement_input input = sample_machine(sample);

	(void)state;
	assert_int_equal(compute(), OK);
	for (uint32_t i = 0; i < SAMPLE_REGIONS; i++) {
		const struct config_region *region = &sample->region[i];
		const uint64_t at = placement.region[i];
		if (region->kind == REGION_FILE || region->kind == REGION_DEVICE)
			continue;
		assert_true(range_aligned(at, region->alignment));
		assert_true(range_inside(at, region->size, input.memory[0].base, input.memory[0].size));
		assert_false(range_overlap(at, region->size, SAMPLE_PACKAGE, sizeof(*sample)));
		assert_false(range_overlap(at, region->size, placement.pool, placement.pool_size));
		for (uint32_t other = 0; other < i; other++)
			if (sample->region[other].kind != REGION_FILE)
				assert_false(range_overlap(at, region->size, placement.region[other],
				                           sample->region[other].size));
	}
}

static void the_pool_comes_first_and_holds_tables_and_costs(void **state)
{
	uint64_t tables = 0;

	(void)state;
	assert_int_equal(compute(), OK);
	for (uint32_t subject = 0; subject < SAMPLE_SUBJECTS; subject++)
		tables += tables_count(&sample->header, subject, 1 << 30);
	assert_int_equal(placement.table_pages, tables);
	assert_int_equal(placement.pool_size, (tables + 8 + 4 * 1 + 1 * 3 + 2 * 3) * 4096);
	assert_int_equal(placement.pool, MIB);
	assert_int_equal(placement.region[SAMPLE_GUEST_RAM], 2 * MIB);
}

static void files_lie_in_the_package_and_devices_where_they_are(void **state)
{
	(void)state;
	assert_int_equal(compute(), OK);
	assert_int_equal(placement.region[SAMPLE_KERNEL],
	                 SAMPLE_PACKAGE + sample->region[SAMPLE_KERNEL].payload_offset);
	assert_int_equal(placement.region[SAMPLE_VGA], 0xa0000);
}

static void the_order_is_by_address(void **state)
{
	(void)state;
	assert_int_equal(compute(), OK);
	assert_true(placement.taken_count >= SAMPLE_REGIONS); /* two regions take none; the pool and the package do */
	for (uint32_t i = 1; i < placement.taken_count; i++)
		assert_true(placement.taken[i - 1].base <= placement.taken[i].base);
}

static void a_pinned_region_gets_its_address_and_the_others_go_around(void **state)
{
	(void)state;
	sample->region[SAMPLE_APP_IMAGE].hpa = 4 * MIB;
	assert_int_equal(compute(), OK);
	assert_int_equal(placement.region[SAMPLE_APP_IMAGE], 4 * MIB);
	assert_int_equal(placement.region[SAMPLE_GUEST_RAM], 6 * MIB);
}

static void refuses_pin(uint32_t region, uint64_t hpa)
{
	sample->region[region].hpa = hpa;
	assert_int_equal(compute(), ERR_MEMORY);
	assert_int_equal(placement.failed, region);
	assert_int_equal(placement.missing, sample->region[region].size);
}

static void a_pin_outside_memory_is_refused(void **state)
{
	(void)state;
	refuses_pin(SAMPLE_APP_IMAGE, 0);
	refuses_pin(SAMPLE_APP_IMAGE, 65 * MIB - 4096);
	refuses_pin(SAMPLE_APP_IMAGE, UINT64_C(1) << 40);
}

static void a_pin_onto_the_package_is_refused(void **state)
{
	(void)state;
	refuses_pin(SAMPLE_APP_IMAGE, SAMPLE_PACKAGE - 4096);
}

static void a_device_over_memory_or_the_package_is_refused(void **state)
{
	(void)state;
	refuses_pin(SAMPLE_VGA, MIB - 4096);
	refuses_pin(SAMPLE_VGA, SAMPLE_PACKAGE);
}

static void a_pin_onto_a_reserved_range_is_refused(void **state)
{
	const struct placement_range reserved = {8 * MIB, MIB};
	struct placement_input input = sample_machine(sample);

	(void)state;
	input.reserved = &reserved;
	input.reserved_count = 1;
	sample->region[SAMPLE_APP_IMAGE].hpa = 8 * MIB;
	assert_int_equal(placement_compute(&input, &placement), ERR_MEMORY);
	assert_int_equal(placement.failed, SAMPLE_APP_IMAGE);
}

static void too_little_memory_says_what_and_how_much(void **state)
{
	(void)state;
	sample->region[SAMPLE_GUEST_RAM].size = 128 * MIB;
	assert_int_equal(compute(), ERR_MEMORY);
	assert_int_equal(placement.failed, SAMPLE_GUEST_RAM);
	assert_int_equal(placement.missing, 128 * MIB);
	assert_int_equal(placement.region[SAMPLE_GUEST_RAM], PLACEMENT_NONE);
	assert_int_not_equal(placement.region[SAMPLE_STATS], PLACEMENT_NONE);
}

static void a_machine_without_memory_fails_at_the_pool(void **state)
{
	struct placement_input input = sample_machine(sample);

	(void)state;
	input.memory_count = 0;
	assert_int_equal(placement_compute(&input, &placement), ERR_MEMORY);
	assert_int_equal(placement.failed, CONFIG_NONE);
	assert_true(placement.missing > SAMPLE_GUEST_BYTES);
}

static void nothing_lies_beyond_the_physical_limit(void **state)
{
	const struct placement_range memory[] = {{UINT64_C(1) << 39, 64 * MIB}, {MIB, 64 * MIB}};
	struct placement_input input = sample_machine(sample);

	(void)state;
	input.memory = memory;
	input.memory_count = 1;
	assert_int_equal(placement_compute(&input, &placement), OK);
	input.phys_limit = UINT64_C(1) << 39;
	assert_int_equal(placement_compute(&input, &placement), ERR_MEMORY);
	input.memory_count = 2; /* the lower range is taken although it stands second */
	assert_int_equal(placement_compute(&input, &placement), OK);
	assert_int_equal(placement.pool, MIB);
}

static void reserved_ranges_at_the_end_of_the_address_space_do_not_loop(void **state)
{
	const struct placement_range memory = {UINT64_MAX - 4095, 4095}, reserved = {UINT64_MAX - 8191, 8192};
	struct placement_input input = sample_machine(sample);

	(void)state;
	input.memory = &memory;
	input.reserved = &reserved;
	input.reserved_count = 1;
	input.phys_limit = UINT64_MAX;
	assert_int_equal(placement_compute(&input, &placement), ERR_MEMORY);
}

/* As many regions as there can be, in fragmented memory, against a brute-force judge of overlap. */
static void the_largest_system_is_placed_without_overlap(void **state)
{
	static struct {
		struct config_header header;
		struct config_region region[CONFIG_MAX_REGIONS];
	} big;
	static struct placement_range memory[60];
	static struct placement again;
	uint32_t seed = 1;

	(void)state;
	memset(&big, 0, sizeof(big));
	big.header.cpu_count = 1;
	big.header.package_size = 4096;
	big.header.table[TABLE_REGION].offset = sizeof(big.header);
	big.header.table[TABLE_REGION].count = CONFIG_MAX_REGIONS;
	for (uint32_t i = 0; i < CONFIG_MAX_REGIONS; i++) {
		seed = seed * 1103515245 + 12345;
		big.region[i] = (struct config_region){.kind = REGION_RAM,
		                                       .size = (1 + (seed >> 16) % 32) * 4096,
		                                       .alignment = UINT64_C(4096) << (seed >> 24) % 5,
		                                       .hpa = PLACEMENT_NONE};
	}
	for (uint32_t i = 0; i < 60; i++)
		memory[i] = (struct placement_range){(59 - i) * 4 * MIB, 3 * MIB};
	const struct placement_input input = {.config = &big.header,
	                                      .package = 1 * MIB,
	                                      .memory = memory,
	                                      .memory_count = 60,
	                                      .phys_limit = UINT64_C(1) << 36,
	                                      .costs = {.fixed_pages = 3, .leaf_max = 4096}};
	assert_int_equal(placement_compute(&input, &placement), OK);
	assert_int_equal(placement_compute(&input, &again), OK);
	assert_memory_equal(&placement, &again, sizeof(again));
	assert_int_equal(placement.taken_count, CONFIG_MAX_REGIONS + 2);
	for (uint32_t i = 1; i < placement.taken_count; i++)
		assert_true(placement.taken[i - 1].base + placement.taken[i - 1].size <= placement.taken[i].base);
	for (uint32_t i = 0; i < CONFIG_MAX_REGIONS; i++)
		assert_true(range_aligned(placement.region[i], big.region[i].alignment));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(every_region_is_aligned_in_memory_and_alone),
	        TEST(the_pool_comes_first_and_holds_tables_and_costs),
	        TEST(files_lie_in_the_package_and_devices_where_they_are),
	        TEST(the_order_is_by_address),
	        TEST(a_pinned_region_gets_its_address_and_the_others_go_around),
	        TEST(a_pin_outside_memory_is_refused),
	        TEST(a_pin_onto_the_package_is_refused),
	        TEST(a_device_over_memory_or_the_package_is_refused),
	        TEST(a_pin_onto_a_reserved_range_is_refused),
	        TEST(too_little_memory_says_what_and_how_much),
	        TEST(a_machine_without_memory_fails_at_the_pool),
	        TEST(nothing_lies_beyond_the_physical_limit),
	        TEST(reserved_ranges_at_the_end_of_the_address_space_do_not_loop),
	        TEST(the_largest_system_is_placed_without_overlap),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
