/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_VENDOR_H
#define START_X86_64_VENDOR_H

#include "abi/info.h"
#include "start/machine.h"

/* What differs between AMD-V and VT-x before a vCPU runs: amd.c, intel.c, and permission.c, which is pure. */
struct vendor {
	uint32_t number; /* enum cpu_vendor */
	const struct placement_costs *costs;
	const struct table_format *format;
	uint64_t (*leaf_max)(void); /* after check() */
	/* Fills its part of `given`. ERR_FEATURE: *what is missing. */
	enum status (*check)(const char **what);
	/* On each CPU, when all of it is checked: ready to run vCPUs. */
	void (*open)(unsigned cpu);
	/* At last: what follows from the core's page tables. */
	void (*finish)(uint64_t root);
	void (*permissions)(const struct config_header *config, uint32_t subject, uint8_t *pages);
};
extern const struct vendor vendor_amd, vendor_intel;
/* Of each CPU, for the hardware alone. AMD: what VMRUN and VMSAVE keep of the host; Intel: the VMXON region. */
extern uint8_t vendor_area[CONFIG_MAX_CPUS][2][4096];

/* One row of what a CPU must or may have, on the console. `lost` = 0: it is required. */
void capability_show(const char *name, bool has, const char *lost);
/* The same for features that CPUID shows (lib/capability.h): 0, or the name of the first required one that is missing. */
struct feature {
	uint32_t leaf, reg, bit;
	const char *name, *lost;
};
#define FEATURE(leaf, reg, bit, name, lost) {leaf, reg, bit, name, lost},
const char *features_check(const struct feature *used, unsigned count);

/* Ports and MSRs that the subject reaches without an exit: everything else is intercepted. `secondary`: the VMCS controls
 * by which the processor answers for the local APIC. */
void permission_amd(const struct config_header *config, uint32_t subject, uint8_t *pages);
void permission_intel(const struct config_header *config, uint32_t subject, uint32_t secondary, uint8_t *pages);
/* Opens, in a bitmap that intercepts all MSRs, what the processor answers where `has` is in force. */
void permission_assisted(uint8_t *msr_bitmap, uint32_t has);

#endif
