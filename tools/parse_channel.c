/* SPDX-License-Identifier: ISC */
/* <channel>, and the <serial> ports of guests that channels are wired to. The end of a guest is its layer. */
#include <string.h>
#include "tools/parse.h"

static const char *const directions[] = {"one-way", "duplex", NULL};
static const char *const doorbells[] = {"none", "normal", "urgent", NULL};
static const char *const roles[] = {"none", "console", "heartbeat", "block", "screen", NULL};
static const unsigned role_codes[] = {ROLE_NONE, ROLE_CONSOLE, ROLE_HEARTBEAT, ROLE_BLOCK, ROLE_SCREEN};

static struct described_end parse_end(struct compiler *compiler, const xmlNode *node, const char *name,
                                      const char *vector, const char *role)
{
	struct described_end end = {.event_out = CONFIG_NONE, .event_in = CONFIG_NONE};
	end.named = parse_subject(compiler, node, name, "E-channel-end-unknown");
	end.subject = worker(compiler->description, end.named);
	end.role = role_codes[node_choice(compiler, node, role, roles)];
	node_number(compiler, node, vector, 0, 255, &end.vector);
	return end;
}

static void parse_channel(struct compiler *compiler, const xmlNode *node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->channel_count, MAX_CHANNELS, "channels"))
		return;
	struct described_channel *channel = &d->channel[d->channel_count];
	const char *name = parse_name(compiler, node);
	channel->line = node_line(node);
	if (find_channel(d, name) != CONFIG_NONE)
		problem(&compiler->report, channel->line, "E-duplicate-channel",
		        "there is another channel named \"%s\"; give each its own name", name);
	channel->name = name;
	channel->duplex = node_choice(compiler, node, "kind", directions) == 1;
	channel->doorbell = node_choice(compiler, node, "event", doorbells);
	channel->from = parse_end(compiler, node, "from", "from-vector", "from-role");
	channel->to = parse_end(compiler, node, "to", "to-vector", "to-role");
	channel->size = 4096;
	const char *text = node_attribute(compiler, node, "size");
	if (value_size(text, &channel->size) == VALUE_OK && (channel->size & (channel->size - 1)))
		problem(&compiler->report, channel->line, "E-channel-size",
		        "size=\"%s\" is not a power of two; use one, such as 4K, 16K or 64K", text);
	else
		node_size(compiler, node, "size", &channel->size);
	d->channel_count++;
}

/* Which way a guest may use a channel: FROM writes, TO reads, duplex both. */
static uint32_t serial_channel(struct compiler *compiler, const xmlNode *node, const char *attribute, uint32_t layer,
                               bool in, bool out)
{
	struct description *d = compiler->description;
	const char *name = node_attribute(compiler, node, attribute);
	if (!name)
		return CONFIG_NONE;
	int line = node_line(node);
	uint32_t index = find_channel(d, name);
	if (index == CONFIG_NONE) {
		problem(&compiler->report, line, "E-serial-channel-unknown",
		        "%s=\"%s\" names no channel; name a <channel> that begins or ends at this guest", attribute,
		        name);
		return CONFIG_NONE;
	}
	struct described_channel *channel = &d->channel[index];
	bool from = channel->from.subject == layer, to = channel->to.subject == layer;
	if (!from && !to) {
		problem(&compiler->report, line, "E-serial-not-end",
		        "channel \"%s\" does not begin or end at this guest; wire a channel that does", name);
		return CONFIG_NONE;
	}
	struct described_end *end = from ? &channel->from : &channel->to;
	if (!channel->duplex && ((in && !to) || (out && !from)))
		problem(&compiler->report, line, "E-serial-direction",
		        "the one-way channel \"%s\" goes the other way; use %s, or kind=\"duplex\"", name,
		        in && out ? "in= or out="
		        : in      ? "out="
		                  : "in=");
	if (end->serial)
		problem(&compiler->report, line, "E-serial-channel-twice",
		        "channel \"%s\" is wired to another serial port already; give each port its own channel", name);
	end->serial = true;
	end->role = ROLE_SERIAL;
	return index;
}

static void set_port(struct description *d, uint32_t channel, uint32_t layer, uint64_t port)
{
	if (channel == CONFIG_NONE)
		return;
	struct described_channel *c = &d->channel[channel];
	(c->from.subject == layer ? &c->from : &c->to)->role_index = port;
}

static void parse_serial(struct compiler *compiler, const xmlNode *node, uint32_t guest)
{
	struct description *d = compiler->description;
	struct described_subject *subject = &d->subject[guest];
	struct described_serial serial = {.line = node_line(node), .port = MAX_SERIALS};
	node_number(compiler, node, "port", 0, UINT64_MAX, &serial.port);
	bool both = node_attribute(compiler, node, "channel") != NULL;
	bool one = node_attribute(compiler, node, "in") || node_attribute(compiler, node, "out");
	bool short_form = node_attribute(compiler, node, "console") || node_attribute(compiler, node, "heartbeat");
	if (both == one || short_form) { /* a short form that is left over was not the only thing */
		problem(&compiler->report, serial.line, "E-serial-wiring",
		        "a serial port is wired to one thing; say exactly one of console=, heartbeat=, channel=, or "
		        "in= / out=");
		return;
	}
	uint32_t layer = subject->partner;
	if (both) {
		serial.in = serial_channel(compiler, node, "channel", layer, false, false);
		serial.out = serial.in;
	} else {
		serial.in = serial_channel(compiler, node, "in", layer, true, false);
		serial.out = serial_channel(compiler, node, "out", layer, false, true);
	}
	if (serial.port >= MAX_SERIALS) {
		problem(&compiler->report, serial.line, "E-serial-port",
		        "a guest has serial ports 0 to %u (ttyS0 ...); use one of them", MAX_SERIALS - 1);
		return;
	}
	for (unsigned i = 0; i < subject->serial_count; i++)
		if (subject->serial[i].port == serial.port) {
			problem(&compiler->report, serial.line, "E-serial-twice",
			        "serial port %llu is described already; use another port= or remove one",
			        (unsigned long long)serial.port);
			return;
		}
	set_port(d, serial.in, layer, serial.port);
	set_port(d, serial.out, layer, serial.port);
	subject->serial[subject->serial_count++] = serial;
}

void parse_channels(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	EACH_CHILD(channel, system, "channel")
	parse_channel(compiler, channel);
	for (uint32_t i = 0; i < d->subject_count; i++) {
		if (d->subject[i].kind != KIND_GUEST || d->subject[i].partner == CONFIG_NONE)
			continue;
		EACH_CHILD(serial, d->subject[i].node, "serial")
		parse_serial(compiler, serial, i);
	}
}
