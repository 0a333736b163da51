/* SPDX-License-Identifier: ISC */
/* Channels and events: ends that differ, roles that fit, and guests only where something in the guest answers. */
#include "tools/check.h"

#define CHANNEL_SIZE_MAX (UINT64_C(16) << 20)

static void check_end(struct compiler *compiler, const struct described_channel *channel,
                      const struct described_end *end, bool reads)
{
	const struct description *d = compiler->description;
	if (end->subject == CONFIG_NONE)
		return;
	check_vector(compiler, end->subject, end->vector, channel->line);
	if (d->subject[end->subject].kind == KIND_LAYER && !end->serial)
		problem(&compiler->report, channel->line, "E-channel-unwired",
		        "nothing in guest \"%s\" uses channel \"%s\"; wire it with <serial channel=\"%s\"/>",
		        d->subject[end->named].name, channel->name, channel->name);
	if ((end->role == ROLE_CONSOLE || end->role == ROLE_BLOCK) && !channel->duplex)
		problem(&compiler->report, channel->line, "E-channel-role",
		        "channel \"%s\" is one-way, a %s needs both ways; use kind=\"duplex\"", channel->name,
		        end->role == ROLE_BLOCK ? "block server" : "console");
	if (end->role == ROLE_HEARTBEAT && !reads)
		problem(&compiler->report, channel->line, "E-channel-role",
		        "the heartbeat end of channel \"%s\" cannot read it; put to-role=\"heartbeat\" at the reader",
		        channel->name);
}

void check_channels(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->channel_count; i++) {
		const struct described_channel *channel = &d->channel[i];
		if (channel->from.subject != CONFIG_NONE && channel->from.subject == channel->to.subject)
			problem(&compiler->report, channel->line, "E-channel-self",
			        "channel \"%s\" begins and ends at the same subject; name two", channel->name);
		if (channel->size > CHANNEL_SIZE_MAX)
			problem(&compiler->report, channel->line, "E-channel-large",
			        "channel \"%s\" has more than 16M; use a smaller one, or a shared region",
			        channel->name);
		check_end(compiler, channel, &channel->from, channel->duplex);
		check_end(compiler, channel, &channel->to, true);
	}
}

static void check_notify(struct compiler *compiler, const struct described_event *event)
{
	const struct description *d = compiler->description;
	const struct described_subject *target = &d->subject[event->to];
	check_vector(compiler, event->to, event->vector, event->line);
	if (event->vcpu >= target->cpus)
		problem(&compiler->report, event->line, "E-event-vcpu", "\"%s\" has no vCPU %llu; use 0 to %llu",
		        target->name, (unsigned long long)event->vcpu, (unsigned long long)target->cpus - 1);
	if (target->kind == KIND_GUEST && !event->vector)
		problem(&compiler->report, event->line, "E-event-vector-missing",
		        "a guest is told of an event by an interrupt only; say vector=\"...\", 32 to 255");
}

static void check_event(struct compiler *compiler, const struct described_event *event)
{
	const struct description *d = compiler->description;
	if (event->from == CONFIG_NONE || event->to == CONFIG_NONE)
		return;
	if (d->subject[event->from].kind == KIND_GUEST && !event->used)
		problem(&compiler->report, event->line, "E-event-unused",
		        "guest \"%s\" cannot signal event \"%s\" by itself; use it in <on-fault action=\"notify\" "
		        "event=\"%s\"/>",
		        d->subject[event->from].name, event->name, event->name);
	if (event->action == EVENT_NOTIFY) {
		check_notify(compiler, event);
		return;
	}
	if (event->vector || event->vcpu || event->urgent)
		problem(&compiler->report, event->line, "E-event-vector-action",
		        "vector=, vcpu= and urgent= are for action=\"notify\"; remove them");
	if (event->action == EVENT_SCHEDULE)
		return;
	if (d->subject[event->to].kind == KIND_LAYER)
		problem(&compiler->report, event->line, "E-event-layer",
		        "\"%s\" starts and stops with its guest; name the guest \"%s\"", d->subject[event->to].name,
		        d->subject[d->subject[event->to].partner].name);
}

void check_events(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	for (unsigned i = 0; i < d->event_count; i++) {
		const struct described_event *event = &d->event[i];
		check_event(compiler, event);
		if (event->from != CONFIG_NONE && event->from == event->to && event->action != EVENT_SCHEDULE)
			problem(&compiler->report, event->line, "E-event-self",
			        "event \"%s\" begins and ends at the same subject; name two", event->name);
	}
}
