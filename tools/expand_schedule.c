/* SPDX-License-Identifier: ISC */
/*
 * Groups and schedules that are not written: one group per vCPU (a guest's layer vCPU before the guest's own), and,
 * if there is no schedule at all, one of 10 ms that divides each CPU evenly among its groups.
 * A vCPU is written NAME (its first) or NAME/INDEX; a guest's layer is the subject NAME.layer.
 */
#include <string.h>
#include "tools/expand.h"

static const char *vcpu_name(struct compiler *compiler, const char *subject, unsigned vcpu)
{
	return vcpu ? report_print(&compiler->report, "%s/%u", subject, vcpu) : subject;
}

static const char *layer_of(struct compiler *compiler, xmlNodePtr system, const char *member)
{
	size_t length = strcspn(member, "/");
	EACH_CHILD(guest, system, "guest")
	{
		const char *name = node_attribute(compiler, guest, "name");
		if (strlen(name) == length && !strncmp(name, member, length))
			return report_print(&compiler->report, "%s.layer%s", name, member + length);
	}
	return NULL;
}

/* members="linux-a" means "linux-a.layer linux-a" */
static void add_layers(struct compiler *compiler, xmlNodePtr system, xmlNodePtr group)
{
	struct words words = node_words(compiler, group, "members");
	const char *list = "";
	for (unsigned i = 0; i < words.count; i++) {
		const char *layer = layer_of(compiler, system, words.word[i]);
		bool missing = layer && !words_have(&words, layer);
		list = report_print(&compiler->report, "%s%s%s%s%s", list, *list ? " " : "", missing ? layer : "",
		                    missing ? " " : "", words.word[i]);
	}
	node_set(group, "members", list);
}

static bool grouped(struct compiler *compiler, xmlNodePtr system, const char *member)
{
	EACH_CHILD(group, system, "group")
	{
		struct words words = node_words(compiler, group, "members");
		if (words_have(&words, member))
			return true;
	}
	return false;
}

static void add_group(struct compiler *compiler, xmlNodePtr system, xmlNodePtr subject, unsigned vcpu)
{
	const char *name = vcpu_name(compiler, node_attribute(compiler, subject, "name"), vcpu);
	if (grouped(compiler, system, name))
		return;
	const char *layer = node_is(subject, "guest") ? layer_of(compiler, system, name) : NULL;
	xmlNodePtr group = node_add(system, "group", subject);
	node_set(group, "name", name);
	node_set(group, "members", layer ? report_print(&compiler->report, "%s %s", layer, name) : name);
}

void expand_groups(struct compiler *compiler, xmlNodePtr system)
{
	EACH_CHILD(group, system, "group")
	add_layers(compiler, system, group);
	for (xmlNodePtr node = system->children; node; node = node->next)
		if (expand_is_subject(node))
			for (unsigned i = 0; i < expand_cpus(compiler, node); i++)
				add_group(compiler, system, node, i);
	EACH_CHILD(group, system, "group")
	node_default(group, "background", "none");
}

/* The CPU of a group's first member; groups of one CPU is what the parser checks. */
static unsigned group_cpu(struct compiler *compiler, xmlNodePtr system, xmlNodePtr group)
{
	struct words words = node_words(compiler, group, "members");
	for (xmlNodePtr node = system->children; node; node = node->next) {
		if (!expand_is_subject(node))
			continue;
		for (unsigned i = 0; i < expand_cpus(compiler, node); i++)
			if (words_have(&words, vcpu_name(compiler, node_attribute(compiler, node, "name"), i)))
				return expand_cpu(compiler, node, i);
	}
	return 0;
}

static void add_frame(struct compiler *compiler, xmlNodePtr plan, const char *name, unsigned begin, unsigned end)
{
	xmlNodePtr frame = node_add(plan, "frame", plan);
	node_set(frame, "for", name);
	node_set(frame, "length", report_print(&compiler->report, "%uus", end - begin));
}

/* The subject whose vCPU comes last in a group: the groups of an SMP guest have the same one. */
static const char *group_subject(struct compiler *compiler, xmlNodePtr group)
{
	struct words words = node_words(compiler, group, "members");
	const char *last = words.count ? words.word[words.count - 1] : "";
	return report_copy(&compiler->report, last, strcspn(last, "/"));
}

static unsigned groups_of(struct compiler *compiler, xmlNodePtr system, const char *subject, unsigned cpu)
{
	unsigned count = 0;
	EACH_CHILD(group, system, "group")
	count += group_cpu(compiler, system, group) == cpu &&
	         (!subject || !strcmp(group_subject(compiler, group), subject));
	return count;
}

/* Frames of all groups of one subject on one CPU, in the time from begin to end. */
static void add_slot(struct compiler *compiler, xmlNodePtr system, xmlNodePtr plan, const char *subject, unsigned cpu,
                     unsigned begin, unsigned end)
{
	unsigned count = groups_of(compiler, system, subject, cpu), index = 0;
	if (!count)
		add_frame(compiler, plan, "idle", begin, end);
	EACH_CHILD(group, system, "group")
	{
		if (group_cpu(compiler, system, group) != cpu || strcmp(group_subject(compiler, group), subject))
			continue;
		unsigned from = begin + (end - begin) * index / count, to = begin + (end - begin) * (index + 1) / count;
		add_frame(compiler, plan, node_attribute(compiler, group, "name"), from, to);
		index++;
	}
}

/*
 * One slot per subject. With an SMP guest the slots are the same on all CPUs, so that its vCPUs run together; else
 * each CPU has slots only for those that it runs.
 */
static void add_plan(struct compiler *compiler, xmlNodePtr system, xmlNodePtr schedule, unsigned cpu, bool together)
{
	static const unsigned major_us = 10000;
	unsigned count = 0, index = 0;
	xmlNodePtr plan = node_add(schedule, "cpu", schedule);
	node_set(plan, "id", report_print(&compiler->report, "%u", cpu));
	for (xmlNodePtr node = system->children; node; node = node->next)
		if (expand_is_subject(node))
			count += together || groups_of(compiler, system, node_attribute(compiler, node, "name"), cpu);
	if (!count)
		add_frame(compiler, plan, "idle", 0, major_us);
	for (xmlNodePtr node = system->children; node; node = node->next) {
		if (!expand_is_subject(node))
			continue;
		const char *name = node_attribute(compiler, node, "name");
		if (!together && !groups_of(compiler, system, name, cpu))
			continue;
		add_slot(compiler, system, plan, name, cpu, major_us * index / count, major_us * (index + 1) / count);
		index++;
	}
}

static void add_schedule(struct compiler *compiler, xmlNodePtr system)
{
	unsigned last = 0;
	bool together = false;
	EACH_CHILD(group, system, "group")
	{
		unsigned cpu = group_cpu(compiler, system, group);
		last = cpu > last ? cpu : last;
	}
	EACH_CHILD(guest, system, "guest")
	together = together || expand_cpus(compiler, guest) > 1;
	xmlNodePtr schedule = node_add(system, "schedule", system);
	node_set(schedule, "name", "default");
	node_set(schedule, "major", "10ms");
	for (unsigned cpu = 0; cpu <= last; cpu++)
		add_plan(compiler, system, schedule, cpu, together);
}

void expand_schedules(struct compiler *compiler, xmlNodePtr system)
{
	if (!node_next(system->children, "schedule"))
		add_schedule(compiler, system);
	EACH_CHILD(schedule, system, "schedule")
	EACH_CHILD(plan, schedule, "cpu")
	EACH_CHILD(frame, plan, "frame")
	node_default(frame, "hold-start", "0us");
}
