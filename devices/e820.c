/* SPDX-License-Identifier: ISC */
/*
 * A sorted list of address ranges without overlaps. Adding is cut, insert, merge: what the new range covers is cut out
 * of the list (which can split one entry in two), the range is put in its place, and neighbours that fit are joined.
 * The result is made beside the list, so that a list that is full stays as it was.
 */
#include <stdbool.h>
#include "devices/e820.h"

struct builder {
	struct e820_entry *entry;
	uint32_t count, limit;
	bool full;
};

static void append(struct builder *out, uint64_t base, uint64_t size, uint32_t type)
{
	struct e820_entry *last = out->count ? &out->entry[out->count - 1] : 0;

	if (!size)
		return;
	if (last && last->type == type && last->base + last->size == base) {
		last->size += size;
		return;
	}
	if (out->count == out->limit) {
		out->full = true;
		return;
	}
	out->entry[out->count++] = (struct e820_entry){base, size, type};
}

enum status e820_add(struct e820_list *list, uint64_t base, uint64_t size, enum e820_type type)
{
	struct e820_entry made[E820_MAX];
	struct builder out = {.entry = made, .limit = list->limit < E820_MAX ? list->limit : E820_MAX};
	uint64_t end = base + size;
	bool done = false;

	if (end < base)
		return ERR_ARGUMENT;
	for (uint32_t i = 0; i < list->count; i++) {
		struct e820_entry old = list->entry[i];
		uint64_t old_end = old.base + old.size;

		if (old.base < base)
			append(&out, old.base, (old_end < base ? old_end : base) - old.base, old.type);
		if (!done && old_end > base) {
			append(&out, base, size, type);
			done = true;
		}
		if (old_end > end) {
			uint64_t from = old.base > end ? old.base : end;

			append(&out, from, old_end - from, old.type);
		}
	}
	if (!done)
		append(&out, base, size, type);
	if (out.full)
		return ERR_FULL;
	for (uint32_t i = 0; i < out.count; i++)
		list->entry[i] = made[i];
	list->count = out.count;
	return OK;
}

enum status e820_pc(struct e820_list *list, uint64_t below_4g, uint64_t above_4g)
{
	enum status status = e820_add(list, 0, below_4g, E820_RAM);

	if (!status)
		status = e820_add(list, 0xa0000, 0x60000, E820_RESERVED);
	if (!status && above_4g)
		status = e820_add(list, UINT64_C(1) << 32, above_4g, E820_RAM);
	return status;
}
