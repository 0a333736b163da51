/* SPDX-License-Identifier: ISC */
#include "lib/tables.h"

/* Not linked into the starter, which builds tables and leaves reading them to the hardware. */
#define LEVELS 4u
#define ADDRESS_BITS UINT64_C(0x000ffffffffff000)

uint64_t tables_lookup(const uint64_t *pages, uint64_t at, uint64_t gpa, uint64_t large, uint64_t *leaf_size)
{
	const uint64_t *table = pages;

	if (gpa >> 48)
		return 0;
	for (unsigned level = LEVELS; level-- > 0;) {
		*leaf_size = UINT64_C(4096) << 9 * level;
		const uint64_t entry = table[gpa / *leaf_size % 512];
		if (!entry || level == 0 || (level < LEVELS - 1 && entry & large))
			return entry;
		table = pages + ((entry & ADDRESS_BITS) - at) / sizeof(uint64_t);
	}
	return 0;
}
