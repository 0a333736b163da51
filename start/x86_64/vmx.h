/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_VMX_H
#define START_X86_64_VMX_H

#include "arch/x86_64/intel/vmcs.h"

/* Of the virtual machine control structure and of VMX, what the starter alone has to know: the core finds the values of
 * these fields in `given`. SDM 3C chapter 24, 3D appendices A and B. */
enum vmx_field {
	VMX_HOST_ES = 0x0c00,
	VMX_HOST_CS = 0x0c02,
	VMX_HOST_SS = 0x0c04,
	VMX_HOST_DS = 0x0c06,
	VMX_HOST_FS = 0x0c08,
	VMX_HOST_GS = 0x0c0a,
	VMX_LINK_POINTER = 0x2800,
	VMX_HOST_PAT = 0x2c00,
	VMX_HOST_EFER = 0x2c02,
	VMX_PIN = 0x4000,
	VMX_EXIT = 0x400c,
	VMX_HOST_SYSENTER_CS = 0x4c00,
	VMX_CR0_MASK = 0x6000,
	VMX_CR4_MASK = 0x6002,
	VMX_HOST_CR0 = 0x6c00,
	VMX_HOST_CR3 = 0x6c02,
	VMX_HOST_CR4 = 0x6c04,
	VMX_HOST_FS_BASE = 0x6c06,
	VMX_HOST_GDTR_BASE = 0x6c0c,
	VMX_HOST_IDTR_BASE = 0x6c0e,
	VMX_HOST_SYSENTER_ESP = 0x6c10,
	VMX_HOST_SYSENTER_EIP = 0x6c12,
};

#define PIN_INTERRUPT (1u << 0)
#define PIN_NMI (1u << 3)
#define PIN_VIRTUAL_NMI (1u << 5)
#define PROCESSOR_MWAIT (1u << 10)
#define PROCESSOR_RDPMC (1u << 11)
#define PROCESSOR_CR3 (3u << 15) /* loads, stores */
#define PROCESSOR_IO_BITMAPS (1u << 25)
#define PROCESSOR_MSR_BITMAPS (1u << 28)
#define PROCESSOR_MONITOR (1u << 29)
#define PROCESSOR_SECONDARY (1u << 31)
#define SECONDARY_EPT (1u << 1)
#define SECONDARY_RDTSCP (1u << 3)
#define SECONDARY_WBINVD (1u << 6)
#define SECONDARY_UNRESTRICTED (1u << 7)
#define EXIT_SAVE_DEBUG (1u << 2)
#define EXIT_HOST_64 (1u << 9)
#define EXIT_SAVE_PAT (1u << 18)
#define EXIT_LOAD_PAT (1u << 19)
#define EXIT_SAVE_EFER (1u << 20)
#define EXIT_LOAD_EFER (1u << 21)
#define ENTRY_LOAD_DEBUG (1u << 2)
#define ENTRY_LOAD_PAT (1u << 14)
#define ENTRY_LOAD_EFER (1u << 15)
#define MSR_VMX_BASIC 0x480u
#define MSR_VMX_MISC 0x485u
#define MSR_VMX_SECONDARY 0x48bu
#define MSR_VMX_EPT_VPID 0x48cu
#define MSR_VMX_TRUE_PIN 0x48du
#define MSR_VMX_TRUE_PROCESSOR 0x48eu
#define MSR_VMX_TRUE_EXIT 0x48fu
#define MSR_VMX_TRUE_ENTRY 0x490u

#endif
