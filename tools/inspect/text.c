/* SPDX-License-Identifier: ISC */
/* The report as text for a terminal: one function per chapter, in the order of the table at the end. */
#include <string.h>
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/inspect/report.h"
#include "tools/inspect/words.h"

static void heading(const struct page *page, const char *title)
{
	page_print(page, "\n%s\n", title);
	for (size_t i = strlen(title); i; i--)
		page_print(page, "-");
	page_print(page, "\n");
}

static void print_system(const struct model *model, const struct page *page)
{
	char digest[65];
	report_digest(model, digest);
	page_print(page, "System %s: %u subjects, %u vCPUs, %u CPUs, %u schedules\n", model->system,
	           model_subject_count(model), model->config->table[TABLE_VCPU].count, model->config->cpu_count,
	           model->config->table[TABLE_SCHEDULE].count);
	page_print(page, "SHA-256 %s (%s)\n", digest, report_digest_verdict(model));
}

static void print_subjects(const struct model *model, const struct page *page)
{
	heading(page, "Subjects");
	page_print(page, "%3s %-24s %-6s %5s %-6s %10s %-24s %s\n", "id", "name", "kind", "vCPUs", "CPUs", "memory",
	           "partner", "starts");
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		const struct config_subject *subject = &config_subjects(model->config)[i];
		char cpus[64];
		report_cpus(model, i, cpus);
		page_print(page, "%3u %-24s %-6s %5u %-6s %10z %-24s %s\n", i, model->subject[i],
		           word_subject_kind(subject->kind), subject->vcpu.count, cpus, report_subject_ram(model, i),
		           subject->partner == CONFIG_NONE ? "-" : model_owner(model, subject->partner),
		           subject->flags & SUBJECT_START ? "at boot" : "on request");
	}
}

static void print_processors(const struct model *model, const struct page *page)
{
	heading(page, "CPU that a subject sees, by the host's");
	page_print(page, "%-24s %-10s %-12s %6s %6s %8s\n", "name", "host", "vendor", "family", "model", "stepping");
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		for (enum cpu_vendor host = VENDOR_AMD; host <= VENDOR_INTEL; host++) {
			struct report_cpu cpu = report_cpu(model, i, host);
			if (cpu.vendor[0])
				page_print(page, "%-24s %-10s %-12s %6x %6x %8u\n", model->subject[i], cpu.host,
				           cpu.vendor, (uint64_t)cpu.family, (uint64_t)cpu.model, cpu.stepping);
		}
}

static void print_memory(const struct model *model, const struct page *page)
{
	heading(page, "Memory map");
	page_print(page, "Target: %s\n", model->platform.what);
	if (!model->placed)
		page_print(page, "NOT PLACED: %s\n", model->placement_problem);
	page_print(page, "%14s %14s %10s  %-24s %-13s %s\n", "from", "to", "size", "owner", "kind", "what");
	for (size_t i = 0; i < model->extent_count; i++) {
		const struct extent *extent = &model->extents[i];
		bool free = extent->kind == EXTENT_FREE || extent->kind == EXTENT_RESERVED;
		page_print(page, "%14x %14x %10z  %-24s %-13s %s\n", extent->base, extent->base + extent->size - 1,
		           extent->size, free ? "-" : model_extent_owner(model, extent), word_extent(extent->kind),
		           extent->label);
	}
	if (model->overlap[0])
		page_print(page, "OVERLAP: %s\n", model->overlap);
	else
		page_print(page, "Every byte of RAM has exactly one owner.\n");
}

static void print_mappings(const struct model *model, const struct page *page)
{
	heading(page, "Address spaces");
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct config_span span = config_subjects(model->config)[s].mapping;
		page_print(page, "%s\n", model->subject[s]);
		for (uint32_t i = span.first; i < span.first + span.count; i++) {
			const struct config_mapping *map = &config_mappings(model->config)[i];
			char rights[16], name[NAME_TEXT];
			word_map_rights(rights, map->rights);
			model_name(name, config_regions(model->config)[map->region].name);
			page_print(page, "%16x %10z  %-12s %s\n", map->gpa, map->size, rights, name);
		}
	}
}

static void print_flows(const struct model *model, const struct page *page)
{
	heading(page, "Information flow: who can affect whom, by what");
	for (size_t i = 0; i < model->flow_count; i++) {
		const struct flow *flow = &model->flows[i];
		page_print(page, "%-24s -> %-24s %-9s %s\n", model->subject[flow->from], model->subject[flow->to],
		           word_flow(flow->kind), flow->what);
	}
	if (!model->flow_count)
		page_print(page, "None: every subject is alone.\n");
}

