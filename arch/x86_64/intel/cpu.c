/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "arch/x86_64/insn.h"
#include "core/cpu.h"

/* VMX operation, and what is remembered of translations. */
#define PAGE 4096u
#define FEATURE_LOCKED 1u
#define FEATURE_VMX 4u
static uint8_t vmxon_region[CONFIG_MAX_CPUS][PAGE] __attribute__((aligned(4096)));
uint64_t intel_current[CONFIG_MAX_CPUS];

/* VMXON; then nothing is remembered of translations that firmware may have used. */
void machine_cpu_open(unsigned cpu)
{
	const struct {
		uint64_t context, reserved;
	} all = {0, 0};
	uint64_t region = (uint64_t)(uintptr_t)vmxon_region[cpu], feature = rdmsr(MSR_FEATURE_CONTROL);

	if (!(feature & FEATURE_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL, feature | FEATURE_LOCKED | FEATURE_VMX);
	*(uint32_t *)(uintptr_t)region = given.revision;
	write_cr4(read_cr4() | CR4_GUEST_OSXSAVE | CR4_VMXE);
	__asm__ volatile("vmxon %0" : : "m"(region) : "cc", "memory");
	__asm__ volatile("invept %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
	if (given.controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(all), "r"(UINT64_C(2)) : "cc", "memory");
}

void intel_flush(void)
{
	const struct {
		uint64_t vpid, address;
	} one = {vmcs_read(VMCS_VPID), 0};

	if (given.controls[CONTROL_SECONDARY] & SECONDARY_VPID)
		__asm__ volatile("invvpid %0, %1" : : "m"(one), "r"(UINT64_C(1)) : "cc", "memory");
}
