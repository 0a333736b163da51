/* SPDX-License-Identifier: ISC */
/*
 * The CPU that a subject sees, as two tables: an AMD one where the host is (APM 3 appendix E), else an Intel one (SDM 2A
 * CPUID), because a kernel takes from the vendor how its programs enter it and which leaks it defends itself against. Both
 * have the same leaves, so neither is longer. A level is that of the x86-64 psABI; what the core or a
 * layer does not emulate is hidden: SVM, VMX, MCA, MTRR, MONITOR, PMU, SMT, RDTSCP, PCID. The local-APIC features (x2APIC,
 * TSC deadline, ARAT) are given on any host, because the core emulates them. A guest finds KVM's leaf, without which
 * Linux gives up x2APIC as soon as there is an IOAPIC; ours is at 0x40000100.
 */
#include <string.h>
#include "abi/info.h"
#include "tools/cpuid_level.h"

#define BIT(n) (1u << (n))
enum { V2 = 1, V3 = 2 };

struct feature {
	const char *name; /* as Linux spells it */
	uint32_t leaf, reg, bit;
	unsigned levels; /* part of which levels; 0 = only by features="..." */
};
/* What must be there on the host, and is shown to the subject. */
static const struct feature features[] = {
        {"pni", 1, CPUID_ECX, 0, V2 | V3},
        {"ssse3", 1, CPUID_ECX, 9, V2 | V3},
        {"cx16", 1, CPUID_ECX, 13, V2 | V3},
        {"sse4_1", 1, CPUID_ECX, 19, V2 | V3},
        {"sse4_2", 1, CPUID_ECX, 20, V2 | V3},
        {"popcnt", 1, CPUID_ECX, 23, V2 | V3},
        {"lahf_lm", 0x80000001, CPUID_ECX, 0, V2 | V3},
        {"nx", 0x80000001, CPUID_EDX, 20, V2 | V3},
        {"lm", 0x80000001, CPUID_EDX, 29, V2 | V3},
        {"fma", 1, CPUID_ECX, 12, V3},
        {"movbe", 1, CPUID_ECX, 22, V3},
        {"xsave", 1, CPUID_ECX, 26, V3},
        {"avx", 1, CPUID_ECX, 28, V3},
        {"f16c", 1, CPUID_ECX, 29, V3},
        {"bmi1", 7, CPUID_EBX, 3, V3},
        {"avx2", 7, CPUID_EBX, 5, V3},
        {"bmi2", 7, CPUID_EBX, 8, V3},
        {"abm", 0x80000001, CPUID_ECX, 5, V3},
        {"rdrand", 1, CPUID_ECX, 30, 0},
        {"aes", 1, CPUID_ECX, 25, 0},
        {"pclmulqdq", 1, CPUID_ECX, 1, 0},
        {"rdseed", 7, CPUID_EBX, 18, 0},
        {"smep", 7, CPUID_EBX, 7, 0},
        {"smap", 7, CPUID_EBX, 20, 0},
        {"fsgsbase", 7, CPUID_EBX, 0, 0},
        {"erms", 7, CPUID_EBX, 9, 0},
        {"pdpe1gb", 0x80000001, CPUID_EDX, 26, 0},
};
_Static_assert(COUNT_OF(features) <= CPUID_FEATURE_UNKNOWN, "one bit each in described_subject.features");

unsigned cpuid_feature_find(const char *name)
{
	for (unsigned i = 0; i < COUNT_OF(features); i++)
		if (!features[i].levels && !strcmp(features[i].name, name))
			return i;
	return CPUID_FEATURE_UNKNOWN;
}

const char *cpuid_feature_list(struct compiler *compiler)
{
	const char *list = "";
	for (unsigned i = 0; i < COUNT_OF(features); i++)
		if (!features[i].levels)
			list = report_print(&compiler->report, "%s%s%s", list, *list ? ", " : "", features[i].name);
	return list;
}

static bool has_feature(const struct described_subject *subject, unsigned feature)
{
	unsigned level = subject->level == 1 ? V3 : V2;
	return features[feature].levels & level || subject->features & BIT(feature);
}

static void apply_features(const struct described_subject *subject, struct config_cpuid *row)
{
	uint32_t *regs[] = {&row->eax, &row->ebx, &row->ecx, &row->edx};
	for (unsigned i = 0; i < COUNT_OF(features); i++)
		if (has_feature(subject, i) && features[i].leaf == row->leaf)
			*regs[features[i].reg] |= BIT(features[i].bit);
}

static void add(struct image *image, const struct described_subject *subject, struct config_cpuid row)
{
	apply_features(subject, &row);
	*IMAGE_ROW(image, config_cpuid, TABLE_CPUID) = row;
}

/* FPU VME DE PSE TSC MSR PAE CX8 APIC SEP PGE CMOV PAT PSE36 CLFSH MMX FXSR SSE SSE2 */
#define EDX_BASE                                                                                              \
	(BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(8) | BIT(9) | BIT(11) | BIT(13) | \
	 BIT(15) | BIT(16) | BIT(17) | BIT(19) | BIT(23) | BIT(24) | BIT(25) | BIT(26))