static void print_matrix(const struct model *model, const struct page *page)
{
	uint32_t count = model_subject_count(model);
	heading(page, "Flow matrix: row affects column");
	for (uint32_t kind = 0; kind < FLOW_KINDS; kind++)
		page_print(page, "%c %s, ", "MEPCSeXTBD"[kind], word_flow(kind));
	page_print(page, "\n. only through others (memory, event, partner, control, status, epoch)\n%25s", "");
	for (uint32_t to = 0; to < count; to++)
		page_print(page, " %8u", to);
	for (uint32_t from = 0; from < count; from++) {
		page_print(page, "\n%3u %-21s", from, model->subject[from]);
		for (uint32_t to = 0; to < count; to++) {
			char cell[FLOW_KINDS + 2] = "";
			size_t used = 0;
			for (uint32_t kind = 0; kind < FLOW_KINDS; kind++)
				if (model->flow_direct[from][to] >> kind & 1)
					cell[used++] = "MEPCSeXTBD"[kind];
			if (!used && from != to && model->flow_next[from][to] != from)
				cell[used++] = '.';
			cell[used] = 0;
			page_print(page, " %8s", from == to ? "-" : cell);
		}
	}
	page_print(page, "\n");
}

static void print_plan(const struct model *model, const struct page *page, uint32_t plan)
{
	const struct config_plan *p = &CONFIG_TABLE(model->config, config_plan, TABLE_PLAN)[plan];
	const struct config_frame *frame = CONFIG_TABLE(model->config, config_frame, TABLE_FRAME);
	const struct config_group *group = CONFIG_TABLE(model->config, config_group, TABLE_GROUP);
	uint64_t at = 0;
	page_print(page, "  CPU %u:", p->cpu);
	for (uint32_t i = p->frame.first; i < p->frame.first + p->frame.count; i++) {
		char name[NAME_TEXT] = "idle";
		if (frame[i].group != CONFIG_NONE)
			model_name(name, group[frame[i].group].name);
		page_print(page, " %s %u us%s", name, frame[i].length_us,
		           i + 1 < p->frame.first + p->frame.count ? "," : "");
		at += frame[i].length_us;
	}
	page_print(page, " (%U us)\n", at);
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct share share = share_of_subject(model->config, plan, s);
		if (share.frames)
			page_print(page, "    %-24s %6f %%  in %u frames\n", model->subject[s], share_percent(share),
			           share.frames);
	}
}

static void print_schedules(const struct model *model, const struct page *page)
{
	const struct config_schedule *schedule = CONFIG_TABLE(model->config, config_schedule, TABLE_SCHEDULE);
	heading(page, "Schedules (subjects of one group share the same time)");
	for (uint32_t i = 0; i < model->config->table[TABLE_SCHEDULE].count; i++) {
		char name[NAME_TEXT];
		model_name(name, schedule[i].name);
		page_print(page, "%s: major frame %U us%s\n", name, schedule[i].major_us,
		           i == model->config->schedule ? ", first" : "");
		for (uint32_t plan = 0; plan < schedule[i].plan.count; plan++)
			print_plan(model, page, schedule[i].plan.first + plan);
	}
}

static void print_subject_rights(const struct model *model, const struct page *page, uint32_t s)
{
	const struct config_subject *subject = &config_subjects(model->config)[s];
	const struct config_manage *manage = CONFIG_TABLE(model->config, config_manage, TABLE_MANAGE);
	const struct config_line *line = CONFIG_TABLE(model->config, config_line, TABLE_LINE);
	const struct config_port *port = CONFIG_TABLE(model->config, config_port, TABLE_PORT);
	char text[WORD_RIGHTS_TEXT];
	word_rights(text, subject->rights);
	page_print(page, "%s\n  rights: %s\n", model->subject[s], text);
	for (uint32_t i = 0; i < subject->manage.count; i++) {
		word_rights(text, manage[subject->manage.first + i].rights);
		page_print(page, "  over %s: %s\n", model_owner(model, manage[subject->manage.first + i].subject),
		           text);
	}
	for (uint32_t i = 0; i < subject->port.count; i++) {
		const struct config_port *p = &port[subject->port.first + i];
		page_print(page, "  ports: %x + %u\n", (uint64_t)p->base, (unsigned)p->count);
	}
	for (uint32_t i = 0; i < subject->line.count; i++) {
		const struct config_line *l = &line[subject->line.first + i];
		page_print(page, "  line: GSI %u, event bit %u, %s, at most %u per major frame\n", l->gsi, l->bit,
		           l->flags & LINE_LEVEL ? "level" : "edge", l->budget);
	}
	page_print(page, "  on fault:");
	for (uint32_t fault = 0; fault < FAULT_COUNT; fault++)
		page_print(page, " %s=%s", word_fault(fault), word_fault_action(subject->fault[fault].action));
	page_print(page, "\n");
}

