/* SPDX-License-Identifier: ISC */
#include "lib/config.h"
#include "lib/bytes.h"
#include "lib/config_check.h"
#include "lib/hash.h"

/*
 * From the outside to the inside: header, then the bounds of the tables, then the runs that give each record to one
 * owner, then fields and records. After each step the next one may follow the indices that are proved so far.
 */
const uint16_t config_record_bytes[TABLE_COUNT] = {
        [TABLE_SUBJECT] = sizeof(struct config_subject),   [TABLE_VCPU] = sizeof(struct config_vcpu),
        [TABLE_REGION] = sizeof(struct config_region),     [TABLE_MAPPING] = sizeof(struct config_mapping),
        [TABLE_EVENT] = sizeof(struct config_event),       [TABLE_EVENT_IN] = sizeof(struct config_event_in),
        [TABLE_LINE] = sizeof(struct config_line),         [TABLE_PORT] = sizeof(struct config_port),
        [TABLE_MSR] = sizeof(struct config_msr),           [TABLE_CPUID] = sizeof(struct config_cpuid),
        [TABLE_FEATURE] = sizeof(struct config_feature),   [TABLE_MANAGE] = sizeof(struct config_manage),
        [TABLE_EPOCH] = sizeof(struct config_epoch),       [TABLE_SCHEDULE] = sizeof(struct config_schedule),
        [TABLE_PLAN] = sizeof(struct config_plan),         [TABLE_FRAME] = sizeof(struct config_frame),
        [TABLE_GROUP] = sizeof(struct config_group),       [TABLE_MEMBER] = sizeof(struct config_member),
        [TABLE_CONSUMER] = sizeof(struct config_consumer), [TABLE_SOURCE] = sizeof(struct config_source),
        [TABLE_CHANNEL] = sizeof(struct config_channel),
};
/* How many the core can hold. */
static const uint32_t records_max[TABLE_COUNT] = {
        [TABLE_SUBJECT] = CONFIG_MAX_SUBJECTS,
        [TABLE_VCPU] = CONFIG_MAX_VCPUS,
        [TABLE_REGION] = CONFIG_MAX_REGIONS,
        [TABLE_MAPPING] = CONFIG_MAX_MAPPINGS,
        [TABLE_EVENT] = CONFIG_MAX_EVENTS * CONFIG_MAX_SUBJECTS,
        [TABLE_EVENT_IN] = CONFIG_MAX_EVENTS * CONFIG_MAX_SUBJECTS,
        [TABLE_LINE] = CONFIG_MAX_LINES,
        [TABLE_PORT] = 1024,
        [TABLE_MSR] = 65536,
        [TABLE_CPUID] = 65536,
        [TABLE_FEATURE] = 4096,
        [TABLE_MANAGE] = CONFIG_MAX_SUBJECTS * CONFIG_MAX_SUBJECTS,
        [TABLE_EPOCH] = CONFIG_MAX_EVENTS * CONFIG_MAX_SUBJECTS,
        [TABLE_SCHEDULE] = CONFIG_MAX_SCHEDULES,
        [TABLE_PLAN] = CONFIG_MAX_SCHEDULES * CONFIG_MAX_CPUS,
        [TABLE_FRAME] = CONFIG_MAX_SCHEDULES * CONFIG_MAX_CPUS * CONFIG_MAX_FRAMES,
        [TABLE_GROUP] = CONFIG_MAX_GROUPS,
        [TABLE_MEMBER] = CONFIG_MAX_GROUPS * CONFIG_MAX_VCPUS,
        [TABLE_CONSUMER] = CONFIG_MAX_CONSUMERS,
        [TABLE_SOURCE] = CONFIG_MAX_CONSUMERS * (CONFIG_MAX_SUBJECTS + 1),
        [TABLE_CHANNEL] = CONFIG_MAX_REGIONS,
};

/* Which member of which record is a run of which table, and how long one run may be. */
#define RUN(owner, type, member, target, max)                     \
	{                                                         \
		offsetof(struct type, member), owner, target, max \
	}
