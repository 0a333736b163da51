/* SPDX-License-Identifier: ISC */
/*
 * The vCPUs of an SMP guest run at the same time on all its CPUs, or a lock holder would wait while others spin.
 * Compared are the times at which any vCPU of the subject runs, CPU by CPU: several of its vCPUs may share a CPU.
 */
#include "tools/check.h"

/* The next stretch of time, from `*at` on, in which the subject runs on this plan's CPU; false: no more. */
static bool next_stretch(const struct description *d, const struct described_plan *plan, uint32_t subject,
                         uint64_t from, uint64_t *begin, uint64_t *end)
{
	uint64_t at = 0;
	bool open = false;
	for (unsigned i = 0; i < plan->frame_count; i++) {
		const struct described_frame *frame = &plan->frame[i];
		bool runs = false;
		for (unsigned m = 0; frame->group != CONFIG_NONE && m < d->group[frame->group].member_count; m++)
			runs = runs || d->vcpu[d->group[frame->group].member[m]].subject == subject;
		if (open && !runs)
			return true;
		if (runs && at >= from) {
			*begin = open ? *begin : at;
			*end = at + frame->length_us;
			open = true;
		}
		at += frame->length_us;
	}
	return open;
}

static const struct described_plan *plan_of(const struct described_schedule *schedule, uint32_t cpu)
{
	for (unsigned i = 0; i < schedule->plan_count; i++)
		if (schedule->plan[i].cpu == cpu)
			return &schedule->plan[i];
	return NULL;
}

static bool coincide(const struct description *d, const struct described_plan *a, const struct described_plan *b,
                     uint32_t subject)
{
	uint64_t from = 0;
	for (;;) {
		uint64_t a_begin = 0, a_end = 0, b_begin = 0, b_end = 0;
		bool a_more = next_stretch(d, a, subject, from, &a_begin, &a_end);
		bool b_more = next_stretch(d, b, subject, from, &b_begin, &b_end);
		if (a_more != b_more || a_begin != b_begin || a_end != b_end)
			return false;
		if (!a_more || a_end == from)
			return true;
		from = a_end;
	}
}

static void check_subject(struct compiler *compiler, uint32_t subject, const struct described_schedule *schedule)
{
	const struct description *d = compiler->description;
	const struct described_subject *s = &d->subject[subject];
	for (unsigned i = 1; i < s->cpus; i++) {
		const struct described_plan *a = plan_of(schedule, s->cpu[0]), *b = plan_of(schedule, s->cpu[i]);
		if (!a || !b || a == b || coincide(d, a, b, subject))
			continue;
		problem(&compiler->report, schedule->line, "E-frames-coinciding",
		        "the frames of \"%s\" on CPU %u and CPU %u of schedule \"%s\" do not begin and end together; "
		        "make them, or "
		        "say coinciding=\"no\"",
		        s->name, s->cpu[0], s->cpu[i], schedule->name);
		return;
	}
}

void check_coinciding(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned s = 0; s < d->schedule_count; s++)
		for (uint32_t i = 0; i < d->subject_count; i++)
			if (d->subject[i].coinciding && d->subject[i].kind == KIND_GUEST)
				check_subject(compiler, i, &d->schedule[s]);
}
