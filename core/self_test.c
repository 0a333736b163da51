/* SPDX-License-Identifier: ISC */
#include "core/system.h"

/*
 * Built-in test: the starter has taken one sum per 2 KiB of what must never change; a step of HC_SELF_TEST compares one of
 * them. Steps are short enough for any frame.
 */
enum status system_self_test(uint64_t step, uint64_t *next)
{
	const struct machine_range *range = the_system.constant;
	uint64_t at = step * SELF_TEST_BYTES;

	if (step >= the_system.step_count)
		return ERR_ARGUMENT;
	for (; at >= range->size; range++)
		at -= range->size;
	*next = step + 1 < the_system.step_count ? step + 1 : 0;
	return self_test_sum(range->base + at) == the_system.sums[step] ? OK : ERR_CORRUPT;
}
