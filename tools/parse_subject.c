/* SPDX-License-Identifier: ISC */
/* <app> and <guest>: each guest yields two subjects, itself and its layer, with paired vCPUs on the same CPUs. */
#include <string.h>
#include "lib/tables.h"
#include "tools/cpuid_level.h"
#include "tools/parse.h"

static const char *const levels[] = {"x86-64-v2", "x86-64-v3", NULL};
static const char *const fpus[] = {"none", "sse", "avx", NULL};
static const char *const pages[] = {"2M", "1G", NULL};
static const char *const apics[] = {"xapic", "x2apic", NULL};
static const char *const boots[] = {"linux", "multiboot", "pvh", "firmware", "multiboot2", NULL};
static const char *const firmwares[] = {"bios", "uefi", NULL};

static void check_subject_name(struct compiler *compiler, const xmlNode *node, const char *name)
{
	size_t length = strlen(name);
	bool layer = length > 6 && !strcmp(name + length - 6, ".layer");
	bool words = !strcmp(name, "idle") || !strcmp(name, "none") || !strcmp(name, "core");
	if (layer || words || strchr(name, '/'))
		problem(&compiler->report, node_line(node), "E-name-reserved",
		        "\"%s\" means something else in a description; use another name (not idle, none, core, "
		        "*.layer, a/b)",
		        name);
	if (find_subject(compiler->description, name) != CONFIG_NONE)
		problem(&compiler->report, node_line(node), "E-duplicate-subject",
		        "there is another subject named \"%s\"; give each its own name", name);
}

static void parse_cpus(struct compiler *compiler, const xmlNode *node, struct described_subject *subject)
{
	subject->cpus = 1;
	node_number(compiler, node, "cpus", 1, CONFIG_MAX_CPUS, &subject->cpus);
	struct words words = node_words(compiler, node, "cpu");
	if (words.count != subject->cpus)
		problem(&compiler->report, node_line(node), "E-cpu-count",
		        "cpu=\"%s\" names %u CPUs for %llu vCPUs; name one CPU for each vCPU, or only the first",
		        node_attribute(compiler, node, "cpu"), words.count, (unsigned long long)subject->cpus);
	uint64_t limit = compiler->description->board.cpus;
	for (unsigned i = 0; i < words.count && i < CONFIG_MAX_CPUS; i++) {
		uint64_t cpu = 0;
		if (value_number(words.word[i], &cpu) != VALUE_OK || cpu >= limit)
			problem(&compiler->report, node_line(node), "E-cpu-range",
			        "CPU %s is not on this board; use 0 to %llu, or say <board cpus=\"...\">",
			        words.word[i], (unsigned long long)limit - 1);
		else
			subject->cpu[i] = (uint32_t)cpu;
	}
}

static void parse_features(struct compiler *compiler, const xmlNode *node, struct described_subject *subject)
{
	struct words words = node_words(compiler, node, "features");
	for (unsigned i = 0; i < words.count; i++) {
		unsigned feature = cpuid_feature_find(words.word[i]);
		if (feature == CPUID_FEATURE_UNKNOWN)
			problem(&compiler->report, node_line(node), "E-feature-unknown",
			        "\"%s\" is no CPU feature that can be added to a level; use some of: %s", words.word[i],
			        cpuid_feature_list(compiler));
		else
			subject->features |= 1u << feature;
	}
	if (subject->fpu == 2 && subject->level == 0)
		problem(&compiler->report, node_line(node), "E-fpu-level",
		        "fpu=\"avx\" is not part of x86-64-v2; use level=\"x86-64-v3\" or fpu=\"sse\"");
	if (subject->fpu != 2 && subject->level == 1 && subject->kind == KIND_GUEST)
		problem(&compiler->report, node_line(node), "E-fpu-level",
		        "a guest of level x86-64-v3 needs fpu=\"avx\"; use it, or level=\"x86-64-v2\"");
	if (subject->fpu == 0 && subject->kind == KIND_GUEST)
		problem(&compiler->report, node_line(node), "E-fpu-guest",
		        "a guest cannot do without the FPU; use fpu=\"sse\"");
}

