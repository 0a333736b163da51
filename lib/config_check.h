/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_CHECK_H
#define LIB_CONFIG_CHECK_H

#include <stdbool.h>
#include "lib/config.h"
#include "lib/range.h"

/*
 * Inside of the checker: a rule looks at one record of one table and returns 0 or the sentence that says what is wrong.
 * The rules of a file run in order, each over all records of its table; a rule may rely on all rules before it, and on
 * the tables and spans, which are checked first of all.
 */
struct config_rule {
	enum config_table table;
	const char *(*broken)(const struct config_header *config, uint32_t record);
};
#define CONFIG_RULES 16u /* at most, per file; a list ends at a rule without a function */
extern const struct config_rule config_rules_memory[], config_rules_subject[], config_rules_access[],
        config_rules_plan[];

static inline uint32_t config_count(const struct config_header *config, enum config_table table)
{
	return config->table[table].count;
}
/* Is this the index of a record of that table? */
static inline bool config_has(const struct config_header *config, enum config_table table, uint32_t index)
{
	return index < config_count(config, table);
}
/* Is the name not empty and ended by a NUL? */
bool config_named(const char *name, size_t size);
/* Does the subject have this bit among its incoming events? */
bool config_takes_event(const struct config_header *config, uint32_t subject, uint32_t bit);
/* A mapping of the region by the subject that has all these rights, or 0. */
const struct config_mapping *config_maps(const struct config_header *config, uint32_t subject, uint32_t region,
                                         uint32_t rights);

#endif
