/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vmcb.h"
#include "arch/x86_64/hw/given.h"
#include "start/x86_64/insn.h"
#include "lib/capability.h"
#include "start/x86_64/vendor.h"

/* What the back end for AMD-V needs of the CPU. */
#define MSR_VM_HSAVE_PA 0xc0010117u

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

static uint64_t leaf_max(void)
{
	uint32_t regs[4];

	cpuid(0x80000001u, 0, regs);
	return regs[CPUID_EDX] >> 26 & 1 ? TABLES_LEAF_1G : TABLES_LEAF_2M;
}

/* The host's segments and the like never change, so VMSAVE is done once, and VMLOAD when a guest's were loaded. */
static void open(unsigned cpu)
{
	given.host_state[cpu] = (uintptr_t)vendor_area[cpu][0];
	write_cr4(read_cr4() | CR4_OSXSAVE);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, (uintptr_t)vendor_area[cpu][1]);
	__asm__ volatile("vmsave %0" : : "a"(vendor_area[cpu][0]) : "memory");
}

static void finish(uint64_t root)
{
	(void)root; /* an exit leaves the host's state as it was */
}

const struct vendor vendor_amd = {VENDOR_AMD, &placement_costs_amd, &table_format_npt, leaf_max, check, open,
                                  finish,     permission_amd};