static void parse_common(struct compiler *compiler, xmlNodePtr node, struct described_subject *subject)
{
	subject->line = node_line(node);
	subject->node = node;
	subject->partner = CONFIG_NONE;
	subject->kind = node_is(node, "guest") ? KIND_GUEST : KIND_APP;
	subject->level = node_choice(compiler, node, "level", levels);
	subject->fpu = node_choice(compiler, node, "fpu", fpus);
	subject->apic = node_choice(compiler, node, "apic", apics);
	subject->family = 0x17;
	node_number(compiler, node, "family", 0xf, 0x10e, &subject->family);
	subject->audit_budget = 64;
	node_number(compiler, node, "audit-budget", 1, 65535, &subject->audit_budget);
	subject->flags = (node_yes(compiler, node, "start") ? SUBJECT_START : 0) |
	                 (node_yes(compiler, node, "exit-halt") ? SUBJECT_EXIT_HALT : 0) |
	                 (node_yes(compiler, node, "exit-pause") ? SUBJECT_EXIT_PAUSE : 0);
	subject->coinciding = node_yes(compiler, node, "coinciding");
	subject->memory = subject->kind == KIND_GUEST ? 256u << 20 : 1u << 20;
	node_size(compiler, node, "memory", &subject->memory);
	parse_cpus(compiler, node, subject);
	parse_features(compiler, node, subject);
}

static bool add_vcpus(struct compiler *compiler, const xmlNode *node, uint32_t index)
{
	struct description *d = compiler->description;
	struct described_subject *subject = &d->subject[index];
	subject->vcpu_first = d->vcpu_count;
	for (uint32_t i = 0; i < subject->cpus; i++) {
		if (!parse_room(compiler, node, d->vcpu_count, CONFIG_MAX_VCPUS,
		                "vCPUs (guests, layers and apps together)"))
			return false;
		subject->vcpu_count++;
		d->vcpu[d->vcpu_count++] = (struct described_vcpu){index, i, subject->cpu[i], CONFIG_NONE};
		if (subject->cpu[i] + 1 > d->cpu_count)
			d->cpu_count = subject->cpu[i] + 1;
	}
	return true;
}

static void parse_layer(struct compiler *compiler, xmlNodePtr node, uint32_t guest)
{
	struct description *d = compiler->description;
	xmlNodePtr element = node_next(node->children, "layer");
	if (!parse_room(compiler, node, d->subject_count, CONFIG_MAX_SUBJECTS, "subjects (each guest counts twice)"))
		return;
	uint32_t index = d->subject_count++;
	struct described_subject *layer = &d->subject[index];
	const struct described_subject *owner = &d->subject[guest];
	*layer = (struct described_subject){.kind = KIND_LAYER,
	                                    .partner = guest,
	                                    .line = owner->line,
	                                    .apic = 1,
	                                    .cpus = owner->cpus,
	                                    .level = owner->level,
	                                    .family = owner->family,
	                                    .flags = owner->flags & SUBJECT_START,
	                                    .boot = owner->boot,
	                                    .audit_budget = owner->audit_budget,
	                                    .options = owner->options,
	                                    .coinciding = true,
	                                    .memory = 1u << 20};
	layer->flags |= SUBJECT_EXIT_HALT;
	memcpy(layer->cpu, owner->cpu, sizeof(layer->cpu));
	layer->name = report_print(&compiler->report, "%s.layer", owner->name);
	if (strlen(layer->name) >= CONFIG_NAME_BYTES && strlen(owner->name) < CONFIG_NAME_BYTES)
		problem(&compiler->report, owner->line, "E-name-length",
		        "the layer's name \"%s\" is too long; use at most %u characters for a guest", layer->name,
		        CONFIG_NAME_BYTES - 7);
	layer->layer_line = node_line(element);
	layer->image = node_attribute(compiler, element, "image");
	node_size(compiler, element, "memory", &layer->memory);
	d->subject[guest].partner = index;
	add_vcpus(compiler, node, index);
	xmlNodePtr second = node_next(element->next, "layer");
	if (second)
		problem(&compiler->report, node_line(second), "E-layer-twice",
		        "a guest has one virtualization layer; remove the second <layer>");
}

