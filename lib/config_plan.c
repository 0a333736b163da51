/* SPDX-License-Identifier: ISC */
#include "lib/config_check.h"
#include "lib/text.h"

/* Schedules: every schedule plans every CPU for exactly one major frame, and a group runs only on its vCPUs' CPU. */

static const char *schedule_broken(const struct config_header *c, uint32_t record)
{
	const struct config_schedule *schedules = CONFIG_TABLE(c, config_schedule, TABLE_SCHEDULE);
	const struct config_schedule *schedule = &schedules[record];
	const struct config_plan *plan = CONFIG_TABLE(c, config_plan, TABLE_PLAN) + schedule->plan.first;

	if (!config_named(schedule->name, sizeof(schedule->name)))
		return "a schedule has no name";
	for (uint32_t other = 0; other < record; other++)
		if (text_equal(schedule->name, schedules[other].name))
			return "two schedules have the same name";
	if (!schedule->major_us || schedule->major_us > UINT32_MAX)
		return "the major frame of a schedule is not 1 us to 71 minutes";
	if (schedule->plan.count != c->cpu_count)
		return "a schedule does not plan every CPU";
	for (uint32_t i = 0; i < schedule->plan.count; i++)
		if (plan[i].cpu != i)
			return "the plans of a schedule are not in the order of the CPUs";
	return 0;
}

static const char *frame_broken(const struct config_header *c, uint32_t record)
{
	const struct config_frame *frame = &CONFIG_TABLE(c, config_frame, TABLE_FRAME)[record];

	if (!frame->length_us)
		return "a minor frame has no length";
	if (frame->group != CONFIG_NONE && !config_has(c, TABLE_GROUP, frame->group))
		return "a minor frame's group does not exist";
	if (frame->flags & ~FRAME_HOLD_START)
		return "a flag of a minor frame is unknown";
	if (frame->hold_ticks_us >= frame->length_us)
		return "a minor frame is held until its end";
	return 0;
}

static const char *sum_broken(const struct config_header *c, uint32_t record)
{
	const struct config_schedule *schedule = &CONFIG_TABLE(c, config_schedule, TABLE_SCHEDULE)[record];
	const struct config_group *groups = CONFIG_TABLE(c, config_group, TABLE_GROUP);

	for (uint32_t cpu = 0; cpu < schedule->plan.count; cpu++) {
		const struct config_span span =
		        CONFIG_TABLE(c, config_plan, TABLE_PLAN)[schedule->plan.first + cpu].frame;
		const struct config_frame *frame = CONFIG_TABLE(c, config_frame, TABLE_FRAME) + span.first;
		uint64_t sum = 0;
		for (uint32_t i = 0; i < span.count; i++) {
			sum += frame[i].length_us;
			if (frame[i].group != CONFIG_NONE && groups[frame[i].group].cpu != cpu)
				return "a minor frame's group belongs to another CPU";
		}
		if (sum != schedule->major_us)
			return "the minor frames of a CPU do not add up to the major frame";
	}
	return 0;
}

static const struct config_vcpu *member_vcpu(const struct config_header *c, uint32_t member)
{
	return &config_vcpus(c)[CONFIG_TABLE(c, config_member, TABLE_MEMBER)[member].vcpu];
}

static const char *member_broken(const struct config_header *c, uint32_t record)
{
	const struct config_member *member = &CONFIG_TABLE(c, config_member, TABLE_MEMBER)[record];

	return config_has(c, TABLE_VCPU, member->vcpu) ? 0 : "a group's vCPU does not exist";
}

/* A layer's vCPU stands directly before its guest's, and never alone: handover stays inside the group. */
static bool pairs_broken(const struct config_header *c, struct config_span span)
{
	const struct config_member *member = CONFIG_TABLE(c, config_member, TABLE_MEMBER) + span.first;

	for (uint32_t i = 0; i < span.count; i++) {
		const struct config_vcpu *vcpu = &config_vcpus(c)[member[i].vcpu];
		const uint32_t kind = config_subjects(c)[vcpu->subject].kind;
		if (kind == KIND_GUEST && (i == 0 || member[i - 1].vcpu != vcpu->partner))
			return true;
		if (kind == KIND_LAYER && (i + 1 == span.count || member[i + 1].vcpu != vcpu->partner))
			return true;
	}
	return false;
}

static const char *group_broken(const struct config_header *c, uint32_t record)
{
	const struct config_group *group = &CONFIG_TABLE(c, config_group, TABLE_GROUP)[record];
	const struct config_span span = group->member;

	if (!config_named(group->name, sizeof(group->name)))
		return "a group has no name";
	if (group->cpu >= c->cpu_count)
		return "a group's CPU does not exist";
	if (!span.count)
		return "a group has no member";
	for (uint32_t i = span.first; i < span.first + span.count; i++) {
		if (member_vcpu(c, i)->cpu != group->cpu)
			return "a group's vCPU is on another CPU";
		for (uint32_t other = span.first; other < i; other++)
			if (member_vcpu(c, i)->subject == member_vcpu(c, other)->subject)
				return "two vCPUs of a subject share a group";
	}
	return pairs_broken(c, span) ? "a layer's vCPU does not stand directly before its guest's" : 0;
}

static const char *background_broken(const struct config_header *c, uint32_t record)
{
	const struct config_group *group = &CONFIG_TABLE(c, config_group, TABLE_GROUP)[record];

	if (group->background == CONFIG_NONE)
		return 0;
	if (!config_has(c, TABLE_VCPU, group->background))
		return "a group's background vCPU does not exist";
	const struct config_vcpu *vcpu = &config_vcpus(c)[group->background];
	if (vcpu->cpu != group->cpu)
		return "a group's background vCPU is on another CPU";
	if (config_subjects(c)[vcpu->subject].kind == KIND_LAYER)
		return "a group's background vCPU is a layer's";
	for (uint32_t i = 0; i < group->member.count; i++)
		if (member_vcpu(c, group->member.first + i) == vcpu)
			return "a group's background vCPU is also its member";
	return 0;
}

const struct config_rule config_rules_plan[] = {
        {TABLE_SCHEDULE, schedule_broken},
        {TABLE_FRAME, frame_broken},
        {TABLE_MEMBER, member_broken},
        {TABLE_GROUP, group_broken},
        {TABLE_SCHEDULE, sum_broken},
        {TABLE_GROUP, background_broken},
        {TABLE_SUBJECT, 0},
};
