/* SPDX-License-Identifier: ISC */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include <stdint.h>
#include "abi/config.h"
#include "abi/stats.h"
#include "core/machine.h"
#include "lib/config.h"
#include "lib/placement.h"

/* The configuration and where everything lies: written once at start-up, only read afterwards. */
struct system {
	const struct config_header *config;
	uint64_t package;
	uint64_t tsc_khz;
	struct placement placement;
	struct stats *stats;
	uint64_t table_root[CONFIG_MAX_SUBJECTS];
};
extern struct system the_system;

/* Checks everything and builds everything; on any mistake says what and where on the console and stops. */
void system_build(const struct boot_info *boot);
void system_protect(void); /* the final address space */
_Noreturn void system_refuse(const char *what, const char *where, uint64_t value);
static inline uint64_t system_ticks(uint64_t microseconds)
{
	return microseconds * the_system.tsc_khz / 1000;
}
static inline struct hpa system_region(uint32_t region)
{
	return (struct hpa){the_system.placement.region[region]};
}
/* Pages of the core's pool, handed out at start-up only. */
void *system_pages(uint32_t count);
/* Root of a subject's second-level tables. */
uint64_t system_table_root(uint32_t subject);
/* Step `step` of the built-in test: 2 KiB of the core's image or the configuration against what they were at start. */
void system_self_test_open(void);
enum status system_self_test(uint64_t step, uint64_t *next);

#endif
