/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_SMP_H
#define START_X86_64_SMP_H

#include <stdint.h>

/*
 * CPU numbers: 0 is the calling CPU, then the firmware's order. Returns how many there are. `page`: free RAM below
 * 640 KiB, where the others begin; 0 = there is none, and they cannot be started.
 */
uint32_t smp_init(const uint32_t *ids, uint32_t count, uint64_t page);
/* At last: lets the CPUs that machine_cpus_start() has started enter the core with these page tables. */
void smp_release(uint64_t core_root);

#endif
