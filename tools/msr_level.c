/* SPDX-License-Identifier: ISC */
/*
 * The MSRs that an unmodified Linux, or firmware, touches on an AMD CPU or on an Intel one under a KVM-compatible
 * hypervisor, and that neither the core nor the local APIC answers by itself. One table for both: nobody reads the other
 * vendor's. Everything else is the guest's fault policy for MSRs (default: #GP, which the kernel's probes expect).
 */
#include "tools/cpuid_level.h"

static const struct config_msr guest_msrs[] = {
        {0x00000017, MSR_VALUE, 0, 0},                      /* PLATFORM_ID */
        {0x0000003a, MSR_VALUE, 0, 1},                      /* FEATURE_CONTROL: VMX disabled and locked */
        {0x0000008b, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* microcode revision */
        {0x000000ce, MSR_VALUE, 0, 0},                      /* PLATFORM_INFO: CPUID does not fault */
        {0x00000179, MSR_VALUE, 0, 0},                      /* MCG_CAP: no banks */
        {0x0000017a, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* MCG_STATUS */
        {0x000001a0, MSR_VALUE, MSR_WRITE_IGNORED, 0x1801}, /* MISC_ENABLE: fast strings; no BTS, no PEBS */
        {0x000001d9, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* DEBUGCTL */
        {0x4b564d00, MSR_LAYER, 0, 0},                      /* KVM wall clock */
        {0x4b564d01, MSR_LAYER, 0, 0},                      /* KVM system time */
        {0xc0010010, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* SYSCFG */
        {0xc0010015, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* HWCR */
        {0xc001001f, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* NB_CFG */
        {0xc0010055, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* interrupt pending message */
        {0xc0010112, MSR_VALUE, MSR_WRITE_IGNORED, 0},      /* TSEG base */
        {0xc0010114, MSR_VALUE, 0, 0x18},                   /* VM_CR: SVM disabled and locked */
        {0xc0011029, MSR_VALUE, MSR_WRITE_IGNORED, 2},      /* DE_CFG: LFENCE serialises */
};

/* Memory types by MTRR: of no effect, but a PC's firmware programs them, and OVMF and U-Boot insist; the layer keeps them. */
static const struct {
	uint32_t first, last;
} mtrrs[] = {{0x200, 0x20f}, {0x250, 0x250}, {0x258, 0x259}, {0x268, 0x26f}, {0x2ff, 0x2ff}};
#define MTRR_CAP 0xfeu
#define MTRR_CAP_VALUE 0x508u /* eight variable ranges, fixed ranges, write-combining */

static void mtrr_rows(struct image *image)
{
	for (unsigned i = 0; i < COUNT_OF(mtrrs); i++)
		for (uint32_t msr = mtrrs[i].first; msr <= mtrrs[i].last; msr++)
			*IMAGE_ROW(image, config_msr, TABLE_MSR) = (struct config_msr){msr, MSR_LAYER, 0, 0};
}

void msr_level_rows(struct image *image, const struct described_subject *subject)
{
	if (subject->kind != KIND_GUEST)
		return;
	for (unsigned i = 0; i < COUNT_OF(guest_msrs); i++) {
		if (subject->boot == BOOT_FIRMWARE && i && guest_msrs[i - 1].msr < MTRR_CAP &&
		    guest_msrs[i].msr > MTRR_CAP)
			*IMAGE_ROW(image, config_msr, TABLE_MSR) =
			        (struct config_msr){MTRR_CAP, MSR_VALUE, 0, MTRR_CAP_VALUE};
		if (subject->boot == BOOT_FIRMWARE && i && guest_msrs[i - 1].msr < mtrrs[0].first &&
		    guest_msrs[i].msr > mtrrs[0].first)
			mtrr_rows(image);
		*IMAGE_ROW(image, config_msr, TABLE_MSR) = guest_msrs[i];
	}
}
