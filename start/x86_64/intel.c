/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/intel/vmcs.h"
#include "lib/capability.h"
#include "start/x86_64/control.h"
#include "start/x86_64/vendor.h"

/* What the back end for VT-x needs of the CPU. Everything is known from CPUID and the capability MSRs. */
#define BASIC_TRUE (UINT64_C(1) << 55)

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
	given.revision = (uint32_t)rdmsr(MSR_VMX_BASIC);
	given.timer_shift = (uint32_t)rdmsr(MSR_VMX_MISC) & 31u;
	return OK;
}

static void permissions(const struct config_header *config, uint32_t subject, uint8_t *pages)
{
	permission_intel(config, subject, (uint32_t)given.controls[CONTROL_SECONDARY], pages);
}

const struct vendor vendor_intel = {VENDOR_INTEL, &placement_costs_intel, &table_format_ept, check, permissions};
