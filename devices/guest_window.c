/* SPDX-License-Identifier: ISC */
/* The guest's RAM lies beyond what an application maps and needs a window; its firmware lies where files do. */
#include "devices/guest_window.h"
#include "sdk/info.h"
#include "sdk/memory.h"

#define MIB UINT64_C(0x100000)

const char *guest_window_open(struct guest_memory *memory)
{
	const struct info_memory *region;
	for (uint32_t i = 0; (region = info_memory_kind(INFO_GUEST_RAM, i)) != 0; i++) {
		if (!memory_map_window(region->gpa, region->size) ||
		    !guest_memory_add(memory, region->gpa - LAYER_GUEST_GPA, region->size, info_pointer(region->gpa)))
			return "guest memory is larger or in more pieces than the layer can map";
	}
	for (uint32_t i = 0; (region = info_memory_kind(INFO_GUEST_ROM, i)) != 0; i++)
		if (!guest_memory_add_rom(memory, region->bytes, region->size, info_pointer(region->gpa)))
			return "guest has more firmware than the layer can read";
	return guest_memory_low_end(memory) < MIB ? "guest has less than 1 MiB of memory" : 0;
}
