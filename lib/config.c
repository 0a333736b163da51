/* SPDX-License-Identifier: ISC */
#include "lib/config.h"
#include "lib/bytes.h"
#include "lib/hash.h"
#include "lib/range.h"

/*
 * From the outside to the inside: header, where the tables lie, fields that bound and name, the runs that give each
 * record to one owner, then how records fit together. After each step the next one may follow what is proved so far.
 */
const uint8_t config_record_bytes[TABLE_COUNT] = {
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

/* Which member of which record is a run of which table. */
#define RUN(owner, type, member, target)                              \
	{                                                             \
		owner, target, offsetof(struct config_##type, member) \
	}
static const struct run {
	uint8_t owner, target, at;
} runs[] = {
        RUN(TABLE_SUBJECT, subject, vcpu, TABLE_VCPU),     RUN(TABLE_SUBJECT, subject, mapping, TABLE_MAPPING),
        RUN(TABLE_SUBJECT, subject, event, TABLE_EVENT),   RUN(TABLE_SUBJECT, subject, event_in, TABLE_EVENT_IN),
        RUN(TABLE_SUBJECT, subject, line, TABLE_LINE),     RUN(TABLE_SUBJECT, subject, port, TABLE_PORT),
        RUN(TABLE_SUBJECT, subject, msr, TABLE_MSR),       RUN(TABLE_SUBJECT, subject, cpuid, TABLE_CPUID),
        RUN(TABLE_SUBJECT, subject, manage, TABLE_MANAGE), RUN(TABLE_SUBJECT, subject, epoch, TABLE_EPOCH),
        RUN(TABLE_SCHEDULE, schedule, plan, TABLE_PLAN),   RUN(TABLE_PLAN, plan, frame, TABLE_FRAME),
        RUN(TABLE_GROUP, group, member, TABLE_MEMBER),     RUN(TABLE_CONSUMER, consumer, source, TABLE_SOURCE),
};

const void *config_record(const struct config_header *c, uint32_t table, uint32_t index)
{
	if (table == TABLE_COUNT)
		return c;
	return (const uint8_t *)config_at(c, table) + (size_t)config_record_bytes[table] * index;
}

static enum config_rule header_broken(const void *bytes, size_t size)
{
	const struct config_header *c = bytes;

	if (!range_aligned((uintptr_t)bytes, 8))
		return BAD_ALIGNMENT;
	if (size < sizeof(*c) || c->magic != CONFIG_MAGIC)
		return BAD_MAGIC;
	if (c->version != CONFIG_VERSION)
		return BAD_VERSION;
	if (c->size < sizeof(*c) || c->size > size || c->size > CONFIG_MAX_BYTES)
		return BAD_SIZE;
	return range_aligned(c->package_size, 4096) && c->package_size >= c->size && !(c->package_size >> 46)
	               ? CONFIG_FINE
	               : BAD_PACKAGE_SIZE;
}

static bool table_fits(const struct config_header *c, uint32_t table)
{
	const uint64_t offset = c->table[table].offset;

	return range_aligned(offset, 8) &&
	       range_below(offset, (uint64_t)config_record_bytes[table] * c->table[table].count, c->size);
}

/* The runs follow one another from the table's first record to its last: so each record has exactly one owner. */
static bool run_broken(const struct config_header *c, const struct run *run, struct config_problem *problem)
{
	const uint32_t owners = c->table[run->owner].count, all = c->table[run->target].count;
	uint32_t next = 0;

	problem->table = run->owner;
	for (problem->record = 0; problem->record < owners; problem->record++) {
		struct config_span span;
		memcpy(&span, (const uint8_t *)config_record(c, run->owner, problem->record) + run->at, sizeof(span));
		if (span.count && (span.first != next || span.count > all - next))
			return true;
		next += span.count;
	}
	problem->table = run->target;
	problem->record = next;
	return next != all;
}

static bool tables_broken(const struct config_header *c, struct config_problem *problem)
{
	problem->rule = BAD_TABLE;
	for (problem->table = 0; problem->table < TABLE_COUNT; problem->table++)
		if (!table_fits(c, problem->table))
			return true;
	return false;
}

static bool runs_broken(const struct config_header *c, struct config_problem *problem)
{
	problem->rule = BAD_RUN;
	for (const struct run *run = runs; run < runs + sizeof(runs) / sizeof(*runs); run++)
		if (run_broken(c, run, problem))
			return true;
	return false;
}

enum status config_check(const void *bytes, size_t size, struct config_problem *problem)
{
	*problem = (struct config_problem){header_broken(bytes, size), TABLE_COUNT, 0};
	if (problem->rule || tables_broken(bytes, problem) || config_fields_broken(bytes, problem) ||
	    runs_broken(bytes, problem) || config_relations_broken(bytes, problem))
		return ERR_CORRUPT;
	*problem = (struct config_problem){CONFIG_FINE, TABLE_COUNT, 0};
	return OK;
}

/* The digest's own bytes count as zeros; they lie in the first of the package's blocks. */
_Static_assert(offsetof(struct config_header, digest) + HASH_BYTES <= HASH_BLOCK, "they do");
enum status config_digest(const void *package, size_t size)
{
	const struct config_header *c = package;
	uint8_t block[HASH_BLOCK], digest[HASH_BYTES];
	uint32_t state[8];

	if (size < sizeof(*c) || size < c->package_size || c->package_size < HASH_BLOCK || c->package_size % HASH_BLOCK)
		return ERR_CORRUPT;
	memcpy(block, package, HASH_BLOCK);
	memset(block + offsetof(struct config_header, digest), 0, HASH_BYTES);
	hash_begin(state);
	hash_blocks(state, block, 1);
	hash_blocks(state, (const uint8_t *)package + HASH_BLOCK, c->package_size / HASH_BLOCK - 1);
	memset(block, 0, HASH_BLOCK);
	block[0] = 0x80;
	hash_close(state, block, c->package_size, digest);
	return memcmp(digest, c->digest, HASH_BYTES) ? ERR_CORRUPT : OK;
}
