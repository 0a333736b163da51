/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_SELECT_H
#define START_X86_64_SELECT_H

#include <stdbool.h>
#include <stdint.h>

/* What decides which core a CPU gets. The two registers are 0 where the feature that defines them is missing. */
struct select_cpu {
	bool svm, vmx;
	uint64_t vm_cr, feature_control;
};
enum select { SELECT_AMD, SELECT_INTEL, SELECT_NONE };
/* On SELECT_NONE *why says in one sentence what is missing and where to turn it on. */
enum select select_core(const struct select_cpu *cpu, const char **why);

#endif
