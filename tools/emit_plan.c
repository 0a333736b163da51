/* SPDX-License-Identifier: ISC */
/* Groups and schedules. A CPU without a plan in some schedule is idle there. */
#include "tools/layout.h"

static void emit_group(struct image *image, const struct described_group *group)
{
	struct config_group *row = IMAGE_ROW(image, config_group, TABLE_GROUP);
	uint32_t first = image->count[TABLE_MEMBER];
	for (unsigned i = 0; i < group->member_count; i++)
		IMAGE_ROW(image, config_member, TABLE_MEMBER)->vcpu = group->member[i];
	image_name(row->name, group->name);
	row->member = image_span(image, TABLE_MEMBER, first);
	row->background = group->background;
	row->cpu = group->cpu;
}

static void emit_frame(struct image *image, const struct described_frame *frame)
{
	*IMAGE_ROW(image, config_frame, TABLE_FRAME) =
	        (struct config_frame){frame->group, (uint32_t)frame->length_us, frame->hold_us ? FRAME_HOLD_START : 0,
	                              (uint32_t)frame->hold_us};
}

static void emit_cpu(struct image *image, const struct described_schedule *schedule, uint32_t cpu)
{
	struct config_plan *row = IMAGE_ROW(image, config_plan, TABLE_PLAN);
	const struct described_frame idle = {.group = CONFIG_NONE, .length_us = schedule->major_us};
	uint32_t first = image->count[TABLE_FRAME];
	for (unsigned i = 0; i < schedule->plan_count; i++)
		for (unsigned f = 0; schedule->plan[i].cpu == cpu && f < schedule->plan[i].frame_count; f++)
			emit_frame(image, &schedule->plan[i].frame[f]);
	if (image->count[TABLE_FRAME] == first)
		emit_frame(image, &idle);
	row->cpu = cpu;
	row->frame = image_span(image, TABLE_FRAME, first);
}

void emit_plan(struct image *image)
{
	const struct description *d = image->compiler->description;
	for (unsigned i = 0; i < d->group_count; i++)
		emit_group(image, &d->group[i]);
	for (unsigned i = 0; i < d->schedule_count; i++) {
		struct config_schedule *row = IMAGE_ROW(image, config_schedule, TABLE_SCHEDULE);
		uint32_t first = image->count[TABLE_PLAN];
		image_name(row->name, d->schedule[i].name);
		row->major_us = d->schedule[i].major_us;
		for (uint32_t cpu = 0; cpu < d->cpu_count; cpu++)
			emit_cpu(image, &d->schedule[i], cpu);
		row->plan = image_span(image, TABLE_PLAN, first);
	}
}
