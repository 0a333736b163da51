/* SPDX-License-Identifier: ISC */
#ifndef START_MACHINE_H
#define START_MACHINE_H

#include "core/system.h"
#include "lib/placement.h"
#include "lib/tables.h"

/*
 * All that the starter's common part knows of a machine, besides console, time and end of core/machine.h. Implemented by
 * start/x86_64, and by start/host (the fake machine of the unit tests).
 */
#define BOOT_RANGES 64u
struct boot_info {
	uint64_t package; /* the first boot module */
	uint64_t package_size;
	struct placement_range memory[BOOT_RANGES]; /* usable RAM, sorted, not overlapping, whole pages */
	uint32_t memory_count;
	struct placement_range reserved[8]; /* inside it: first MiB, core, starter */
	uint32_t reserved_count;
	uint32_t cpu_count;   /* CPUs found and usable */
	uint64_t entry_tsc;   /* read first of all */
	uint64_t tsc_khz;     /* measured */
	uint64_t phys_limit;  /* first address beyond what the CPU can name */
	uint64_t image_bytes; /* all of the core's image in RAM, stacks included, and the starter's */
};

/* Does this machine have what the core needs? Lists it on the console. On failure *what names the missing thing. */
enum status machine_check(const char **what);
uint32_t machine_vendor(void); /* enum cpu_vendor of abi/info.h */
uint32_t machine_tags(void); /* after machine_check(): how many vCPUs of a CPU its translations can tell apart, and 1 */
/* Pool pages that placement has to reserve. */
const struct placement_costs *machine_costs(void);
const struct table_format *machine_table_format(void);
/* Bytes: the largest leaf that second-level tables may have here, at least that of the costs. */
uint64_t machine_leaf_max(void);
/* Host CPUID, for the check of config_feature. regs in the order of enum cpuid_register. */
void machine_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);
/* A subject's port and MSR maps, into placement_costs.subject_pages pages. */
void machine_permissions(const struct config_header *config, uint32_t subject, uint8_t *pages);
/* A physical line, masked, as the firmware describes it. ERR_FEATURE: no interrupt controller has it. */
#define MACHINE_LINE_LEVEL 1u
#define MACHINE_LINE_LOW 2u
enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line);
/* Starts CPUs 1..count-1; each waits. ERR_FEATURE if one does not answer or its TSC is not in step. */
enum status machine_cpus_start(unsigned count);

#endif
