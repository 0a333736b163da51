/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_AMD_VCPU_STATE_H
#define ARCH_X86_64_AMD_VCPU_STATE_H

#include <stdint.h>

/* What AMD-V needs besides arch/x86_64/vcpu/state.h; entry.S knows the first two. */
struct vmcb;
struct vcpu_vendor {
	struct vmcb *vmcb;
	uint64_t host;         /* this CPU's own VMSAVE area */
	uint32_t armed;        /* vector offered by V_IRQ, 0 = none */
	uint32_t after;        /* the next exit has something to clear up: a vector offered, a flush asked for */
	uint32_t window_armed; /* V_IRQ is a dummy that asks for a window exit */
	uint32_t flush_always; /* shares its address-space tag: TLB_CONTROL of every entry */
};
#include "arch/x86_64/vcpu/state.h"

#endif
