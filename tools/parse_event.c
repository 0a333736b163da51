/* SPDX-License-Identifier: ISC */
/* <event>, and <on-fault>, which may signal one. */
#include <string.h>
#include "tools/parse.h"

static const char *const actions[] = {"notify", "start", "stop", "restart", "schedule", NULL};
static const char *const fault_kinds[] = {"memory",        "io",    "msr", "instruction", "shutdown", "entry",
                                          "machine-check", "layer", NULL};
static const char *const fault_actions[] = {"inject", "ignore", "stop", "restart", "notify", "system", NULL};

static uint32_t event_target(struct compiler *compiler, const xmlNode *node, const struct described_event *event)
{
	struct description *d = compiler->description;
	const char *to = node_attribute(compiler, node, "to"), *schedule = node_attribute(compiler, node, "schedule");
	bool switches = event->action == EVENT_SCHEDULE;
	if (switches == !schedule || switches == !!to) {
		problem(&compiler->report, event->line, "E-event-target", "an event of action \"%s\" has %s; say %s",
		        actions[event->action], switches ? "schedule= and nothing else" : "to= and nothing else",
		        switches ? "schedule=\"NAME\" without to=" : "to=\"SUBJECT\" without schedule=");
		return CONFIG_NONE;
	}
	if (!switches)
		return parse_subject(compiler, node, "to", "E-event-end-unknown");
	uint32_t index = find_schedule(d, schedule);
	if (index == CONFIG_NONE)
		problem(&compiler->report, event->line, "E-event-schedule-unknown",
		        "schedule=\"%s\" names no schedule; name a <schedule>", schedule);
	return index;
}

static void parse_event(struct compiler *compiler, const xmlNode *node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->event_count, MAX_EVENTS, "events"))
		return;
	struct described_event *event = &d->event[d->event_count];
	const char *name = parse_name(compiler, node);
	event->line = node_line(node);
	for (unsigned i = 0; i < d->event_count; i++)
		if (!strcmp(d->event[i].name, name))
			problem(&compiler->report, event->line, "E-duplicate-event",
			        "there is another event named \"%s\"; give each its own name", name);
	event->name = name;
	event->action = node_choice(compiler, node, "action", actions);
	event->from = parse_subject(compiler, node, "from", "E-event-end-unknown");
	event->to = event_target(compiler, node, event);
	event->urgent = node_yes(compiler, node, "urgent");
	event->index = CONFIG_NONE;
	node_number(compiler, node, "vector", 0, 255, &event->vector);
	node_number(compiler, node, "vcpu", 0, CONFIG_MAX_CPUS - 1, &event->vcpu);
	d->event_count++;
}

static void parse_limits(struct compiler *compiler, const xmlNode *node, struct described_fault *fault)
{
	bool limited = node_attribute(compiler, node, "times") || node_attribute(compiler, node, "within");
	if (limited && fault->action != ACTION_RESTART)
		problem(&compiler->report, fault->line, "E-fault-limits",
		        "times= and within= limit restarts; remove them, or use action=\"restart\"");
	node_number(compiler, node, "times", 1, 255, &fault->times);
	node_duration(compiler, node, "within", &fault->within_us);
	if (fault->action == ACTION_RESTART && (fault->within_us % 1000000 || fault->within_us > UINT64_C(3600000000)))
		problem(&compiler->report, fault->line, "E-fault-within",
		        "within= is not whole seconds; use 1s to 3600s");
}

static void parse_fault(struct compiler *compiler, const xmlNode *node, uint32_t subject)
{
	struct description *d = compiler->description;
	unsigned kind = node_choice(compiler, node, "kind", fault_kinds);
	struct described_fault *fault = &d->subject[subject].fault[kind];
	int line = node_line(node);
	if (fault->line) {
		problem(&compiler->report, line, "E-fault-twice",
		        "faults of kind \"%s\" have an action already; keep one of the two", fault_kinds[kind]);
		return;
	}
	fault->line = line;
	fault->action = node_choice(compiler, node, "action", fault_actions);
	fault->event = node_attribute(compiler, node, "event");
	if (kind == FAULT_LAYER && d->subject[subject].kind == KIND_APP)
		problem(&compiler->report, line, "E-fault-layer", "an app has no layer; remove this <on-fault>");
	bool gentle = kind == FAULT_MEMORY || kind == FAULT_IO || kind == FAULT_MSR || kind == FAULT_INSTRUCTION;
	bool ignorable = kind == FAULT_IO || kind == FAULT_MSR;
	if ((fault->action == ACTION_INJECT && !gentle) || (fault->action == ACTION_IGNORE && !ignorable))
		problem(&compiler->report, line, "E-fault-action",
		        "\"%s\" cannot answer a fault of kind \"%s\"; use stop, restart, notify or system",
		        fault_actions[fault->action], fault_kinds[kind]);
	if ((fault->action == ACTION_NOTIFY) != (fault->event != NULL))
		problem(&compiler->report, line, "E-fault-event", "%s; %s",
		        fault->event ? "event= is said, but the action is not notify" : "notify names no event",
		        fault->event ? "remove it, or use action=\"notify\""
		                     : "say event=\"NAME\" of an event from this subject");
	parse_limits(compiler, node, fault);
}

/* The event a fault signals: one that starts at this subject. */
static void resolve_fault(struct compiler *compiler, struct described_fault *fault, uint32_t subject)
{
	struct description *d = compiler->description;
	fault->event_index = CONFIG_NONE;
	if (!fault->event || fault->action != ACTION_NOTIFY)
		return;
	for (unsigned i = 0; i < d->event_count; i++)
		if (!strcmp(d->event[i].name, fault->event) && d->event[i].from == subject) {
			fault->event_index = i;
			d->event[i].used = true;
			return;
		}
	problem(&compiler->report, fault->line, "E-fault-event-unknown",
	        "event=\"%s\" is no event from \"%s\"; describe <event name=\"%s\" from=\"%s\" .../>", fault->event,
	        d->subject[subject].name, fault->event, d->subject[subject].name);
}

void parse_events(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	EACH_CHILD(event, system, "event")
	parse_event(compiler, event);
	for (uint32_t i = 0; i < d->subject_count; i++) {
		if (!d->subject[i].node)
			continue;
		for (unsigned kind = 0; kind < FAULT_COUNT; kind++)
			d->subject[i].fault[kind].action = ACTION_STOP;
		EACH_CHILD(node, d->subject[i].node, "on-fault")
		parse_fault(compiler, node, i);
		for (unsigned kind = 0; kind < FAULT_COUNT; kind++)
			resolve_fault(compiler, &d->subject[i].fault[kind], i);
	}
}
