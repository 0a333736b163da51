/* SPDX-License-Identifier: ISC */
#ifndef START_SYSTEM_H
#define START_SYSTEM_H

#include "start/machine.h"

/* What the core will have mapped besides its image and the interrupt controllers. */
struct system_map {
	uint64_t base, size;
	bool writable;
};
#define SYSTEM_MAPS (4 + CONFIG_MAX_REGIONS) /* configuration, tables, vCPUs, sums; regions */
struct system_maps {
	struct system_map map[SYSTEM_MAPS];
	uint32_t count;
};
/*
 * Checks the package, places and builds all that never changes, starts the CPUs, and fills `system`, but for constant[0],
 * which is the caller's: whole steps of the self test. On any mistake says
 * what and where on the console and stops: then no subject has run.
 */
/* Last of all, when nothing will be written any more: the sums of the self test. */
void system_seal(struct system *system);
void system_build(const struct boot_info *boot, struct system *system, struct system_maps *maps);
_Noreturn void system_refuse(const char *what, const char *where, uint64_t value);

#endif
