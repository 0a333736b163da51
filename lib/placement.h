/* SPDX-License-Identifier: ISC */
#ifndef LIB_PLACEMENT_H
#define LIB_PLACEMENT_H

#include <stdint.h>
#include "abi/config.h"
#include "abi/status.h"

/*
 * Placement: (configuration, memory map, reserved ranges, costs) -> the host-physical address of every region and of
 * the core's pool. One pure function, linked into the starter and into the host tool, so that both agree to the byte.
 * Pinned regions are checked first: memory must lie in free RAM, a device must touch neither RAM nor the package.
 * Then the pool gets the lowest free address; the rest is placed by decreasing alignment, then decreasing size, then
 * index, each at the lowest free address. REGION_FILE takes no memory: its address is that of its payload in the
 * package. The configuration must have passed config_check; memory ranges must not overlap each other.
 */
struct placement_range {
	uint64_t base, size;
};
/* Pages of the core's pool that a machine needs, besides second-level tables. */
struct placement_costs {
	uint32_t cpu_pages, subject_pages, vcpu_pages, fixed_pages;
	uint64_t leaf_max; /* largest second-level leaf that every such machine has: places are kept for its tables */
};
extern const struct placement_costs placement_costs_amd, placement_costs_intel;
struct placement_input {
	const struct config_header *config;
	uint64_t package; /* where the package lies */
	const struct placement_range *memory, *reserved;
	uint32_t memory_count, reserved_count;
	uint64_t phys_limit;
	struct placement_costs costs;
};
#define PLACEMENT_RESERVED 66u /* ranges at most; ERR_RANGE beyond */
struct placement {
	uint64_t region[CONFIG_MAX_REGIONS]; /* by region index; ~0 = not placed */
	/* what is taken, by ascending address: reserved ranges, package, pool, regions that take RAM */
	struct placement_range taken[CONFIG_MAX_REGIONS + PLACEMENT_RESERVED + 2];
	uint32_t taken_count;
	uint64_t pool, pool_size; /* the core's own pages, one run */
	uint64_t table_pages;     /* of the pool, at its start: second-level tables */
	uint32_t failed;          /* on failure: first region that does not fit, CONFIG_NONE = the pool */
	uint64_t missing;         /* on ERR_MEMORY: sum of the bytes that could not be placed */
};
#define PLACEMENT_NONE UINT64_MAX
/* ERR_MEMORY if something does not fit: then the rest of `out` says what and how much. */
enum status placement_compute(const struct placement_input *input, struct placement *out);

#endif
