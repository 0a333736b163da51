/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_CPUID_H
#define ARCH_X86_64_CPUID_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"

/*
 * What CPUID answers a guest: the description's table (sorted by leaf and sub-leaf, checked by lib/config.c) and what
 * only the core knows of the vCPU. Pure; at most 2 + log2(count) records are looked at, plus those of one leaf.
 */
#define CPUID_LEAF_HYPERVISOR 0x40000000u
struct cpuid_facts {
	uint32_t apic_id;
	uint32_t hypervisor; /* cpuid_index() of leaf 0x40000000; any other value is slower, never wrong */
	uint64_t cr4;        /* of the guest */
	uint64_t xcr0;       /* of the guest; 0 counts as 1 */
};
/* regs in the order of enum cpuid_register. A leaf without a record: all zero. */
void cpuid_answer(const struct config_cpuid *table, uint32_t count, const struct cpuid_facts *facts, uint32_t leaf,
                  uint32_t subleaf, uint32_t regs[4]);
/* Index of a leaf's first record, or 0. */
uint32_t cpuid_index(const struct config_cpuid *table, uint32_t count, uint32_t leaf);

#endif
