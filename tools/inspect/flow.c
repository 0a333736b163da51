/* SPDX-License-Identifier: ISC */
/*
 * Information flow: who can affect whom, and by what. Every field of the configuration that lets one subject change what
 * another can see has one function here that turns it into flows; the table at the end lists them. Memory is looked at
 * by bytes of regions, never by channel: a channel is only a name for a region that is found shared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/inspect/model.h"
#include "tools/inspect/words.h"

#define CONTROL_RIGHTS (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART)

static bool known(const struct model *model, const struct flow *flow)
{
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct flow *old = &model->flows[i];
		if (old->from == flow->from && old->to == flow->to && old->kind == flow->kind &&
		    !strcmp(old->what, flow->what))
			return true;
	}
	return false;
}

static void add(struct model *model, uint32_t from, uint32_t to, enum flow_kind kind, const char *what)
{
	struct flow flow = {.from = from, .to = to, .kind = kind};
	uint32_t count = model_subject_count(model);
	if (from == to || from >= count || to >= count)
		return;
	snprintf(flow.what, sizeof(flow.what), "%s", what);
	if ((model->flow_direct[from][to] >> kind & 1) && known(model, &flow))
		return;
	if (model->flow_count == model->flow_room) {
		model->flow_room = model->flow_room ? 2 * model->flow_room : 256;
		model->flows = realloc(model->flows, model->flow_room * sizeof(*model->flows));
		if (!model->flows)
			abort();
	}
	model->flows[model->flow_count++] = flow;
	model->flow_direct[from][to] |= (uint16_t)(1u << kind);
}

static void add_to_all(struct model *model, uint32_t from, enum flow_kind kind, const char *what)
{
	for (uint32_t to = 0; to < model_subject_count(model); to++)
		add(model, from, to, kind, what);
}

static void region_label(const struct model *model, uint32_t region, char text[80])
{
	const struct config_region *r = &config_regions(model->config)[region];
	char name[NAME_TEXT];
	model_name(name, r->name);
	snprintf(text, 80, "%s %s", word_region_kind(r->kind), name);
}

/* Writers and readers of overlapping bytes of one region. */
static void from_memory(struct model *model)
{
	const struct config_mapping *map = config_mappings(model->config);
	uint32_t count = model->config->table[TABLE_MAPPING].count;
	char what[80];
	for (uint32_t w = 0; w < count; w++) {
		if (!(map[w].rights & MAP_WRITE))
			continue;
		region_label(model, map[w].region, what);
		for (uint32_t r = 0; r < count; r++)
			if (map[r].region == map[w].region && map[r].offset < map[w].offset + map[w].size &&
			    map[w].offset < map[r].offset + map[r].size)
				add(model, map[w].subject, map[r].subject, FLOW_MEMORY, what);
	}
}

static void from_memory_to_owner(struct model *model, uint32_t region, uint32_t owner, enum flow_kind kind,
                                 const char *what)
{
	const struct config_mapping *map = config_mappings(model->config);
	for (uint32_t i = 0; i < model->config->table[TABLE_MAPPING].count; i++) {
		if (map[i].region != region)
			continue;
		add(model, owner, map[i].subject, kind, what);
		if (map[i].rights & MAP_WRITE)
			add(model, map[i].subject, owner, kind, what);
	}
}

/* The core writes exit frames and local-APIC pages on behalf of the guest, and takes the frame over for it. */
static void from_frames(struct model *model)
{
	const struct config_vcpu *vcpu = config_vcpus(model->config);
	for (uint32_t i = 0; i < model->config->table[TABLE_VCPU].count; i++) {
		if (vcpu[i].frame_region != CONFIG_NONE)
			from_memory_to_owner(model, vcpu[i].frame_region, vcpu[i].subject, FLOW_PARTNER, "exit frame");
		if (vcpu[i].lapic_region != CONFIG_NONE)
			from_memory_to_owner(model, vcpu[i].lapic_region, vcpu[i].subject, FLOW_PARTNER,
			                     "local APIC page");
	}
}

static void from_partners(struct model *model)
{
	const struct config_subject *subject = config_subjects(model->config);
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		if (subject[i].partner == CONFIG_NONE)
			continue;
		add(model, i, subject[i].partner, FLOW_PARTNER,
		    subject[i].kind == KIND_LAYER ? "answers, state and interrupts of its guest"
		                                  : "exits and registers");
	}
}

