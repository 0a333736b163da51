/* SPDX-License-Identifier: ISC */
/* <group> and <schedule>. A frame may name a group, or a subject: then its group on that CPU is meant. */
#include <string.h>
#include "tools/parse.h"

static void add_member(struct compiler *compiler, const xmlNode *node, uint32_t group, const char *name)
{
	struct description *d = compiler->description;
	struct described_group *g = &d->group[group];
	uint32_t vcpu = find_vcpu(d, name);
	if (vcpu == CONFIG_NONE) {
		problem(&compiler->report, g->line, "E-group-member-unknown",
		        "members names \"%s\", which is no vCPU; write SUBJECT, or SUBJECT/1 for its second vCPU",
		        name);
		return;
	}
	if (d->vcpu[vcpu].group != CONFIG_NONE) {
		problem(&compiler->report, g->line, "E-vcpu-two-groups",
		        "\"%s\" is in group \"%s\" already; a vCPU belongs to exactly one group", name,
		        d->group[d->vcpu[vcpu].group].name);
		return;
	}
	if (!parse_room(compiler, node, g->member_count, MAX_MEMBERS, "members of a group"))
		return;
	d->vcpu[vcpu].group = group;
	g->member[g->member_count++] = vcpu;
	if (g->cpu == CONFIG_NONE)
		g->cpu = d->vcpu[vcpu].cpu;
	else if (g->cpu != d->vcpu[vcpu].cpu)
		problem(&compiler->report, g->line, "E-group-two-cpus",
		        "\"%s\" runs on CPU %u, the members before it on CPU %u; put only vCPUs of one CPU in a group",
		        name, d->vcpu[vcpu].cpu, g->cpu);
}

static void parse_background(struct compiler *compiler, const xmlNode *node, struct described_group *group)
{
	struct description *d = compiler->description;
	const char *name = node_attribute(compiler, node, "background");
	group->background = CONFIG_NONE;
	if (!strcmp(name, "none"))
		return;
	uint32_t vcpu = find_vcpu(d, name);
	if (vcpu == CONFIG_NONE)
		problem(&compiler->report, group->line, "E-background-unknown",
		        "background=\"%s\" is no vCPU; name one, or none", name);
	else if (d->vcpu[vcpu].cpu != group->cpu)
		problem(&compiler->report, group->line, "E-background-cpu",
		        "background=\"%s\" runs on CPU %u, the group on CPU %u; name a vCPU of the same CPU", name,
		        d->vcpu[vcpu].cpu, group->cpu);
	else if (d->vcpu[vcpu].group == (uint32_t)(group - d->group))
		problem(&compiler->report, group->line, "E-background-member",
		        "background=\"%s\" is a member of this group; name a vCPU of another group, or none", name);
	else
		group->background = vcpu;
}

static void parse_group(struct compiler *compiler, xmlNodePtr node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->group_count, CONFIG_MAX_GROUPS, "groups"))
		return;
	const char *name = parse_name(compiler, node);
	int line = node_line(node);
	for (unsigned i = 0; i < d->group_count; i++)
		if (!strcmp(d->group[i].name, name))
			problem(&compiler->report, line, "E-duplicate-group",
			        "there is another group named \"%s\"; a group with the name of a subject is made for "
			        "it unless "
			        "its vCPUs are in others",
			        name);
	if (!strcmp(name, "idle"))
		problem(&compiler->report, line, "E-name-reserved", "\"idle\" means an empty frame; use another name");
	uint32_t index = d->group_count++;
	d->group[index] = (struct described_group){.name = name, .line = line, .cpu = CONFIG_NONE};
	struct words words = node_words(compiler, node, "members");
	for (unsigned i = 0; i < words.count; i++)
		add_member(compiler, node, index, words.word[i]);
	if (!words.count)
		problem(&compiler->report, line, "E-group-empty", "the group has no members; name at least one vCPU");
}

static uint32_t group_of(const struct description *d, const char *name, uint64_t cpu, bool *known)
{
	uint32_t found = CONFIG_NONE;
	*known = false;
	for (unsigned i = 0; i < d->group_count; i++)
		if (!strcmp(d->group[i].name, name)) {
			*known = true;
			found = i;
			if (d->group[i].cpu == cpu)
				return i;
		}
	uint32_t subject = find_subject(d, name);
	if (subject == CONFIG_NONE)
		return found;
	*known = true;
	for (unsigned i = 0; i < d->vcpu_count; i++)
		if (d->vcpu[i].subject == subject && d->vcpu[i].cpu == cpu && d->vcpu[i].group != CONFIG_NONE)
			return d->vcpu[i].group;
	return found;
}

