/* SPDX-License-Identifier: ISC */
/*
 * The report as JSON, for other programs: one object, a member per chapter of the text report. Addresses are strings of
 * hexadecimal digits, because readers that know only double would round them; sizes are numbers.
 */
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/inspect/report.h"
#include "tools/inspect/words.h"

/* Before an element of a list: line breaks are literals, as %s would replace them. */
static void comma(const struct page *page, size_t index)
{
	page_print(page, index ? ",\n  " : "\n  ");
}

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

/* A subject as its name, or null for the core. */
static void put_owner(const struct model *model, const struct page *page, const char *key, uint32_t subject)
{
	if (subject == CONFIG_NONE)
		page_print(page, "\"%s\": null", key);
	else
		page_print(page, "\"%s\": \"%s\"", key, model_owner(model, subject));
}

static void print_system(const struct model *model, const struct page *page)
{
	char digest[65];
	report_digest(model, digest);
	page_print(
	        page, "\"system\": \"%s\",\n\"digest\": \"%s\",\n\"digest_matches\": %s,\n\"cpus\": %u,\n\"sound\": %s",
	        model->system, digest, truth(model->digest_good), model->config->cpu_count, truth(report_sound(model)));
}

static void print_words(const struct page *page, const char *key, const char *words)
{
	page_print(page, "\"%s\": [", key);
	for (bool first = true; *words; first = false) {
		char word[32];
		size_t length = 0;
		while (*words && *words != ' ' && length + 1 < sizeof(word))
			word[length++] = *words++;
		word[length] = 0;
		while (*words == ' ')
			words++;
		page_print(page, "%s\"%s\"", first ? "" : ", ", word);
	}
	page_print(page, "]");
}

static void print_rights(const struct page *page, uint64_t rights)
{
	char text[WORD_RIGHTS_TEXT];
	word_rights(text, rights);
	print_words(page, "rights", rights ? text : "");
}

static void print_vcpus(const struct model *model, const struct page *page, const struct config_subject *subject)
{
	page_print(page, ", \"vcpus\": [");
	for (uint32_t i = 0; i < subject->vcpu.count; i++) {
		const struct config_vcpu *vcpu = &config_vcpus(model->config)[subject->vcpu.first + i];
		page_print(page, "%s{\"cpu\": %u, \"start\": \"%s\", \"entry\": \"%x\"}", i ? ", " : "", vcpu->cpu,
		           word_start(vcpu->start), vcpu->entry);
	}
	page_print(page, "]");
}

static void print_devices(const struct model *model, const struct page *page, const struct config_subject *subject)
{
	const struct config_port *port = CONFIG_TABLE(model->config, config_port, TABLE_PORT) + subject->port.first;
	const struct config_line *line = CONFIG_TABLE(model->config, config_line, TABLE_LINE) + subject->line.first;
	page_print(page, ", \"ports\": [");
	for (uint32_t i = 0; i < subject->port.count; i++)
		page_print(page, "%s{\"base\": \"%x\", \"count\": %u}", i ? ", " : "", (uint64_t)port[i].base,
		           (unsigned)port[i].count);
	page_print(page, "], \"lines\": [");
	for (uint32_t i = 0; i < subject->line.count; i++)
		page_print(page, "%s{\"gsi\": %u, \"bit\": %u, \"level\": %s, \"budget\": %u}", i ? ", " : "",
		           line[i].gsi, line[i].bit, truth(line[i].flags & LINE_LEVEL), line[i].budget);
	page_print(page, "]");
}

static void print_cpus(const struct model *model, const struct page *page, uint32_t subject)
{
	page_print(page, ", \"sees_cpu\": [");
	for (enum cpu_vendor host = VENDOR_AMD; host <= VENDOR_INTEL; host++) {
		struct report_cpu cpu = report_cpu(model, subject, host);
		page_print(page, "%s{\"host\": \"%s\", \"vendor\": \"%s\", ", host ? ", " : "", cpu.host, cpu.vendor);
		page_print(page, "\"family\": %u, \"model\": %u, \"stepping\": %u}", cpu.family, cpu.model,
		           cpu.stepping);
	}
	page_print(page, "]");
}

