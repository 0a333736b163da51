/* SPDX-License-Identifier: ISC */
/*
 * Event numbers. Every sender has its own table of outgoing events (index), every receiver its own 64 bits; both are
 * given out in the order: channels, events, lines. Nothing is global: what is not in a subject's table does not exist.
 */
#include "tools/parse.h"

static uint32_t add_in(struct compiler *compiler, uint32_t subject, const char *name, uint64_t vector, uint64_t vcpu,
                       uint32_t flags, uint32_t peer, int line)
{
	struct described_subject *s = &compiler->description->subject[subject];
	if (s->in_count == CONFIG_MAX_EVENTS) {
		problem(&compiler->report, line, "E-events-in",
		        "\"%s\" would receive more than %u events; use event=\"none\" on channels that it polls",
		        s->name, CONFIG_MAX_EVENTS);
		return 0;
	}
	uint32_t bit = s->in_count++;
	s->in[bit] = (struct config_event_in){bit, (uint32_t)vector, (uint32_t)vcpu, flags};
	s->in_name[bit] = name;
	s->in_peer[bit] = peer;
	return bit;
}

static uint32_t add_out(struct compiler *compiler, uint32_t subject, const char *name, uint32_t target, uint32_t bit,
                        unsigned action, int line)
{
	struct described_subject *s = &compiler->description->subject[subject];
	if (s->out_count == CONFIG_MAX_EVENTS) {
		problem(&compiler->report, line, "E-events-out",
		        "\"%s\" would send more than %u events; use event=\"none\" on some channels", s->name,
		        CONFIG_MAX_EVENTS);
		return 0;
	}
	uint32_t index = s->out_count++;
	s->out[index] = (struct config_event){target, bit, action, 0};
	s->out_name[index] = name;
	return index;
}

static void ring(struct compiler *compiler, const struct described_channel *channel, struct described_end *from,
                 struct described_end *to)
{
	uint32_t flags = channel->doorbell == DOORBELL_URGENT ? EVENT_URGENT : 0;
	to->event_in = add_in(compiler, to->subject, channel->name, to->vector, 0, flags, from->subject, channel->line);
	from->event_out =
	        add_out(compiler, from->subject, channel->name, to->subject, to->event_in, EVENT_NOTIFY, channel->line);
}

/* Console, heartbeat and block ends are numbered per subject: that is how an app finds them. */
static void number_roles(struct described_end *end, unsigned counts[][ROLE_COUNT])
{
	if (end->role == ROLE_CONSOLE || end->role == ROLE_HEARTBEAT || end->role == ROLE_BLOCK)
		end->role_index = counts[end->subject][end->role]++;
}

static void wire_channels(struct compiler *compiler)
{
	struct description *d = compiler->description;
	unsigned counts[CONFIG_MAX_SUBJECTS][ROLE_COUNT] = {{0}};
	for (unsigned i = 0; i < d->channel_count; i++) {
		struct described_channel *channel = &d->channel[i];
		if (channel->from.subject == CONFIG_NONE || channel->to.subject == CONFIG_NONE)
			continue;
		number_roles(&channel->from, counts);
		number_roles(&channel->to, counts);
		if (channel->doorbell == DOORBELL_NONE)
			continue;
		ring(compiler, channel, &channel->from, &channel->to);
		if (channel->duplex)
			ring(compiler, channel, &channel->to, &channel->from);
	}
}

/* Faults of kind "layer" are signalled by the layer itself, so it has the event in its own table too. */
static void wire_layer_fault(struct compiler *compiler, struct described_event *event, uint32_t bit)
{
	struct description *d = compiler->description;
	const struct described_subject *guest = &d->subject[event->from];
	uint32_t index = guest->fault[FAULT_LAYER].event_index;
	if (guest->kind != KIND_GUEST || guest->partner == CONFIG_NONE || !guest->fault[FAULT_LAYER].event ||
	    index == CONFIG_NONE || &d->event[index] != event)
		return;
	event->layer_index = add_out(compiler, guest->partner, event->name, event->to, bit, event->action, event->line);
}

static void wire_event(struct compiler *compiler, struct described_event *event)
{
	uint32_t bit = 0;
	if (event->from == CONFIG_NONE || event->to == CONFIG_NONE)
		return;
	if (event->action == EVENT_NOTIFY)
		bit = add_in(compiler, event->to, event->name, event->vector, event->vcpu,
		             event->urgent ? EVENT_URGENT : 0, event->from, event->line);
	event->index = add_out(compiler, event->from, event->name, event->to, bit, event->action, event->line);
	wire_layer_fault(compiler, event, bit);
}

void parse_wiring(struct compiler *compiler)
{
	struct description *d = compiler->description;
	wire_channels(compiler);
	for (unsigned i = 0; i < d->event_count; i++)
		wire_event(compiler, &d->event[i]);
	for (unsigned i = 0; i < d->line_count; i++)
		d->line_[i].bit = add_in(compiler, d->line_[i].subject, d->line_[i].name, d->line_[i].vector, 0, 0,
		                         CONFIG_NONE, d->line_[i].line);
}
