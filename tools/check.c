/* SPDX-License-Identifier: ISC */
#include "tools/check.h"

void check_vector(struct compiler *compiler, uint32_t subject, uint64_t vector, int line)
{
	if (!vector || subject == CONFIG_NONE)
		return;
	const struct described_subject *s = &compiler->description->subject[subject];
	if (vector < 32)
		problem(&compiler->report, line, "E-vector-range",
		        "vector %llu belongs to the CPU's exceptions; use 32 to 255, or 0 for none",
		        (unsigned long long)vector);
	if (s->kind == KIND_LAYER)
		problem(&compiler->report, line, "E-vector-layer",
		        "\"%s\" ends in a virtualization layer, which takes no interrupts; remove the vector",
		        compiler->description->subject[s->partner].name);
}

void check(struct compiler *compiler)
{
	static void (*const checks[])(struct compiler *) = {check_subjects, check_files,  check_devices, check_memory,
	                                                    check_channels, check_events, check_nics};
	static void (*const plan_checks[])(struct compiler *) = {check_groups, check_schedules, check_coinciding};
	for (unsigned i = 0; i < COUNT_OF(checks); i++)
		checks[i](compiler);
	for (unsigned i = 0; i < COUNT_OF(plan_checks) && !compiler->description->plan_broken; i++)
		plan_checks[i](compiler);
}
