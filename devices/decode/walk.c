/* SPDX-License-Identifier: ISC */
/*
 * The four paging modes differ only in a table of levels: where the index stands, how wide an entry is, whether a large
 * page can end the walk there. One loop follows the levels and collects rights; nothing is written before all of them
 * have been checked, so a faulting walk leaves no trace. (Hardware may set Accessed on the way to a fault; it need not:
 * SDM 3A 4.8.) A table outside RAM reads as all ones, as on a bus where nobody answers.
 */
#include "devices/decode/walk.h"

enum { CR0_WP = 1u << 16, CR4_PSE = 1u << 4, CR4_PAE = 1u << 5, CR4_LA57 = 1u << 12 };
enum { CR4_SMEP = 1u << 20, CR4_SMAP = 1u << 21, EFER_LMA = 1u << 10, EFER_NXE = 1u << 11, RFLAGS_AC = 1u << 18 };
#define CR0_PG (UINT64_C(1) << 31)
enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, PTE_A = 32, PTE_D = 64, PTE_PS = 128 };
#define PTE_NX (UINT64_C(1) << 63)
#define BITS(high, low) ((~UINT64_C(0) >> (63 - (high))) & (~UINT64_C(0) << (low)))
#define LEVELS_MAX WALK_LEVELS

struct level {
	uint8_t shift;  /* lowest linear-address bit of the index */
	uint8_t bits;   /* of the index */
	bool large;     /* PS ends the walk here */
	bool no_rights; /* PAE's top level: no R/W, U/S, NX or Accessed bits */
};
struct mode {
	unsigned level_count, entry_bytes;
	struct level level[LEVELS_MAX];
};
static const struct mode two_level = {2, 4, {{22, 10, true, false}, {12, 10, false, false}}};
static const struct mode pae = {3, 8, {{30, 2, false, true}, {21, 9, true, false}, {12, 9, false, false}}};
static const struct mode four_level = {
        4, 8, {{39, 9, false, false}, {30, 9, true, false}, {21, 9, true, false}, {12, 9, false, false}}};

struct step {
	void *entry; /* 0 = outside RAM */
	uint64_t seen;
	bool accessed; /* has an Accessed bit */
};

static const struct mode *mode_of(const struct walk_cpu *cpu)
{
	if (cpu->efer & EFER_LMA)
		return &four_level;
	return cpu->cr4 & CR4_PAE ? &pae : &two_level;
}

static uint64_t table_base(const struct walk_cpu *cpu, const struct mode *mode)
{
	if (mode == &four_level)
		return cpu->cr3 & BITS(51, 12);
	return mode == &pae ? cpu->cr3 & BITS(31, 5) : cpu->cr3 & BITS(31, 12);
}

static uint64_t load(const struct mode *mode, const void *entry)
{
	if (!entry)
		return mode->entry_bytes == 4 ? UINT32_MAX : UINT64_MAX;
	if (mode->entry_bytes == 4)
		return __atomic_load_n((const uint32_t *)entry, __ATOMIC_ACQUIRE);
	return __atomic_load_n((const uint64_t *)entry, __ATOMIC_ACQUIRE);
}

