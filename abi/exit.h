/* SPDX-License-Identifier: ISC */
#ifndef ABI_EXIT_H
#define ABI_EXIT_H

/*
 * Why a vCPU left its guest. The vendor back end turns hardware reasons (APM 2 appendix C, SDM 3D appendix C) into
 * these; the numbers index the counters of abi/stats.h and stand in audit records and exit frames.
 */
enum exit {
	EXIT_HYPERCALL = 0,    /* VMMCALL / VMCALL at CPL 0 */
	EXIT_CPUID = 1,        /* answered from the table */
	EXIT_MSR = 2,          /* RDMSR, WRMSR: table, local APIC, or the layer */
	EXIT_IO = 3,           /* IN, OUT, INS, OUTS outside the granted ports */
	EXIT_MEMORY = 4,       /* second-level fault: NPF, EPT violation */
	EXIT_HALT = 5,         /* HLT */
	EXIT_INTERRUPT = 6,    /* physical interrupt: timer, line, kick */
	EXIT_WINDOW = 7,       /* the guest can take an interrupt now */
	EXIT_NMI = 8,          /* physical NMI or machine check */
	EXIT_CONTROL = 9,      /* control or debug register access that is intercepted */
	EXIT_EXCEPTION = 10,   /* an intercepted exception */
	EXIT_SHUTDOWN = 11,    /* triple fault */
	EXIT_INSTRUCTION = 12, /* an intercepted instruction without an answer: XSETBV, INVD, MONITOR, VMRUN, ... */
	EXIT_PAUSE = 13,
	EXIT_ENTRY = 14,    /* the hardware refused the guest state */
	EXIT_EOI = 15,      /* end of interrupt of a level-triggered vector */
	EXIT_TIMER = 16,    /* counted, not an exit: the guest's local-APIC timer fired */
	EXIT_HANDOVER = 17, /* counted, not an exit: entries of the layer on behalf of its guest */
	EXIT_COUNT = 18,
};

#endif
