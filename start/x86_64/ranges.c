/* SPDX-License-Identifier: ISC */
#include "start/x86_64/ranges.h"

/*
 * Every change is `remove the entry at i` or `insert an entry at i`, so the list is sorted and disjoint after each
 * step. Ends are computed saturated: a range that would wrap ends at the last whole page.
 */
#define PAGE UINT64_C(4096)

static uint64_t range_end(uint64_t base, uint64_t size)
{
	return size > ~UINT64_C(0) - base ? ~UINT64_C(0) : base + size;
}

static void remove_at(struct ranges *ranges, uint32_t index)
{
	ranges->count--;
	for (uint32_t i = index; i < ranges->count; i++)
		ranges->at[i] = ranges->at[i + 1];
}

static uint32_t smallest(const struct ranges *ranges)
{
	uint32_t found = 0;
	for (uint32_t i = 1; i < ranges->count; i++)
		if (ranges->at[i].size < ranges->at[found].size)
			found = i;
	return found;
}

static void insert(struct ranges *ranges, uint64_t base, uint64_t size)
{
	if (ranges->count == BOOT_RANGES) {
		uint32_t least = smallest(ranges);
		ranges->dropped = true;
		if (ranges->at[least].size >= size)
			return;
		remove_at(ranges, least);
	}
	uint32_t i = ranges->count++;
	for (; i > 0 && ranges->at[i - 1].base > base; i--)
		ranges->at[i] = ranges->at[i - 1];
	ranges->at[i] = (struct placement_range){base, size};
}

void ranges_add(struct ranges *ranges, uint64_t base, uint64_t size)
{
	uint64_t end = range_end(base, size) & ~(PAGE - 1);
	if (base > ~UINT64_C(0) - PAGE)
		return;
	base = (base + PAGE - 1) & ~(PAGE - 1);
	if (base >= end)
		return;
	for (uint32_t i = 0; i < ranges->count;) {
		uint64_t other = ranges->at[i].base, other_end = other + ranges->at[i].size;
		if (other > end || other_end < base) {
			i++;
			continue;
		}
		base = other < base ? other : base;
		end = other_end > end ? other_end : end;
		remove_at(ranges, i);
	}
	insert(ranges, base, end - base);
}

void ranges_cut(struct ranges *ranges, uint64_t base, uint64_t size)
{
	uint64_t end = range_end(base, size);
	if (size == 0)
		return;
	base &= ~(PAGE - 1);
	end = end > ~UINT64_C(0) - PAGE ? ~UINT64_C(0) : (end + PAGE - 1) & ~(PAGE - 1);
	for (uint32_t i = 0; i < ranges->count;) {
		uint64_t other = ranges->at[i].base, other_end = other + ranges->at[i].size;
		if (other >= end || other_end <= base) {
			i++;
			continue;
		}
		remove_at(ranges, i);
		if (other < base)
			insert(ranges, other, base - other);
		if (other_end > end)
			insert(ranges, end, other_end - end);
	}
}
