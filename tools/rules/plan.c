/* SPDX-License-Identifier: ISC */
#include "tools/rules/rules.h"

/* Schedules: every schedule plans every CPU for exactly one major frame; groups keep guest and layer together. */

uint32_t schedule_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_schedule *schedule = record;
	const struct config_plan *plan = CONFIG_TABLE(c, config_plan, TABLE_PLAN) + schedule->plan.first;

	(void)index;
	for (uint32_t i = 0; i < schedule->plan.count; i++) {
		const struct config_frame *frame = CONFIG_TABLE(c, config_frame, TABLE_FRAME) + plan[i].frame.first;
		uint64_t left = schedule->major_us;
		for (uint32_t f = 0; f < plan[i].frame.count; f++)
			left -= frame[f].length_us; /* of too many it wraps, to no sum that ends at 0 again */
		if (left)
			return BAD_SCHEDULE_SUM;
	}
	return CONFIG_FINE;
}

uint32_t frame_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_frame *frame = record;

	(void)c, (void)index;
	return frame->hold_ticks_us < frame->length_us ? CONFIG_FINE : BAD_FRAME_HOLD;
}

/* A layer's vCPU stands directly before its guest's, and never alone: handover stays inside the group. */
static bool pair_broken(const struct config_header *c, const struct config_member *member, bool first, bool last)
{
	const struct config_vcpu *vcpu = &config_vcpus(c)[member->vcpu];
	const uint32_t kind = config_subjects(c)[vcpu->subject].kind;

	return (kind == KIND_GUEST && (first || member[-1].vcpu != vcpu->partner)) ||
	       (kind == KIND_LAYER && (last || member[1].vcpu != vcpu->partner));
}

static uint32_t background_broken(const struct config_header *c, const struct config_group *group)
{
	if (group->background == CONFIG_NONE)
		return CONFIG_FINE;
	const struct config_vcpu *vcpu = &config_vcpus(c)[group->background];
	return config_subjects(c)[vcpu->subject].kind == KIND_LAYER ? BAD_GROUP_BACKGROUND_LAYER : CONFIG_FINE;
}

uint32_t group_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_group *group = record;
	const struct config_member *member = CONFIG_TABLE(c, config_member, TABLE_MEMBER) + group->member.first;
	const struct config_vcpu *vcpus = config_vcpus(c);
	const uint32_t count = group->member.count;

	(void)index;
	for (uint32_t i = 0; i < count; i++) {
		if (member[i].vcpu == group->background)
			return BAD_GROUP_BACKGROUND_TWICE;
		for (uint32_t other = 0; other < i; other++)
			if (vcpus[member[i].vcpu].subject == vcpus[member[other].vcpu].subject)
				return BAD_GROUP_SUBJECT;
	}
	for (uint32_t i = 0; i < count; i++)
		if (pair_broken(c, member + i, i == 0, i + 1 == count))
			return BAD_GROUP_ORDER;
	return background_broken(c, group);
}
