/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "lib/config.h"
#include "lib/tables.h"
#include "tests/unit/sample.h"
#include "tools/rules/rules.h"

/*
 * The checker on arbitrary bytes (first byte even), and on the valid sample with arbitrary edits (odd): each edit is
 * offset 16, width 8, value 64 bits. What passes the core's check must be placed and built within its bounds, or be
 * refused there; what passes the tool's rules must be built if it can be placed.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EDIT 11u
static void edit(struct sample *sample, const uint8_t *data)
{
	const size_t width = (size_t)1 << data[2] % 4;
	const size_t offset = (size_t)(data[0] | data[1] << 8) % (offsetof(struct sample, payload) - width);

	memcpy((uint8_t *)sample + offset, data + 3, width);
}

static void build(const struct config_header *config, bool sound)
{
	static const struct placement_range memory = {UINT64_C(1) << 33, UINT64_C(1) << 45};
	static struct placement placement;
	const struct placement_input input = {.config = config,
	                                      .package = UINT64_C(1) << 32,
	                                      .memory = &memory,
	                                      .memory_count = 1,
	                                      .phys_limit = UINT64_C(1) << 46,
	                                      .costs = {1, 1, 1, 1, UINT64_C(1) << 30}};

	if (placement_compute(&input, &placement))
		return;
	for (uint32_t subject = 0; subject < config->table[TABLE_SUBJECT].count; subject++) {
		const uint64_t count = tables_count(config, subject, UINT64_C(1) << 30);
		if (count > 256)
			continue;
		uint64_t *pages = malloc(count * 4096);
		if (tables_build(config, &placement, subject, &table_format_npt, UINT64_C(1) << 30, pages, 4096,
		                 count) &&
		    sound)
			abort();
		free(pages);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_problem problem;

	if (!size)
		return 0;
	if (!(data[0] & 1)) {
		void *copy = malloc(size); /* aligned, and ASan sees its end */
		memcpy(copy, data + 1, size - 1);
		config_check(copy, size - 1, &problem);
		free(copy);
		return 0;
	}
	static struct sample pristine[2], sample[1];
	if (!pristine[0].header.magic) {
		sample_fill(&pristine[0]);
		sample_fill(&pristine[1]);
		sample_make_smp(&pristine[1]);
	}
	*sample = pristine[data[0] >> 1 & 1];
	for (size_t at = 1; at + EDIT <= size; at += EDIT)
		edit(sample, data + at);
	if (config_check(sample, sizeof(*sample), &problem) == OK)
		build(&sample->header, rules_check(sample, sizeof(*sample), &problem) == OK);
	return 0;
}