static void print_policy(const struct model *model, const struct page *page, const struct config_subject *subject)
{
	const struct config_manage *manage = CONFIG_TABLE(model->config, config_manage, TABLE_MANAGE);
	page_print(page, ", \"manages\": [");
	for (uint32_t i = 0; i < subject->manage.count; i++) {
		page_print(page, "%s{", i ? ", " : "");
		put_owner(model, page, "subject", manage[subject->manage.first + i].subject);
		page_print(page, ", ");
		print_rights(page, manage[subject->manage.first + i].rights);
		page_print(page, "}");
	}
	page_print(page, "], \"fault_policy\": {");
	for (uint32_t i = 0; i < FAULT_COUNT; i++)
		page_print(page, "%s\"%s\": \"%s\"", i ? ", " : "", word_fault(i),
		           word_fault_action(subject->fault[i].action));
	page_print(page, "}");
}

static void print_subjects(const struct model *model, const struct page *page)
{
	page_print(page, ",\n\"subjects\": [");
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		const struct config_subject *subject = &config_subjects(model->config)[i];
		comma(page, i);
		page_print(page, "{\"id\": %u, \"name\": \"%s\", \"kind\": \"%s\", \"memory\": %U, \"starts\": %s, ", i,
		           model->subject[i], word_subject_kind(subject->kind), report_subject_ram(model, i),
		           truth(subject->flags & SUBJECT_START));
		put_owner(model, page, "partner", subject->partner);
		page_print(page, ", ");
		print_rights(page, subject->rights);
		print_vcpus(model, page, subject);
		print_cpus(model, page, i);
		print_devices(model, page, subject);
		print_policy(model, page, subject);
		page_print(page, "}");
	}
	page_print(page, "]");
}

static void print_memory(const struct model *model, const struct page *page)
{
	page_print(page,
	           ",\n\"target\": \"%s\",\n\"placed\": %s,\n\"placement_problem\": \"%s\",\n\"overlap\": \"%s\",\n",
	           model->platform.what, truth(model->placed), model->placement_problem, model->overlap);
	page_print(page, "\"memory\": [");
	for (size_t i = 0; i < model->extent_count; i++) {
		const struct extent *extent = &model->extents[i];
		comma(page, i);
		page_print(page, "{\"base\": \"%x\", \"size\": %U, \"kind\": \"%s\", \"what\": \"%s\", ", extent->base,
		           extent->size, word_extent(extent->kind), extent->label);
		put_owner(model, page, "owner", extent->owner);
		page_print(page, "}");
	}
	page_print(page, "]");
}

static void print_mappings(const struct model *model, const struct page *page)
{
	page_print(page, ",\n\"mappings\": [");
	for (uint32_t i = 0; i < model->config->table[TABLE_MAPPING].count; i++) {
		const struct config_mapping *map = &config_mappings(model->config)[i];
		char rights[16], name[NAME_TEXT];
		word_map_rights(rights, map->rights);
		model_name(name, config_regions(model->config)[map->region].name);
		comma(page, i);
		page_print(page, "{\"subject\": \"%s\", \"region\": \"%s\", \"gpa\": \"%x\", \"offset\": \"%x\", ",
		           model_owner(model, map->subject), name, map->gpa, map->offset);
		page_print(page, "\"size\": %U, \"rights\": \"%s\"}", map->size, rights);
	}
	page_print(page, "]");
}

static void print_flows(const struct model *model, const struct page *page)
{
	page_print(page, ",\n\"flows\": [");
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct flow *flow = &model->flows[i];
		comma(page, i);
		page_print(page, "{\"from\": \"%s\", \"to\": \"%s\", \"kind\": \"%s\", \"by\": \"%s\"}",
		           model->subject[flow->from], model->subject[flow->to], word_flow(flow->kind), flow->what);
	}
	page_print(page, "]");
}

static void print_plan(const struct model *model, const struct page *page, uint32_t plan)
{
	const struct config_plan *p = &CONFIG_TABLE(model->config, config_plan, TABLE_PLAN)[plan];
	const struct config_frame *frame = CONFIG_TABLE(model->config, config_frame, TABLE_FRAME) + p->frame.first;
	const struct config_group *group = CONFIG_TABLE(model->config, config_group, TABLE_GROUP);
	bool first = true;
	page_print(page, "{\"cpu\": %u, \"frames\": [", p->cpu);
	for (uint32_t i = 0; i < p->frame.count; i++) {
		char name[NAME_TEXT] = "";
		if (frame[i].group != CONFIG_NONE)
			model_name(name, group[frame[i].group].name);
		page_print(page, "%s{\"group\": \"%s\", \"us\": %u, \"hold_start\": %s}", i ? ", " : "", name,
		           frame[i].length_us, truth(frame[i].flags & FRAME_HOLD_START));
	}
	page_print(page, "], \"share_percent\": {");
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct share share = share_of_subject(model->config, plan, s);
		if (!share.frames)
			continue;
		page_print(page, "%s\"%s\": %f", first ? "" : ", ", model->subject[s], share_percent(share));
		first = false;
	}
	page_print(page, "}}");
}

