/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "lib/bytes.h"
#include "lib/text.h"
#include "tools/rules/rules.h"

/* What a field may hold whatever the rest says: one row for each question, read by one small interpreter. */
enum kind {
	NAME,     /* a text that is not empty and ends */
	BELOW,    /* value < limit */
	COUNTS,   /* 1 <= value <= limit */
	BITS,     /* no bit but those of limit */
	INDEX,    /* of a record of table `limit` */
	OPTIONAL, /* the same, or CONFIG_NONE */
	CPU,      /* of a CPU of the system */
	UNIQUE,   /* no other record has the value, `limit` apart */
	UNIQUE_NAME,
};
struct field {
	uint32_t offset : 12, width : 3, table : 5, kind : 4, rule : 8; /* width: log2 of the field's bytes */
	uint32_t limit;
};
_Static_assert(RULE_COUNT <= 256 && TABLE_COUNT < 32, "they fit");
_Static_assert(sizeof(struct config_header) < 4096 && sizeof(struct config_subject) < 4096, "they fit");
#define SIZE(type, member) sizeof(((const struct config_##type *)0)->member)
#define ROW(table, type, member, kind, limit, rule)                                                                 \
	{                                                                                                           \
		offsetof(struct config_##type, member), __builtin_ctz(SIZE(type, member)), table, kind, BAD_##rule, \
		        limit                                                                                       \
	}
#define HEADER(...) ROW(TABLE_COUNT, header, __VA_ARGS__)
#define SUBJECT(...) ROW(TABLE_SUBJECT, subject, __VA_ARGS__)
#define VCPU(...) ROW(TABLE_VCPU, vcpu, __VA_ARGS__)
#define REGION(...) ROW(TABLE_REGION, region, __VA_ARGS__)
#define MAPPING(...) ROW(TABLE_MAPPING, mapping, __VA_ARGS__)
#define EVENT_IN(...) ROW(TABLE_EVENT_IN, event_in, __VA_ARGS__)
#define LINE(...) ROW(TABLE_LINE, line, __VA_ARGS__)
#define PORT(...) ROW(TABLE_PORT, port, __VA_ARGS__)
#define MSR(...) ROW(TABLE_MSR, msr, __VA_ARGS__)
#define CPUID(...) ROW(TABLE_CPUID, cpuid, __VA_ARGS__)
#define FEATURE(...) ROW(TABLE_FEATURE, feature, __VA_ARGS__)
#define MANAGE(...) ROW(TABLE_MANAGE, manage, __VA_ARGS__)
#define EPOCH(...) ROW(TABLE_EPOCH, epoch, __VA_ARGS__)
#define SCHEDULE(...) ROW(TABLE_SCHEDULE, schedule, __VA_ARGS__)
#define FRAME(...) ROW(TABLE_FRAME, frame, __VA_ARGS__)
#define GROUP(...) ROW(TABLE_GROUP, group, __VA_ARGS__)
#define CONSUMER(...) ROW(TABLE_CONSUMER, consumer, __VA_ARGS__)
#define SOURCE(...) ROW(TABLE_SOURCE, source, __VA_ARGS__)
#define CHANNEL(...) ROW(TABLE_CHANNEL, channel, __VA_ARGS__)
#define ANY 0xffffffffu

static const struct field fields[] = {
        HEADER(name, NAME, 0, SYSTEM_NAME),
        HEADER(switch_us, COUNTS, 10000000, SYSTEM_SWITCH),
        HEADER(flags, BITS, 0, SYSTEM_FLAGS),
        HEADER(pm_reset_port, BITS, 0xffff, SYSTEM_POWER),
        HEADER(pm_reset_value, BITS, 0xff, SYSTEM_POWER),
        HEADER(pm_off_port, BELOW, 0xffff, SYSTEM_POWER),
        HEADER(pm_off_value, BITS, 0xffff, SYSTEM_POWER),
        SUBJECT(name, NAME, 0, SUBJECT_NAME),
        SUBJECT(rights, BITS,
                RIGHT_AUDIT_WRITE | RIGHT_AUDIT_MASK | RIGHT_SCHEDULE_SWITCH | RIGHT_SELF_TEST | RIGHT_IMAGE_LOAD |
                        RIGHT_REBOOT | RIGHT_POWER_OFF | RIGHT_TIME_SET,
                SUBJECT_RIGHTS),
        SUBJECT(flags, BITS, SUBJECT_START | SUBJECT_EXIT_PAUSE | SUBJECT_EXIT_HALT, SUBJECT_FLAGS),
        SUBJECT(apic_mode, BELOW, 2, SUBJECT_APIC),
        VCPU(start, BELOW, START_RESET + 1, VCPU_START),
        VCPU(partner, OPTIONAL, TABLE_VCPU, VCPU_PARTNER),
        REGION(name, NAME, 0, REGION_NAME),
        REGION(owner, OPTIONAL, TABLE_SUBJECT, REGION_OWNER),
        MAPPING(subject, INDEX, TABLE_SUBJECT, MAPPING_OWNER),
        MAPPING(rights, BITS, MAP_READ | MAP_WRITE | MAP_EXECUTE | MAP_UNCACHED, MAPPING_READ),
        EVENT_IN(flags, BITS, EVENT_URGENT, EVENT_IN_FLAGS),
        LINE(flags, BITS, LINE_LEVEL | LINE_LOW, LINE_FLAGS),
        LINE(budget, COUNTS, ANY, LINE_BUDGET),
        PORT(count, COUNTS, ANY, PORT_RANGE),
        MSR(action, BELOW, MSR_STORE + 1, MSR_ACTION),
        MSR(flags, BITS, MSR_WRITE_IGNORED, MSR_ACTION),
        CPUID(flags, BITS, CPUID_SUBLEAF, CPUID_FLAGS),
        FEATURE(name, NAME, 0, FEATURE_NAME),
        FEATURE(mask, COUNTS, ANY, FEATURE_BIT),
        FEATURE(subject, OPTIONAL, TABLE_SUBJECT, FEATURE_SUBJECT),
        MANAGE(subject, INDEX, TABLE_SUBJECT, MANAGE_SUBJECT),
        MANAGE(rights, COUNTS, ANY, MANAGE_RIGHTS),
        MANAGE(rights, BITS, RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS,
               MANAGE_RIGHTS),
        EPOCH(peer, INDEX, TABLE_SUBJECT, EPOCH_PEER),
        SCHEDULE(name, NAME, 0, SCHEDULE_NAME),
        FRAME(length_us, COUNTS, ANY, FRAME_LENGTH),
        FRAME(flags, BITS, FRAME_HOLD_START, FRAME_FLAGS),
        GROUP(name, NAME, 0, GROUP_NAME),
        GROUP(cpu, CPU, 0, GROUP_CPU),
        GROUP(member.count, COUNTS, ANY, GROUP_EMPTY),
        CONSUMER(subject, INDEX, TABLE_SUBJECT, CONSUMER_SUBJECT),
        SOURCE(classes, BITS, AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM, SOURCE_CLASSES),
        CHANNEL(name, NAME, 0, CHANNEL_NAME),
        CHANNEL(from, INDEX, TABLE_SUBJECT, CHANNEL_END),
        CHANNEL(to, INDEX, TABLE_SUBJECT, CHANNEL_END),
};
static const struct field unique[] = {
        SUBJECT(name, UNIQUE_NAME, 0, SUBJECT_TWICE),
        SCHEDULE(name, UNIQUE_NAME, 0, SCHEDULE_TWICE),
        LINE(gsi, UNIQUE, CONFIG_NONE, LINE_SHARED),
};

static bool is_named(const char *name, size_t size)
{
	const size_t length = text_length(name, size);

	return length && length < size;
}

static uint64_t value_at(const struct field *field, const uint8_t *record)
{
	uint64_t value = 0;

	memcpy(&value, record + field->offset, (size_t)1 << field->width);
	return value;
}

static bool is_unique(const struct field *field, const uint8_t *record, uint32_t before)
{
	const uint16_t bytes = config_record_bytes[field->table];

	for (const uint8_t *other = record - bytes; before--; other -= bytes) {
		if (field->kind == UNIQUE_NAME) {
			if (text_equal((const char *)record + field->offset, (const char *)other + field->offset))
				return false;
		} else if (value_at(field, record) == value_at(field, other)) {
			return value_at(field, record) == field->limit;
		}
	}
	return true;
}

static bool is_good(const struct config_header *c, const struct field *field, const uint8_t *record, uint32_t index)
{
	if (field->kind == NAME)
		return is_named((const char *)record + field->offset, (size_t)1 << field->width);
	if (field->kind >= UNIQUE)
		return is_unique(field, record, index);
	const uint64_t value = value_at(field, record);
	switch (field->kind) {
	case BELOW:
		return value < field->limit;
	case COUNTS:
		return value - 1 < field->limit;
	case BITS:
		return !(value & ~(uint64_t)field->limit);
	case CPU:
		return value < c->cpu_count;
	default:
		return (field->kind == OPTIONAL && value == CONFIG_NONE) ||
		       config_has(c, field->limit, (uint32_t)value);
	}
}

enum status fields_check(const struct config_header *c, bool last, struct config_problem *problem)
{
	const struct field *field = last ? unique : fields;
	const struct field *end =
	        last ? unique + sizeof(unique) / sizeof(*unique) : fields + sizeof(fields) / sizeof(*fields);

	for (; field < end; field++) {
		const uint32_t count = field->table == TABLE_COUNT ? 1 : config_count(c, field->table);
		for (uint32_t i = 0; i < count; i++)
			if (!is_good(c, field, config_record(c, field->table, i), i)) {
				*problem = (struct config_problem){field->rule, field->table, i};
				return ERR_ARGUMENT;
			}
	}
	return OK;
}