static void control(struct model *model, uint32_t from, uint32_t to, const char *what)
{
	add(model, from, to, FLOW_CONTROL, what);
	if (to < model_subject_count(model) && config_subjects(model->config)[to].partner != CONFIG_NONE)
		add(model, from, config_subjects(model->config)[to].partner, FLOW_CONTROL, what);
}

static void from_events(struct model *model)
{
	const struct config_event *table = CONFIG_TABLE(model->config, config_event, TABLE_EVENT);
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct config_span span = config_subjects(model->config)[s].event;
		for (uint32_t i = span.first; i < span.first + span.count; i++) {
			char what[80];
			snprintf(what, sizeof(what), "event %u", i - span.first);
			if (table[i].action == EVENT_NOTIFY)
				snprintf(what, sizeof(what), "event %u -> bit %u", i - span.first, table[i].bit);
			if (table[i].action == EVENT_NOTIFY)
				add(model, s, table[i].target, FLOW_EVENT, what);
			else if (table[i].action == EVENT_SCHEDULE)
				add_to_all(model, s, FLOW_SCHEDULE, what);
			else
				control(model, s, table[i].target, what);
		}
	}
}

/* Whoever may manage a subject learns its state from the answers. */
static void from_management(struct model *model)
{
	const struct config_manage *table = CONFIG_TABLE(model->config, config_manage, TABLE_MANAGE);
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct config_span span = config_subjects(model->config)[s].manage;
		for (uint32_t i = span.first; i < span.first + span.count; i++) {
			char what[WORD_RIGHTS_TEXT];
			word_rights(what, table[i].rights & CONTROL_RIGHTS);
			if (table[i].rights & CONTROL_RIGHTS)
				control(model, s, table[i].subject, what);
			if (table[i].rights)
				add(model, table[i].subject, s, FLOW_STATUS, "answers of management calls");
		}
	}
}

static void from_rights(struct model *model)
{
	const struct config_subject *subject = config_subjects(model->config);
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		bool safe_state = false;
		for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
			safe_state |= subject[s].fault[fault].action == ACTION_SYSTEM;
		if (subject[s].rights & RIGHT_SCHEDULE_SWITCH)
			add_to_all(model, s, FLOW_SCHEDULE, "right schedule.switch");
		if (subject[s].rights & RIGHT_TIME_SET)
			add_to_all(model, s, FLOW_MEMORY, "right time.set");
		if (subject[s].rights & RIGHT_REBOOT)
			add_to_all(model, s, FLOW_MACHINE, "right reboot");
		if (subject[s].rights & RIGHT_POWER_OFF)
			add_to_all(model, s, FLOW_MACHINE, "right power-off");
		if (subject[s].rights & RIGHT_IMAGE_LOAD)
			add_to_all(model, s, FLOW_CONTROL, "right image.load");
		if (safe_state)
			add_to_all(model, s, FLOW_MACHINE, "fault policy: safe state");
	}
}

/* The statistics region holds counters of every subject; audit rings hold records of the sources. */
static void from_status(struct model *model)
{
	const struct config_mapping *map = config_mappings(model->config);
	for (uint32_t i = 0; i < model->config->table[TABLE_MAPPING].count; i++)
		for (uint32_t s = 0; s < model_subject_count(model); s++)
			if (config_regions(model->config)[map[i].region].kind == REGION_STATS)
				add(model, s, map[i].subject, FLOW_STATUS, "statistics region");
	const struct config_consumer *consumer = CONFIG_TABLE(model->config, config_consumer, TABLE_CONSUMER);
	const struct config_source *source = CONFIG_TABLE(model->config, config_source, TABLE_SOURCE);
	for (uint32_t c = 0; c < model->config->table[TABLE_CONSUMER].count; c++)
		for (uint32_t i = 0; i < consumer[c].source.count; i++)
			add(model, source[consumer[c].source.first + i].subject, consumer[c].subject, FLOW_STATUS,
			    "audit records");
}

