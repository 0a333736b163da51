/* SPDX-License-Identifier: ISC */
#include "abi/stats.h"
#include "lib/config_check.h"

/*
 * Who may reach which byte. What a kind of region permits stands in one table; the rest are the rules that no two
 * things share memory unless the description says channel, and that no page is written by two or written and executed.
 */
#define ADDRESS_LIMIT (UINT64_C(1) << 48) /* 4-level second-level tables */
#define HPA_LIMIT (UINT64_C(1) << 52)
#define NOT_PINNED UINT64_MAX

enum who { ANYBODY, OWNER, OWNER_AND_LAYER, LAYER_OF_FRAME, CONSUMER };
static const struct {
	uint8_t rights; /* MAP_* that a mapping may have */
	uint8_t who;
	uint8_t owned;   /* must have an owner */
	uint8_t payload; /* may have one */
	uint32_t pages;  /* exact size, 0 = any */
} kinds[] = {
        [REGION_RAM] = {MAP_READ | MAP_WRITE | MAP_EXECUTE, OWNER_AND_LAYER, 1, 1, 0},
        [REGION_FILE] = {MAP_READ, ANYBODY, 0, 1, 0},
        [REGION_DEVICE] = {MAP_READ | MAP_WRITE | MAP_UNCACHED, OWNER, 1, 0, 0},
        [REGION_CHANNEL] = {MAP_READ | MAP_WRITE, ANYBODY, 0, 0, 0},
        [REGION_INFO] = {MAP_READ, OWNER, 1, 1, 0},
        [REGION_FRAME] = {MAP_READ | MAP_WRITE, LAYER_OF_FRAME, 0, 0, 1},
        [REGION_LAPIC] = {MAP_READ, LAYER_OF_FRAME, 0, 0, 1},
        [REGION_AUDIT] = {MAP_READ, CONSUMER, 0, 0, 0},
        [REGION_STATS] = {MAP_READ, ANYBODY, 0, 0, STATS_BYTES / 4096},
        [REGION_PERSISTENT] = {MAP_READ | MAP_WRITE | MAP_EXECUTE, OWNER_AND_LAYER, 1, 1, 0},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *region_broken(const struct config_header *c, uint32_t record)
{
	const struct config_region *region = &config_regions(c)[record];

	if (!config_named(region->name, sizeof(region->name)))
		return "a region has no name";
	if (region->kind >= KINDS)
		return "the kind of a region is unknown";
	if (region->owner == CONFIG_NONE ? kinds[region->kind].owned : !config_has(c, TABLE_SUBJECT, region->owner))
		return "a region's owner does not exist";
	if (!region->size || !range_aligned(region->size, 4096) || region->size > ADDRESS_LIMIT)
		return "the size of a region is not whole pages";
	if (kinds[region->kind].pages && region->size != kinds[region->kind].pages * UINT64_C(4096))
		return "a region that the core writes has not the size of its kind";
	if (!range_is_power(region->alignment) || region->alignment < 4096 || region->alignment > UINT64_C(1) << 30)
		return "the alignment of a region is not a power of two from 4 KiB to 1 GiB";
	return 0;
}

static const char *payload_broken(const struct config_header *c, uint32_t record)
{
	const struct config_region *region = &config_regions(c)[record];
	const uint64_t offset = region->payload_offset, size = region->payload_size;
	uint64_t pages;

	if (region->kind == REGION_FILE && (!offset || region->alignment != 4096))
		return "a file region has no place in the package";
	if (!offset)
		return size ? "a payload has no place in the package" : 0;
	if (!kinds[region->kind].payload)
		return "a region of this kind cannot have a payload";
	if (size > region->size || !range_round_up(size, 4096, &pages))
		return "a payload is larger than its region";
	if (region->kind == REGION_FILE && pages != region->size)
		return "a file region has not the size of its file";
	if (!range_aligned(offset, 4096) || offset < c->size || !range_below(offset, pages, c->package_size))
		return "a payload lies outside the package's payload pages";
	return 0;
}

/* The address windows of the interrupt controllers: IOAPICs, and local APICs with MSIs (SDM 3A 10.4.1, 10.11.1). */
static bool covers_controllers(const struct config_region *region)
{
	return range_overlap(region->hpa, region->size, 0xfec00000, 0x100000) ||
	       range_overlap(region->hpa, region->size, 0xfee00000, 0x100000);
}

static const char *pinned_broken(const struct config_header *c, uint32_t record)
{
	const struct config_region *regions = config_regions(c), *region = &regions[record];

	if (region->hpa == NOT_PINNED)
		return region->kind == REGION_DEVICE ? "a device region has no host address" : 0;
	if (region->kind == REGION_FILE)
		return "a file region cannot be pinned";
	if (!range_aligned(region->hpa, region->alignment) || !range_below(region->hpa, region->size, HPA_LIMIT))
		return "the host address of a region is not aligned or beyond the address space";
	if (covers_controllers(region))
		return "a region covers the interrupt controllers";
	for (uint32_t other = 0; other < record; other++)
		if (regions[other].hpa != NOT_PINNED &&
		    range_overlap(region->hpa, region->size, regions[other].hpa, regions[other].size))
			return "two pinned regions overlap";
	return 0;
}

static const char *mapping_broken(const struct config_header *c, uint32_t record)
{
	const struct config_mapping *mapping = &config_mappings(c)[record];

	if (!config_has(c, TABLE_REGION, mapping->region))
		return "a mapping's region does not exist";
	if (!mapping->size || !range_aligned(mapping->size | mapping->gpa | mapping->offset, 4096))
		return "a mapping is not whole pages";
	if (!range_below(mapping->offset, mapping->size, config_regions(c)[mapping->region].size))
		return "a mapping reaches beyond its region";
	if (!range_below(mapping->gpa, mapping->size, ADDRESS_LIMIT))
		return "a mapping reaches beyond the guest-physical address space";
	if (!(mapping->rights & MAP_READ) || mapping->rights > (MAP_READ | MAP_WRITE | MAP_EXECUTE | MAP_UNCACHED))
		return "a mapping has no read right or an unknown one";
	return 0;
}

static const char *rights_broken(const struct config_header *c, uint32_t record)
{
	const struct config_mapping *mapping = &config_mappings(c)[record];
	const uint32_t kind = config_regions(c)[mapping->region].kind;
	const uint32_t both = MAP_WRITE | MAP_EXECUTE;

	if (mapping->rights & ~(uint32_t)kinds[kind].rights)
		return "a mapping has a right that its kind of region does not permit";
	if ((mapping->rights & both) == both && config_subjects(c)[mapping->subject].kind != KIND_GUEST)
		return "a page of an application or a layer is writable and executable";
	return 0;
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

static const char *access_broken(const struct config_header *c, uint32_t record)
{
	const struct config_mapping *mapping = &config_mappings(c)[record];
	const struct config_region *region = &config_regions(c)[mapping->region];
	const uint32_t subject = mapping->subject;
	const bool owner = region->owner == subject;

	switch (kinds[region->kind].who) {
	case OWNER:
		return owner ? 0 : "a device or information region is mapped by a subject that does not own it";
	case OWNER_AND_LAYER:
		return owner || is_layer_of(c, subject, region->owner)
		               ? 0
		               : "memory is mapped by a subject that is neither its owner nor its owner's layer";
	case LAYER_OF_FRAME:
		return is_of_guest(c, subject, mapping->region) ? 0
		                                                : "an exit frame or local-APIC page is mapped by a "
		                                                  "subject that is not its guest's layer";
	case CONSUMER:
		return consumes(c, subject, mapping->region)
		               ? 0
		               : "an audit region is mapped by a subject that is not its consumer";
	default:
		return 0;
	}
}

static bool same_bytes(const struct config_mapping *a, const struct config_mapping *b)
{
	return a->region == b->region && range_overlap(a->offset, a->size, b->offset, b->size);
}

/* Against all mappings before it: of the same subject no overlap, of the same bytes no second writer. */
static const char *pair_broken(const struct config_header *c, uint32_t record)
{
	const struct config_mapping *mapping = &config_mappings(c)[record];
	const bool channel = config_regions(c)[mapping->region].kind == REGION_CHANNEL;
	const bool guest = config_subjects(c)[mapping->subject].kind == KIND_GUEST;

	for (const struct config_mapping *other = config_mappings(c); other < mapping; other++) {
		const uint32_t any = mapping->rights | other->rights;
		if (other->subject != mapping->subject) {
			if (channel && mapping->rights & other->rights & MAP_WRITE && same_bytes(mapping, other))
				return "a page of a channel has two writers";
			continue;
		}
		if (range_overlap(mapping->gpa, mapping->size, other->gpa, other->size))
			return "two mappings of a subject overlap";
		if (!guest && any & MAP_WRITE && any & MAP_EXECUTE && same_bytes(mapping, other))
			return "a page is writable at one address and executable at another";
	}
	return 0;
}

const struct config_rule config_rules_memory[] = {
        {TABLE_REGION, region_broken},  {TABLE_REGION, payload_broken},
        {TABLE_REGION, pinned_broken},  {TABLE_MAPPING, mapping_broken},
        {TABLE_MAPPING, rights_broken}, {TABLE_MAPPING, access_broken},
        {TABLE_MAPPING, pair_broken},   {TABLE_SUBJECT, 0},
};
