/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/hw/given.h"
#include "arch/x86_64/insn.h"
#include "lib/capability.h"
#include "start/x86_64/vendor.h"

/* What the back end for AMD-V needs of the CPU. */
static enum status check(const char **what)
{
	static const struct feature used[] = {CAPABILITIES_AMD(FEATURE)};
	uint32_t regs[4];

	*what = features_check(used, sizeof(used) / sizeof(*used));
	if (*what)
		return ERR_FEATURE;
	cpuid(0x8000000au, 0, regs);
	given.next_rip = regs[CPUID_EDX] >> 3 & 1;
	given.tags = regs[CPUID_EBX];
	return OK;
}

const struct vendor vendor_amd = {VENDOR_AMD, &placement_costs_amd, &table_format_npt, check, permission_amd};
