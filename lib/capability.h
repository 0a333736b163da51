/* SPDX-License-Identifier: ISC */
#ifndef LIB_CAPABILITY_H
#define LIB_CAPABILITY_H

/*
 * What each back end uses of a processor, one list for whoever needs it: the starter looks each row up and prints
 * it, `bulkhead inspect` prints it without a machine. The last two of X: what people call it, and what is lost without it;
 * 0 = it is required. The others say where it is found, in words that only the back end knows.
 */
/* CPUID leaf, register, bit */
#define CAPABILITIES_AMD(X)                                                       \
	X(0x80000001u, CPUID_ECX, 1u << 2, "AMD-V (SVM)", 0)                      \
	X(0x8000000au, CPUID_EDX, 1u << 0, "nested paging (NPT)", 0)              \
	X(1, CPUID_ECX, 1u << 26, "XSAVE", 0)                                     \
	X(0x8000000au, CPUID_EDX, 1u << 3, "instruction lengths (NRIPS)",         \
	  "an instruction with prefixes that exits misplaces RIP, in that guest") \
	X(0x80000001u, CPUID_EDX, 1u << 26, "1 GiB pages", "second-level tables map by 2 MiB pages")
#define CAPABILITIES_INTEL(X)                     \
	X(1, CPUID_ECX, 1u << 5, "VT-x (VMX)", 0) \
	X(1, CPUID_ECX, 1u << 26, "XSAVE", 0)
/* Control word, bits */
#define CONTROLS_INTEL(X)                                                                                         \
	X(CONTROL_PIN, PIN_INTERRUPT, "external-interrupt exiting", 0)                                            \
	X(CONTROL_PIN, PIN_NMI, "NMI exiting", 0)                                                                 \
	X(CONTROL_PIN, PIN_VIRTUAL_NMI, "virtual NMIs", 0)                                                        \
	X(CONTROL_PIN, PIN_PREEMPTION, "preemption timer", "frames end by the local APIC's timer")                \
	X(CONTROL_PROCESSOR, PROCESSOR_WINDOWS, "interrupt and NMI windows", 0)                                   \
	X(CONTROL_PROCESSOR, PROCESSOR_EXITS, "exits of HLT, MWAIT, MONITOR, RDPMC and CR8", 0)                   \
	X(CONTROL_PROCESSOR, PROCESSOR_BITMAPS, "I/O and MSR bitmaps", 0)                                         \
	X(CONTROL_PROCESSOR, PROCESSOR_PAUSE, "PAUSE exiting", "exit-pause has no effect")                        \
	X(CONTROL_PROCESSOR, PROCESSOR_SECONDARY, "secondary controls", 0)                                        \
	X(CONTROL_SECONDARY, SECONDARY_EPT, "EPT", 0)                                                             \
	X(CONTROL_SECONDARY, SECONDARY_UNRESTRICTED, "unrestricted guest", 0)                                     \
	X(CONTROL_SECONDARY, SECONDARY_WBINVD, "WBINVD exiting", 0)                                               \
	X(CONTROL_SECONDARY, SECONDARY_VPID, "VPID", "translations are forgotten at every exit")                  \
	X(CONTROL_SECONDARY, SECONDARY_RDTSCP, "RDTSCP", "RDTSCP is an invalid instruction")                      \
	X(CONTROL_PROCESSOR, PROCESSOR_TPR_SHADOW, "TPR shadow", "each access to the task priority exits")        \
	X(CONTROL_SECONDARY, SECONDARY_X2APIC, "virtualized x2APIC mode",                                         \
	  "each access to the task priority exits in x2APIC mode")                                                \
	X(CONTROL_SECONDARY, SECONDARY_REGISTERS, "APIC-register virtualization", "reads of the local APIC exit") \
	X(CONTROL_SECONDARY, SECONDARY_DELIVERY, "virtual-interrupt delivery", "each end of an interrupt exits")  \
	X(CONTROL_EXIT, EXIT_SWITCHED, "switching of PAT and EFER at exits", 0)                                   \
	X(CONTROL_ENTRY, ENTRY_SWITCHED, "switching of PAT and EFER at entries", 0)                               \
	X(CONTROL_EPT, EPT_USED, "EPT of four levels, write-back, 2 MiB pages", 0)                                \
	X(CONTROL_EPT, EPT_INVEPT, "INVEPT", 0)                                                                   \
	X(CONTROL_EPT, EPT_1G, "EPT of 1 GiB pages", "second-level tables map by 2 MiB pages")

#endif
