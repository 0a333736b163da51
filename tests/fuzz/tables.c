/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "lib/config.h"
#include "lib/range.h"
#include "lib/tables.h"

/*
 * Arbitrary mappings of one subject, 8 bytes each. Unless two overlap, the computed count must be exact and the first
 * and last page of each must be found; if they do, building must refuse and stay within its pages.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAPPINGS 16u
static struct {
	struct config_header header;
	struct config_subject subject;
	struct config_region region[MAPPINGS];
	struct config_mapping mapping[MAPPINGS];
} config;
static struct placement placement;

static void mapping_take(uint32_t i, const uint8_t *data)
{
	static const uint64_t units[] = {UINT64_C(4096), UINT64_C(2) << 20, UINT64_C(1) << 30, UINT64_C(4096)};
	const uint64_t alignment = units[data[0] & 3], unit = units[data[0] >> 2 & 3];

	config.region[i] = (struct config_region){.size = UINT64_C(1) << 40, .alignment = alignment};
	config.mapping[i] = (struct config_mapping){
	        .region = i,
	        .gpa = (uint64_t)(data[1] | data[2] << 8) * unit % (UINT64_C(1) << 47),
	        .offset = data[3] * units[data[0] >> 4 & 3],
	        .size = (data[4] % 20 + UINT64_C(1)) * (unit > units[1] ? units[1] : unit),
	        .rights = MAP_READ | (data[5] & (MAP_WRITE | MAP_EXECUTE)),
	};
	placement.region[i] = (UINT64_C(1) << 45) + (unsigned)(data[6] | data[7] << 8) * alignment;
}

static bool overlap(void)
{
	const uint32_t count = config.subject.mapping.count;

	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (range_overlap(config.mapping[i].gpa, config.mapping[i].size, config.mapping[j].gpa,
			                  config.mapping[j].size))
				return true;
	return false;
}

static void expect(const uint64_t *pages, uint64_t gpa, uint64_t hpa)
{
	uint64_t size, leaf = tables_lookup(pages, 0, gpa, table_format_npt.large, &size);

	if (!leaf || (leaf & UINT64_C(0xffffffffff000) & ~(size - 1)) + gpa % size != hpa)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t leaf_max = size ? UINT64_C(4096) << 9 * (data[0] % 3) : 0;
	uint32_t count = 0;

	for (size_t at = 1; at + 8 <= size && count < MAPPINGS; at += 8)
		mapping_take(count++, data + at);
	if (!count)
		return 0;
	config.header.table[TABLE_SUBJECT].offset = (uint32_t)((uint8_t *)&config.subject - (uint8_t *)&config);
	config.header.table[TABLE_REGION].offset = (uint32_t)((uint8_t *)config.region - (uint8_t *)&config);
	config.header.table[TABLE_MAPPING].offset = (uint32_t)((uint8_t *)config.mapping - (uint8_t *)&config);
	config.subject.mapping.count = count;
	const uint64_t pages_needed = tables_count(&config.header, 0, leaf_max);
	uint64_t *pages = malloc(pages_needed * 4096);
	const enum status status =
	        tables_build(&config.header, &placement, 0, &table_format_npt, leaf_max, pages, 0, pages_needed);
	if ((status == OK) == overlap())
		abort();
	for (uint32_t i = 0; status == OK && i < count; i++) {
		const struct config_mapping *mapping = &config.mapping[i];
		const uint64_t hpa = placement.region[i] + mapping->offset;
		expect(pages, mapping->gpa, hpa);
		expect(pages, mapping->gpa + mapping->size - 1, hpa + mapping->size - 1);
	}
	free(pages);
	return 0;
}
