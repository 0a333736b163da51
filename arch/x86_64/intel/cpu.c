/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "arch/x86_64/insn.h"
#include "core/cpu.h"
#include "lib/capability.h"
#include "lib/placement.h"
#include "lib/tables.h"

/* What the back end needs of a CPU, and VMX operation. Everything is known from CPUID and the capability MSRs. */
#define PAGE 4096u
#define FEATURE_LOCKED 1u
#define FEATURE_VMX 4u
#define BASIC_TRUE (UINT64_C(1) << 55)
static uint8_t vmxon_region[CONFIG_MAX_CPUS][PAGE] __attribute__((aligned(4096)));
uint64_t intel_current[CONFIG_MAX_CPUS];
uint64_t intel_controls[CONTROL_WORDS];
uint32_t intel_revision;

INIT_TEXT static enum status read_capabilities(uint64_t words[CONTROL_WORDS], const char **what)
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

INIT_TEXT enum status machine_check(const char **what)
{
	uint64_t words[CONTROL_WORDS];
	static const struct vcpu_feature used[] = {CAPABILITIES_INTEL(VCPU_FEATURE)};

	*what = vcpu_features(used, sizeof(used) / sizeof(*used));
	if (*what)
		return ERR_FEATURE;
	*what = "VT-x: enable virtualization in the firmware set-up (IA32_FEATURE_CONTROL)";
	if ((rdmsr(MSR_FEATURE_CONTROL) & (FEATURE_LOCKED | FEATURE_VMX)) == FEATURE_LOCKED)
		return ERR_FEATURE;
	if (read_capabilities(words, what) != OK)
		return ERR_FEATURE;
	for (unsigned i = 0; i < control_table_count; i++) {
		const struct capability *c = &control_table[i];
		vcpu_capability(c->name, (words[c->word] >> 32 & c->mask) == c->mask, c->lost);
	}
	*what = control_choose(words, intel_controls);
	if (*what)
		return ERR_FEATURE;
	intel_revision = (uint32_t)rdmsr(MSR_VMX_BASIC);
	vcpu_extended_open();
	machine_cpu_open(0);
	return OK;
}

uint32_t machine_vendor(void)
{
	return 1; /* VENDOR_INTEL */
}

const struct placement_costs *machine_costs(void)
{
	return &placement_costs_intel;
}

const struct table_format *machine_table_format(void)
{
	return &table_format_ept;
}

/* VMXON; then nothing is remembered of translations that firmware may have used. */
void machine_cpu_open(unsigned cpu)
{
	const struct {
		uint64_t context, reserved;
	} all = {0, 0};
	uint64_t region = (uint64_t)(uintptr_t)vmxon_region[cpu], feature = rdmsr(MSR_FEATURE_CONTROL);

	if (!(feature & FEATURE_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL, feature | FEATURE_LOCKED | FEATURE_VMX);
	*(uint32_t *)(uintptr_t)region = intel_revision;
	write_cr4(read_cr4() | CR4_GUEST_OSXSAVE | CR4_VMXE);
	__asm__ volatile("vmxon %0" : : "m"(region) : "cc", "memory");
	__asm__ volatile("invept %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
	if (intel_controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
}

void intel_flush(void)
{
	const struct {
		uint64_t vpid, address;
	} one = {vmcs_read(VMCS_VPID), 0};

	if (intel_controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(one), "r"(UINT64_C(1)) : "cc", "memory");
}
