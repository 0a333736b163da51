/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/canary.h"
#include "lib/bytes.h"
#include "tests/guest/common/trap.h"

void canary_ymm_load(const void *at);
void canary_xmm_load(const void *at);
void canary_xmm_store(void *at);
void canary_x87_load(const void *at);
void canary_x87_store(void *at);
void canary_hold_at(uint64_t loops, const uint64_t in[16], uint64_t out[16], unsigned counter_is_rax);

#define CR4_OSFXSR (UINT64_C(3) << 9)
#define CR4_OSXSAVE (UINT64_C(1) << 18)
#define CR4_PKE (UINT64_C(1) << 22)
#define MSR_TSC_AUX 0xc0000103u
#define MSR_PAT 0x277u
static const uint32_t msrs[10] = {0x174,       0x175,       0x176,       0xc0000081u, 0xc0000082u,
                                  0xc0000083u, 0xc0000084u, 0xc0000100u, 0xc0000101u, 0xc0000102u};

const struct canary canary_reset = {
        .dr6 = 0xffff0ff0, .dr7 = 0x400, .pat = 0x0007040600070406, .mxcsr = 0x1f80, .fcw = 0x37f};

static void or_cr4(void *bits)
{
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | (uintptr_t)bits));
}

static void set_xcr0(void *value)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)(uintptr_t)value), "d"(0));
}

static uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

unsigned canary_open(void)
{
	unsigned features = 0;

	if (trap_call(or_cr4, (void *)CR4_OSFXSR) == TRAP_NONE)
		features |= CANARY_SSE;
	if (trap_call(or_cr4, (void *)CR4_OSXSAVE) == TRAP_NONE && trap_call(set_xcr0, (void *)7) == TRAP_NONE)
		features |= CANARY_AVX;
	if (trap_call(or_cr4, (void *)CR4_PKE) == TRAP_NONE)
		features |= CANARY_PKRU;
	return features;
}

/* Memory types that exist; the first entry, by which all of our memory is mapped, stays write-back. */
static uint64_t fit_pat(uint64_t value)
{
	static const uint8_t types[] = {0, 1, 4, 5, 6, 7, 6, 4};
	uint64_t pat = 6;

	for (unsigned i = 1; i < 8; i++)
		pat |= (uint64_t)types[value >> i * 4 & 7] << i * 8;
	return pat;
}

/* What a register cannot hold is cut: addresses are canonical, SYSENTER_CS has 16 bits, SFMASK and TSC_AUX have 32. */
static void fit(struct canary *canary, unsigned features)
{
	for (unsigned i = 0; i < 10; i++)
		canary->msr[i] &= UINT64_C(0x00007fffffffffff);
	canary->msr[0] &= 0xffff;
	canary->msr[6] &= 0xffffffffu;
	for (unsigned i = 0; i < 4; i++)
		canary->dr[i] &= UINT64_C(0x00007fffffffffff);
	canary->dr6 = canary_reset.dr6 | (canary->dr6 & 15);
	canary->dr7 = canary_reset.dr7 | (canary->dr7 << 16 & 0xffff0000); /* kinds and lengths; none is enabled */
	canary->pat = fit_pat(canary->pat);
	canary->xcr0 = features & CANARY_AVX ? 7 : 0;
	canary->mxcsr = features & CANARY_SSE ? canary_reset.mxcsr | (canary->mxcsr & 3) << 13 : 0; /* rounding */
	canary->fcw = canary_reset.fcw | (canary->fcw & 3) << 10;
	canary->tsc_aux = canary->tsc_aux >> 32;
	canary->pkru = features & CANARY_PKRU ? canary->pkru >> 32 : 0;
	for (unsigned i = 0; i < 16 && !(features & CANARY_AVX); i++)
		canary->ymm[i][2] = canary->ymm[i][3] = 0;
}

void canary_make(struct canary *canary, unsigned features, uint32_t seed)
{
	uint64_t *word = (uint64_t *)canary;

	for (unsigned i = 0; i < CANARY_WORDS; i++)
		word[i] = (uint64_t)seed << 32 | (i * 0x9e3779b1u ^ seed);
	fit(canary, features);
}

