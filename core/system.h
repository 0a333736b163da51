/* SPDX-License-Identifier: ISC */
#ifndef CORE_SYSTEM_H
#define CORE_SYSTEM_H

#include <stdint.h>
#include "abi/config.h"
#include "abi/stats.h"
#include "core/machine.h"
#include "lib/config.h"

#define SYSTEM_CONSTANTS 3u
#define SELF_TEST_BYTES 2048u
/*
 * The configuration and where everything lies. The starter (start/system.c) has checked the one, chosen the other, and
 * written it here before the core runs; the core only reads it.
 */
struct system {
	const struct config_header *config;
	uint64_t package; /* host-physical, like all addresses here */
	uint64_t tsc_khz;
	struct stats *stats;
	/* for the self test: the core's image as far as it never changes, configuration, tables; a sum for each 2 KiB */
	struct machine_range constant[SYSTEM_CONSTANTS];
	const uint64_t *sums;
	uint64_t vcpu_pages; /* SYSTEM_VCPU_PAGES for each vCPU, zeros */
	uint32_t cpu_vendor; /* enum cpu_vendor of abi/info.h */
	uint32_t step_count;
	struct {
		uint8_t subject, cpu;
	} line[CONFIG_MAX_LINES]; /* whose each is, and the CPU that takes it */
	/* by vCPU, what tells its translations from others: from 1 on for each CPU; when they run out, several have the last */
	uint16_t tag[CONFIG_MAX_VCPUS];
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
/* Step `step` of the built-in test: 2 KiB of what never changes against what they were at start. */
static inline uint64_t self_test_sum(uint64_t at)
{
	const volatile uint64_t *word = (const volatile uint64_t *)(uintptr_t)at;
	uint64_t total = 0;

	for (unsigned i = 0; i < SELF_TEST_BYTES / sizeof(*word); i++)
		total = (total << 1 | total >> 63) + word[i];
	return total;
}
enum status system_self_test(uint64_t step, uint64_t *next);

#endif
