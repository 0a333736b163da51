/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_CPUID_LEVEL_H
#define TOOLS_CPUID_LEVEL_H

#include "tools/description.h"
#include "tools/image.h"

/* What a subject sees of its CPU: CPUID leaves and MSRs of its level, and which host features that takes. */
#define CPUID_FEATURE_UNKNOWN 32u
unsigned cpuid_feature_find(const char *name); /* of those that can be added to a level; CPUID_FEATURE_UNKNOWN */
const char *cpuid_feature_list(struct compiler *compiler);

/* Adds the rows of TABLE_CPUID (for a host of AMD, then as many for one of Intel; each half sorted), TABLE_FEATURE and
 * TABLE_MSR (sorted) of one subject. */
void cpuid_level_rows(struct image *image, const struct described_subject *subject);
void cpuid_level_features(struct image *image, const struct described_subject *subject, uint32_t index);
void msr_level_rows(struct image *image, const struct described_subject *subject);

#endif
