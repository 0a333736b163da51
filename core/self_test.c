/* SPDX-License-Identifier: ISC */
#include "core/panic.h"
#include "core/system.h"

/*
 * Built-in test: at start-up one sum per 2 KiB of what must never change (the core's text and read-only data, and the
 * configuration); a step of HC_SELF_TEST compares one of them. Steps are short enough for any frame.
 */
#define STEP_BYTES 2048u
#define IMAGE_MAX (256u << 10) /* text and read-only data of the core */
#define STEPS ((CONFIG_MAX_BYTES + IMAGE_MAX) / STEP_BYTES)
static uint64_t sums[STEPS];
static uint32_t step_count;

static uint64_t ranges(struct machine_range range[2])
{
	/* in the package the configuration is padded to whole pages */
	uint64_t config = ((uint64_t)the_system.config->size + STEP_BYTES - 1) & ~(uint64_t)(STEP_BYTES - 1);

	range[0] = the_system.image;
	range[1] = (struct machine_range){the_system.package, config};
	return (range[0].size + range[1].size) / STEP_BYTES;
}

static uint64_t sum_step(uint64_t step)
{
	struct machine_range range[2];
	uint64_t total = 0;

	ranges(range);
	uint64_t first = range[0].size / STEP_BYTES;
	uint64_t at = step < first ? range[0].base + step * STEP_BYTES : range[1].base + (step - first) * STEP_BYTES;
	const volatile uint64_t *word = (const volatile uint64_t *)(uintptr_t)at;
	for (unsigned i = 0; i < STEP_BYTES / sizeof(*word); i++)
		total = (total << 1 | total >> 63) + word[i];
	return total;
}

void system_self_test_open(void)
{
	struct machine_range range[2];
	uint64_t count = ranges(range);

	CHECK(count <= STEPS);
	step_count = (uint32_t)count;
	for (uint32_t i = 0; i < step_count; i++)
		sums[i] = sum_step(i);
}

enum status system_self_test(uint64_t step, uint64_t *next)
{
	if (step >= step_count)
		return ERR_ARGUMENT;
	*next = step + 1 < step_count ? step + 1 : 0;
	return sum_step(step) == sums[step] ? OK : ERR_CORRUPT;
}
