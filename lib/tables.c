/* SPDX-License-Identifier: ISC */
#include "lib/tables.h"
#include "lib/bytes.h"
#include "lib/config.h"
#include "lib/range.h"

/*
 * A leaf of size L at guest-physical address g needs: g and the offset in the region are multiples of L, the region is
 * aligned to L, and at least L bytes are left. The first two hold for all g of a mapping or for none, given g is a
 * multiple of L (the mapping is congruent to L). So a table's worth of address space that lies wholly inside a mapping
 * needs a table if and only if the mapping is not congruent to it, and only a mapping's first and last slot can be
 * shared with another mapping: counting is arithmetic.
 */
#define PAGE UINT64_C(4096)
#define ENTRIES 512u
#define ADDRESS_BITS UINT64_C(0x000ffffffffff000)
#define LEVELS 4u /* level 0 holds 4 KiB leaves, level 3 is the root */

const struct table_format table_format_npt = {
        .table = 0x27, /* present, writable, user, accessed: APM 2 5.3, 15.25.5 */
        .leaf = 0x65,  /* present, user, accessed, dirty */
        .large = 0x80,
        .write = 0x2,
        .no_execute = UINT64_C(1) << 63,
        .uncached = 0x18, /* PCD, PWT: PAT entry 3 */
};
static uint64_t slot_size(unsigned level)
{
	return PAGE << 9 * level;
}

/* Can leaves of this size be used in the mapping, wherever its guest-physical address is a multiple of it? */
static bool is_congruent(const struct config_region *region, const struct config_mapping *mapping, uint64_t leaf,
                         uint64_t leaf_max)
{
	return leaf <= leaf_max && region->alignment >= leaf && range_aligned(mapping->gpa ^ mapping->offset, leaf);
}

struct subject_mappings {
	const struct config_region *regions;
	const struct config_mapping *first;
	uint32_t count;
};

static struct subject_mappings mappings_of(const struct config_header *config, uint32_t subject)
{
	const struct config_span span = config_subjects(config)[subject].mapping;

	return (struct subject_mappings){config_regions(config), config_mappings(config) + span.first, span.count};
}

/* Does an earlier mapping of the subject reach into the slot? */
static bool slot_is_used(const struct subject_mappings *m, uint32_t before, uint64_t slot, uint64_t size)
{
	for (uint32_t i = 0; i < before; i++)
		if (range_overlap(m->first[i].gpa, m->first[i].size, slot, size))
			return true;
	return false;
}

/* Is mapping `index` the first of its subject that needs a table for this slot? */
static bool slot_needs(const struct subject_mappings *m, uint32_t index, uint64_t slot, uint64_t size, bool leaf)
{
	if (range_inside(slot * size, size, m->first[index].gpa, m->first[index].size))
		return !leaf;
	return !slot_is_used(m, index, slot * size, size);
}

/* Slots of this size for which mapping `index` is the first of its subject to need a table. */
static uint64_t slots_needed(const struct subject_mappings *m, uint32_t index, uint64_t size, uint64_t leaf_max)
{
	const struct config_mapping *mapping = &m->first[index];
	const uint64_t first = mapping->gpa / size, last = (mapping->gpa + mapping->size - 1) / size;
	const bool leaf = is_congruent(&m->regions[mapping->region], mapping, size, leaf_max);
	uint64_t needed = slot_needs(m, index, first, size, leaf);

	if (first != last)
		needed += slot_needs(m, index, last, size, leaf) + (leaf ? 0 : last - first - 1);
	return needed;
}

uint64_t tables_count(const struct config_header *config, uint32_t subject, uint64_t leaf_max)
{
	const struct subject_mappings m = mappings_of(config, subject);
	uint64_t count = 1;

	for (uint32_t i = 0; i < m.count; i++)
		for (unsigned level = 1; level < LEVELS; level++)
			count += slots_needed(&m, i, slot_size(level), leaf_max);
	return count;
}