static void from_epochs(struct model *model)
{
	const struct config_epoch *epoch = CONFIG_TABLE(model->config, config_epoch, TABLE_EPOCH);
	const struct config_mapping *map = config_mappings(model->config);
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		const struct config_subject *subject = &config_subjects(model->config)[s];
		for (uint32_t i = 0; i < subject->epoch.count; i++) {
			uint32_t peer = epoch[subject->epoch.first + i].peer;
			add(model, peer, s, FLOW_EPOCH, "restart count");
			for (uint32_t m = 0; m < model->config->table[TABLE_MAPPING].count; m++)
				if (map[m].region == subject->info_region)
					add(model, peer, map[m].subject, FLOW_EPOCH, "restart count");
		}
	}
}

/* In a group the earlier member decides what time is left to the later one, and all of them to the background vCPU. */
static void from_groups(struct model *model)
{
	const struct config_group *group = CONFIG_TABLE(model->config, config_group, TABLE_GROUP);
	const struct config_member *member = CONFIG_TABLE(model->config, config_member, TABLE_MEMBER);
	const struct config_vcpu *vcpu = config_vcpus(model->config);
	for (uint32_t g = 0; g < model->config->table[TABLE_GROUP].count; g++) {
		char name[NAME_TEXT], what[80];
		model_name(name, group[g].name);
		snprintf(what, sizeof(what), "group %s", name);
		const struct config_member *in = member + group[g].member.first;
		for (uint32_t i = 0; i < group[g].member.count; i++) {
			for (uint32_t j = i + 1; j < group[g].member.count; j++)
				add(model, vcpu[in[i].vcpu].subject, vcpu[in[j].vcpu].subject, FLOW_TIME, what);
			if (group[g].background != CONFIG_NONE)
				add(model, vcpu[in[i].vcpu].subject, vcpu[group[g].background].subject, FLOW_TIME,
				    what);
		}
	}
}

static void from_ports(struct model *model)
{
	const struct config_port *port = CONFIG_TABLE(model->config, config_port, TABLE_PORT);
	const struct config_subject *subject = config_subjects(model->config);
	for (uint32_t a = 0; a < model_subject_count(model); a++)
		for (uint32_t b = 0; b < model_subject_count(model); b++)
			for (uint32_t i = 0; i < subject[a].port.count; i++)
				for (uint32_t j = 0; j < subject[b].port.count; j++) {
					const struct config_port *one = &port[subject[a].port.first + i];
					const struct config_port *two = &port[subject[b].port.first + j];
					if (one->base < two->base + two->count && two->base < one->base + one->count)
						add(model, a, b, FLOW_DEVICE, "the same I/O ports");
				}
}

/*
 * Shortest paths by breadth-first search backwards from each target. Only over flows that carry data or control: that one
 * subject may switch the schedule touches everybody's time, and would make every path trivially true.
 */
#define PATH_KINDS ((1u << FLOW_KINDS) - 1 - (1u << FLOW_SCHEDULE) - (1u << FLOW_TIME) - (1u << FLOW_MACHINE))
static void find_paths(struct model *model)
{
	uint32_t count = model_subject_count(model);
	for (uint32_t to = 0; to < count; to++) {
		uint8_t queue[CONFIG_MAX_SUBJECTS];
		uint32_t head = 0, tail = 0;
		for (uint32_t from = 0; from < count; from++)
			model->flow_next[from][to] = (uint8_t)from;
		model->flow_next[to][to] = (uint8_t)to;
		for (queue[tail++] = (uint8_t)to; head < tail; head++)
			for (uint32_t from = 0; from < count; from++)
				if (from != to && model->flow_next[from][to] == from &&
				    (model->flow_direct[from][queue[head]] & PATH_KINDS)) {
					model->flow_next[from][to] = queue[head];
					queue[tail++] = (uint8_t)from;
				}
	}
}

static int by_ends(const void *a, const void *b)
{
	const struct flow *left = a, *right = b;
	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	if (left->to != right->to)
		return left->to < right->to ? -1 : 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->what, right->what);
}

void model_flows(struct model *model)
{
	static void (*const finder[])(struct model *) = {from_memory,     from_frames, from_partners, from_events,
	                                                 from_management, from_rights, from_status,   from_epochs,
	                                                 from_groups,     from_ports};
	for (size_t i = 0; i < sizeof(finder) / sizeof(finder[0]); i++)
		finder[i](model);
	if (model->flow_count)
		qsort(model->flows, model->flow_count, sizeof(*model->flows), by_ends);
	find_paths(model);
}
