/* SPDX-License-Identifier: ISC */
#include "lib/config.h"
#include "lib/bytes.h"
#include "lib/config_check.h"
#include "lib/hash.h"

/*
 * From the outside to the inside: header, then the bounds of the tables, then the spans that give each record to one
 * owner, then the rules record by record. After each step the next one may follow the indices that are proved so far.
 */
static const struct {
	uint32_t size, max;
} tables[TABLE_COUNT] = {
        [TABLE_SUBJECT] = {sizeof(struct config_subject), CONFIG_MAX_SUBJECTS},
        [TABLE_VCPU] = {sizeof(struct config_vcpu), CONFIG_MAX_VCPUS},
        [TABLE_REGION] = {sizeof(struct config_region), CONFIG_MAX_REGIONS},
        [TABLE_MAPPING] = {sizeof(struct config_mapping), CONFIG_MAX_MAPPINGS},
        [TABLE_EVENT] = {sizeof(struct config_event), CONFIG_MAX_EVENTS *CONFIG_MAX_SUBJECTS},
        [TABLE_EVENT_IN] = {sizeof(struct config_event_in), CONFIG_MAX_EVENTS *CONFIG_MAX_SUBJECTS},
        [TABLE_LINE] = {sizeof(struct config_line), CONFIG_MAX_LINES},
        [TABLE_PORT] = {sizeof(struct config_port), 1024},
        [TABLE_MSR] = {sizeof(struct config_msr), 65536},
        [TABLE_CPUID] = {sizeof(struct config_cpuid), 65536},
        [TABLE_FEATURE] = {sizeof(struct config_feature), 4096},
        [TABLE_MANAGE] = {sizeof(struct config_manage), CONFIG_MAX_SUBJECTS *CONFIG_MAX_SUBJECTS},
        [TABLE_EPOCH] = {sizeof(struct config_epoch), CONFIG_MAX_EVENTS *CONFIG_MAX_SUBJECTS},
        [TABLE_SCHEDULE] = {sizeof(struct config_schedule), CONFIG_MAX_SCHEDULES},
        [TABLE_PLAN] = {sizeof(struct config_plan), CONFIG_MAX_SCHEDULES *CONFIG_MAX_CPUS},
        [TABLE_FRAME] = {sizeof(struct config_frame), CONFIG_MAX_SCHEDULES *CONFIG_MAX_CPUS *CONFIG_MAX_FRAMES},
        [TABLE_GROUP] = {sizeof(struct config_group), CONFIG_MAX_GROUPS},
        [TABLE_MEMBER] = {sizeof(struct config_member), CONFIG_MAX_GROUPS *CONFIG_MAX_VCPUS},
        [TABLE_CONSUMER] = {sizeof(struct config_consumer), CONFIG_MAX_CONSUMERS},
        [TABLE_SOURCE] = {sizeof(struct config_source), CONFIG_MAX_CONSUMERS *(CONFIG_MAX_SUBJECTS + 1)},
        [TABLE_CHANNEL] = {sizeof(struct config_channel), CONFIG_MAX_REGIONS},
};

