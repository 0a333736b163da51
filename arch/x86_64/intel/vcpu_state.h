/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_VCPU_STATE_H
#define ARCH_X86_64_INTEL_VCPU_STATE_H

#include <stdint.h>

/* What VT-x needs besides arch/x86_64/vcpu/state.h; entry.S knows the first five. */
struct vcpu_vendor {
	uint64_t vmcs;        /* where it lies; the hardware caches it, so it is never read as memory */
	uint64_t *current;    /* the VMCS that this vCPU's CPU has loaded */
	uint32_t launched;    /* since its VMCS was cleared */
	uint32_t shift;       /* a tick of the preemption timer is so many bits of the TSC's */
	uint64_t *deadline;   /* of its CPU */
	uint32_t opened;      /* its VMCS has been filled */
	uint32_t processor;   /* the primary processor controls in force */
	uint32_t mode;        /* of arch/x86_64/intel/assist.h, in force */
	uint64_t maps;        /* I/O bitmaps, MSR bitmap, MSR bitmap for `mode` */
	uint64_t cr0_rip;     /* of a MOV to CR0 that is executed again */
	uint64_t cr0_shadow;  /* the read shadow before it */
	uint64_t switched[5]; /* STAR, LSTAR, CSTAR, SFMASK, KERNEL_GS_BASE while another unit runs */
	uint64_t cr2, dr6;    /* the same */
};
#include "arch/x86_64/vcpu/state.h"

#endif