struct builder {
	const struct table_format *format;
	uint64_t *pages, at, count, used;
};

static unsigned entry_index(uint64_t gpa, unsigned level)
{
	return (unsigned)(gpa / slot_size(level)) % ENTRIES;
}

/* The table at `level` on the way to gpa, made if need be; 0 if a leaf is in the way or the pages are used up. */
static uint64_t *table_for(struct builder *b, uint64_t gpa, unsigned level)
{
	uint64_t *table = b->pages;

	for (unsigned i = LEVELS - 1; i > level; i--) {
		uint64_t *entry = &table[entry_index(gpa, i)];
		if (!*entry) {
			if (b->used == b->count)
				return 0;
			*entry = (b->at + b->used++ * PAGE) | b->format->table;
		} else if (i < LEVELS - 1 && *entry & b->format->large) {
			return 0;
		}
		table = b->pages + ((*entry & ADDRESS_BITS) - b->at) / sizeof(uint64_t);
	}
	return table;
}

static uint64_t leaf_bits(const struct table_format *format, uint32_t rights)
{
	return format->leaf | (rights & MAP_READ ? format->read : 0) |
	       (rights & MAP_WRITE ? format->write : format->no_write) |
	       (rights & MAP_EXECUTE ? format->execute : format->no_execute) |
	       (rights & MAP_UNCACHED ? format->uncached : format->cached);
}

static unsigned leaf_level(const struct config_region *region, const struct config_mapping *mapping, uint64_t done,
                           uint64_t leaf_max)
{
	for (unsigned level = 2; level > 0; level--) {
		const uint64_t size = slot_size(level);
		if (range_aligned(mapping->gpa + done, size) && mapping->size - done >= size &&
		    is_congruent(region, mapping, size, leaf_max))
			return level;
	}
	return 0;
}

/* Writes leaves of one size up to the end of their table or of the mapping; returns the bytes mapped, 0 = corrupt. */
static uint64_t leaves_write(struct builder *b, uint64_t gpa, uint64_t hpa, uint64_t bytes, unsigned level,
                             uint64_t bits)
{
	uint64_t *table = table_for(b, gpa, level);
	const uint64_t size = slot_size(level);
	uint64_t done = 0;

	if (!table)
		return 0;
	for (unsigned i = entry_index(gpa, level); i < ENTRIES && bytes - done >= size; i++, done += size) {
		if (table[i])
			return 0;
		table[i] = (hpa + done) | bits | (level ? b->format->large : 0);
	}
	return done;
}

static enum status mapping_build(struct builder *b, const struct config_region *region,
                                 const struct config_mapping *mapping, uint64_t hpa, uint64_t leaf_max)
{
	const uint64_t bits = leaf_bits(b->format, mapping->rights);

	for (uint64_t done = 0, step; done < mapping->size; done += step) {
		const unsigned level = leaf_level(region, mapping, done, leaf_max);
		step = leaves_write(b, mapping->gpa + done, hpa + done, mapping->size - done, level, bits);
		if (!step)
			return ERR_CORRUPT;
	}
	return OK;
}

enum status tables_build(const struct config_header *config, const struct placement *placement, uint32_t subject,
                         const struct table_format *format, uint64_t leaf_max, uint64_t *pages, uint64_t at,
                         uint64_t count)
{
	const struct subject_mappings m = mappings_of(config, subject);
	struct builder b = {format, pages, at, count, 1};

	if (!count)
		return ERR_CORRUPT;
	memset(pages, 0, (size_t)(count * PAGE));
	for (uint32_t i = 0; i < m.count; i++) {
		const struct config_mapping *mapping = &m.first[i];
		const uint64_t base = placement->region[mapping->region];
		if (base == PLACEMENT_NONE ||
		    mapping_build(&b, &m.regions[mapping->region], mapping, base + mapping->offset, leaf_max))
			return ERR_CORRUPT;
	}
	return b.used == count ? OK : ERR_CORRUPT;
}
