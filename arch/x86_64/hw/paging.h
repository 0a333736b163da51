/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_PAGING_H
#define ARCH_X86_64_HW_PAGING_H

#include <stdbool.h>
#include <stdint.h>
#include "core/machine.h"

/*
 * Start-up runs on the tables of boot/entry.S: all of RAM, identity, plus the upper half with stacks and windows.
 * machine_protect() replaces them with tables that say exactly what the core needs.
 */
void paging_start(void);     /* once, first: stacks and windows of all CPUs */
uint64_t paging_reach(void); /* how far the identity map reaches */
/* On a CPU other than the one that called machine_protect(): take over the final tables, if there are any. */
void paging_follow(void);

#endif
