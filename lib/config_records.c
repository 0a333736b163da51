/* SPDX-License-Identifier: ISC */
#include "abi/stats.h"
#include "lib/bytes.h"
#include "lib/config.h"
#include "lib/range.h"

/*
 * What the core's own memory safety, termination and separation rest on, and nothing else: whether the description is
 * sensible is for the tool to judge (tools/rules; docs/decisions/two-checks.md). First one row for each field that is
 * an index, a bound or an alignment, read by one small interpreter; then, for each record, how it fits to others.
 */
enum kind {
	BELOW,  /* value < limit */
	COUNTS, /* 1 <= value <= limit */
	CLEAR,  /* none of the bits of limit */
	PAGES,  /* 1 or more whole pages, at most 2^48 bytes */
	INDEX,  /* of a record of table `limit` */
	REGION  /* index of a region whose kind is one of the bits of limit, and that no record before names */
};
#define OR_NONE 0x8000u /* with INDEX and REGION: or CONFIG_NONE */
struct field {
	uint16_t offset : 9, width : 2, table : 5; /* width: log2 of the field's bytes */
	uint8_t kind, rule;
	uint16_t limit;
};
_Static_assert(sizeof(struct config_header) <= 512 && CONFIG_RULE_COUNT <= 256 && TABLE_COUNT < 32, "they fit");
#define SIZE(type, member) sizeof(((const struct config_##type *)0)->member)
#define ROW(table, type, member, kind, limit, rule)                                                                 \
	{                                                                                                           \
		offsetof(struct config_##type, member), __builtin_ctz(SIZE(type, member)), table, kind, BAD_##rule, \
		        limit                                                                                       \
	}
#define HEADER(...) ROW(TABLE_COUNT, header, __VA_ARGS__)
#define SUBJECT(...) ROW(TABLE_SUBJECT, subject, __VA_ARGS__)
#define VCPU(...) ROW(TABLE_VCPU, vcpu, __VA_ARGS__)
#define AREA(...) ROW(TABLE_REGION, region, __VA_ARGS__)
#define MAPPING(...) ROW(TABLE_MAPPING, mapping, __VA_ARGS__)
#define EVENT_IN(...) ROW(TABLE_EVENT_IN, event_in, __VA_ARGS__)
#define AT_MOST(which, limit) HEADER(table[which].count, BELOW, (limit) + 1, TABLE_LONG)
#define LAST (CONFIG_NAME_BYTES - 1)

static const struct field fields[] = {
        AT_MOST(TABLE_SUBJECT, CONFIG_MAX_SUBJECTS),
        AT_MOST(TABLE_VCPU, CONFIG_MAX_VCPUS),
        AT_MOST(TABLE_REGION, CONFIG_MAX_REGIONS),
        AT_MOST(TABLE_LINE, CONFIG_MAX_LINES),
        AT_MOST(TABLE_SCHEDULE, CONFIG_MAX_SCHEDULES),
        AT_MOST(TABLE_GROUP, CONFIG_MAX_GROUPS),
        AT_MOST(TABLE_CONSUMER, CONFIG_MAX_CONSUMERS),
        AREA(name[LAST], CLEAR, 0xff, NAME),
        AREA(kind, BELOW, REGION_PERSISTENT + 1, REGION_KIND),
        AREA(size, PAGES, 0, REGION_SIZE),
        HEADER(name[LAST], CLEAR, 0xff, NAME),
        HEADER(cpu_count, COUNTS, CONFIG_MAX_CPUS, CPUS),
        HEADER(schedule, INDEX, TABLE_SCHEDULE, FIRST_SCHEDULE),
        SUBJECT(name[LAST], CLEAR, 0xff, NAME),
        SUBJECT(kind, BELOW, KIND_LAYER + 1, SUBJECT_KIND),
        SUBJECT(partner, INDEX, TABLE_SUBJECT | OR_NONE, PARTNER),
        SUBJECT(vcpu.count, COUNTS, CONFIG_MAX_VCPUS, SUBJECT_VCPUS),
        SUBJECT(info_region, REGION, 1u << REGION_INFO | OR_NONE, INFO),
        SUBJECT(staging_region, REGION, 1u << REGION_RAM | 1u << REGION_PERSISTENT | OR_NONE, STAGING),
        VCPU(frame_region, REGION, 1u << REGION_FRAME | OR_NONE, FRAME_PAGE),
        VCPU(lapic_region, REGION, 1u << REGION_LAPIC | OR_NONE, LAPIC_PAGE),
        MAPPING(region, INDEX, TABLE_REGION, MAPPING_REGION),
        MAPPING(gpa, CLEAR, 0xfff, MAPPING_PAGES),
        MAPPING(offset, CLEAR, 0xfff, MAPPING_PAGES),
        MAPPING(size, PAGES, 0, MAPPING_PAGES),
        ROW(TABLE_EVENT, event, action, BELOW, EVENT_SCHEDULE + 1, EVENT_ACTION),
        EVENT_IN(bit, BELOW, CONFIG_MAX_EVENTS, EVENT_IN_BIT),
        EVENT_IN(vector, BELOW, 256, EVENT_IN_VECTOR),
        ROW(TABLE_FEATURE, feature, name[15], CLEAR, 0xff, NAME),
        ROW(TABLE_FEATURE, feature, reg, BELOW, CPUID_EDX + 1, FEATURE_BIT),
        ROW(TABLE_EPOCH, epoch, offset, CLEAR, 3, EPOCH_PLACE),
        ROW(TABLE_PLAN, plan, frame.count, COUNTS, CONFIG_MAX_FRAMES, FRAMES),
        ROW(TABLE_FRAME, frame, group, INDEX, TABLE_GROUP | OR_NONE, FRAME_GROUP),
        ROW(TABLE_GROUP, group, background, INDEX, TABLE_VCPU | OR_NONE, BACKGROUND),
        ROW(TABLE_MEMBER, member, vcpu, INDEX, TABLE_VCPU, MEMBER),
        ROW(TABLE_CONSUMER, consumer, region, REGION, 1u << REGION_AUDIT, CONSUMER_REGION),
        ROW(TABLE_SOURCE, source, subject, INDEX, TABLE_SUBJECT | OR_NONE, SOURCE_SUBJECT),
};
_Static_assert(sizeof(((struct config_feature *)0)->name) == 16, "so 15 is the last");

static uint64_t value_at(const struct field *field, const uint8_t *record)
{
	uint64_t value = 0;

	memcpy(&value, record + field->offset, (size_t)1 << field->width);
	return value;
}

static bool is_own_region(const struct config_header *c, const struct field *field, uint32_t value, uint32_t index)
{
	if (value >= c->table[TABLE_REGION].count || !(field->limit >> config_regions(c)[value].kind & 1))
		return false;
	while (index--)
		if (value_at(field, config_record(c, field->table, index)) == value)
			return false;
	return true;
}

static bool is_good(const struct config_header *c, const struct field *field, uint32_t index)
{
	const uint64_t value = value_at(field, config_record(c, field->table, index));
	const uint32_t limit = field->limit;

	if (field->kind >= INDEX && limit & OR_NONE && value == CONFIG_NONE)
		return true;
	switch (field->kind) {
	case BELOW:
		return value < limit;
	case COUNTS:
		return value - 1 < limit;
	case CLEAR:
		return !(value & limit);
	case PAGES:
		return value - 1 < UINT64_C(1) << 48 && range_aligned(value, 4096);
	case INDEX:
		return value < c->table[limit & ~OR_NONE].count;
	default:
		return is_own_region(c, field, (uint32_t)value, index);
	}
}

static bool takes_event(const struct config_header *c, const struct config_subject *subject, uint32_t bit)
{
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + subject->event_in.first;

	for (uint32_t i = 0; i < subject->event_in.count; i++)
		if (in[i].bit == bit)
			return true;
	return false;
}

/* A guest and its layer name each other and have as many vCPUs. */
static bool partner_broken(const struct config_header *c, const struct config_subject *subject, uint32_t index)
{
	if (subject->kind == KIND_APP || subject->partner == CONFIG_NONE)
		return (subject->kind == KIND_APP) != (subject->partner == CONFIG_NONE);
	const struct config_subject *partner = &config_subjects(c)[subject->partner];
	return partner->partner != index || partner->kind != KIND_GUEST + KIND_LAYER - subject->kind ||
	       partner->vcpu.count != subject->vcpu.count;
}

static enum config_rule subject_broken(const struct config_header *c, uint32_t index)
{
	const struct config_subject *subject = &config_subjects(c)[index];
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + subject->event_in.first;
	const struct config_line *line = CONFIG_TABLE(c, config_line, TABLE_LINE) + subject->line.first;
	const struct config_epoch *epoch = CONFIG_TABLE(c, config_epoch, TABLE_EPOCH) + subject->epoch.first;

	if (partner_broken(c, subject, index))
		return BAD_PARTNER;
	if (subject->xcr0 & (subject->xcr0 + 1) || subject->xcr0 > 7)
		return BAD_FPU;
	for (uint32_t i = 0; i < FAULT_COUNT; i++)
		if (subject->fault[i].action == ACTION_NOTIFY && subject->fault[i].event >= subject->event.count)
			return BAD_FAULT_EVENT;
	for (uint32_t i = 0; i < subject->event_in.count; i++)
		if (in[i].vcpu >= subject->vcpu.count)
			return BAD_EVENT_IN_VCPU;
	for (uint32_t i = 0; i < subject->line.count; i++)
		if (!takes_event(c, subject, line[i].bit))
			return BAD_LINE_EVENT;
	for (uint32_t i = 0; i < subject->epoch.count; i++)
		if (subject->info_region == CONFIG_NONE ||
		    !range_below(epoch[i].offset, 4, config_regions(c)[subject->info_region].size))
			return BAD_EPOCH_PLACE;
	return CONFIG_FINE;
}

static enum config_rule vcpu_broken(const struct config_header *c, uint32_t index)
{
	const struct config_vcpu *vcpu = &config_vcpus(c)[index];

	if (vcpu->subject >= c->table[TABLE_SUBJECT].count)
		return BAD_VCPU_OWNER;
	const struct config_subject *subject = &config_subjects(c)[vcpu->subject];
	const uint32_t number = index - subject->vcpu.first; /* of one before the first it is far above */
	if (number >= subject->vcpu.count)
		return BAD_VCPU_OWNER;
	if (vcpu->cpu >= c->cpu_count)
		return BAD_VCPU_CPU;
	if (subject->kind == KIND_GUEST && vcpu->frame_region == CONFIG_NONE)
		return BAD_FRAME_PAGE;
	return subject->partner == CONFIG_NONE ||
	                       config_vcpus(c)[config_subjects(c)[subject->partner].vcpu.first + number].cpu ==
	                               vcpu->cpu
	               ? CONFIG_FINE
	               : BAD_PARTNER_CPU;
}

/* The windows of the interrupt controllers: IOAPICs, and local APICs with MSIs (SDM 3A 10.4.1, 10.11.1). */
static bool covers_controllers(const struct config_region *region)
{
	return range_overlap(region->hpa, region->size, 0xfec00000, 0x100000) ||
	       range_overlap(region->hpa, region->size, 0xfee00000, 0x100000);
}

static enum config_rule region_broken(const struct config_header *c, uint32_t index)
{
	const struct config_region *region = &config_regions(c)[index];
	const bool file = region->kind == REGION_FILE;
	const uint64_t stored = file ? region->size : region->payload_size;

	if (region->kind == REGION_STATS && region->size != STATS_BYTES)
		return BAD_REGION_SIZE;
	if (!range_is_power(region->alignment) || region->alignment < 4096 || region->alignment > UINT64_C(1) << 30)
		return BAD_REGION_ALIGNMENT;
	if (region->payload_size > region->size || (file && region->alignment != 4096) ||
	    (stored && (!range_aligned(region->payload_offset, 4096) || region->payload_offset < c->size ||
	                !range_below(region->payload_offset, stored, c->package_size))))
		return BAD_PAYLOAD;
	if (file || region->hpa == UINT64_MAX)
		return CONFIG_FINE;
	if (!range_aligned(region->hpa, region->alignment))
		return BAD_PIN;
	return covers_controllers(region) ? BAD_CONTROLLERS : CONFIG_FINE;
}

/* What the core keeps for itself a subject may read at most, and the package's files too. */
#define WRITABLE \
	(1u << REGION_RAM | 1u << REGION_DEVICE | 1u << REGION_CHANNEL | 1u << REGION_FRAME | 1u << REGION_PERSISTENT)

static enum config_rule mapping_broken(const struct config_header *c, uint32_t index)
{
	const struct config_mapping *mapping = &config_mappings(c)[index];
	const struct config_region *region = &config_regions(c)[mapping->region];

	if (!range_below(mapping->offset, mapping->size, region->size) ||
	    !range_below(mapping->gpa, mapping->size, UINT64_C(1) << 48))
		return BAD_MAPPING_RANGE;
	return mapping->rights & MAP_WRITE && !(WRITABLE >> region->kind & 1) ? BAD_MAPPING_WRITE : CONFIG_FINE;
}

static enum config_rule event_broken(const struct config_header *c, uint32_t index)
{
	const struct config_event *event = CONFIG_TABLE(c, config_event, TABLE_EVENT) + index;
	const uint32_t table = event->action == EVENT_SCHEDULE ? TABLE_SCHEDULE : TABLE_SUBJECT;

	return event->target < c->table[table].count ? CONFIG_FINE : BAD_EVENT_TARGET;
}

static enum config_rule port_broken(const struct config_header *c, uint32_t index)
{
	const struct config_port *port = CONFIG_TABLE(c, config_port, TABLE_PORT) + index;

	if (!range_below(port->base, port->count, 0x10000))
		return BAD_PORT_RANGE;
	return (c->pm_reset_port && range_overlap(port->base, port->count, c->pm_reset_port, 1)) ||
	                       (c->pm_off_port && range_overlap(port->base, port->count, c->pm_off_port, 2))
	               ? BAD_PORT_POWER
	               : CONFIG_FINE;
}

/* A CPU runs a group's vCPUs, and only its own. */
static enum config_rule group_broken(const struct config_header *c, uint32_t index)
{
	const struct config_group *group = CONFIG_TABLE(c, config_group, TABLE_GROUP) + index;
	const struct config_member *member = CONFIG_TABLE(c, config_member, TABLE_MEMBER) + group->member.first;

	for (uint32_t i = 0; i < group->member.count; i++)
		if (config_vcpus(c)[member[i].vcpu].cpu != group->cpu)
			return BAD_MEMBER_CPU;
	return group->background == CONFIG_NONE || config_vcpus(c)[group->background].cpu == group->cpu
	               ? CONFIG_FINE
	               : BAD_MEMBER_CPU;
}

static enum config_rule schedule_broken(const struct config_header *c, uint32_t index)
{
	const struct config_schedule *schedule = CONFIG_TABLE(c, config_schedule, TABLE_SCHEDULE) + index;
	const struct config_plan *plan = CONFIG_TABLE(c, config_plan, TABLE_PLAN) + schedule->plan.first;

	if (schedule->major_us - 1 >= UINT32_MAX)
		return BAD_MAJOR;
	if (schedule->plan.count != c->cpu_count)
		return BAD_PLANS;
	for (uint32_t i = 0; i < schedule->plan.count; i++) {
		const struct config_frame *frame = CONFIG_TABLE(c, config_frame, TABLE_FRAME) + plan[i].frame.first;
		if (plan[i].cpu != i)
			return BAD_PLANS;
		for (uint32_t f = 0; f < plan[i].frame.count; f++)
			if (frame[f].group != CONFIG_NONE &&
			    CONFIG_TABLE(c, config_group, TABLE_GROUP)[frame[f].group].cpu != i)
				return BAD_FRAME_CPU;
	}
	return CONFIG_FINE;
}

static enum config_rule consumer_broken(const struct config_header *c, uint32_t index)
{
	const struct config_consumer *consumer = CONFIG_TABLE(c, config_consumer, TABLE_CONSUMER) + index;
	const uint64_t room = config_regions(c)[consumer->region].size / c->cpu_count;

	return consumer->ring_bytes < sizeof(struct audit_ring) + sizeof(struct audit_record) ||
	                       !range_aligned(consumer->ring_bytes, 64) || consumer->ring_bytes > room ||
	                       consumer->ring_bytes >> 32
	               ? BAD_RINGS
	               : CONFIG_FINE;
}

static const struct {
	uint32_t table;
	enum config_rule (*broken)(const struct config_header *c, uint32_t index);
} relations[] = {
        {TABLE_SUBJECT, subject_broken},   {TABLE_VCPU, vcpu_broken},   {TABLE_REGION, region_broken},
        {TABLE_MAPPING, mapping_broken},   {TABLE_EVENT, event_broken}, {TABLE_PORT, port_broken},
        {TABLE_CONSUMER, consumer_broken}, {TABLE_GROUP, group_broken}, {TABLE_SCHEDULE, schedule_broken},
};

bool config_fields_broken(const struct config_header *c, struct config_problem *problem)
{
	for (const struct field *f = fields; f < fields + sizeof(fields) / sizeof(*fields); f++) {
		const uint32_t count = f->table == TABLE_COUNT ? 1 : c->table[f->table].count;
		*problem = (struct config_problem){f->rule, f->table, 0};
		for (; problem->record < count; problem->record++)
			if (!is_good(c, f, problem->record))
				return true;
	}
	return false;
}

bool config_relations_broken(const struct config_header *c, struct config_problem *problem)
{
	for (unsigned i = 0; i < sizeof(relations) / sizeof(*relations); i++) {
		problem->table = relations[i].table;
		for (problem->record = 0; problem->record < c->table[problem->table].count; problem->record++)
			if ((problem->rule = relations[i].broken(c, problem->record)))
				return true;
	}
	return false;
}
