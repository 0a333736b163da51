/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/cpuid.h"

/*
 * The record of (leaf, sub-leaf) is the last one not above it, if its leaf is the same and its sub-leaf fits; so one
 * search serves records for one sub-leaf and for all of them. The first leaf of the basic and of the hypervisor range
 * are asked most (leaf 0 serves as a fence instruction) and are found without a search. Fix-ups: APM 3 E.3, SDM 2A CPUID.
 */
#define LEAF_BULKHEAD 0x40000100u
#define CR4_OSXSAVE (UINT64_C(1) << 18)
#define CPUID1_OSXSAVE (1u << 27)
#define XSAVE_LEGACY_BYTES 576u /* FXSAVE image and header */
#define XSAVE_AVX_BYTES 256u    /* follows directly in both forms (APM 2 11.5.2) */
#define CPUID_D1_COMPACTS 0xau  /* XSAVEC or XSAVES */

static uint64_t key(uint32_t leaf, uint32_t subleaf)
{
	return (uint64_t)leaf << 32 | subleaf;
}

/* Last record with a key not above `wanted`; the first one if all are above. */
static const struct config_cpuid *search(const struct config_cpuid *table, uint32_t count, uint64_t wanted)
{
	while (count > 1) {
		uint32_t half = count / 2;
		if (key(table[half].leaf, table[half].subleaf) <= wanted)
			table += half;
		count -= half;
	}
	return table;
}

static uint32_t xsave_bytes(uint64_t xcr0)
{
	return XSAVE_LEGACY_BYTES + (xcr0 & 4 ? XSAVE_AVX_BYTES : 0);
}

static void fix_features(const struct cpuid_facts *facts, uint32_t subleaf, uint32_t regs[4])
{
	(void)subleaf;
	regs[CPUID_EBX] = (regs[CPUID_EBX] & 0x00ffffffu) | facts->apic_id << 24;
	regs[CPUID_ECX] &= ~CPUID1_OSXSAVE;
	if (facts->cr4 & CR4_OSXSAVE)
		regs[CPUID_ECX] |= CPUID1_OSXSAVE;
}

/* Also of a level that does not exist: EDX is the x2APIC id, ECX[7:0] the sub-leaf asked for. */
static void fix_topology(const struct cpuid_facts *facts, uint32_t subleaf, uint32_t regs[4])
{
	regs[CPUID_ECX] = (regs[CPUID_ECX] & ~0xffu) | (subleaf & 0xffu);
	regs[CPUID_EDX] = facts->apic_id;
}

static void fix_xsave(const struct cpuid_facts *facts, uint32_t subleaf, uint32_t regs[4])
{
	if (subleaf == 0 || (subleaf == 1 && regs[CPUID_EAX] & CPUID_D1_COMPACTS))
		regs[CPUID_EBX] = xsave_bytes(facts->xcr0);
}

typedef void fix(const struct cpuid_facts *facts, uint32_t subleaf, uint32_t regs[4]);
static fix *const fixes[0x20] = {
        [0x01] = fix_features, [0x0b] = fix_topology, [0x0d] = fix_xsave, [0x1f] = fix_topology};

static void give(const struct config_cpuid *record, uint32_t regs[4])
{
	regs[CPUID_EAX] = record->eax;
	regs[CPUID_EBX] = record->ebx;
	regs[CPUID_ECX] = record->ecx;
	regs[CPUID_EDX] = record->edx;
}

static const struct config_cpuid none;
static const struct config_cpuid bulkhead = {
        .eax = LEAF_BULKHEAD, .ebx = 0x6b6c7542, .ecx = 0x64616568, .edx = 0x65707948};

static void answer_searched(const struct config_cpuid *table, uint32_t count, const struct cpuid_facts *facts,
                            uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	give(&none, regs);
	if (leaf == LEAF_BULKHEAD)
		give(&bulkhead, regs);
	if (leaf == LEAF_BULKHEAD || count == 0)
		return;
	const struct config_cpuid *record = search(table, count, key(leaf, subleaf));
	if (record->leaf != leaf)
		return;
	if (!(record->flags & CPUID_SUBLEAF) || record->subleaf == subleaf)
		give(record, regs);
	if (leaf < sizeof(fixes) / sizeof(fixes[0]) && fixes[leaf])
		fixes[leaf](facts, subleaf, regs);
}

void cpuid_answer(const struct config_cpuid *table, uint32_t count, const struct cpuid_facts *facts, uint32_t leaf,
                  uint32_t subleaf, uint32_t regs[4])
{
	uint32_t guess = leaf ? facts->hypervisor : 0;
	if ((leaf & ~CPUID_LEAF_HYPERVISOR) == 0 && guess < count && table[guess].leaf == leaf &&
	    !(table[guess].flags & CPUID_SUBLEAF))
		give(&table[guess], regs);
	else
		answer_searched(table, count, facts, leaf, subleaf, regs);
}

uint32_t cpuid_index(const struct config_cpuid *table, uint32_t count, uint32_t leaf)
{
	if (count == 0)
		return 0;
	const struct config_cpuid *record = search(table, count, key(leaf, 0));
	return record->leaf == leaf ? (uint32_t)(record - table) : 0;
}
