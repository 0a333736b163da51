/* SPDX-License-Identifier: ISC */
/* <line> and <ports>: physical interrupt lines and I/O ports that an app drives itself. */
#include <string.h>
#include "tools/parse.h"

/* The devices of every PC, by name (IBM PC/AT; the PC 97 hardware design guide). */
struct known_line {
	const char *name, *ports;
	unsigned gsi;
};
static const struct known_line known_lines[] = {
        {"com1", "0x3f8-0x3ff", 4},  {"com2", "0x2f8-0x2ff", 3},  {"com3", "0x3e8-0x3ef", 4},
        {"com4", "0x2e8-0x2ef", 3},  {"lpt1", "0x378-0x37f", 7},  {"rtc", "0x70-0x71", 8},
        {"ide0", "0x1f0-0x1f7", 14}, {"ide1", "0x170-0x177", 15},
};
static const char *const triggers[] = {"edge", "level", NULL};
static const char *const polarities[] = {"high", "low", NULL};

static void add_ports(struct compiler *compiler, const xmlNode *node, uint32_t subject, const char *text)
{
	struct description *d = compiler->description;
	uint64_t first = 0, last = 0;
	if (!value_range(text, &first, &last) || last > 0xffff) {
		problem(&compiler->report, node_line(node), "E-port-syntax",
		        "\"%s\" is no range of I/O ports; write 0x300-0x307 or 0x80, up to 0xffff", text);
		return;
	}
	if (!parse_room(compiler, node, d->port_count, MAX_PORTS, "port ranges"))
		return;
	d->port[d->port_count++] = (struct described_port){subject, node_line(node), (uint32_t)first, (uint32_t)last};
}

static const struct known_line *find_line(const char *name)
{
	for (unsigned i = 0; i < COUNT_OF(known_lines); i++)
		if (!strcmp(known_lines[i].name, name))
			return &known_lines[i];
	return NULL;
}

static void parse_line(struct compiler *compiler, const xmlNode *node, uint32_t subject)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->line_count, CONFIG_MAX_LINES, "interrupt lines"))
		return;
	const char *name = parse_name(compiler, node);
	const struct known_line *known = find_line(name);
	struct described_line line = {.subject = subject, .name = name, .line = node_line(node), .budget = 256};
	if (!known && !node_attribute(compiler, node, "gsi")) {
		problem(&compiler->report, line.line, "E-line-unknown",
		        "\"%s\" is no line known by name (com1-com4, lpt1, rtc, ide0, ide1); say gsi=\"...\" and "
		        "ports=\"...\"",
		        name);
		return;
	}
	line.gsi = known ? known->gsi : 0;
	node_number(compiler, node, "gsi", 0, CONFIG_MAX_LINES - 1, &line.gsi);
	node_number(compiler, node, "vector", 0, 255, &line.vector);
	node_number(compiler, node, "budget", 1, 1000000, &line.budget);
	line.flags = (node_choice(compiler, node, "trigger", triggers) ? LINE_LEVEL : 0) |
	             (node_choice(compiler, node, "polarity", polarities) ? LINE_LOW : 0);
	d->line_[d->line_count++] = line;
	const char *ports = node_attribute(compiler, node, "ports");
	if (!ports && known)
		ports = known->ports;
	struct words words = value_words(&compiler->report, ports ? ports : "");
	for (unsigned i = 0; i < words.count; i++)
		add_ports(compiler, node, subject, words.word[i]);
}

void parse_devices(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	(void)system;
	for (uint32_t i = 0; i < d->subject_count; i++) {
		if (!d->subject[i].node)
			continue;
		EACH_CHILD(line, d->subject[i].node, "line")
		parse_line(compiler, line, i);
		EACH_CHILD(ports, d->subject[i].node, "ports")
		{
			struct words words = node_words(compiler, ports, "range");
			for (unsigned w = 0; w < words.count; w++)
				add_ports(compiler, ports, i, words.word[w]);
		}
	}
}
