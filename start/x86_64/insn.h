/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_INSN_H
#define START_X86_64_INSN_H

#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/insn.h"

/* What the starter alone asks of the CPU. */
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u
#define CR4_MCE (1u << 6)
#define CR4_SMEP (1u << 20)
#define CR4_SMAP (1u << 21)

/* regs in the order of enum cpuid_register */
static inline void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	__asm__ volatile("cpuid"
	                 : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
	                 : "a"(leaf), "c"(subleaf));
}

static inline uint64_t read_cr4(void)
{
	uint64_t value;
	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(uint64_t value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

#endif
