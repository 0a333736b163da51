/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_VMCS_H
#define ARCH_X86_64_INTEL_VMCS_H

/*
 * Fields of the virtual machine control structure (SDM 3D appendix B), the bits of its controls (SDM 3C chapter 24) and
 * the exit reasons (SDM 3D appendix C). Lower-case names are those that both vendors' control blocks have.
 */
enum vmcs_field {
	VMCS_VPID = 0x0000,
	VMCS_GUEST_SELECTOR = 0x0800,   /* ES, CS, SS, DS, FS, GS, LDTR, TR: 2 apart, as limits, rights and bases are */
	VMCS_INTERRUPT_STATUS = 0x0810, /* vector requested in 0..7, in service in 8..15 */
	VMCS_HOST_TR = 0x0c0c,
	VMCS_IO_BITMAP_A = 0x2000,
	VMCS_IO_BITMAP_B = 0x2002,
	VMCS_MSR_BITMAP = 0x2004,
	VMCS_VIRTUAL_APIC = 0x2012,
	VMCS_EPT_POINTER = 0x201a,
	VMCS_EOI_EXIT = 0x201c, /* 4, 2 apart */
	VMCS_GUEST_PHYSICAL = 0x2400,
	VMCS_DEBUGCTL = 0x2802,
	VMCS_pat = 0x2804,
	VMCS_efer = 0x2806,
	VMCS_PROCESSOR = 0x4002,
	VMCS_EXCEPTIONS = 0x4004,
	VMCS_ENTRY = 0x4012,
	VMCS_ENTRY_EVENT = 0x4016,
	VMCS_ENTRY_ERROR = 0x4018,
	VMCS_TPR_THRESHOLD = 0x401c,
	VMCS_SECONDARY = 0x401e,
	VMCS_INSTRUCTION_ERROR = 0x4400,
	VMCS_REASON = 0x4402,
	VMCS_EXIT_EVENT = 0x4404,
	VMCS_EXIT_ERROR = 0x4406,
	VMCS_VECTORING_EVENT = 0x4408,
	VMCS_VECTORING_ERROR = 0x440a,
	VMCS_LENGTH = 0x440c,
	VMCS_GUEST_LIMIT = 0x4800, /* then GDTR, IDTR, of bases too */
	VMCS_GUEST_RIGHTS = 0x4814,
	VMCS_SS_RIGHTS = 0x4818,
	VMCS_SHADOW = 0x4824,
	VMCS_ACTIVITY = 0x4826,
	VMCS_SYSENTER_CS = 0x482a,
	VMCS_CR0_SHADOW = 0x6004,
	VMCS_CR4_SHADOW = 0x6006,
	VMCS_QUALIFICATION = 0x6400,
	VMCS_cr0 = 0x6800,
	VMCS_cr3 = 0x6802,
	VMCS_cr4 = 0x6804,
	VMCS_GUEST_BASE = 0x6806,
	VMCS_dr7 = 0x681a,
	VMCS_rsp = 0x681c,
	VMCS_rip = 0x681e,
	VMCS_rflags = 0x6820,
	VMCS_PENDING_DEBUG = 0x6822,
	VMCS_SYSENTER_ESP = 0x6824,
	VMCS_SYSENTER_EIP = 0x6826,
	VMCS_HOST_GS_BASE = 0x6c08,
	VMCS_HOST_TR_BASE = 0x6c0a,
	VMCS_HOST_RIP = 0x6c16,
};

/* The control words of every VMCS, as start/x86_64/control.c chooses them. */
enum control_word {
	CONTROL_PIN,
	CONTROL_PROCESSOR,
	CONTROL_SECONDARY,
	CONTROL_EXIT,
	CONTROL_ENTRY,
	CONTROL_EPT,
	CONTROL_WORDS
};
#define PIN_PREEMPTION (1u << 6)
#define PROCESSOR_INTERRUPT_WINDOW (1u << 2)
#define PROCESSOR_HLT (1u << 7)
#define PROCESSOR_CR8 (3u << 19)
#define PROCESSOR_TPR_SHADOW (1u << 21)
#define PROCESSOR_NMI_WINDOW (1u << 22)
#define PROCESSOR_PAUSE (1u << 30)
#define SECONDARY_X2APIC (1u << 4)
#define SECONDARY_VPID (1u << 5)
#define SECONDARY_REGISTERS (1u << 8)
#define SECONDARY_DELIVERY (1u << 9)
#define ENTRY_IA32E (1u << 9)

#define CR0_NE (UINT64_C(1) << 5)
#define CR0_NW (UINT64_C(1) << 29)
#define CR0_CACHE (UINT64_C(3) << 29) /* NW, CD: of the whole CPU, so the guest has them in the shadow only */
#define CR0_MASK (CR0_NE | CR0_CACHE)
#define CR4_VMXE (UINT64_C(1) << 13)
#define SHADOW_STI 1u
#define SHADOW_MOV_SS 2u
#define SHADOW_NMI 8u
#define RIGHTS_UNUSABLE 0x10000u

/* VMCLEAR to VMXON, INVEPT, INVVPID, VMFUNC: a processor without VMX has none of them. Machine check: of an entry that
 * failed. TPR: below the threshold. */
enum vmcs_reason {
	REASON_EXCEPTION = 0,
	REASON_INTERRUPT = 1,
	REASON_TRIPLE_FAULT = 2,
	REASON_INTERRUPT_WINDOW = 7,
	REASON_NMI_WINDOW = 8,
	REASON_CPUID = 10,
	REASON_HLT = 12,
	REASON_INVD = 13,
	REASON_VMCALL = 18,
	REASON_VMCLEAR = 19,
	REASON_VMXON = 27,
	REASON_CONTROL = 28,
	REASON_PORT = 30,
	REASON_RDMSR = 31,
	REASON_WRMSR = 32,
	REASON_PAUSE = 40,
	REASON_MACHINE_CHECK = 41,
	REASON_TPR = 43,
	REASON_EPT_VIOLATION = 48,
	REASON_EPT_MISCONFIGURED = 49,
	REASON_INVEPT = 50,
	REASON_INVVPID = 53,
	REASON_PREEMPTION = 52,
	REASON_WBINVD = 54,
	REASON_XSETBV = 55,
	REASON_VMFUNC = 59
};
#define REASON_REFUSED (1u << 31) /* the entry failed */

/* A subject's permission maps: I/O, then MSRs, then MSRs while the processor answers for the local APIC. */
#define PERMISSION_MSR (2 * 4096u)
#define PERMISSION_ASSISTED (3 * 4096u)
/* STAR, LSTAR, CSTAR, SFMASK, KERNEL_GS_BASE: not the VMCS's, switched between restart units */
#define INTEL_SWITCHED 0xc0000081u, 0xc0000082u, 0xc0000083u, 0xc0000084u, 0xc0000102u

#endif
