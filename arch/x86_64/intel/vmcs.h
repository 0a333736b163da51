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
	VMCS_HOST_ES = 0x0c00,
	VMCS_HOST_CS = 0x0c02,
	VMCS_HOST_SS = 0x0c04,
	VMCS_HOST_DS = 0x0c06,
	VMCS_HOST_FS = 0x0c08,
	VMCS_HOST_GS = 0x0c0a,
	VMCS_HOST_TR = 0x0c0c,
	VMCS_IO_BITMAP_A = 0x2000,
	VMCS_IO_BITMAP_B = 0x2002,
	VMCS_MSR_BITMAP = 0x2004,
	VMCS_VIRTUAL_APIC = 0x2012,
	VMCS_EPT_POINTER = 0x201a,
	VMCS_EOI_EXIT = 0x201c, /* 4, 2 apart */
	VMCS_GUEST_PHYSICAL = 0x2400,
	VMCS_LINK_POINTER = 0x2800,
	VMCS_DEBUGCTL = 0x2802,
	VMCS_pat = 0x2804,
	VMCS_efer = 0x2806,
	VMCS_HOST_PAT = 0x2c00,
	VMCS_HOST_EFER = 0x2c02,
	VMCS_PIN = 0x4000,
	VMCS_PROCESSOR = 0x4002,
	VMCS_EXCEPTIONS = 0x4004,
	VMCS_EXIT = 0x400c,
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
	VMCS_GUEST_LIMIT = 0x4800, /* then GDTR, IDTR at 0x4810, 0x4812 */
	VMCS_GDTR_LIMIT = 0x4810,
	VMCS_IDTR_LIMIT = 0x4812,
	VMCS_GUEST_RIGHTS = 0x4814,
	VMCS_SS_RIGHTS = 0x4818,
	VMCS_SHADOW = 0x4824,
	VMCS_ACTIVITY = 0x4826,
	VMCS_SYSENTER_CS = 0x482a,
	VMCS_HOST_SYSENTER_CS = 0x4c00,
	VMCS_CR0_MASK = 0x6000,
	VMCS_CR4_MASK = 0x6002,
	VMCS_CR0_SHADOW = 0x6004,
	VMCS_CR4_SHADOW = 0x6006,
	VMCS_QUALIFICATION = 0x6400,
	VMCS_cr0 = 0x6800,
	VMCS_cr3 = 0x6802,
	VMCS_cr4 = 0x6804,
	VMCS_GUEST_BASE = 0x6806, /* then GDTR, IDTR at 0x6816, 0x6818 */
	VMCS_GDTR_BASE = 0x6816,
	VMCS_IDTR_BASE = 0x6818,
	VMCS_dr7 = 0x681a,
	VMCS_rsp = 0x681c,
	VMCS_rip = 0x681e,
	VMCS_rflags = 0x6820,
	VMCS_PENDING_DEBUG = 0x6822,
	VMCS_SYSENTER_ESP = 0x6824,
	VMCS_SYSENTER_EIP = 0x6826,
	VMCS_HOST_CR0 = 0x6c00,
	VMCS_HOST_CR3 = 0x6c02,
	VMCS_HOST_CR4 = 0x6c04,
	VMCS_HOST_FS_BASE = 0x6c06,
	VMCS_HOST_GS_BASE = 0x6c08,
	VMCS_HOST_TR_BASE = 0x6c0a,
	VMCS_HOST_GDTR_BASE = 0x6c0c,
	VMCS_HOST_IDTR_BASE = 0x6c0e,
	VMCS_HOST_SYSENTER_ESP = 0x6c10,
	VMCS_HOST_SYSENTER_EIP = 0x6c12,
	VMCS_HOST_RSP = 0x6c14,
	VMCS_HOST_RIP = 0x6c16,
};

