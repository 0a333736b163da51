/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/config.h"
#include "lib/tables.h"
#include "tests/unit/sample.h"

#define KIB4 UINT64_C(4096)
#define MIB2 (UINT64_C(2) << 20)
#define GIB1 (UINT64_C(1) << 30)
#define AT UINT64_C(0x7654321000)
#define LARGE UINT64_C(0x80)

static struct sample *sample;
static struct placement placement;

static int setup(void **state)
{
	(void)state;
	sample = sample_new();
	const struct placement_input input = sample_machine(sample);
	return placement_compute(&input, &placement) == OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	free(sample);
	return 0;
}

static uint64_t *build(uint32_t subject, const struct table_format *format, uint64_t leaf_max)
{
	const uint64_t count = tables_count(&sample->header, subject, leaf_max);
	uint64_t *pages = aligned_alloc(4096, count * KIB4);

	memset(pages, 0xff, count * KIB4);
	assert_int_equal(tables_build(&sample->header, &placement, subject, format, leaf_max, pages, AT, count), OK);
	return pages;
}

/* Every page of every mapping leads where placement says, and the pages around a mapping lead nowhere. */
static void walk(uint32_t subject, const uint64_t *pages)
{
	const struct config_span span = sample->subject[subject].mapping;
	uint64_t size;

	for (uint32_t i = span.first; i < span.first + span.count; i++) {
		const struct config_mapping *mapping = &sample->mapping[i];
		const uint64_t hpa = placement.region[mapping->region] + mapping->offset;
		for (uint64_t done = 0; done < mapping->size; done += KIB4) {
			const uint64_t leaf = tables_lookup(pages, AT, mapping->gpa + done, LARGE, &size);
			const uint64_t base = leaf & UINT64_C(0xffffffffff000) & ~(size - 1);
			assert_true(leaf);
			assert_int_equal(base + (mapping->gpa + done) % size, hpa + done);
		}
	}
}

static void every_mapped_page_leads_to_its_place(void **state)
{
	const uint64_t sizes[] = {KIB4, MIB2, GIB1};

	(void)state;
	for (uint32_t subject = 0; subject < SAMPLE_SUBJECTS; subject++)
		for (unsigned i = 0; i < 3; i++) {
			uint64_t *pages = build(subject, &table_format_npt, sizes[i]);
			walk(subject, pages);
			free(pages);
		}
}

static void unmapped_pages_lead_nowhere(void **state)
{
	uint64_t *pages = build(SAMPLE_APP, &table_format_npt, GIB1), size;
	const uint64_t gaps[] = {0,
	                         APP_IMAGE_GPA - KIB4,
	                         APP_IMAGE_GPA + 65536,
	                         INFO_GPA + KIB4,
	                         UINT64_C(1) << 40,
	                         (UINT64_C(1) << 48) - 1,
	                         UINT64_C(1) << 48,
	                         UINT64_MAX};

	(void)state;
	for (unsigned i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++)
		assert_int_equal(tables_lookup(pages, AT, gaps[i], LARGE, &size), 0);
	free(pages);
}

static void aligned_guest_memory_gets_large_leaves(void **state)
{
	uint64_t *pages = build(SAMPLE_GUEST, &table_format_npt, GIB1), size;

	(void)state;
	assert_int_equal(tables_count(&sample->header, SAMPLE_GUEST, GIB1),
	                 3); /* root, and one per level down to 2 MiB */
	assert_int_equal(tables_count(&sample->header, SAMPLE_GUEST, KIB4), 3 + 8);
	tables_lookup(pages, AT, 0x345678, LARGE, &size);
	assert_int_equal(size, MIB2);
	free(pages);
}

static void npt_leaves_carry_rights_type_accessed_and_dirty(void **state)
{
	uint64_t *pages = build(SAMPLE_APP, &table_format_npt, GIB1), size;
	const uint64_t flags = UINT64_C(0xfff0000000000fff), nx = UINT64_C(1) << 63;

	(void)state;
	assert_int_equal(tables_lookup(pages, AT, APP_IMAGE_GPA, LARGE, &size) & flags, 0x65);
	assert_int_equal(tables_lookup(pages, AT, APP_IMAGE_GPA + KIB4, LARGE, &size) & flags, 0x67 | nx);
	assert_int_equal(tables_lookup(pages, AT, INFO_GPA, LARGE, &size) & flags, 0x65 | nx);
	assert_int_equal(tables_lookup(pages, AT, APP_WINDOW_GPA + 0x80000, LARGE, &size) & flags, 0x7f | nx);
	assert_int_equal(pages[0] & flags, 0x27);
	free(pages);
}

static void ept_leaves_carry_rights_type_accessed_and_dirty(void **state)
{
	uint64_t *pages = build(SAMPLE_APP, &table_format_ept, GIB1), size;
	const uint64_t flags = UINT64_C(0xfff0000000000fff);

	(void)state;
	assert_int_equal(tables_lookup(pages, AT, APP_IMAGE_GPA, LARGE, &size) & flags, 0x300 | 6 << 3 | 5);
	assert_int_equal(tables_lookup(pages, AT, APP_IMAGE_GPA + KIB4, LARGE, &size) & flags, 0x300 | 6 << 3 | 3);
	assert_int_equal(tables_lookup(pages, AT, APP_WINDOW_GPA + 0x80000, LARGE, &size) & flags, 0x303);
	assert_int_equal(pages[0] & flags, 0x107);
	free(pages);
}