/* Which member of which record is a run of which table, and how long one run may be. */
#define SPAN_OF(type, member) (uint32_t) offsetof(struct type, member)
static const struct span_rule {
	uint32_t owner, at, target, max;
} spans[] = {
        {TABLE_SUBJECT, SPAN_OF(config_subject, vcpu), TABLE_VCPU, CONFIG_MAX_VCPUS},
        {TABLE_SUBJECT, SPAN_OF(config_subject, mapping), TABLE_MAPPING, CONFIG_MAX_MAPPINGS},
        {TABLE_SUBJECT, SPAN_OF(config_subject, event), TABLE_EVENT, CONFIG_MAX_EVENTS},
        {TABLE_SUBJECT, SPAN_OF(config_subject, event_in), TABLE_EVENT_IN, CONFIG_MAX_EVENTS},
        {TABLE_SUBJECT, SPAN_OF(config_subject, line), TABLE_LINE, CONFIG_MAX_LINES},
        {TABLE_SUBJECT, SPAN_OF(config_subject, port), TABLE_PORT, 1024},
        {TABLE_SUBJECT, SPAN_OF(config_subject, msr), TABLE_MSR, 65536},
        {TABLE_SUBJECT, SPAN_OF(config_subject, cpuid), TABLE_CPUID, 65536},
        {TABLE_SUBJECT, SPAN_OF(config_subject, manage), TABLE_MANAGE, CONFIG_MAX_SUBJECTS},
        {TABLE_SUBJECT, SPAN_OF(config_subject, epoch), TABLE_EPOCH, CONFIG_MAX_EVENTS},
        {TABLE_SCHEDULE, SPAN_OF(config_schedule, plan), TABLE_PLAN, CONFIG_MAX_CPUS},
        {TABLE_PLAN, SPAN_OF(config_plan, frame), TABLE_FRAME, CONFIG_MAX_FRAMES},
        {TABLE_GROUP, SPAN_OF(config_group, member), TABLE_MEMBER, CONFIG_MAX_VCPUS},
        {TABLE_CONSUMER, SPAN_OF(config_consumer, source), TABLE_SOURCE, CONFIG_MAX_SUBJECTS + 1},
};

static enum status refuse(struct config_problem *problem, enum status why, uint32_t table, uint32_t record,
                          const char *what)
{
	*problem = (struct config_problem){what, table, record};
	return why;
}

static const char *header_size_broken(const struct config_header *c, size_t size)
{
	if (c->size < sizeof(*c) || c->size > size)
		return "the configuration is cut off";
	if (c->size > CONFIG_MAX_BYTES)
		return "the configuration is larger than 4 MiB";
	if (!range_aligned(c->package_size, 4096) || c->package_size < c->size || c->package_size > UINT64_C(1) << 46)
		return "the size of the package is not whole pages that hold the configuration";
	if (!range_below(c->names, c->names_size, c->size))
		return "the string pool lies outside the configuration";
	if (c->names_size && ((const char *)c)[c->names + c->names_size - 1])
		return "the string pool does not end with a NUL";
	return 0;
}

static const char *header_broken(const struct config_header *c)
{
	if (!config_named(c->name, sizeof(c->name)))
		return "the system has no name";
	if (!c->cpu_count || c->cpu_count > CONFIG_MAX_CPUS)
		return "the number of CPUs is not 1 to 16";
	if (!config_has(c, TABLE_SCHEDULE, c->schedule))
		return "the first schedule does not exist";
	if (!config_count(c, TABLE_SUBJECT))
		return "the system has no subject";
	if (!c->switch_us || c->switch_us > 10000000)
		return "the shortest delay of a schedule switch is not 1 us to 10 s";
	if (c->flags)
		return "a flag of the system is unknown";
	if (c->pm_reset_port > 0xffff || c->pm_reset_value > 0xff || c->pm_off_port > 0xfffe ||
	    c->pm_off_value > 0xffff)
		return "a port for reset or power-off is out of range";
	return 0;
}

static uint64_t table_bytes(const struct config_header *c, uint32_t table)
{
	return (uint64_t)tables[table].size * c->table[table].count;
}

static const char *table_broken(const struct config_header *c, uint32_t table)
{
	const uint64_t offset = c->table[table].offset;

	if (c->table[table].count > tables[table].max)
		return "a table has more records than the core can hold";
	if (!range_aligned(offset, 8))
		return "a table does not begin on a multiple of 8 bytes";
	if (offset < sizeof(*c) || !range_below(offset, table_bytes(c, table), c->size))
		return "a table lies outside the configuration";
	for (uint32_t other = 0; other < table; other++)
		if (range_overlap(offset, table_bytes(c, table), c->table[other].offset, table_bytes(c, other)))
			return "two tables overlap";
	return 0;
}

static struct config_span span_at(const struct config_header *c, const struct span_rule *rule, uint32_t record)
{
	const uint8_t *owner = (const uint8_t *)config_at(c, rule->owner) + (size_t)record * tables[rule->owner].size;

