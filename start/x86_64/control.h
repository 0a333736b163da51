/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_CONTROL_H
#define START_X86_64_CONTROL_H

#include <stdint.h>
#include "arch/x86_64/intel/vmcs.h"

/* Pure: from what the capability MSRs say (SDM 3D appendix A) to the control words of every VMCS. */
/* What the back end uses. `lost`: what is lost without it; 0 = it is required. */
#define CONTROL_EPT_1G (1u << 17)
struct capability {
	uint32_t word, mask;
	const char *name, *lost;
};
extern const struct capability control_table[];
extern const unsigned control_table_count;
/* `capability`: bits that must be 1 in the low half, those that may be in the high half; CONTROL_EPT: EPT and VPID
 * capabilities, low half zero. Returns 0, or the name of what is missing. */
const char *control_choose(const uint64_t capability[CONTROL_WORDS], uint64_t chosen[CONTROL_WORDS]);

#endif
