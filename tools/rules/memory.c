/* SPDX-License-Identifier: ISC */
#include "abi/stats.h"
#include "tools/rules/rules.h"

/*
 * Who may reach which byte. What a kind of region permits stands in one table; the rest are the rules that no two
 * things share memory unless the description says channel, and that no page is written by two or written and executed.
 */
#define NOT_PINNED UINT64_MAX

enum who { ANYBODY, OWNER, OWNER_AND_LAYER, LAYER_OF_FRAME, CONSUMER };
static const struct {
	uint8_t rights; /* MAP_* that a mapping may have */
	uint8_t who;
	uint8_t owned;   /* must have an owner */
	uint8_t payload; /* may have one */
	uint8_t pages;   /* exact size, 0 = any */
	uint8_t rule;    /* broken by a mapping of somebody else's */
} kinds[] = {
        [REGION_RAM] = {MAP_READ | MAP_WRITE | MAP_EXECUTE, OWNER_AND_LAYER, 1, 1, 0, BAD_MAPPING_MEMORY},
        [REGION_FILE] = {MAP_READ, ANYBODY, 0, 1, 0, 0},
        [REGION_DEVICE] = {MAP_READ | MAP_WRITE | MAP_UNCACHED, OWNER, 1, 0, 0, BAD_MAPPING_OWNED},
        [REGION_CHANNEL] = {MAP_READ | MAP_WRITE, ANYBODY, 0, 0, 0, 0},
        [REGION_INFO] = {MAP_READ, OWNER, 1, 1, 0, BAD_MAPPING_OWNED},
        [REGION_FRAME] = {MAP_READ | MAP_WRITE, LAYER_OF_FRAME, 0, 0, 1, BAD_MAPPING_PAGE},
        [REGION_LAPIC] = {MAP_READ, LAYER_OF_FRAME, 0, 0, 1, BAD_MAPPING_PAGE},
        [REGION_AUDIT] = {MAP_READ, CONSUMER, 0, 0, 0, BAD_MAPPING_AUDIT},
        [REGION_STATS] = {MAP_READ, ANYBODY, 0, 0, STATS_BYTES / 4096, 0},
        [REGION_PERSISTENT] = {MAP_READ | MAP_WRITE | MAP_EXECUTE, OWNER_AND_LAYER, 1, 1, 0, BAD_MAPPING_MEMORY},
};

bool config_region_is(const struct config_header *c, uint32_t region, uint32_t kind)
{
	return config_has(c, TABLE_REGION, region) && config_regions(c)[region].kind == kind;
}

static uint32_t payload_broken(const struct config_region *region)
{
	if (!region->payload_offset)
		return CONFIG_FINE;
	if (!kinds[region->kind].payload)
		return BAD_REGION_PAYLOAD_KIND;
	return region->kind == REGION_FILE && region->size - region->payload_size >= 4096 ? BAD_REGION_FILE_SIZE
	                                                                                  : CONFIG_FINE;
}

static uint32_t pinned_broken(const struct config_header *c, const struct config_region *region)
{
	if (region->hpa == NOT_PINNED)
		return region->kind == REGION_DEVICE ? BAD_REGION_DEVICE : CONFIG_FINE;
	if (region->kind == REGION_FILE)
		return BAD_REGION_FILE_PINNED;
	if (!range_below(region->hpa, region->size, UINT64_C(1) << 52))
		return BAD_REGION_PIN_HIGH;
	for (const struct config_region *other = config_regions(c); other < region; other++)
		if (other->hpa != NOT_PINNED && range_overlap(region->hpa, region->size, other->hpa, other->size))
			return BAD_REGION_PINS_OVERLAP;
	return CONFIG_FINE;
}

uint32_t region_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_region *region = record;
	const uint64_t pages = kinds[region->kind].pages;

	(void)index;
	if (region->owner == CONFIG_NONE && kinds[region->kind].owned)
		return BAD_REGION_OWNER;
	if (pages && region->size != pages * 4096)
		return BAD_REGION_FIXED_SIZE;
	const uint32_t rule = payload_broken(region);
	return rule ? rule : pinned_broken(c, region);
}