#define EDX_HTT BIT(28)
#define EDX_MTRR BIT(12)
/* AMD repeats most of leaf 1 in 8000_0001; bit 11 is SYSCALL there, bits 19, 25, 26 are something else */
#define EDX_AMD (EDX_BASE & ~(BIT(19) | BIT(25) | BIT(26)))
#define EDX_SYSCALL BIT(11)
#define ECX_X2APIC BIT(21)
#define ECX_TSC_DEADLINE BIT(24)
#define ECX_HYPERVISOR BIT(31)
#define ECX_CMP_LEGACY BIT(1)
#define KVM_CLOCKSOURCE2 BIT(3)
#define KVM_CLOCKSOURCE_STABLE BIT(24)

/* A row of each table where they differ. */
static void add_of(struct image *image, const struct described_subject *s, enum cpu_vendor vendor,
                   struct config_cpuid amd, struct config_cpuid intel)
{
	add(image, s, vendor == VENDOR_AMD ? amd : intel);
}

static uint32_t signature_amd(uint64_t family)
{
	uint32_t extended = (uint32_t)family - 0xf;
	return extended << 20 | 0xf << 8 | 1 << 4 | 2;
}
/*
 * Family 6, model 60, stepping 3: Haswell, the first with all of x86-64-v3. Linux then defends itself against Meltdown,
 * L1TF and MDS; of a later model it would expect controls (IBRS, ARCH_CAPABILITIES) that the core does not emulate.
 */
#define SIGNATURE_INTEL 0x306c3u

static uint32_t count_shift(uint32_t count)
{
	uint32_t shift = 0;
	while ((1u << shift) < count)
		shift++;
	return shift;
}

/* SDM 2A CPUID, leaf 4: a cache of 64-byte lines in 8 ways, of each core its own. The level after the last is zero. */
enum cache_type { CACHE_DATA = 1, CACHE_CODE, CACHE_UNIFIED };
static void add_cache(struct image *image, const struct described_subject *s, enum cpu_vendor vendor, uint32_t subleaf,
                      enum cache_type type, uint32_t level, uint32_t kib)
{
	struct config_cpuid row = {.leaf = 4, .subleaf = subleaf, .flags = CPUID_SUBLEAF}, intel = row;
	uint32_t core_ids = 1u << count_shift((uint32_t)s->cpus);
	intel.eax = (core_ids - 1) << 26 | BIT(8) | level << 5 | type;
	intel.ebx = (8u - 1) << 22 | (64 - 1);
	intel.ecx = kib * 1024 / 64 / 8 - 1;
	add_of(image, s, vendor, row, intel);
}

/* What programs ask for the size of their copies; a CPU without caches would make them bypass these. */
static void cache_leaves(struct image *image, const struct described_subject *s, enum cpu_vendor vendor)
{
	/* AL is always 1; descriptor FFh: see leaf 4 */
	add_of(image, s, vendor, (struct config_cpuid){.leaf = 2}, (struct config_cpuid){.leaf = 2, .eax = 0xff01});
	add_cache(image, s, vendor, 0, CACHE_DATA, 1, 32);
	add_cache(image, s, vendor, 1, CACHE_CODE, 1, 32);
	add_cache(image, s, vendor, 2, CACHE_UNIFIED, 2, 512);
}

static void basic_leaves(struct image *image, const struct described_subject *s, enum cpu_vendor vendor)
{
	uint32_t count = (uint32_t)s->cpus;
	bool smp = count > 1;
	add_of(image, s, vendor,
	       (struct config_cpuid){.leaf = 0, .eax = 0xd, .ebx = 0x68747541, .ecx = 0x444d4163, .edx = 0x69746e65},
	       (struct config_cpuid){.leaf = 0, .eax = 0xd, .ebx = 0x756e6547, .ecx = 0x6c65746e, .edx = 0x49656e69});
	add(image, s,
	    (struct config_cpuid){.leaf = 1,
	                          .eax = vendor == VENDOR_AMD ? signature_amd(s->family) : SIGNATURE_INTEL,
	                          .ebx = 8u << 8 | count << 16,
	                          .ecx = ECX_X2APIC | ECX_TSC_DEADLINE | ECX_HYPERVISOR,
	                          .edx = EDX_BASE | (smp ? EDX_HTT : 0) | (s->boot == BOOT_FIRMWARE ? EDX_MTRR : 0)});
	cache_leaves(image, s, vendor);
	add(image, s, (struct config_cpuid){.leaf = 6, .eax = BIT(2)});
	add(image, s, (struct config_cpuid){.leaf = 7, .subleaf = 0, .flags = CPUID_SUBLEAF});
	if (smp) {
		add(image, s, (struct config_cpuid){.leaf = 0xb, .flags = CPUID_SUBLEAF, .ebx = 1, .ecx = 0x100});
		add(image, s,
		    (struct config_cpuid){.leaf = 0xb,
		                          .subleaf = 1,
		                          .flags = CPUID_SUBLEAF,
		                          .eax = count_shift(count),
		                          .ebx = count,
		                          .ecx = 0x201});
	}
	if (s->fpu == 2) {
		/* x87, SSE, AVX: 512 bytes, header of 64, 256 for the upper halves of YMM at 576 */
		add(image, s,
		    (struct config_cpuid){.leaf = 0xd, .flags = CPUID_SUBLEAF, .eax = 7, .ebx = 832, .ecx = 832});
		add(image, s, (struct config_cpuid){.leaf = 0xd, .subleaf = 1, .flags = CPUID_SUBLEAF});
		add(image, s,
		    (struct config_cpuid){.leaf = 0xd, .subleaf = 2, .flags = CPUID_SUBLEAF, .eax = 256, .ebx = 576});
	} else {
		add(image, s, (struct config_cpuid){.leaf = 0xd});
	}
}

