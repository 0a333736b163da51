/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_RANGES_H
#define START_X86_64_RANGES_H

#include <stdbool.h>
#include <stdint.h>
#include "start/machine.h"

/*
 * The list of usable RAM while it is being put together: sorted, not overlapping, whole pages, never more than
 * BOOT_RANGES entries. When the list is full, the smallest range is given up.
 */
struct ranges {
	struct placement_range *at; /* room for BOOT_RANGES */
	uint32_t count;
	bool dropped; /* memory was given up for want of entries */
};
/* Adds [base, base + size), shrunk to whole pages; overlaps and neighbours are merged. */
void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size);
/* Takes [base, base + size), grown to whole pages, away. */
void ranges_cut(struct ranges *ranges, uint64_t base, uint64_t size);

#endif
