/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "start/x86_64/multiboot.h"

/* First byte: version; the rest is physical memory from BASE on, with the loader's information at its start. */
#define BASE UINT64_C(0x1000)
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info boot;
	struct multiboot out;
	if (size < 2)
		return 0;
	uint8_t *bytes = malloc(size - 1); /* exact: the sanitizer sees a read beyond */
	memcpy(bytes, data + 1, size - 1);
	struct phys_view view = {(uintptr_t)bytes - BASE, BASE, size - 1};
	uint32_t magic = data[0] & 1 ? MULTIBOOT1_MAGIC : MULTIBOOT2_MAGIC;
	if (multiboot_parse(&view, magic, BASE, &boot, &out) == OK) {
		uint64_t end = 0;
		for (uint32_t i = 0; i < boot.memory_count; i++) {
			const struct placement_range *range = &boot.memory[i];
			if (range->size == 0 || (range->base | range->size) & 4095 || (i > 0 && range->base <= end) ||
			    range->size > ~UINT64_C(0) - range->base)
				abort();
			end = range->base + range->size;
		}
	}
	free(bytes);
	return 0;
}
