/* SPDX-License-Identifier: ISC */
/* Tree to description: the order of the parts is the order in which names become known. */
#include <string.h>
#include "tools/device_model.h"
#include "tools/parse.h"

uint32_t find_subject(const struct description *description, const char *name)
{
	for (unsigned i = 0; name && i < description->subject_count; i++)
		if (!strcmp(description->subject[i].name, name))
			return i;
	return CONFIG_NONE;
}

uint32_t find_schedule(const struct description *description, const char *name)
{
	for (unsigned i = 0; name && i < description->schedule_count; i++)
		if (!strcmp(description->schedule[i].name, name))
			return i;
	return CONFIG_NONE;
}

uint32_t find_channel(const struct description *description, const char *name)
{
	for (unsigned i = 0; name && i < description->channel_count; i++)
		if (!strcmp(description->channel[i].name, name))
			return i;
	return CONFIG_NONE;
}

uint32_t find_vcpu(const struct description *description, const char *name)
{
	size_t length = strcspn(name, "/");
	uint64_t number = 0;
	if (name[length] && value_number(name + length + 1, &number) != VALUE_OK)
		return CONFIG_NONE;
	for (unsigned i = 0; i < description->subject_count; i++) {
		const struct described_subject *subject = &description->subject[i];
		if (strlen(subject->name) == length && !strncmp(subject->name, name, length))
			return number < subject->vcpu_count ? subject->vcpu_first + (uint32_t)number : CONFIG_NONE;
	}
	return CONFIG_NONE;
}

uint32_t worker(const struct description *description, uint32_t subject)
{
	if (subject < description->subject_count && description->subject[subject].kind == KIND_GUEST)
		return description->subject[subject].partner;
	return subject;
}

const char *vcpu_text(struct compiler *compiler, uint32_t vcpu)
{
	const struct described_vcpu *v = &compiler->description->vcpu[vcpu];
	const char *name = compiler->description->subject[v->subject].name;
	return v->number ? report_print(&compiler->report, "%s/%u", name, v->number) : name;
}

static bool name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_./", c);
}

const char *parse_name(struct compiler *compiler, const xmlNode *node)
{
	const char *name = node_attribute(compiler, node, "name");
	bool good = *name != '\0';
	for (const char *at = name; *at; at++)
		good = good && name_character(*at);
	if (!good)
		problem(&compiler->report, node_line(node), "E-name-syntax",
		        "\"%s\" is not a name; use letters, digits, '-', '_' and '.'", name);
	if (strlen(name) >= CONFIG_NAME_BYTES)
		problem(&compiler->report, node_line(node), "E-name-length",
		        "\"%s\" has %zu characters; use at most %u", name, strlen(name), CONFIG_NAME_BYTES - 1);
	return name;
}

bool parse_room(struct compiler *compiler, const xmlNode *node, unsigned count, unsigned limit, const char *what)
{
	if (count < limit)
		return true;
	problem(&compiler->report, node_line(node), "E-too-many",
	        "this is one more than %u %s; a system has at most %u", limit, what, limit);
	return false;
}

uint32_t parse_subject(struct compiler *compiler, const xmlNode *node, const char *name, const char *check)
{
	const char *text = node_attribute(compiler, node, name);
	uint32_t subject = find_subject(compiler->description, text);
	if (text && subject == CONFIG_NONE)
		problem(&compiler->report, node_line(node), check,
		        "%s=\"%s\" names no subject; name an <app> or <guest> of this description", name, text);
	return subject;
}

static void parse_board(struct compiler *compiler, xmlNodePtr system)
{
	struct described_board *board = &compiler->description->board;
	EACH_CHILD(node, system, "board")
	{
		if (board->line) {
			problem(&compiler->report, node_line(node), "E-board-twice",
			        "there is a second <board>; say everything about the board in one");
			continue;
		}
		board->line = node_line(node);
		board->memory = 1u << 30;
		board->cpus = CONFIG_MAX_CPUS;
		node_size(compiler, node, "memory", &board->memory);
		node_number(compiler, node, "cpus", 1, CONFIG_MAX_CPUS, &board->cpus);
		node_number(compiler, node, "reset-port", 0, 0xffff, &board->reset_port);
		node_number(compiler, node, "reset-value", 0, 0xffffffff, &board->reset_value);
		node_number(compiler, node, "off-port", 0, 0xffff, &board->off_port);
		node_number(compiler, node, "off-value", 0, 0xffffffff, &board->off_value);
	}
}

static void parse_system(struct compiler *compiler, xmlNodePtr system)
{
	struct description *d = compiler->description;
	d->name = parse_name(compiler, system);
	d->line = node_line(system);
	const char *source = node_attribute(compiler, system, "source-file");
	const char *slash = strrchr(compiler->report.file, '/');
	d->source_file = source ? source : slash ? slash + 1 : compiler->report.file;
	d->switch_us = 1000;
	node_duration(compiler, system, "switch", &d->switch_us);
	if (d->switch_us < 100 || d->switch_us > 1000000)
		problem(&compiler->report, d->line, "E-switch-range",
		        "switch=\"%lluus\" is out of range; use 100us to 1s: longer than the core's longest handler",
		        (unsigned long long)d->switch_us);
}

void parse(struct compiler *compiler)
{
	xmlNodePtr system = xmlDocGetRootElement(compiler->document);
	compiler->description = report_alloc(&compiler->report, sizeof(*compiler->description));
	parse_system(compiler, system);
	parse_board(compiler, system);
	parse_subjects(compiler, system);
	parse_schedules(compiler, system);
	parse_regions(compiler, system);
	parse_devices(compiler, system);
	parse_channels(compiler, system);
	parse_device_models(compiler, system);
	parse_events(compiler, system);
	parse_rights(compiler, system);
	const char *first = node_attribute(compiler, system, "schedule");
	compiler->description->first_schedule = find_schedule(compiler->description, first);
	if (compiler->description->first_schedule == CONFIG_NONE && !compiler->description->plan_broken)
		problem(&compiler->report, node_line(system), "E-schedule-unknown",
		        "schedule=\"%s\" names no schedule; name one of the <schedule> elements", first ? first : "");
	parse_wiring(compiler);
}