static void overlapping_mappings_are_corrupt(void **state)
{
	const uint64_t count = tables_count(&sample->header, SAMPLE_APP, GIB1);
	uint64_t *pages = aligned_alloc(4096, count * KIB4);

	(void)state;
	sample->mapping[SAMPLE_MAP_APP_OUT].gpa = APP_WINDOW_GPA + KIB4;
	assert_int_equal(
	        tables_build(&sample->header, &placement, SAMPLE_APP, &table_format_npt, GIB1, pages, AT, count),
	        ERR_CORRUPT);
	free(pages);
}

static void a_small_leaf_inside_a_large_one_is_corrupt(void **state)
{
	uint64_t *pages = aligned_alloc(4096, 16 * KIB4);

	(void)state;
	sample->subject[SAMPLE_GUEST].mapping.count = 2;
	sample->mapping[SAMPLE_MAP_GUEST_RAM + 1].gpa = MIB2;
	for (uint64_t count = 1; count < 16; count++)
		assert_int_equal(tables_build(&sample->header, &placement, SAMPLE_GUEST, &table_format_npt, GIB1, pages,
		                              AT, count),
		                 ERR_CORRUPT);
	free(pages);
}

static void another_number_of_pages_is_corrupt(void **state)
{
	const uint64_t count = tables_count(&sample->header, SAMPLE_LAYER, GIB1);
	uint64_t *pages = aligned_alloc(4096, (count + 1) * KIB4);

	(void)state;
	for (uint64_t other = 0; other <= count + 1; other++)
		assert_int_equal(tables_build(&sample->header, &placement, SAMPLE_LAYER, &table_format_npt, GIB1, pages,
		                              AT, other),
		                 other == count ? OK : ERR_CORRUPT);
	free(pages);
}

static void an_unplaced_region_is_corrupt(void **state)
{
	const uint64_t count = tables_count(&sample->header, SAMPLE_LAYER, GIB1);
	uint64_t *pages = aligned_alloc(4096, count * KIB4);

	(void)state;
	placement.region[SAMPLE_FRAME] = PLACEMENT_NONE;
	assert_int_equal(
	        tables_build(&sample->header, &placement, SAMPLE_LAYER, &table_format_npt, GIB1, pages, AT, count),
	        ERR_CORRUPT);
	free(pages);
}

/*
 * Random layouts of up to 12 mappings with every mix of alignment, over boundaries of 2 MiB, 1 GiB and 512 GiB: the
 * count that was computed is the count that building uses (tables_build refuses anything else), and each page is right.
 */
static void the_count_is_exact_for_any_layout(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		uint64_t gpa = (UINT64_C(512) << 30) - 24 * MIB2;
		const uint64_t leaf_max = (const uint64_t[]){KIB4, MIB2, GIB1}[round % 3];
		sample->subject[SAMPLE_APP].mapping = (struct config_span){0, 12};
		for (uint32_t i = 0; i < 12; i++) {
			seed = seed * 1103515245 + 12345;
			const uint64_t alignment = seed >> 28 & 1 ? MIB2 : KIB4;
			const uint64_t unit = seed >> 27 & 1 ? MIB2 : KIB4;
			const uint64_t gap = (seed >> 8 & 3) * unit, size = (1 + (seed >> 16) % 9) * unit;
			gpa += gap;
			sample->region[i] =
			        (struct config_region){.kind = REGION_RAM, .size = 64 << 20, .alignment = alignment};
			sample->mapping[i] =
			        (struct config_mapping){SAMPLE_APP, i, gpa, (seed >> 10 & 3) * unit, size, MAP_READ, 0};
			placement.region[i] = GIB1 * (i + 1) + (alignment == KIB4 ? (seed >> 12 & 7) * KIB4 : 0);
			gpa += size;
		}
		for (uint32_t i = 0; i < 6; i++) { /* not in the order of addresses */
			const struct config_mapping other = sample->mapping[i];
			sample->mapping[i] = sample->mapping[11 - i];
			sample->mapping[11 - i] = other;
		}
		uint64_t *pages = build(SAMPLE_APP, &table_format_npt, leaf_max);
		walk(SAMPLE_APP, pages);
		free(pages);
	}
}

static void a_gigabyte_leaf_needs_alignment_and_leave(void **state)
{
	uint64_t *pages, size;

	(void)state;
	sample->region[SAMPLE_GUEST_RAM].size = sample->mapping[SAMPLE_MAP_GUEST_RAM].size = 2 * GIB1;
	sample->region[SAMPLE_GUEST_RAM].alignment = GIB1;
	placement.region[SAMPLE_GUEST_RAM] = 4 * GIB1;
	assert_int_equal(tables_count(&sample->header, SAMPLE_GUEST, GIB1), 2);
	assert_int_equal(tables_count(&sample->header, SAMPLE_GUEST, MIB2), 4);
	pages = build(SAMPLE_GUEST, &table_format_npt, GIB1);
	assert_int_equal(tables_lookup(pages, AT, GIB1 + 5, LARGE, &size) & ~UINT64_C(0xfff), 5 * GIB1);
	assert_int_equal(size, GIB1);
	free(pages);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(every_mapped_page_leads_to_its_place),
	        TEST(unmapped_pages_lead_nowhere),
	        TEST(aligned_guest_memory_gets_large_leaves),
	        TEST(npt_leaves_carry_rights_type_accessed_and_dirty),
	        TEST(ept_leaves_carry_rights_type_accessed_and_dirty),
	        TEST(overlapping_mappings_are_corrupt),
	        TEST(a_small_leaf_inside_a_large_one_is_corrupt),
	        TEST(another_number_of_pages_is_corrupt),
	        TEST(an_unplaced_region_is_corrupt),
	        TEST(the_count_is_exact_for_any_layout),
	        TEST(a_gigabyte_leaf_needs_alignment_and_leave),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
