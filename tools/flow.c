/* SPDX-License-Identifier: ISC */
/*
 * The flow graph: an edge from A to B wherever something A does can be seen by B. Nodes are subjects, a guest and its
 * layer being two. Read off the binary tables, so that what is proved is what runs; the description lends only names.
 * Counted: memory, exit frames, events, restart counts, status, management rights, audit, schedule switches, image
 * loading, and time inside a group (priorities, background). Not counted: reboot and power off, after which nothing
 * that a subject wrote is left, and what hardware leaks (caches, buses), which no table can show.
 */
#include <string.h>
#include "abi/hypercall.h"
#include "tools/flow.h"
#include "tools/image.h"

#define MANAGES (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART)

struct flow {
	struct compiler *compiler;
	const struct description *d;
	struct image *image;
	uint32_t count;
	const char *via[CONFIG_MAX_SUBJECTS][CONFIG_MAX_SUBJECTS]; /* what the edge is; NULL = no edge */
};

static void edge(struct flow *flow, uint32_t from, uint32_t to, const char *what, const char *name)
{
	if (from != to && from < flow->count && to < flow->count && !flow->via[from][to])
		flow->via[from][to] = name ? report_print(&flow->compiler->report, "%s \"%s\"", what, name) : what;
}

static void edges_to_all(struct flow *flow, uint32_t from, const char *what)
{
	for (uint32_t to = 0; to < flow->count; to++)
		edge(flow, from, to, what, NULL);
}

static void add_memory(struct flow *flow)
{
	const struct config_mapping *mapping = IMAGE_TABLE(flow->image, config_mapping, TABLE_MAPPING);
	const struct config_region *region = IMAGE_TABLE(flow->image, config_region, TABLE_REGION);
	uint32_t count = flow->image->count[TABLE_MAPPING];
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < count && mapping[i].rights & MAP_WRITE; j++)
			if (mapping[i].region == mapping[j].region)
				edge(flow, mapping[i].subject, mapping[j].subject,
				     region[mapping[i].region].kind == REGION_CHANNEL ? "channel memory" : "memory",
				     region[mapping[i].region].name);
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t s = 0; s < flow->count && region[mapping[i].region].kind == REGION_STATS; s++)
			edge(flow, s, mapping[i].subject, "the statistics region", NULL);
}

static void add_subject(struct flow *flow, uint32_t index)
{
	const struct described_subject *s = &flow->d->subject[index];
	if (s->kind == KIND_LAYER) {
		edge(flow, s->partner, index, "exits", NULL);
		edge(flow, index, s->partner, "the exit frame", NULL);
	}
	for (unsigned i = 0; i < s->out_count; i++) {
		if (s->out[i].action == EVENT_SCHEDULE)
			edges_to_all(flow, index, "a schedule switch");
		else
			edge(flow, index, s->out[i].target, "event", s->out_name[i]);
	}
	if (s->rights & RIGHT_SCHEDULE_SWITCH)
		edges_to_all(flow, index, "a schedule switch");
	if (s->rights & RIGHT_TIME_SET)
		edges_to_all(flow, index, "the time of day");
	if (s->rights & RIGHT_IMAGE_LOAD)
		edges_to_all(flow, index, "loading its image");
	const struct config_subject *row = &IMAGE_TABLE(flow->image, config_subject, TABLE_SUBJECT)[index];
	const struct config_manage *manage = IMAGE_TABLE(flow->image, config_manage, TABLE_MANAGE) + row->manage.first;
	for (uint32_t i = 0; i < row->manage.count; i++) {
		if (manage[i].rights & MANAGES)
			edge(flow, index, manage[i].subject, "starting and stopping it", NULL);
		if (manage[i].rights & RIGHT_STATUS)
			edge(flow, manage[i].subject, index, "its status", NULL);
	}
	const struct config_epoch *epoch = IMAGE_TABLE(flow->image, config_epoch, TABLE_EPOCH) + row->epoch.first;
	for (uint32_t i = 0; i < row->epoch.count; i++)
		edge(flow, epoch[i].peer, index, "its restart count", NULL);
}

