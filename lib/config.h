/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/status.h"
#include "lib/config_rules.h"

/*
 * The checker of a binary configuration: every offset, index, span, bound, right and sum that the core relies on.
 * Used by the core before it builds anything, by the tool, and by a fuzzer. Never reads outside [bytes, bytes + size).
 * It does not compute the digest (config_digest does: that needs the whole package).
 */
struct config_problem {
	enum config_rule rule; /* what is wrong; config_rule_text() has the sentence */
	uint32_t table;        /* enum config_table, or TABLE_COUNT for the header */
	uint32_t record;
};
enum status config_check(const void *bytes, size_t size, struct config_problem *problem);
/* ERR_CORRUPT unless the package matches its digest; the config must have passed config_check. */
enum status config_digest(const void *package, size_t size);

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