/* Sets bits in an entry that still is what the walk saw. */
static bool mark(const struct mode *mode, const struct step *step, uint64_t bits)
{
	if (!step->entry || (step->seen & bits) == bits)
		return true;
	if (mode->entry_bytes == 4) {
		uint32_t seen = (uint32_t)step->seen;
		return __atomic_compare_exchange_n((uint32_t *)step->entry, &seen, seen | (uint32_t)bits, false,
		                                   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	}
	uint64_t seen = step->seen;
	return __atomic_compare_exchange_n((uint64_t *)step->entry, &seen, seen | bits, false, __ATOMIC_ACQ_REL,
	                                   __ATOMIC_RELAXED);
}

/* Bits that must be zero in a present entry (SDM 3A 4.3 to 4.5). */
static uint64_t reserved_bits(const struct walk_cpu *cpu, const struct mode *mode, const struct level *level, bool leaf)
{
	if (mode == &two_level)
		return leaf && level->shift == 22 ? BITS(21, 21) : 0;
	uint64_t reserved = cpu->physical_bits < 52 ? BITS(51, cpu->physical_bits) : 0;
	if (mode == &pae)
		reserved |= BITS(62, 52);
	if (level->no_rights)
		return reserved | PTE_NX | BITS(8, 5) | BITS(2, 1);
	if (!(cpu->efer & EFER_NXE))
		reserved |= PTE_NX;
	if (leaf && level->shift > 12)
		reserved |= BITS(level->shift - 1u, 13);
	if (!leaf && level->shift == 39)
		reserved |= PTE_PS;
	return reserved;
}

static uint64_t page_base(const struct mode *mode, const struct level *level, uint64_t entry)
{
	if (mode == &two_level) {
		if (level->shift == 22) /* PSE-36: bits 20..13 are address bits 39..32 */
			return (entry & BITS(31, 22)) | (entry & BITS(20, 13)) << 19;
		return entry & BITS(31, 12);
	}
	return entry & BITS(51, level->shift);
}

static bool may(const struct walk_cpu *cpu, unsigned access, bool user, uint64_t rights)
{
	bool user_page = rights & PTE_U;
	if (user && !user_page)
		return false;
	if (access & WALK_FETCH)
		return !(rights & PTE_NX) && !(!user && user_page && (cpu->cr4 & CR4_SMEP));
	if (!user && user_page && (cpu->cr4 & CR4_SMAP) && (!(cpu->rflags & RFLAGS_AC) || (access & WALK_SYSTEM)))
		return false;
	if ((access & WALK_WRITE) && !(rights & PTE_W))
		return !user && !(cpu->cr0 & CR0_WP);
	return true;
}

static enum walk_answer fault(const struct walk_cpu *cpu, const struct mode *mode, unsigned access, bool user,
                              uint32_t why, struct walk_result *result)
{
	result->error = why | (access & WALK_WRITE) | (user ? WALK_USER : 0u);
	if ((access & WALK_FETCH) && ((cpu->cr4 & CR4_SMEP) || (mode->entry_bytes == 8 && (cpu->efer & EFER_NXE))))
		result->error |= WALK_FETCH;
	return WALK_FAULT;
}

static enum walk_answer mark_all(const struct mode *mode, const struct step *step, unsigned count, unsigned access,
                                 struct walk_result *result)
{
	result->count = (uint8_t)count;
	result->entry_bytes = (uint8_t)mode->entry_bytes;
	result->wide = mode->entry_bytes == 8;
	for (unsigned i = 0; i < count; i++) {
		uint64_t bits = step[i].accessed ? PTE_A : 0u;
		if (i == count - 1 && (access & WALK_WRITE))
			bits |= PTE_D;
		if (!mark(mode, &step[i], bits))
			return WALK_AGAIN;
		result->step[i] = (struct walk_step){step[i].entry, step[i].seen | bits};
		if (!step[i].entry)
			result->wide = false;
	}
	for (unsigned i = count; i < LEVELS_MAX; i++)
		result->step[i] = result->step[0];
	return WALK_OK;
}

enum walk_answer walk(const struct guest_memory *memory, const struct walk_cpu *cpu, uint64_t linear, unsigned access,
                      struct walk_result *result)
{
	if (!(cpu->cr0 & CR0_PG)) {
		result->gpa = (uint32_t)linear;
		result->left = 4096 - (linear & 4095);
		result->count = 0;
		result->wide = false;
		return WALK_OK;
	}
	const struct mode *mode = mode_of(cpu);
	if (mode == &four_level && (cpu->cr4 & CR4_LA57))
		return WALK_UNSUPPORTED;
	if (mode != &four_level)
		linear = (uint32_t)linear;
	bool user = cpu->cpl == 3 && !(access & WALK_SYSTEM);
	uint64_t base = table_base(cpu, mode), rights = PTE_W | PTE_U;
	struct step step[LEVELS_MAX];
	for (unsigned i = 0; i < mode->level_count; i++) {
		const struct level *level = &mode->level[i];
		uint64_t index = linear >> level->shift & BITS(level->bits - 1u, 0);
		step[i].entry = guest_memory_at(memory, base + index * mode->entry_bytes, mode->entry_bytes);
		uint64_t entry = step[i].seen = load(mode, step[i].entry);
		step[i].accessed = !level->no_rights;
		if (!(entry & PTE_P))
			return fault(cpu, mode, access, user, 0, result);
		bool large = level->large && (entry & PTE_PS) && (mode != &two_level || (cpu->cr4 & CR4_PSE));
		bool leaf = large || i == mode->level_count - 1;
		if (entry & reserved_bits(cpu, mode, level, leaf))
			return fault(cpu, mode, access, user, WALK_PRESENT | WALK_RESERVED, result);
		if (!level->no_rights)
			rights = (rights & (entry | ~(uint64_t)(PTE_W | PTE_U))) | (entry & PTE_NX);
		if (!leaf) {
			base = entry & (mode == &two_level ? BITS(31, 12) : BITS(51, 12));
			continue;
		}
		if (!may(cpu, access, user, rights))
			return fault(cpu, mode, access, user, WALK_PRESENT, result);
		uint64_t offset = linear & BITS(level->shift - 1u, 0);
		result->gpa = page_base(mode, level, entry) | offset;
		result->left = (UINT64_C(1) << level->shift) - offset;
		return mark_all(mode, step, i + 1, access, result);
	}
	return WALK_UNSUPPORTED;
}
