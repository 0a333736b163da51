/* SPDX-License-Identifier: ISC */
#include "sdk/memory.h"
#include "sdk/x86_64/start.h"

/*
 * 2 MiB pages one to one on top of the first GiB, which start.S mapped. Two passes: the first only counts the tables
 * that are missing, so that a refusal has changed nothing. Rights and existence are the second-level tables' business:
 * mapping more than there is gives a fault on access, no more. Entries only ever go from absent to present: no flush.
 */
#define GIB_SHIFT 30
#define PAGE_SHIFT 21
#define GIB_LIMIT 512u
#define PRESENT_WRITE 0x03u
#define LARGE_PAGE UINT64_C(0x80000000000000e3) /* no execute, accessed, dirty, 2 MiB, present, writable */
#define TABLE_ADDRESS UINT64_C(0x000ffffffffff000)

static uint32_t used;

static bool room_for(uint64_t first, uint64_t last)
{
	uint32_t missing = 0;

	for (uint64_t gib = first; gib <= last; gib++)
		missing += start_pointers[gib] ? 0 : 1;
	return missing <= memory_pool_count - used;
}

static uint64_t *directory(uint64_t gib)
{
	if (!start_pointers[gib])
		start_pointers[gib] = (uintptr_t)&memory_pool[used++] | PRESENT_WRITE;
	return (uint64_t *)(uintptr_t)(start_pointers[gib] & TABLE_ADDRESS);
}

bool memory_map_window(uint64_t gpa, uint64_t size)
{
	uint64_t last;

	if (!size || __builtin_add_overflow(gpa, size - 1, &last) || last >> GIB_SHIFT >= GIB_LIMIT ||
	    !room_for(gpa >> GIB_SHIFT, last >> GIB_SHIFT))
		return false;
	for (uint64_t page = gpa >> PAGE_SHIFT; page <= last >> PAGE_SHIFT; page++) {
		uint64_t *entry = &directory(page >> (GIB_SHIFT - PAGE_SHIFT))[page % 512];
		if (!*entry)
			*entry = page << PAGE_SHIFT | LARGE_PAGE;
	}
	return true;
}
