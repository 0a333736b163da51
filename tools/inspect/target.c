/* SPDX-License-Identifier: ISC */
/* What is reserved when the starter places regions: what the firmware keeps, the image of core and starter, the package. */
#include "tools/inspect/target.h"
#include <stdlib.h>
#include "tools/inspect/platform.h"

#define PAGE UINT64_C(4096)

static uint64_t whole_pages(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static void reserve(struct placement_input *input, struct placement_range *list, uint64_t base, uint64_t size)
{
	if (size)
		list[input->reserved_count++] = (struct placement_range){base, size};
}

enum status target_place(struct platform *platform, const struct config_header *config, struct placement *placement)
{
	struct placement_range reserved[PLATFORM_RANGES + 2];
	struct placement_input input = {
	        .config = config,
	        .memory = platform->memory,
	        .reserved = reserved,
	        .memory_count = platform->memory_count,
	        .phys_limit = platform->phys_limit,
	        .costs = platform->costs,
	};
	uint64_t core_end = platform->core + platform->core_size;
	if (!platform->package)
		platform->package =
		        whole_pages(platform->loaded_end ? platform->loaded_end : core_end) + platform->package_gap;
	input.package = platform->package;
	for (uint32_t i = 0; i < platform->reserved_count; i++)
		reserve(&input, reserved, platform->reserved[i].base, platform->reserved[i].size);
	reserve(&input, reserved, platform->core, platform->core_size);
	reserve(&input, reserved, platform->package, whole_pages(config->package_size));
	return placement_compute(&input, placement);
}

bool target_default(struct platform *platform, const struct config_header *config, const char *core, uint64_t *bytes)
{
	struct placement *placement = calloc(1, sizeof(*placement));
	bool fits = false;
	if (!placement)
		abort();
	for (uint64_t mib = 256; mib <= 65536 && !fits; mib *= 2) {
		*bytes = mib << 20;
		platform_q35(platform, *bytes);
		if (core)
			platform_core(platform, core);
		fits = target_place(platform, config, placement) == OK;
	}
	free(placement);
	return fits;
}
