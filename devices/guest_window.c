/* SPDX-License-Identifier: ISC */
/* Memory the layer may only read is the guest's ROM, not its RAM, and needs no window. */
#include "devices/guest_window.h"
#include "sdk/info.h"
#include "sdk/memory.h"

#define MIB UINT64_C(0x100000)

const char *guest_window_open(struct guest_memory *memory)
{
	const struct info_memory *region;
	for (uint32_t i = 0; (region = info_memory_kind(INFO_GUEST_RAM, i)) != 0; i++) {
		if (!(region->rights & INFO_WRITE))
			continue;
		if (!memory_map_window(region->gpa, region->size) ||
		    !guest_memory_add(memory, region->gpa - LAYER_GUEST_GPA, region->size, info_pointer(region->gpa)))
			return "guest memory is larger or in more pieces than the layer can map";
	}
	return guest_memory_low_end(memory) < MIB ? "guest has less than 1 MiB of memory" : 0;
}
