/* SPDX-License-Identifier: ISC */
#ifndef ABI_STATS_H
#define ABI_STATS_H

#include <stdint.h>
#include "abi/exit.h"

/* Accesses to a vCPU's local APIC that the processor answers without an exit, the first three in x2APIC mode. The numbers
 * are those of VT-x' controls (SDM 3C 24.6). */
#define STATS_ASSIST_PRIORITY (1u << 4)
#define STATS_ASSIST_READS (1u << 8)
#define STATS_ASSIST_ENDS (1u << 9)
#define STATS_ASSIST_CR8 (3u << 19)

/*
 * The statistics region: written by the core, mapped read-only in subjects with `status.read` in the description.
 * Counters are 64-bit, each written by one CPU only, and only grow.
 */
struct stats_vcpu {
	uint64_t runtime; /* TSC ticks inside this vCPU since boot, up to its last exit that changed the running vCPU */
	uint64_t entries; /* frame entries: how often it was switched to */
	uint64_t exits[EXIT_COUNT];
	uint64_t assists; /* STATS_ASSIST_* */
	uint64_t reserved[11];
};
struct stats_subject {
	uint32_t state; /* enum subject_state */
	uint32_t restarts;
	uint32_t faults;
	uint32_t reserved;
	uint64_t denials; /* refused hypercalls and stray accesses */
	uint64_t reserved2;
};
struct stats_cpu {
	uint64_t idle;     /* TSC ticks in HLT */
	uint64_t frames;   /* minor frames started */
	uint64_t late_max; /* largest delay of a frame start against its plan, TSC ticks */
	uint64_t late_sum;
	uint64_t schedule_since; /* TSC at which the present schedule began on this CPU */
	uint64_t reserved[3];
};
struct stats {
	uint32_t schedule;      /* index of the running schedule (as CPU 0 sees it) */
	uint32_t schedule_next; /* the requested one; equal when no switch is pending */
	uint64_t switches;
	uint64_t entry_tsc;      /* TSC at the core's entry, before anything else */
	uint64_t first_tsc;      /* TSC at the first subject entry */
	uint64_t load_ticks;     /* of that, spent loading, scrubbing and measuring */
	uint64_t core_bytes;     /* RAM of the core: image, tables, stacks, audit */
	uint64_t pristine_bytes; /* the package that stays in RAM for restarts */
	uint64_t reserved;
	struct stats_cpu cpu[16];
	struct stats_subject subject[64];
	struct stats_vcpu vcpu[64];
};
_Static_assert(sizeof(struct stats_vcpu) == 256 && sizeof(struct stats_subject) == 32 && sizeof(struct stats_cpu) == 64,
               "fixed layout");
#define STATS_BYTES ((sizeof(struct stats) + 4095) / 4096 * 4096)

#endif