static void add_audit(struct flow *flow)
{
	const struct config_consumer *consumer = IMAGE_TABLE(flow->image, config_consumer, TABLE_CONSUMER);
	for (uint32_t i = 0; i < flow->image->count[TABLE_CONSUMER]; i++) {
		const struct config_source *source =
		        IMAGE_TABLE(flow->image, config_source, TABLE_SOURCE) + consumer[i].source.first;
		for (uint32_t j = 0; j < consumer[i].source.count; j++)
			edge(flow, source[j].subject, consumer[i].subject, "audit records", NULL);
		for (uint32_t s = 0; s < flow->count; s++)
			if (flow->d->subject[s].rights & RIGHT_AUDIT_MASK)
				edge(flow, s, consumer[i].subject, "the audit mask", NULL);
	}
}

static void add_time(struct flow *flow)
{
	for (unsigned g = 0; g < flow->d->group_count; g++) {
		const struct described_group *group = &flow->d->group[g];
		for (unsigned i = 0; i < group->member_count; i++) {
			uint32_t from = flow->d->vcpu[group->member[i]].subject;
			for (unsigned j = i + 1; j < group->member_count; j++)
				edge(flow, from, flow->d->vcpu[group->member[j]].subject, "time left over in group",
				     group->name);
			if (group->background != CONFIG_NONE)
				edge(flow, from, flow->d->vcpu[group->background].subject, "time left over in group",
				     group->name);
		}
	}
}

/* Shortest path by breadth-first search that enters no excepted subject; `before` tells the way back. */
static bool find_path(const struct flow *flow, uint32_t from, uint32_t to, uint64_t except, uint32_t *before)
{
	uint32_t queue[CONFIG_MAX_SUBJECTS], head = 0, tail = 0;
	for (uint32_t i = 0; i < flow->count; i++)
		before[i] = CONFIG_NONE;
	queue[tail++] = from;
	before[from] = from;
	while (head < tail) {
		uint32_t at = queue[head++];
		if (at == to)
			return true;
		for (uint32_t next = 0; next < flow->count; next++)
			if (flow->via[at][next] && before[next] == CONFIG_NONE && !(except >> next & 1)) {
				before[next] = at;
				queue[tail++] = next;
			}
	}
	return false;
}

static const char *path_text(const struct flow *flow, const uint32_t *before, uint32_t to)
{
	struct report *report = &flow->compiler->report;
	const char *text = "";
	for (uint32_t at = to; before[at] != at; at = before[at])
		text = report_print(report, " -[%s]-> %s%s", flow->via[before[at]][at], flow->d->subject[at].name,
		                    text);
	uint32_t first = to;
	while (before[first] != first)
		first = before[first];
	return report_print(report, "%s%s", flow->d->subject[first].name, text);
}

static uint64_t with_layers(const struct description *d, uint64_t subjects)
{
	uint64_t all = subjects;
	for (uint32_t i = 0; i < d->subject_count; i++)
		if (subjects >> i & 1 && d->subject[i].kind == KIND_GUEST)
			all |= UINT64_C(1) << d->subject[i].partner;
	return all;
}

static void prove_deny(struct flow *flow, const struct described_deny *deny)
{
	uint32_t before[CONFIG_MAX_SUBJECTS];
	/* a path ends at the first of guest and layer that it reaches: both are the same software's machine */
	uint32_t to = worker(flow->d, deny->to);
	uint64_t except = with_layers(flow->d, deny->except);
	if (!find_path(flow, deny->from, to, except, before) && !find_path(flow, deny->from, deny->to, except, before))
		return;
	uint32_t end = before[to] != CONFIG_NONE ? to : deny->to;
	problem(&flow->compiler->report, deny->line, "E-deny-flow",
	        "\"%s\" can affect \"%s\": %s; cut this path, or name in except= whom you trust to guard it",
	        flow->d->subject[deny->from].name, flow->d->subject[deny->to].name, path_text(flow, before, end));
}

void flow_prove(struct compiler *compiler)
{
	struct flow *flow = report_alloc(&compiler->report, sizeof(*flow));
	flow->compiler = compiler;
	flow->d = compiler->description;
	flow->image = compiler->image;
	flow->count = flow->d->subject_count;
	add_memory(flow);
	for (uint32_t i = 0; i < flow->count; i++)
		add_subject(flow, i);
	add_audit(flow);
	add_time(flow);
	for (unsigned i = 0; i < flow->d->deny_count; i++)
		prove_deny(flow, &flow->d->deny[i]);
}