static const struct run {
	uint16_t at;
	uint8_t owner, target;
	uint32_t max;
} runs[] = {
        RUN(TABLE_SUBJECT, config_subject, vcpu, TABLE_VCPU, CONFIG_MAX_VCPUS),
        RUN(TABLE_SUBJECT, config_subject, mapping, TABLE_MAPPING, CONFIG_MAX_MAPPINGS),
        RUN(TABLE_SUBJECT, config_subject, event, TABLE_EVENT, CONFIG_MAX_EVENTS),
        RUN(TABLE_SUBJECT, config_subject, event_in, TABLE_EVENT_IN, CONFIG_MAX_EVENTS),
        RUN(TABLE_SUBJECT, config_subject, line, TABLE_LINE, CONFIG_MAX_LINES),
        RUN(TABLE_SUBJECT, config_subject, port, TABLE_PORT, 1024),
        RUN(TABLE_SUBJECT, config_subject, msr, TABLE_MSR, 65536),
        RUN(TABLE_SUBJECT, config_subject, cpuid, TABLE_CPUID, 65536),
        RUN(TABLE_SUBJECT, config_subject, manage, TABLE_MANAGE, CONFIG_MAX_SUBJECTS),
        RUN(TABLE_SUBJECT, config_subject, epoch, TABLE_EPOCH, CONFIG_MAX_EVENTS),
        RUN(TABLE_SCHEDULE, config_schedule, plan, TABLE_PLAN, CONFIG_MAX_CPUS),
        RUN(TABLE_PLAN, config_plan, frame, TABLE_FRAME, CONFIG_MAX_FRAMES),
        RUN(TABLE_GROUP, config_group, member, TABLE_MEMBER, CONFIG_MAX_VCPUS),
        RUN(TABLE_CONSUMER, config_consumer, source, TABLE_SOURCE, CONFIG_MAX_SUBJECTS + 1),
};

static const struct config_pass passes[] = {
        {TABLE_SUBJECT, config_subject_broken},   {TABLE_VCPU, config_vcpu_broken},
        {TABLE_REGION, config_region_broken},     {TABLE_MAPPING, config_mapping_broken},
        {TABLE_SUBJECT, config_rights_broken},    {TABLE_EVENT, config_event_broken},
        {TABLE_PORT, config_port_broken},         {TABLE_CONSUMER, config_consumer_broken},
        {TABLE_CHANNEL, config_channel_broken},   {TABLE_GROUP, config_group_broken},
        {TABLE_SCHEDULE, config_schedule_broken}, {TABLE_FRAME, config_frame_broken},
};

const uint8_t *config_record(const struct config_header *c, uint32_t table, uint32_t index)
{
	if (table == TABLE_COUNT)
		return (const uint8_t *)c;
	return (const uint8_t *)c + c->table[table].offset + (size_t)config_record_bytes[table] * index;
}

static enum config_rule header_broken(const struct config_header *c, size_t size)
{
	if (c->size < sizeof(*c) || c->size > size)
		return BAD_CUT_OFF;
	if (c->size > CONFIG_MAX_BYTES)
		return BAD_TOO_LARGE;
	if (!range_aligned(c->package_size, 4096) || c->package_size < c->size || c->package_size > UINT64_C(1) << 46)
		return BAD_PACKAGE_SIZE;
	if (!range_below(c->names, c->names_size, c->size))
		return BAD_POOL_RANGE;
	if (c->names_size && ((const char *)c)[c->names + c->names_size - 1])
		return BAD_POOL_END;
	return config_count(c, TABLE_SUBJECT) ? CONFIG_FINE : BAD_SYSTEM_EMPTY;
}

static uint64_t table_bytes(const struct config_header *c, uint32_t table)
{
	return (uint64_t)config_record_bytes[table] * c->table[table].count;
}

static enum config_rule table_broken(const struct config_header *c, uint32_t table)
{
	const uint64_t offset = c->table[table].offset;

	if (c->table[table].count > records_max[table])
		return BAD_TABLE_LONG;
	if (!range_aligned(offset, 8))
		return BAD_TABLE_ALIGNMENT;
	if (offset < sizeof(*c) || !range_below(offset, table_bytes(c, table), c->size))
		return BAD_TABLE_RANGE;
	for (uint32_t other = 0; other < table; other++)
		if (range_overlap(offset, table_bytes(c, table), c->table[other].offset, table_bytes(c, other)))
			return BAD_TABLE_OVERLAP;
	return CONFIG_FINE;
}

