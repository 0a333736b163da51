/* SPDX-License-Identifier: ISC */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include <stdint.h>
#include "abi/config.h"
#include "abi/stats.h"
#include "core/machine.h"
#include "lib/config.h"

/*
 * The configuration and where everything lies. The starter (start/system.c) has checked the one, chosen the other, and
 * written it here before the core runs; the core only reads it.
 */
struct system {
	const struct config_header *config;
	uint64_t package; /* host-physical, like all addresses here */
	uint64_t tsc_khz;
	struct stats *stats;
	struct machine_range image; /* the core's text and read-only data, for the self test */
	uint64_t vcpu_pages;        /* SYSTEM_VCPU_PAGES for each vCPU, zeros */
	uint32_t cpu_vendor;        /* enum cpu_vendor of abi/info.h */
	uint32_t reserved0;
	uint64_t region[CONFIG_MAX_REGIONS];       /* where each begins */
	uint64_t table_root[CONFIG_MAX_SUBJECTS];  /* second-level tables */
	uint64_t permissions[CONFIG_MAX_SUBJECTS]; /* the hardware's port and MSR maps */
};
extern struct system the_system;
#define SYSTEM_VCPU_PAGES 2u

void system_open(void); /* subjects and vCPUs */
static inline uint64_t system_ticks(uint64_t microseconds)
{
	return microseconds * the_system.tsc_khz / 1000;
}
static inline struct hpa system_region(uint32_t region)
{
	return (struct hpa){the_system.region[region]};
}
/* Step `step` of the built-in test: 2 KiB of the core's image or the configuration against what they were at start. */
void system_self_test_open(void);
enum status system_self_test(uint64_t step, uint64_t *next);

#endif
