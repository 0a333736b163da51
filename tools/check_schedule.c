/* SPDX-License-Identifier: ISC */
/* Groups and schedules: every microsecond of every CPU is planned exactly once, and everybody gets some. */
#include "tools/check.h"

#define MAJOR_MIN UINT64_C(100)
#define MAJOR_MAX UINT64_C(10000000)
#define FRAME_MIN UINT64_C(20) /* below that the core's own work would eat the frame */

static void check_members(struct compiler *compiler, const struct described_group *group)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < group->member_count; i++) {
		const struct described_vcpu *vcpu = &d->vcpu[group->member[i]];
		const struct described_subject *s = &d->subject[vcpu->subject];
		for (unsigned j = 0; j < i; j++)
			if (d->vcpu[group->member[j]].subject == vcpu->subject && s->kind != KIND_LAYER)
				problem(&compiler->report, group->line, "E-group-same-subject",
				        "two vCPUs of \"%s\" are in this group, and one would starve the other; make a "
				        "group for each",
				        s->name);
		if (s->kind == KIND_APP || s->partner == CONFIG_NONE)
			continue;
		uint32_t partner = d->subject[s->partner].vcpu_first + vcpu->number;
		bool good = s->kind == KIND_GUEST ? i > 0 && group->member[i - 1] == partner
		                                  : i + 1 < group->member_count && group->member[i + 1] == partner;
		if (!good && s->kind == KIND_GUEST)
			problem(&compiler->report, group->line, "E-group-layer",
			        "\"%s\" does not stand directly after its layer; write members=\"... %s ...\": the "
			        "layer comes by "
			        "itself",
			        vcpu_text(compiler, group->member[i]), vcpu_text(compiler, group->member[i]));
		if (!good && s->kind == KIND_LAYER)
			problem(&compiler->report, group->line, "E-group-layer",
			        "\"%s\" does not stand directly before its guest; name the guest only: the layer comes "
			        "by itself",
			        vcpu_text(compiler, group->member[i]));
	}
}

/* A vCPU of it is the background of a group that has frames. */
static bool is_background(const struct description *d, const struct described_group *group)
{
	for (unsigned i = 0; i < d->group_count; i++)
		for (unsigned m = 0; m < group->member_count && d->group[i].used; m++)
			if (d->group[i].background == group->member[m])
				return true;
	return false;
}

void check_groups(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->group_count; i++) {
		const struct described_group *group = &d->group[i];
		check_members(compiler, group);
		if (group->background != CONFIG_NONE &&
		    d->subject[d->vcpu[group->background].subject].kind == KIND_LAYER)
			problem(&compiler->report, group->line, "E-background-layer",
			        "background=\"%s\" is a virtualization layer; name its guest",
			        vcpu_text(compiler, group->background));
		if (!group->used && group->member_count)
			problem(&compiler->report, group->line, "E-never-scheduled",
			        "group \"%s\" has no frame in any schedule, so that it %s; add <frame for=\"%s\" .../>",
			        group->name,
			        is_background(d, group)
			                ? "has only what the group leaves of which it is the background, "
			                  "which may be nothing"
			                : "never runs",
			        group->name);
	}
}

static void check_frame(struct compiler *compiler, const struct described_frame *frame)
{
	if (frame->length_us < FRAME_MIN)
		problem(&compiler->report, frame->line, "E-frame-short",
		        "a frame of %llu us is shorter than what a switch may take; use at least %lluus",
		        (unsigned long long)frame->length_us, (unsigned long long)FRAME_MIN);
	if (frame->hold_us && frame->hold_us * 2 > frame->length_us)
		problem(&compiler->report, frame->line, "E-frame-hold",
		        "hold-start takes %llu us of a frame of %llu us; use at most half of the frame",
		        (unsigned long long)frame->hold_us, (unsigned long long)frame->length_us);
}

static void check_sum(struct compiler *compiler, const struct described_schedule *schedule,
                      const struct described_plan *plan)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < plan->frame_count; i++)
		sum += plan->frame[i].length_us;
	if (sum > schedule->major_us)
		problem(&compiler->report, plan->line, "E-frames-over",
		        "CPU %llu is over-committed in schedule \"%s\": frames of %llu us in a major frame of %llu us; "
		        "shorten "
		        "frames by %llu us",
		        (unsigned long long)plan->cpu, schedule->name, (unsigned long long)sum,
		        (unsigned long long)schedule->major_us, (unsigned long long)(sum - schedule->major_us));
	if (sum < schedule->major_us)
		problem(&compiler->report, plan->line, "E-frames-under",
		        "the frames of CPU %llu in schedule \"%s\" have %llu us, the major frame %llu us; add <frame "
		        "for=\"idle\" "
		        "length=\"%lluus\"/>, or lengthen others",
		        (unsigned long long)plan->cpu, schedule->name, (unsigned long long)sum,
		        (unsigned long long)schedule->major_us, (unsigned long long)(schedule->major_us - sum));
}

static bool cpu_is_used(const struct description *d, uint32_t cpu)
{
	for (unsigned i = 0; i < d->vcpu_count; i++)
		if (d->vcpu[i].cpu == cpu)
			return true;
	return false;
}

static void check_cpus(struct compiler *compiler, const struct described_schedule *schedule)
{
	const struct description *d = compiler->description;
	for (uint32_t cpu = 0; cpu < d->cpu_count; cpu++) {
		bool planned = false;
		for (unsigned i = 0; i < schedule->plan_count; i++)
			planned = planned || schedule->plan[i].cpu == cpu;
		if (!planned && cpu_is_used(d, cpu))
			problem(&compiler->report, schedule->line, "E-schedule-cpu-missing",
			        "schedule \"%s\" does not plan CPU %u, which has vCPUs; add <cpu id=\"%u\"> with "
			        "frames, if only an "
			        "idle one",
			        schedule->name, cpu, cpu);
	}
}

void check_schedules(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->schedule_count; i++) {
		const struct described_schedule *schedule = &d->schedule[i];
		if (schedule->major_us < MAJOR_MIN || schedule->major_us > MAJOR_MAX) {
			problem(&compiler->report, schedule->line, "E-major-range",
			        "a major frame of %llu us is out of range; use %lluus to 10s",
			        (unsigned long long)schedule->major_us, (unsigned long long)MAJOR_MIN);
			continue;
		}
		check_cpus(compiler, schedule);
		for (unsigned p = 0; p < schedule->plan_count; p++) {
			for (unsigned f = 0; f < schedule->plan[p].frame_count; f++)
				check_frame(compiler, &schedule->plan[p].frame[f]);
			check_sum(compiler, schedule, &schedule->plan[p]);
		}
	}
}