static struct config_span run_at(const struct config_header *c, const struct run *run, uint32_t record)
{
	return *(const struct config_span *)(config_record(c, run->owner, record) + run->at);
}

static enum config_rule run_broken(const struct config_header *c, const struct run *run, uint32_t record)
{
	const struct config_span span = run_at(c, run, record);

	if (span.count > run->max)
		return BAD_RUN_LONG;
	if (!range_below(span.first, span.count, config_count(c, run->target)))
		return BAD_RUN_RANGE;
	for (uint32_t other = 0; other < record; other++) {
		const struct config_span before = run_at(c, run, other);
		if (range_overlap(span.first, span.count, before.first, before.count))
			return BAD_RUN_SHARED;
	}
	return CONFIG_FINE;
}

static bool runs_broken(const struct config_header *c, struct config_problem *problem)
{
	for (const struct run *run = runs; run < runs + sizeof(runs) / sizeof(*runs); run++) {
		uint32_t owned = 0;
		problem->table = run->owner;
		for (problem->record = 0; problem->record < config_count(c, run->owner); problem->record++) {
			problem->rule = run_broken(c, run, problem->record);
			if (problem->rule)
				return true;
			owned += run_at(c, run, problem->record).count;
		}
		if (owned != config_count(c, run->target)) {
			*problem = (struct config_problem){BAD_RUN_LOST, run->target, 0};
			return true;
		}
	}
	return false;
}

static bool records_broken(const struct config_header *c, struct config_problem *problem)
{
	for (const struct config_pass *pass = passes; pass < passes + sizeof(passes) / sizeof(*passes); pass++) {
		problem->table = pass->table;
		for (problem->record = 0; problem->record < config_count(c, pass->table); problem->record++) {
			problem->rule =
			        pass->broken(c, config_record(c, pass->table, problem->record), problem->record);
			if (problem->rule)
				return true;
		}
	}
	return false;
}

enum status config_check(const void *bytes, size_t size, struct config_problem *problem)
{
	const struct config_header *c = bytes;

	*problem = (struct config_problem){BAD_ALIGNMENT, TABLE_COUNT, 0};
	if (!range_aligned((uintptr_t)bytes, 8))
		return ERR_ARGUMENT;
	problem->rule = BAD_MAGIC;
	if (size < sizeof(*c) || c->magic != CONFIG_MAGIC)
		return ERR_CORRUPT;
	problem->rule = BAD_VERSION;
	if (c->version != CONFIG_VERSION)
		return ERR_VERSION;
	if ((problem->rule = header_broken(c, size)))
		return ERR_CORRUPT;
	for (problem->table = 0; problem->table < TABLE_COUNT; problem->table++)
		if ((problem->rule = table_broken(c, problem->table)))
			return ERR_RANGE;
	if (runs_broken(c, problem))
		return ERR_RANGE;
	if (config_fields_check(c, false, problem) || records_broken(c, problem) ||
	    config_fields_check(c, true, problem))
		return ERR_ARGUMENT;
	*problem = (struct config_problem){CONFIG_FINE, TABLE_COUNT, 0};
	return OK;
}

enum status config_digest(const void *package, size_t size)
{
	static const uint8_t zero[HASH_BYTES];
	const struct config_header *c = package;
	const uint8_t *bytes = package;
	const size_t before = offsetof(struct config_header, digest), after = before + HASH_BYTES;
	struct hash hash;
	uint8_t digest[HASH_BYTES];

	if (size < c->package_size)
		return ERR_CORRUPT;
	hash_init(&hash);
	hash_update(&hash, bytes, before);
	hash_update(&hash, zero, HASH_BYTES);
	hash_update(&hash, bytes + after, (size_t)c->package_size - after);
	hash_final(&hash, digest);
	return memcmp(digest, c->digest, HASH_BYTES) ? ERR_CORRUPT : OK;
}
