/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/status.h"
#include "lib/config_rules.h"

/*
 * The checker of a binary configuration: everything that the core's memory safety, termination and own separation rest
 * on, and no more (docs/decisions/two-checks.md). Used by the starter before it builds anything, by the tool as the first
 * part of its full check (tools/rules), and by a fuzzer. Never reads outside [bytes, bytes + size). It does not compute
 * the digest (config_digest does: that needs the whole package).
 */
struct config_problem {
	uint32_t rule;  /* enum config_rule, what is wrong; the tool has the sentence */
	uint32_t table; /* enum config_table, or TABLE_COUNT for the header */
	uint32_t record;
};
/* ERR_CORRUPT, and why, or OK. */
enum status config_check(const void *bytes, size_t size, struct config_problem *problem);
/* ERR_CORRUPT unless the package matches its digest. Safe on any bytes. */
enum status config_digest(const void *package, size_t size);
/* Inside of the checker. */
bool config_fields_broken(const struct config_header *config, struct config_problem *problem);
bool config_relations_broken(const struct config_header *config, struct config_problem *problem);
extern const uint8_t config_record_bytes[TABLE_COUNT];
/* A record of a table; TABLE_COUNT: the header. */
const void *config_record(const struct config_header *config, uint32_t table, uint32_t index);

/* Table access after a successful check. */
static inline const void *config_at(const struct config_header *config, enum config_table table)
{
	return (const uint8_t *)config + config->table[table].offset;
}
#define CONFIG_TABLE(config, type, table) ((const struct type *)config_at(config, table))
static inline const struct config_subject *config_subjects(const struct config_header *c)
{
	return CONFIG_TABLE(c, config_subject, TABLE_SUBJECT);
}
static inline const struct config_vcpu *config_vcpus(const struct config_header *c)
{
	return CONFIG_TABLE(c, config_vcpu, TABLE_VCPU);
}
static inline const struct config_region *config_regions(const struct config_header *c)
{
	return CONFIG_TABLE(c, config_region, TABLE_REGION);
}
static inline const struct config_mapping *config_mappings(const struct config_header *c)
{
	return CONFIG_TABLE(c, config_mapping, TABLE_MAPPING);
}

#endif