static void parse_pages(struct compiler *compiler, const xmlNode *node, struct described_subject *guest)
{
	bool huge = node_choice(compiler, node, "pages", pages);
	/* the VGA's hole and shadows of ROM divide the first GiB */
	bool divided = guest->boot == BOOT_FIRMWARE || node_next(node->children, "screen");
	uint64_t least = divided ? 2 * TABLES_LEAF_1G : TABLES_LEAF_1G;
	guest->pages = huge ? TABLES_LEAF_1G : TABLES_LEAF_2M;
	if (huge && guest->memory < least)
		problem(&compiler->report, guest->line, "E-guest-pages",
		        "no page of 1G fits into the RAM of \"%s\"; use memory=\"%lluG\" or more%s, or pages=\"2M\"",
		        guest->name, (unsigned long long)(least >> 30),
		        divided ? " (its first GiB has holes: VGA or firmware)" : "");
}

static void parse_boot(struct compiler *compiler, const xmlNode *node, struct described_subject *guest)
{
	guest->boot = node_choice(compiler, node, "boot", boots);
	guest->kernel = node_attribute(compiler, node, "kernel");
	guest->initrd = node_attribute(compiler, node, "initrd");
	guest->options = node_attribute(compiler, node, "cmdline");
	guest->rom = node_attribute(compiler, node, "rom");
	guest->vars = node_attribute(compiler, node, "vars");
	(void)node_choice(compiler, node, "firmware", firmwares);
	bool firmware = guest->boot == BOOT_FIRMWARE;
	if (firmware != (node_attribute(compiler, node, "firmware") != NULL) ||
	    (firmware ? guest->kernel || guest->initrd : guest->rom || guest->vars))
		problem(&compiler->report, guest->line, "E-guest-boot",
		        "a guest starts either by firmware= or by boot= with kernel= and initrd=; remove what "
		        "belongs to the other");
}

static void parse_one(struct compiler *compiler, xmlNodePtr node)
{
	struct description *d = compiler->description;
	if (!parse_room(compiler, node, d->subject_count, CONFIG_MAX_SUBJECTS, "subjects (each guest counts twice)"))
		return;
	const char *name = parse_name(compiler, node);
	check_subject_name(compiler, node, name);
	uint32_t index = d->subject_count++;
	struct described_subject *subject = &d->subject[index];
	subject->name = name;
	parse_common(compiler, node, subject);
	if (subject->kind == KIND_GUEST) {
		parse_boot(compiler, node, subject);
		parse_pages(compiler, node, subject);
	} else {
		subject->image = node_attribute(compiler, node, "image");
		subject->options = node_attribute(compiler, node, "options");
	}
	if (strlen(subject->options) >= INFO_OPTIONS_BYTES)
		problem(&compiler->report, subject->line, "E-options-length", "%s has %zu characters; use at most %u",
		        subject->kind == KIND_GUEST ? "cmdline" : "options", strlen(subject->options),
		        INFO_OPTIONS_BYTES - 1);
	if (add_vcpus(compiler, node, index) && subject->kind == KIND_GUEST)
		parse_layer(compiler, node, index);
}

void parse_subjects(struct compiler *compiler, xmlNodePtr system)
{
	for (xmlNodePtr node = system->children; node; node = node->next)
		if (node_is(node, "app") || node_is(node, "guest"))
			parse_one(compiler, node);
	if (!compiler->description->subject_count)
		problem(&compiler->report, node_line(system), "E-system-empty",
		        "the system has no subject; add an <app> or a <guest>");
}