static void print_rights(const struct model *model, const struct page *page)
{
	heading(page, "Rights, devices, fault policy");
	for (uint32_t s = 0; s < model_subject_count(model); s++)
		print_subject_rights(model, page, s);
}

static void print_audit(const struct model *model, const struct page *page)
{
	const struct config_consumer *consumer = CONFIG_TABLE(model->config, config_consumer, TABLE_CONSUMER);
	const struct config_source *source = CONFIG_TABLE(model->config, config_source, TABLE_SOURCE);
	heading(page, "Audit consumers");
	for (uint32_t c = 0; c < model->config->table[TABLE_CONSUMER].count; c++) {
		page_print(page, "%s: %z per CPU\n", model_owner(model, consumer[c].subject), consumer[c].ring_bytes);
		for (uint32_t i = 0; i < consumer[c].source.count; i++) {
			const struct config_source *s = &source[consumer[c].source.first + i];
			char classes[WORD_RIGHTS_TEXT];
			word_classes(classes, s->classes);
			page_print(page, "  from %-24s %s\n", model_owner(model, s->subject), classes);
		}
	}
	if (!model->config->table[TABLE_CONSUMER].count)
		page_print(page, "None: audit records are not kept.\n");
}

static void print_sizes(const struct model *model, const struct page *page)
{
	struct report_sizes sizes = report_sizes(model);
	heading(page, "Sizes");
	page_print(page, "package, stays in RAM as pristine copy %12z\n", sizes.package);
	page_print(page, "  configuration                        %12z\n", sizes.config);
	page_print(page, "  payload                              %12z\n", sizes.payload);
	page_print(page, "core image                             %12z\n", sizes.core);
	page_print(page, "core pool                              %12z\n", sizes.pool);
	page_print(page, "  of it second-level tables            %12z\n", sizes.tables);
	page_print(page, "RAM of subjects                        %12z\n", sizes.subjects);
	page_print(page, "  of it channels                       %12z\n", sizes.channels);
}

static void print_processor(const struct model *model, const struct page *page)
{
	const char *vendor = "";
	(void)model;
	heading(page, "Processor: what the core uses, and what is lost without it");
	for (size_t i = 0; i < report_capability_count; i++) {
		const struct report_capability *c = &report_capability[i];
		if (strcmp(vendor, c->vendor) != 0)
			page_print(page, "%s\n", c->vendor);
		vendor = c->vendor;
		page_print(page, "  %-45s %s\n", c->name, c->lost ? c->lost : "required");
	}
}

static void print_proof(const struct model *model, const struct page *page)
{
	static const char *const verdict[] = {[PROOF_NONE] = "not proved: not placed",
	                                      [PROOF_EQUAL] = "equal to its mappings",
	                                      [PROOF_WRONG] = "DIFFERENT",
	                                      [PROOF_TOO_LARGE] = "not proved: more than 1 GiB of tables"};
	heading(page, "Proof: second-level tables, built and walked back (NPT and EPT, with 1 GiB pages and without)");
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		const struct proof *proof = &model->proof[s];
		page_print(page, "%-24s %9U pages in %6U leaves, %4U table pages: %s%s%s\n", model->subject[s],
		           proof->pages, proof->leaves, proof->table_pages, verdict[proof->state],
		           proof->why[0] ? ": " : "", proof->why);
	}
	if (!model->placed)
		page_print(page, "NOT PLACED: %s\n", model->placement_problem);
	page_print(page, "Verdict: %s\n", report_sound(model) ? "sound" : "NOT SOUND");
}

void report_proof(const struct model *model, FILE *file)
{
	struct page page = {.file = file, .kind = PAGE_TEXT};
	print_system(model, &page);
	print_proof(model, &page);
}

void report_text(const struct model *model, FILE *file)
{
	static void (*const chapter[])(const struct model *, const struct page *) = {
	        print_system, print_subjects,  print_processors, print_memory, print_mappings,
	        print_flows,  print_matrix,    print_schedules,  print_rights, print_audit,
	        print_sizes,  print_processor, print_proof};
	struct page page = {.file = file, .kind = PAGE_TEXT};
	for (size_t i = 0; i < sizeof(chapter) / sizeof(chapter[0]); i++)
		chapter[i](model, &page);
}
