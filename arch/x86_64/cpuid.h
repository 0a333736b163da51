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
struct cpuid_facts {
	uint32_t apic_id;
	uint32_t hypervisor; /* cpuid_hypervisor() of the table; any other value is slower, never wrong */
	uint64_t cr4;        /* of the guest */
	uint64_t xcr0;       /* of the guest; 0 counts as 1 */
};
/* regs in the order of enum cpuid_register. A leaf without a record: all zero. */
void cpuid_answer(const struct config_cpuid *table, uint32_t count, const struct cpuid_facts *facts, uint32_t leaf,
                  uint32_t subleaf, uint32_t regs[4]);
/* Index of the record of leaf 0x40000000, or 0: once, when the vCPU is opened. */
uint32_t cpuid_hypervisor(const struct config_cpuid *table, uint32_t count);

#endif
