/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_PAGING_H
#define START_X86_64_PAGING_H

#include "start/system.h"

/*
 * The starter runs on the tables of entry.S: all of RAM, identity, plus the upper half with the core's stacks and windows.
 * paging_core() makes those of the core, which say exactly what it needs.
 */
void paging_start(void);     /* once the core is placed: stacks and windows of all CPUs */
uint64_t paging_reach(void); /* how far the identity map reaches */
/* W^X: image, controllers and `maps`. Returns the root for core_head.enter. */
uint64_t paging_core(const struct system_maps *maps);

#endif