#define PIN_INTERRUPT (1u << 0)
#define PIN_NMI (1u << 3)
#define PIN_VIRTUAL_NMI (1u << 5)
#define PIN_PREEMPTION (1u << 6)
#define PROCESSOR_INTERRUPT_WINDOW (1u << 2)
#define PROCESSOR_HLT (1u << 7)
#define PROCESSOR_MWAIT (1u << 10)
#define PROCESSOR_RDPMC (1u << 11)
#define PROCESSOR_CR3 (3u << 15) /* loads, stores */
#define PROCESSOR_CR8 (3u << 19)
#define PROCESSOR_TPR_SHADOW (1u << 21)
#define PROCESSOR_NMI_WINDOW (1u << 22)
#define PROCESSOR_IO_BITMAPS (1u << 25)
#define PROCESSOR_MSR_BITMAPS (1u << 28)
#define PROCESSOR_MONITOR (1u << 29)
#define PROCESSOR_PAUSE (1u << 30)
#define PROCESSOR_SECONDARY (1u << 31)
#define SECONDARY_EPT (1u << 1)
#define SECONDARY_RDTSCP (1u << 3)
#define SECONDARY_X2APIC (1u << 4)
#define SECONDARY_VPID (1u << 5)
#define SECONDARY_WBINVD (1u << 6)
#define SECONDARY_UNRESTRICTED (1u << 7)
#define SECONDARY_REGISTERS (1u << 8)
#define SECONDARY_DELIVERY (1u << 9)
#define EXIT_SAVE_DEBUG (1u << 2)
#define EXIT_HOST_64 (1u << 9)
#define EXIT_SAVE_PAT (1u << 18)
#define EXIT_LOAD_PAT (1u << 19)
#define EXIT_SAVE_EFER (1u << 20)
#define EXIT_LOAD_EFER (1u << 21)
#define ENTRY_LOAD_DEBUG (1u << 2)
#define ENTRY_IA32E (1u << 9)
#define ENTRY_LOAD_PAT (1u << 14)
#define ENTRY_LOAD_EFER (1u << 15)

#define SHADOW_STI 1u
#define SHADOW_MOV_SS 2u
#define SHADOW_NMI 8u
#define RIGHTS_UNUSABLE 0x10000u

#define REASON_EXCEPTION 0u /* or NMI */
#define REASON_INTERRUPT 1u
#define REASON_TRIPLE_FAULT 2u
#define REASON_INTERRUPT_WINDOW 7u
#define REASON_NMI_WINDOW 8u
#define REASON_CPUID 10u
#define REASON_HLT 12u
#define REASON_INVD 13u
#define REASON_VMCALL 18u
#define REASON_VMCLEAR 19u /* to VMXON, and INVEPT, INVVPID, VMFUNC: a processor without VMX */
#define REASON_VMXON 27u
#define REASON_CONTROL 28u
#define REASON_PORT 30u
#define REASON_RDMSR 31u
#define REASON_WRMSR 32u
#define REASON_MWAIT 36u
#define REASON_MONITOR 39u
#define REASON_PAUSE 40u
#define REASON_MACHINE_CHECK 41u /* of an entry that failed */
#define REASON_TPR 43u           /* below the threshold */
#define REASON_EPT_VIOLATION 48u
#define REASON_EPT_MISCONFIGURED 49u
#define REASON_INVEPT 50u
#define REASON_INVVPID 53u
#define REASON_PREEMPTION 52u
#define REASON_WBINVD 54u
#define REASON_XSETBV 55u
#define REASON_VMFUNC 59u
#define REASON_REFUSED (1u << 31) /* the entry failed */

/* A subject's permission maps: I/O, then MSRs, then MSRs while the processor answers for the local APIC. */
#define PERMISSION_MSR (2 * 4096u)
#define PERMISSION_ASSISTED (3 * 4096u)
/* STAR, LSTAR, CSTAR, SFMASK, KERNEL_GS_BASE: not the VMCS's, switched between restart units */
#define INTEL_SWITCHED                                                          \
	{                                                                       \
		0xc0000081u, 0xc0000082u, 0xc0000083u, 0xc0000084u, 0xc0000102u \
	}

/* Capabilities, SDM 3D appendix A */
#define MSR_FEATURE_CONTROL 0x3au
#define MSR_VMX_BASIC 0x480u
#define MSR_VMX_MISC 0x485u
#define MSR_VMX_SECONDARY 0x48bu
#define MSR_VMX_EPT_VPID 0x48cu
#define MSR_VMX_TRUE_PIN 0x48du
#define MSR_VMX_TRUE_PROCESSOR 0x48eu
#define MSR_VMX_TRUE_EXIT 0x48fu
#define MSR_VMX_TRUE_ENTRY 0x490u

#endif