static void print_schedules(const struct model *model, const struct page *page)
{
	const struct config_schedule *schedule = CONFIG_TABLE(model->config, config_schedule, TABLE_SCHEDULE);
	page_print(page, ",\n\"schedules\": [");
	for (uint32_t i = 0; i < model->config->table[TABLE_SCHEDULE].count; i++) {
		char name[NAME_TEXT];
		model_name(name, schedule[i].name);
		comma(page, i);
		page_print(page, "{\"name\": \"%s\", \"major_us\": %U, \"first\": %s, \"plans\": [", name,
		           schedule[i].major_us, truth(i == model->config->schedule));
		for (uint32_t plan = 0; plan < schedule[i].plan.count; plan++) {
			page_print(page, plan ? ", " : "");
			print_plan(model, page, schedule[i].plan.first + plan);
		}
		page_print(page, "]}");
	}
	page_print(page, "]");
}

static void print_audit(const struct model *model, const struct page *page)
{
	const struct config_consumer *consumer = CONFIG_TABLE(model->config, config_consumer, TABLE_CONSUMER);
	const struct config_source *source = CONFIG_TABLE(model->config, config_source, TABLE_SOURCE);
	page_print(page, ",\n\"audit\": [");
	for (uint32_t c = 0; c < model->config->table[TABLE_CONSUMER].count; c++) {
		comma(page, c);
		page_print(page, "{\"consumer\": \"%s\", \"ring_bytes\": %U, \"sources\": [",
		           model_owner(model, consumer[c].subject), consumer[c].ring_bytes);
		for (uint32_t i = 0; i < consumer[c].source.count; i++) {
			char classes[WORD_RIGHTS_TEXT];
			const struct config_source *s = &source[consumer[c].source.first + i];
			word_classes(classes, s->classes);
			page_print(page, "%s{", i ? ", " : "");
			put_owner(model, page, "subject", s->subject);
			page_print(page, ", ");
			print_words(page, "classes", s->classes ? classes : "");
			page_print(page, "}");
		}
		page_print(page, "]}");
	}
	page_print(page, "]");
}

static void print_sizes(const struct model *model, const struct page *page)
{
	struct report_sizes sizes = report_sizes(model);
	page_print(page, ",\n\"sizes\": {\"package\": %U, \"configuration\": %U, \"payload\": %U, \"core_image\": %U, ",
	           sizes.package, sizes.config, sizes.payload, sizes.core);
	page_print(page, "\"core_pool\": %U, \"tables\": %U, \"subjects\": %U, \"channels\": %U}", sizes.pool,
	           sizes.tables, sizes.subjects, sizes.channels);
}

static void print_processor(const struct model *model, const struct page *page)
{
	(void)model;
	page_print(page, ",\n\"processor\": [");
	for (size_t i = 0; i < report_capability_count; i++) {
		const struct report_capability *c = &report_capability[i];
		comma(page, i);
		page_print(page, "{\"vendor\": \"%s\", \"feature\": \"%s\", \"required\": %s, \"lost\": ", c->vendor,
		           c->name, truth(!c->lost));
		page_print(page, c->lost ? "\"%s\"}" : "null}", c->lost);
	}
	page_print(page, "]");
}

static void print_proof(const struct model *model, const struct page *page)
{
	page_print(page, ",\n\"proof\": [");
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		const struct proof *proof = &model->proof[s];
		comma(page, s);
		page_print(page,
		           "{\"subject\": \"%s\", \"equal\": %s, \"pages\": %U, \"leaves\": %U, \"table_pages\": %U, ",
		           model->subject[s], truth(proof->state == PROOF_EQUAL), proof->pages, proof->leaves,
		           proof->table_pages);
		page_print(page, "\"why\": \"%s\"}", proof->why);
	}
	page_print(page, "]");
}

void report_json(const struct model *model, FILE *file)
{
	static void (*const chapter[])(const struct model *, const struct page *) = {
	        print_system,    print_subjects, print_memory, print_mappings,  print_flows,
	        print_schedules, print_audit,    print_sizes,  print_processor, print_proof};
	struct page page = {.file = file, .kind = PAGE_JSON};
	page_print(&page, "{\n");
	for (size_t i = 0; i < sizeof(chapter) / sizeof(chapter[0]); i++)
		chapter[i](model, &page);
	page_print(&page, "\n}\n");
}