void canary_load(const struct canary *canary, unsigned features)
{
	if (features & CANARY_AVX)
		canary_ymm_load(canary->ymm);
	else if (features & CANARY_SSE)
		canary_xmm_load(canary->ymm);
	canary_x87_load(canary->x87);
	__asm__ volatile("fldcw %0" : : "m"(canary->fcw));
	if (features & CANARY_SSE)
		__asm__ volatile("ldmxcsr %0" : : "m"(canary->mxcsr));
	write_msr(MSR_PAT, canary->pat);
	__asm__ volatile("mov %0, %%db7" : : "r"(canary->dr7));
	__asm__ volatile("mov %0, %%db0" : : "r"(canary->dr[0]));
	__asm__ volatile("mov %0, %%db1" : : "r"(canary->dr[1]));
	__asm__ volatile("mov %0, %%db2" : : "r"(canary->dr[2]));
	__asm__ volatile("mov %0, %%db3" : : "r"(canary->dr[3]));
	__asm__ volatile("mov %0, %%db6" : : "r"(canary->dr6));
	__asm__ volatile("mov %0, %%cr2" : : "r"(canary->cr2));
	write_msr(MSR_TSC_AUX, canary->tsc_aux);
	if (features & CANARY_PKRU)
		__asm__ volatile("wrpkru" : : "a"((uint32_t)canary->pkru), "c"(0), "d"(0));
	for (unsigned i = 0; i < 10; i++)
		write_msr(msrs[i], canary->msr[i]);
}

static uint64_t read_tsc_aux(void)
{
	uint32_t aux;

	__asm__ volatile("rdtscp" : "=c"(aux) : : "rax", "rdx");
	return aux;
}

static uint64_t read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

void canary_store(struct canary *canary, unsigned features)
{
	memset(canary, 0, sizeof(*canary));
	if (features & CANARY_AVX)
		canary_ymm_store(canary->ymm);
	else if (features & CANARY_SSE)
		canary_xmm_store(canary->ymm);
	__asm__ volatile("fnstcw %0" : "=m"(canary->fcw));
	canary_x87_store(canary->x87);
	__asm__ volatile("fldcw %0" : : "m"(canary->fcw));
	if (features & CANARY_SSE)
		__asm__ volatile("stmxcsr %0" : "=m"(canary->mxcsr));
	if (features & CANARY_AVX)
		canary->xcr0 = read_xcr0();
	canary->pat = read_msr(MSR_PAT);
	__asm__ volatile("mov %%db7, %0" : "=r"(canary->dr7));
	__asm__ volatile("mov %%db0, %0" : "=r"(canary->dr[0]));
	__asm__ volatile("mov %%db1, %0" : "=r"(canary->dr[1]));
	__asm__ volatile("mov %%db2, %0" : "=r"(canary->dr[2]));
	__asm__ volatile("mov %%db3, %0" : "=r"(canary->dr[3]));
	__asm__ volatile("mov %%db6, %0" : "=r"(canary->dr6));
	__asm__ volatile("mov %%cr2, %0" : "=r"(canary->cr2));
	canary->tsc_aux = read_tsc_aux();
	if (features & CANARY_PKRU) {
		uint32_t pkru;
		__asm__ volatile("rdpkru" : "=a"(pkru) : "c"(0) : "rdx");
		canary->pkru = pkru;
	}
	for (unsigned i = 0; i < 10; i++)
		canary->msr[i] = read_msr(msrs[i]);
}

unsigned canary_hold(uint64_t loops, uint32_t seed)
{
	static unsigned calls;
	uint64_t in[16], out[16];
	unsigned changed = 0, counter = calls++ & 1 ? 0 : 1;

	for (unsigned i = 0; i < 16; i++)
		in[i] = (uint64_t)seed << 32 | i * 0x01010101u;
	canary_hold_at(loops, in, out, counter == 0);
	for (unsigned i = 0; i < 16; i++)
		changed += out[i] != (i == counter ? 0 : in[i]);
	return changed;
}

unsigned canary_compare(const struct canary *found, const struct canary *wanted, unsigned *where)
{
	const uint64_t *a = (const uint64_t *)found, *b = (const uint64_t *)wanted;
	unsigned different = 0;

	for (unsigned i = 0; i < CANARY_WORDS; i++) {
		/* protection keys are hidden from subjects: who uses them loses them, but sees nobody else's */
		if (a[i] == b[i] || (&a[i] == &found->pkru && !a[i]))
			continue;
		if (!different++)
			*where = i;
	}
	return different;
}

unsigned canary_search(const struct canary *found, uint32_t seed)
{
	const uint64_t *word = (const uint64_t *)found;
	unsigned hits = 0;

	for (unsigned i = 0; i < CANARY_WORDS; i++)
		hits += word[i] >> 32 == seed || word[i] == seed;
	return hits;
}
