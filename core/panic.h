/* SPDX-License-Identifier: ISC */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

#include <stdint.h>
#include "core/cpu.h"

/*
 * A broken promise inside the core, or an exception in it: writes the crash record, says so on the console and stops
 * every CPU in the safe state. Of several CPUs the first one writes the record. Never for anything that a subject can
 * cause. The record lies in a page of its own (machine_crash_page), so it survives a warm reboot; the next start reports it
 * as an audit record.
 */
_Noreturn void core_panic(unsigned vector, uint64_t error, uint64_t rip, uint64_t detail);
#define PANIC_CHECK 256u   /* vector of a failed CHECK; `error` = line */
#define PANIC_SUBJECT 257u /* a subject's fault policy asked for the system's safe state; `error` = enum fault */
_Noreturn void panic_check(const char *file, unsigned line);
#define CHECK(condition) ((condition) ? (void)0 : panic_check(__FILE__, __LINE__))

#define CRASH_MAGIC UINT64_C(0x4853415243484b42)
struct crash_record {
	uint64_t magic, check; /* check: sum of the words behind it */
	uint64_t vector, error, rip, detail, cpu, time;
	uint64_t flight_next;
	struct flight flight[FLIGHT_COUNT];
};
_Static_assert(sizeof(struct crash_record) <= 4096, "one page");
/* At start-up: 0, or the record of the boot before (and forgets it). */
const struct crash_record *panic_record(void);

#endif
