/* SPDX-License-Identifier: ISC */
/*
 * Everything that a description may leave out is filled in here, in the tree itself, and nowhere else: so what
 * --explain prints is by construction what gets compiled.
 */
#include <string.h>
#include "tools/expand.h"

static const struct attribute_default board_defaults[] = {
        {"memory", "1G"},     {"cpus", "16"},    {"reset-port", "0"},
        {"reset-value", "0"}, {"off-port", "0"}, {"off-value", "0"},
};
static const struct attribute_default channel_defaults[] = {
        {"kind", "duplex"}, {"size", "16K"},       {"event", "normal"}, {"from-vector", "0"},
        {"to-vector", "0"}, {"from-role", "none"}, {"to-role", "none"},
};
static const struct attribute_default event_defaults[] = {
        {"action", "notify"}, {"vector", "0"}, {"vcpu", "0"}, {"urgent", "no"}};

void expand_defaults(xmlNodePtr node, const struct attribute_default *defaults, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		node_default(node, defaults[i].name, defaults[i].value);
}

static void expand_regions(struct compiler *compiler, xmlNodePtr system)
{
	EACH_CHILD(region, system, "region")
	{
		const char *kind = node_attribute(compiler, region, "kind");
		node_default(region, "cached", !strcmp(kind, "device") ? "no" : "yes");
	}
}

static void expand_system(struct compiler *compiler, xmlNodePtr system)
{
	node_default(system, "switch", "1ms");
	xmlNodePtr first = node_next(system->children, "schedule");
	if (first)
		node_default(system, "schedule", node_attribute(compiler, first, "name"));
	if (!node_next(system->children, "board"))
		node_add(system, "board", system);
	EACH_CHILD(board, system, "board")
	EXPAND_DEFAULTS(board, board_defaults);
}

void expand(struct compiler *compiler)
{
	xmlNodePtr system = xmlDocGetRootElement(compiler->document);
	expand_like(compiler, system);
	if (compiler->report.count)
		return;
	expand_subjects(compiler, system);
	expand_nics(compiler, system);
	EACH_CHILD(channel, system, "channel")
	EXPAND_DEFAULTS(channel, channel_defaults);
	EACH_CHILD(event, system, "event")
	EXPAND_DEFAULTS(event, event_defaults);
	expand_regions(compiler, system);
	expand_groups(compiler, system);
	expand_schedules(compiler, system);
	expand_system(compiler, system);
}
