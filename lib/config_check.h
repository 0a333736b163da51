/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_CHECK_H
#define LIB_CONFIG_CHECK_H

#include <stdbool.h>
#include "lib/config.h"
#include "lib/range.h"

/*
 * Inside of the checker. Three kinds of question, asked in this order, each over all records of a table: bounds of one
 * field (a row of the table in config_fields.c), how records fit together (a function), and that what names things is
 * unique (rows again). A function may rely on tables, runs and fields, and on the functions before it.
 */
struct config_pass {
	enum config_table table;
	enum config_rule (*broken)(const struct config_header *config, const void *record, uint32_t index);
};
#define CONFIG_PASS(name) \
	enum config_rule config_##name##_broken(const struct config_header *config, const void *record, uint32_t index)
CONFIG_PASS(subject);
CONFIG_PASS(vcpu);
CONFIG_PASS(region);
CONFIG_PASS(mapping);
CONFIG_PASS(rights); /* of a subject: faults, incoming events, lines, MSRs, CPUID, epoch words */
CONFIG_PASS(event);
CONFIG_PASS(port);
CONFIG_PASS(consumer);
CONFIG_PASS(channel);
CONFIG_PASS(schedule);
CONFIG_PASS(frame);
CONFIG_PASS(group);

/* Fields: the header's are those of TABLE_COUNT. On a refusal fills `problem`. */
enum status config_fields_check(const struct config_header *config, bool unique, struct config_problem *problem);

static inline uint32_t config_count(const struct config_header *config, enum config_table table)
{
	return config->table[table].count;
}
/* Is this the index of a record of that table? */
static inline bool config_has(const struct config_header *config, enum config_table table, uint32_t index)
{
	return index < config_count(config, table);
}
static inline bool config_in_run(struct config_span span, uint32_t index)
{
	return index - span.first < span.count; /* below the first it wraps to far above */
}
extern const uint16_t config_record_bytes[TABLE_COUNT];
/* Records of a table; TABLE_COUNT: the header. */
const uint8_t *config_record(const struct config_header *config, uint32_t table, uint32_t index);
bool config_region_is(const struct config_header *config, uint32_t region, uint32_t kind);
/* Does the subject have this bit among its incoming events? */
bool config_takes_event(const struct config_header *config, uint32_t subject, uint32_t bit);

#endif
