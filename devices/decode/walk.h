/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_WALK_H
#define DEVICES_DECODE_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/guest_memory.h"

/*
 * The guest's own page walk: linear to guest-physical address, as the guest's CPU would do it now. No paging, 2-level
 * (with PSE and PSE-36), PAE and 4-level tables; CR0.WP, EFER.NXE, SMEP, SMAP with RFLAGS.AC, U/S by CPL; Accessed and
 * Dirty are set by compare-and-swap. 5-level tables are not offered (CPUID hides them) and refused.
 */
struct walk_cpu {
	uint64_t cr0, cr3, cr4, efer, rflags;
	unsigned cpl;
	unsigned physical_bits; /* address bits above are reserved in table entries */
};

/* What the access is; the values of #PF error-code bits (SDM 3A 4.7, APM 2 8.4.2). */
#define WALK_READ 0u
#define WALK_PRESENT 1u
#define WALK_WRITE 2u
#define WALK_USER 4u
#define WALK_RESERVED 8u
#define WALK_FETCH 16u
#define WALK_SYSTEM 0x100u /* beside the others: the CPU's own, of a descriptor: as CPL 0, and SMAP without AC */

enum walk_answer {
	WALK_OK,
	WALK_FAULT, /* #PF with result.error; CR2 is the address asked for */
	WALK_AGAIN, /* another vCPU changed the tables under the walk: let the guest execute the instruction again */
	WALK_UNSUPPORTED /* 5-level tables */
};
#define WALK_LEVELS 4u /* walk_same names each */
struct walk_step {
	void *entry; /* 0 = outside RAM */
	uint64_t seen;
};
struct walk_result {
	uint64_t gpa;
	uint64_t left;  /* bytes from gpa to the end of its page, at least 1 */
	uint32_t error; /* WALK_FAULT: the error code */
	/* WALK_OK with paging: the entries it read, as they are now. The answer follows from them and the CPU's state. */
	uint8_t count, entry_bytes;
	bool wide; /* all are in RAM and of eight bytes: then the first is repeated until step[] is full */
	struct walk_step step[WALK_LEVELS];
};
static inline uint64_t walk_step_differs(const struct walk_step *step)
{
	return __atomic_load_n((const uint64_t *)step->entry, __ATOMIC_ACQUIRE) ^ step->seen;
}
/* Are they all what they were? In the usual case without a loop: it is asked at every access to a device. */
static inline bool walk_same(const struct walk_result *result)
{
	const struct walk_step *step = result->step;
	if (result->wide)
		return (walk_step_differs(step) | walk_step_differs(step + 1) | walk_step_differs(step + 2) |
		        walk_step_differs(step + 3)) == 0;
	for (unsigned i = result->count; i-- > 0;) {
		const void *entry = result->step[i].entry;
		if (!entry)
			return false;
		if ((result->entry_bytes == 8
		             ? __atomic_load_n((const uint64_t *)entry, __ATOMIC_ACQUIRE)
		             : __atomic_load_n((const uint32_t *)entry, __ATOMIC_ACQUIRE)) != result->step[i].seen)
			return false;
	}
	return true;
}

/* `access` is WALK_READ, WALK_WRITE or WALK_FETCH, with or without WALK_SYSTEM; user or supervisor follows from cpl. */
enum walk_answer walk(const struct guest_memory *memory, const struct walk_cpu *cpu, uint64_t linear, unsigned access,
                      struct walk_result *result);

#endif