static void parse_frame(struct compiler *compiler, const xmlNode *node, const struct described_plan *plan,
                        struct described_frame *frame)
{
	struct description *d = compiler->description;
	const char *name = node_attribute(compiler, node, "for");
	frame->line = node_line(node);
	frame->group = CONFIG_NONE;
	frame->known = true;
	node_duration(compiler, node, "length", &frame->length_us);
	node_duration(compiler, node, "hold-start", &frame->hold_us);
	if (!strcmp(name, "idle"))
		return;
	frame->group = group_of(d, name, plan->cpu, &frame->known);
	if (!frame->known)
		problem(&compiler->report, frame->line, "E-frame-unknown",
		        "for=\"%s\" names no group or subject; name one, or idle", name);
	else if (frame->group != CONFIG_NONE && d->group[frame->group].cpu != plan->cpu)
		problem(&compiler->report, frame->line, "E-vcpu-two-cpus",
		        "\"%s\" runs on CPU %u, this is the plan of CPU %llu; a vCPU has one CPU in all schedules",
		        name, d->group[frame->group].cpu, (unsigned long long)plan->cpu);
	else if (frame->group != CONFIG_NONE)
		d->group[frame->group].used = true;
}

static void parse_plan(struct compiler *compiler, xmlNodePtr node, struct described_schedule *schedule)
{
	struct description *d = compiler->description;
	struct described_plan plan = {.line = node_line(node), .cpu = CONFIG_NONE};
	node_number(compiler, node, "id", 0, CONFIG_MAX_CPUS - 1, &plan.cpu);
	if (plan.cpu == CONFIG_NONE)
		return;
	if (plan.cpu >= d->cpu_count)
		problem(&compiler->report, plan.line, "E-schedule-cpu-range",
		        "CPU %llu has no vCPU; the subjects of this system use CPU 0 to %u",
		        (unsigned long long)plan.cpu, d->cpu_count ? d->cpu_count - 1 : 0);
	for (unsigned i = 0; i < schedule->plan_count; i++)
		if (schedule->plan[i].cpu == plan.cpu) {
			problem(&compiler->report, plan.line, "E-schedule-cpu-twice",
			        "CPU %llu has a plan in this schedule already; put all its frames into one <cpu>",
			        (unsigned long long)plan.cpu);
			return;
		}
	EACH_CHILD(child, node, "frame")
	plan.frame_count++;
	if (plan.frame_count > CONFIG_MAX_FRAMES) {
		parse_room(compiler, node, plan.frame_count, CONFIG_MAX_FRAMES, "frames on a CPU");
		return;
	}
	plan.frame = report_alloc(&compiler->report, (plan.frame_count + 1) * sizeof(*plan.frame));
	unsigned index = 0;
	EACH_CHILD(frame, node, "frame")
	parse_frame(compiler, frame, &plan, &plan.frame[index++]);
	/* in order of CPUs, as the configuration wants them */
	unsigned at = schedule->plan_count++;
	for (; at > 0 && schedule->plan[at - 1].cpu > plan.cpu; at--)
		schedule->plan[at] = schedule->plan[at - 1];
	schedule->plan[at] = plan;
}

static void parse_schedule(struct compiler *compiler, xmlNodePtr node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->schedule_count, CONFIG_MAX_SCHEDULES, "schedules"))
		return;
	struct described_schedule *schedule = &d->schedule[d->schedule_count];
	const char *name = parse_name(compiler, node);
	schedule->line = node_line(node);
	if (find_schedule(d, name) != CONFIG_NONE)
		problem(&compiler->report, schedule->line, "E-duplicate-schedule",
		        "there is another schedule named \"%s\"; give each its own name", name);
	schedule->name = name;
	node_duration(compiler, node, "major", &schedule->major_us);
	EACH_CHILD(plan, node, "cpu")
	parse_plan(compiler, plan, schedule);
	d->schedule_count++;
}

/* Groups and schedules that expand() made show only consequences of a mistake that has been reported. */
static bool is_consequence(struct compiler *compiler, const xmlNode *node)
{
	return compiler->report.count && node_attribute(compiler, node, "source-line");
}

void parse_schedules(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	EACH_CHILD(group, system, "group")
	{
		unsigned index = d->group_count;
		if (!is_consequence(compiler, group))
			parse_group(compiler, group);
		if (d->group_count > index)
			d->group[index].node = group;
	}
	for (unsigned i = 0; i < d->group_count; i++)
		parse_background(compiler, d->group[i].node, &d->group[i]);
	EACH_CHILD(schedule, system, "schedule")
	{
		if (!is_consequence(compiler, schedule))
			parse_schedule(compiler, schedule);
	}
	d->plan_broken = compiler->report.count > 0;
}
