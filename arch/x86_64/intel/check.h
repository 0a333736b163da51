/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_INTEL_CHECK_H
#define ARCH_X86_64_INTEL_CHECK_H

#include <stdint.h>
#include "arch/x86_64/intel/vmcs.h"

/* Pure: the checks of the guest's state at VM entry (SDM 3C 26.3.1) in software, to name the field that the hardware has
 * refused without a word. `read` gives a field of the VMCS. Returns the first field that is wrong, 0 = none is. */
typedef uint64_t vmcs_reader(enum vmcs_field field);
uint32_t check_guest(vmcs_reader *read);

#endif
