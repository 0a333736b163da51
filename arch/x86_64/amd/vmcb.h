/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_AMD_VMCB_H
#define ARCH_X86_64_AMD_VMCB_H

#include <stddef.h>
#include <stdint.h>
#include "abi/frame.h"

/* The virtual machine control block, APM 2 appendix B. One page; never mapped into a subject. */
struct vmcb {
	uint32_t intercept_cr, intercept_dr, intercept_exceptions, intercept1, intercept2, intercept3;
	uint8_t reserved1[0x3c - 0x18];
	uint16_t pause_threshold, pause_count;
	uint64_t iopm, msrpm, tsc_offset;
	uint32_t asid;
	uint32_t tlb_control;
	uint64_t int_ctl;
	uint64_t interrupt_shadow;
	uint64_t exit_code, exit_info1, exit_info2, exit_int_info;
	uint64_t np_enable;
	uint8_t reserved2[0xa8 - 0x98];
	uint64_t event_inject, nested_cr3, lbr_control;
	uint64_t clean, next_rip;
	uint8_t fetched, bytes[15];
	uint8_t reserved3[0x400 - 0xe0];
	/* state save area */
	struct frame_segment segment[FRAME_SEGMENTS];
	uint8_t reserved4[0x4cb - 0x4a0];
	uint8_t cpl;
	uint32_t reserved5;
	uint64_t efer;
	uint8_t reserved6[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved7[0x5d8 - 0x580];
	uint64_t rsp;
	uint8_t reserved8[0x5f8 - 0x5e0];
	uint64_t rax, star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp, sysenter_eip, cr2;
	uint8_t reserved9[0x668 - 0x648];
	uint64_t pat;
	uint8_t reserved10[0x1000 - 0x670];
};
_Static_assert(sizeof(struct vmcb) == 4096, "one page");
_Static_assert(offsetof(struct vmcb, pause_threshold) == 0x3c && offsetof(struct vmcb, asid) == 0x58 &&
                       offsetof(struct vmcb, int_ctl) == 0x60 && offsetof(struct vmcb, exit_code) == 0x70 &&
                       offsetof(struct vmcb, event_inject) == 0xa8 && offsetof(struct vmcb, next_rip) == 0xc8 &&
                       offsetof(struct vmcb, segment) == 0x400 && offsetof(struct vmcb, efer) == 0x4d0 &&
                       offsetof(struct vmcb, cr4) == 0x548 && offsetof(struct vmcb, rip) == 0x578 &&
                       offsetof(struct vmcb, rsp) == 0x5d8 && offsetof(struct vmcb, rax) == 0x5f8 &&
                       offsetof(struct vmcb, cr2) == 0x640 && offsetof(struct vmcb, pat) == 0x668,
               "APM 2 appendix B");

/* intercept1 */
#define INTERCEPT_INTR (1u << 0)
#define INTERCEPT_NMI (1u << 1)
#define INTERCEPT_SMI (1u << 2)
#define INTERCEPT_INIT (1u << 3)
#define INTERCEPT_VINTR (1u << 4)
#define INTERCEPT_RDPMC (1u << 15)
#define INTERCEPT_CPUID (1u << 18)
#define INTERCEPT_INVD (1u << 22)
#define INTERCEPT_PAUSE (1u << 23)
#define INTERCEPT_HLT (1u << 24)
#define INTERCEPT_INVLPGA (1u << 26)
#define INTERCEPT_IOIO (1u << 27)
#define INTERCEPT_MSR (1u << 28)
#define INTERCEPT_FERR (1u << 30)
#define INTERCEPT_SHUTDOWN (1u << 31)
/* intercept2: VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, -, ICEBP, WBINVD, MONITOR, MWAIT (2), XSETBV, RDPRU */
#define INTERCEPT2_ALL 0x7f7fu
#define INTERCEPT_CR8 (1u << 8 | 1u << 24)
#define INTERCEPT_DB (1u << 1)
#define INTERCEPT_AC (1u << 17)
#define INTERCEPT_MC (1u << 18)

#define V_IRQ (UINT64_C(1) << 8)
#define V_IGNORE_TPR (UINT64_C(1) << 20)
#define V_INTR_MASKING (UINT64_C(1) << 24)
#define V_VECTOR(v) ((uint64_t)(v) << 32)

#define VMEXIT_CR8_READ 0x08u
#define VMEXIT_CR8_WRITE 0x18u
#define VMEXIT_EXCEPTION 0x40u
#define VMEXIT_INTR 0x60u
#define VMEXIT_NMI 0x61u
#define VMEXIT_VINTR 0x64u
#define VMEXIT_RDPMC 0x6fu
#define VMEXIT_CPUID 0x72u
#define VMEXIT_INVD 0x76u
#define VMEXIT_PAUSE 0x77u
#define VMEXIT_HLT 0x78u
#define VMEXIT_IOIO 0x7bu
#define VMEXIT_MSR 0x7cu
#define VMEXIT_SHUTDOWN 0x7fu
#define VMEXIT_VMMCALL 0x81u
#define VMEXIT_WBINVD 0x89u
#define VMEXIT_XSETBV 0x8du
#define VMEXIT_NPF 0x400u
#define VMEXIT_REFUSED 0xffffffffu

#define EFER_SVME (UINT64_C(1) << 12)
/* A subject's permission maps: I/O, then MSRs from this byte on. */
#define PERMISSION_MSRPM (3 * 4096u)

#endif
