/* SPDX-License-Identifier: ISC */
/* Any ranges in any order: the list stays sorted, without overlaps, and within its limit. */
#include "devices/e820.h"
#include "tests/fuzz/device_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct e820_entry entry[E820_MAX];
	struct e820_list list = {.entry = entry, .limit = take(&script, 1) % (E820_MAX + 1)};

	while (more(&script)) {
		uint64_t base = (uint64_t)take(&script, 4) << (take(&script, 1) & 32);
		uint64_t length = (uint64_t)take(&script, 4) << (take(&script, 1) & 32);

		(void)e820_add(&list, base, length, (enum e820_type)(take(&script, 1) & 3));
		MUST(list.count <= list.limit);
		for (uint32_t i = 0; i < list.count; i++) {
			MUST(entry[i].size && entry[i].base + entry[i].size > entry[i].base);
			MUST(!i || entry[i].base >= entry[i - 1].base + entry[i - 1].size);
		}
	}
	return 0;
}