static bool is_layer_of(const struct config_header *c, uint32_t subject, uint32_t guest)
{
	return config_subjects(c)[subject].kind == KIND_LAYER && config_subjects(c)[subject].partner == guest;
}

/* Is the region the exit frame or local-APIC page of a vCPU of this layer's guest? */
static bool is_of_guest(const struct config_header *c, uint32_t layer, uint32_t region)
{
	const struct config_subject *subject = &config_subjects(c)[layer];

	if (subject->kind != KIND_LAYER)
		return false;
	const struct config_span span = config_subjects(c)[subject->partner].vcpu;
	for (uint32_t i = span.first; i < span.first + span.count; i++)
		if (config_vcpus(c)[i].frame_region == region || config_vcpus(c)[i].lapic_region == region)
			return true;
	return false;
}

static bool consumes(const struct config_header *c, uint32_t subject, uint32_t region)
{
	const struct config_consumer *consumer = CONFIG_TABLE(c, config_consumer, TABLE_CONSUMER);

	for (uint32_t i = 0; i < config_count(c, TABLE_CONSUMER); i++)
		if (consumer[i].subject == subject && consumer[i].region == region)
			return true;
	return false;
}

static bool may_map(const struct config_header *c, uint32_t subject, uint32_t index)
{
	const struct config_region *region = &config_regions(c)[index];
	const uint8_t who = kinds[region->kind].who;

	if (who == LAYER_OF_FRAME)
		return is_of_guest(c, subject, index);
	if (who == CONSUMER)
		return consumes(c, subject, index);
	return who == ANYBODY || region->owner == subject ||
	       (who == OWNER_AND_LAYER && is_layer_of(c, subject, region->owner));
}

static bool same_bytes(const struct config_mapping *a, const struct config_mapping *b)
{
	return a->region == b->region && range_overlap(a->offset, a->size, b->offset, b->size);
}

/* Against all mappings before it: of the same subject no overlap, of the same bytes no second writer. */
static uint32_t pair_broken(const struct config_mapping *mapping, const struct config_mapping *other, bool channel,
                            bool guest)
{
	const uint32_t any = mapping->rights | other->rights;

	if (other->subject != mapping->subject)
		return channel && mapping->rights & other->rights & MAP_WRITE && same_bytes(mapping, other)
		               ? BAD_MAPPING_WRITERS
		               : CONFIG_FINE;
	if (range_overlap(mapping->gpa, mapping->size, other->gpa, other->size))
		return BAD_MAPPING_OVERLAP;
	return !guest && any & MAP_WRITE && any & MAP_EXECUTE && same_bytes(mapping, other) ? BAD_MAPPING_ALIAS
	                                                                                    : CONFIG_FINE;
}

uint32_t mapping_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_mapping *mapping = record;
	const struct config_region *region = &config_regions(c)[mapping->region];
	const struct config_subject *subject = &config_subjects(c)[mapping->subject];
	const bool guest = subject->kind == KIND_GUEST;

	if (!config_in_run(subject->mapping, index))
		return BAD_MAPPING_OWNER;
	if (!(mapping->rights & MAP_READ))
		return BAD_MAPPING_READ;
	if (mapping->rights & ~(uint32_t)kinds[region->kind].rights)
		return BAD_MAPPING_RIGHTS;
	if (mapping->rights & MAP_WRITE && mapping->rights & MAP_EXECUTE && !guest)
		return BAD_MAPPING_WX;
	if (!may_map(c, mapping->subject, mapping->region))
		return kinds[region->kind].rule;
	for (const struct config_mapping *other = config_mappings(c); other < mapping; other++) {
		const uint32_t rule = pair_broken(mapping, other, region->kind == REGION_CHANNEL, guest);
		if (rule)
			return rule;
	}
	return CONFIG_FINE;
}