	return *(const struct config_span *)(owner + rule->at);
}

static const char *span_broken(const struct config_header *c, const struct span_rule *rule, uint32_t record)
{
	const struct config_span span = span_at(c, rule, record);

	if (span.count > rule->max)
		return "a run of records is longer than the core can hold";
	if (!range_below(span.first, span.count, config_count(c, rule->target)))
		return "a run of records lies outside its table";
	for (uint32_t other = 0; other < record; other++) {
		const struct config_span before = span_at(c, rule, other);
		if (range_overlap(span.first, span.count, before.first, before.count))
			return "a record belongs to two owners";
	}
	return 0;
}

static enum status check_spans(const struct config_header *c, struct config_problem *problem)
{
	for (uint32_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		const struct span_rule *rule = &spans[i];
		uint64_t owned = 0;
		for (uint32_t record = 0; record < config_count(c, rule->owner); record++) {
			const char *what = span_broken(c, rule, record);
			if (what)
				return refuse(problem, ERR_RANGE, rule->owner, record, what);
			owned += span_at(c, rule, record).count;
		}
		if (owned != config_count(c, rule->target))
			return refuse(problem, ERR_RANGE, rule->target, 0, "a record belongs to no owner");
	}
	return OK;
}

static enum status check_rules(const struct config_header *c, const struct config_rule *rules,
                               struct config_problem *problem)
{
	for (const struct config_rule *rule = rules; rule < rules + CONFIG_RULES && rule->broken; rule++)
		for (uint32_t record = 0; record < config_count(c, rule->table); record++) {
			const char *what = rule->broken(c, record);
			if (what)
				return refuse(problem, ERR_ARGUMENT, rule->table, record, what);
		}
	return OK;
}

enum status config_check(const void *bytes, size_t size, struct config_problem *problem)
{
	static const struct config_rule *const rules[] = {config_rules_subject, config_rules_memory,
	                                                  config_rules_access, config_rules_plan};
	const struct config_header *c = bytes;
	const char *what;

	*problem = (struct config_problem){"", TABLE_COUNT, 0};
	if (!range_aligned((uintptr_t)bytes, 8))
		return refuse(problem, ERR_ARGUMENT, TABLE_COUNT, 0,
		              "the configuration does not lie on a multiple of 8");
	if (size < sizeof(*c) || c->magic != CONFIG_MAGIC)
		return refuse(problem, ERR_CORRUPT, TABLE_COUNT, 0, "this is no configuration");
	if (c->version != CONFIG_VERSION)
		return refuse(problem, ERR_VERSION, TABLE_COUNT, 0, "the configuration has another version");
	if ((what = header_size_broken(c, size)))
		return refuse(problem, ERR_CORRUPT, TABLE_COUNT, 0, what);
	for (uint32_t table = 0; table < TABLE_COUNT; table++)
		if ((what = table_broken(c, table)))
			return refuse(problem, ERR_RANGE, table, 0, what);
	if ((what = header_broken(c)))
		return refuse(problem, ERR_ARGUMENT, TABLE_COUNT, 0, what);
	if (check_spans(c, problem))
		return ERR_RANGE;
	for (uint32_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (check_rules(c, rules[i], problem))
			return ERR_ARGUMENT;
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

bool config_named(const char *name, size_t size)
{
	if (!name[0])
		return false;
	for (size_t i = 1; i < size; i++)
		if (!name[i])
			return true;
	return false;
}

bool config_takes_event(const struct config_header *c, uint32_t subject, uint32_t bit)
{
	const struct config_span span = config_subjects(c)[subject].event_in;
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (in[i].bit == bit)
			return true;
	return false;
}

const struct config_mapping *config_maps(const struct config_header *c, uint32_t subject, uint32_t region,
                                         uint32_t rights)
{
	const struct config_span span = config_subjects(c)[subject].mapping;
	const struct config_mapping *mapping = config_mappings(c) + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (mapping[i].region == region && (mapping[i].rights & rights) == rights)
			return &mapping[i];
	return 0;
}
