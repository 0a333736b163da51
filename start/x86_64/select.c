/* SPDX-License-Identifier: ISC */
#include "start/x86_64/select.h"

#define VM_CR_SVMDIS (1u << 4)         /* APM 2 §15.30.1 */
#define FEATURE_CONTROL_LOCK (1u << 0) /* SDM 3C §24.7: unlocked, the core may still allow VMX itself */
#define FEATURE_CONTROL_VMX (1u << 2)

enum select select_core(const struct select_cpu *cpu, const char **why)
{
	if (!cpu->svm && !cpu->vmx)
		*why = "Bulkhead cannot start: this CPU shows neither AMD-V (SVM) nor Intel VT-x (VMX); if it has one, "
		       "turn on \"SVM Mode\" or \"Intel Virtualization Technology\" in the firmware set-up.";
	else if (cpu->svm && cpu->vm_cr & VM_CR_SVMDIS)
		*why = "Bulkhead cannot start: the firmware has turned AMD-V (SVM) off; turn on \"SVM Mode\" in its "
		       "set-up.";
	else if (!cpu->svm &&
	         (cpu->feature_control & (FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX)) == FEATURE_CONTROL_LOCK)
		*why = "Bulkhead cannot start: the firmware has turned Intel VT-x (VMX) off; turn on \"Intel "
		       "Virtualization Technology\" in its set-up.";
	else
		return cpu->svm ? SELECT_AMD : SELECT_INTEL;
	return SELECT_NONE;
}
