/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/given.h"
#include "start/x86_64/insn.h"
#include "lib/bytes.h"
#include "lib/capability.h"
#include "start/x86_64/control.h"
#include "start/x86_64/vendor.h"
#include "start/x86_64/vmx.h"

/* What the back end for VT-x needs of the CPU. Everything is known from CPUID and the capability MSRs. */
#define BASIC_TRUE (UINT64_C(1) << 55)
#define MSR_PAT 0x277u
#define MSR_FEATURE_CONTROL 0x3au
#define FEATURE_LOCKED 1u
#define FEATURE_VMX 4u

static enum status read_capabilities(uint64_t words[CONTROL_WORDS], const char **what)
{
	*what = "VT-x: the controls of processors before 2009 (true controls)";
	if (!(rdmsr(MSR_VMX_BASIC) & BASIC_TRUE))
		return ERR_FEATURE;
	words[CONTROL_PIN] = rdmsr(MSR_VMX_TRUE_PIN);
	words[CONTROL_PROCESSOR] = rdmsr(MSR_VMX_TRUE_PROCESSOR);
	words[CONTROL_EXIT] = rdmsr(MSR_VMX_TRUE_EXIT);
	words[CONTROL_ENTRY] = rdmsr(MSR_VMX_TRUE_ENTRY);
	*what = "VT-x: secondary processor controls";
	if (!(words[CONTROL_PROCESSOR] >> 32 & PROCESSOR_SECONDARY))
		return ERR_FEATURE;
	words[CONTROL_SECONDARY] = rdmsr(MSR_VMX_SECONDARY);
	words[CONTROL_EPT] = 0;
	if (words[CONTROL_SECONDARY] >> 32 & SECONDARY_EPT)
		words[CONTROL_EPT] = rdmsr(MSR_VMX_EPT_VPID) << 32;
	return OK;
}

static enum status check(const char **what)
{
	uint64_t words[CONTROL_WORDS];
	static const struct feature used[] = {CAPABILITIES_INTEL(FEATURE)};

	*what = features_check(used, sizeof(used) / sizeof(*used));
	if (*what || read_capabilities(words, what) != OK)
		return ERR_FEATURE;
	for (unsigned i = 0; i < control_table_count; i++) {
		const struct capability *c = &control_table[i];
		capability_show(c->name, (words[c->word] >> 32 & c->mask) == c->mask, c->lost);
	}
	*what = control_choose(words, given.controls);
	if (*what)
		return ERR_FEATURE;
	given.tags = 0x10000;
	given.revision = (uint32_t)rdmsr(MSR_VMX_BASIC);
	given.timer_shift = (uint32_t)rdmsr(MSR_VMX_MISC) & 31u;
	return OK;
}

static uint64_t leaf_max(void)
{
	return given.controls[CONTROL_EPT] & CONTROL_EPT_1G ? TABLES_LEAF_1G : TABLES_LEAF_2M;
}

static void permissions(const struct config_header *config, uint32_t subject, uint8_t *pages)
{
	permission_intel(config, subject, (uint32_t)given.controls[CONTROL_SECONDARY], pages);
}

/* VMXON; then nothing is remembered of translations that firmware may have used. */
static void open(unsigned cpu)
{
	const struct {
		uint64_t context, reserved;
	} all = {0, 0};
	uint64_t region = (uint64_t)(uintptr_t)vendor_area[cpu][0], feature = rdmsr(MSR_FEATURE_CONTROL);

	if (!(feature & FEATURE_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL, feature | FEATURE_LOCKED | FEATURE_VMX);
	*(uint32_t *)(uintptr_t)region = given.revision;
	write_cr4(read_cr4() | CR4_OSXSAVE | CR4_VMXE);
	__asm__ volatile("vmxon %0" : : "m"(region) : "cc", "memory");
	__asm__ volatile("invept %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
	if (given.controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
}

/* An exit loads the host's state, which is the same on every CPU but for its own record and TSS. */
static void finish(uint64_t root)
{
	uint64_t cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	const struct given_field fields[GIVEN_FIELDS] = {
	        {VMX_PIN, given.controls[CONTROL_PIN]},
	        {VMX_EXIT, given.controls[CONTROL_EXIT]},
	        {VMX_CR0_MASK, CR0_MASK},
	        {VMX_CR4_MASK, ~CR4_SETTABLE},
	        {VMX_LINK_POINTER, ~UINT64_C(0)},
	        {VMX_HOST_CR0, cr0},
	        {VMX_HOST_CR3, root},
	        {VMX_HOST_CR4, read_cr4()},
	        {VMX_HOST_CS, SELECTOR_CODE},
	        {VMX_HOST_SS, SELECTOR_DATA},
	        {VMX_HOST_DS, SELECTOR_DATA},
	        {VMX_HOST_ES, SELECTOR_DATA},
	        {VMX_HOST_FS, 0},
	        {VMX_HOST_GS, 0},
	        {VMX_HOST_FS_BASE, 0},
	        {VMX_HOST_GDTR_BASE, (uintptr_t)given.gdt},
	        {VMX_HOST_IDTR_BASE, (uintptr_t)given.idt},
	        {VMX_HOST_PAT, rdmsr(MSR_PAT)},
	        {VMX_HOST_EFER, rdmsr(MSR_EFER)},
	        {VMX_HOST_SYSENTER_CS, 0},
	        {VMX_HOST_SYSENTER_ESP, 0},
	        {VMX_HOST_SYSENTER_EIP, 0},
	};
	memcpy(given.vmcs, fields, sizeof(fields));
}

const struct vendor vendor_intel = {
        VENDOR_INTEL, &placement_costs_intel, &table_format_ept, leaf_max, check, open, finish, permissions};
