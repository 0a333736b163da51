/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_CONTROL_H
#define ARCH_X86_64_INTEL_CONTROL_H

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

#endif