static void hypervisor_leaves(struct image *image, const struct described_subject *s)
{
	if (s->kind == KIND_GUEST) {
		add(image, s,
		    (struct config_cpuid){
		            .leaf = 0x40000000, .eax = 0x40000001, .ebx = 0x4b4d564b, .ecx = 0x564b4d56, .edx = 0x4d});
		add(image, s,
		    (struct config_cpuid){.leaf = 0x40000001, .eax = KVM_CLOCKSOURCE2 | KVM_CLOCKSOURCE_STABLE});
	}
	/* "BulkheadCore"; the core fills in the rest */
	add(image, s,
	    (struct config_cpuid){
	            .leaf = 0x40000100, .eax = 0x40000100, .ebx = 0x6b6c7542, .ecx = 0x64616568, .edx = 0x65726f43});
}

static void brand_leaves(struct image *image, const struct described_subject *s)
{
	char brand[48] = "Bulkhead virtual CPU";
	strcat(brand, s->level == 1 ? " (x86-64-v3)" : " (x86-64-v2)");
	for (uint32_t i = 0; i < 3; i++) {
		struct config_cpuid row = {.leaf = 0x80000002 + i};
		memcpy(&row.eax, brand + i * 16, 4);
		memcpy(&row.ebx, brand + i * 16 + 4, 4);
		memcpy(&row.ecx, brand + i * 16 + 8, 4);
		memcpy(&row.edx, brand + i * 16 + 12, 4);
		add(image, s, row);
	}
}

static void extended_leaves(struct image *image, const struct described_subject *s, enum cpu_vendor vendor)
{
	uint32_t count = (uint32_t)s->cpus;
	add_of(image, s, vendor,
	       (struct config_cpuid){
	               .leaf = 0x80000000, .eax = 0x80000008, .ebx = 0x68747541, .ecx = 0x444d4163, .edx = 0x69746e65},
	       (struct config_cpuid){.leaf = 0x80000000, .eax = 0x80000008});
	add_of(image, s, vendor,
	       (struct config_cpuid){.leaf = 0x80000001,
	                             .eax = signature_amd(s->family),
	                             .ecx = count > 1 ? ECX_CMP_LEGACY : 0,
	                             .edx = EDX_AMD | (s->boot == BOOT_FIRMWARE ? EDX_MTRR : 0)},
	       (struct config_cpuid){.leaf = 0x80000001, .edx = EDX_SYSCALL});
	brand_leaves(image, s);
	/* L1 32 KiB + 64 KiB, L2 512 KiB, 64-byte lines: what Linux prints, nothing depends on it */
	add_of(image, s, vendor,
	       (struct config_cpuid){
	               .leaf = 0x80000005, .eax = 0xff40ff40, .ebx = 0xff40ff40, .ecx = 0x20080140, .edx = 0x40040140},
	       (struct config_cpuid){.leaf = 0x80000005});
	add_of(image, s, vendor, (struct config_cpuid){.leaf = 0x80000006, .ecx = 0x02006140},
	       (struct config_cpuid){.leaf = 0x80000006, .ecx = 0x02006040});
	add_of(image, s, vendor, (struct config_cpuid){.leaf = 0x80000008, .eax = 48u << 8 | 40, .ecx = count - 1},
	       (struct config_cpuid){.leaf = 0x80000008, .eax = 48u << 8 | 40});
}

void cpuid_level_rows(struct image *image, const struct described_subject *subject)
{
	for (enum cpu_vendor vendor = VENDOR_AMD; vendor <= VENDOR_INTEL; vendor++) {
		basic_leaves(image, subject, vendor);
		hypervisor_leaves(image, subject);
		extended_leaves(image, subject, vendor);
	}
}

void cpuid_level_features(struct image *image, const struct described_subject *subject, uint32_t index)
{
	for (unsigned i = 0; i < COUNT_OF(features); i++) {
		if (!has_feature(subject, i))
			continue;
		struct config_feature *row = IMAGE_ROW(image, config_feature, TABLE_FEATURE);
		*row = (struct config_feature){.leaf = features[i].leaf,
		                               .reg = features[i].reg,
		                               .mask = BIT(features[i].bit),
		                               .subject = index,
		                               .line_number = (uint32_t)subject->line};
		memcpy(row->name, features[i].name, strlen(features[i].name));
	}
}
