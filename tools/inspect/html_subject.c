/* SPDX-License-Identifier: ISC */
/* The chapters that are tables by subject: what it is, what it may do, who hears of it, and the proof of its tables. */
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/inspect/html.h"
#include "tools/inspect/words.h"

static void print_cpus(const struct model *model, const struct page *page, uint32_t subject)
{
	for (enum cpu_vendor host = VENDOR_AMD; host <= VENDOR_INTEL; host++) {
		struct report_cpu cpu = report_cpu(model, subject, host);
		if (cpu.vendor[0])
			page_print(page, "<div>%s: %s, family %x, model %x, stepping %u</div>", cpu.host, cpu.vendor,
			           (uint64_t)cpu.family, (uint64_t)cpu.model, cpu.stepping);
	}
}

void html_subjects(const struct model *model, const struct page *page)
{
	page_print(page,
	           "<table><tr><th class=\"n\">Id</th><th>Name</th><th>Kind</th><th class=\"n\">vCPUs</th><th>CPUs</th>"
	           "<th class=\"n\">Memory</th><th>Partner</th><th>Starts</th><th>CPU that it sees, by the "
	           "host's</th></tr>\n");
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		const struct config_subject *subject = &config_subjects(model->config)[i];
		char cpus[64];
		report_cpus(model, i, cpus);
		page_print(page, "<tr><td class=\"n\">%u</td><td>", i);
		html_subject(model, page, i);
		page_print(page,
		           "</td><td>%s</td><td class=\"n\">%u</td><td>%s</td><td "
		           "class=\"n\">%z</td><td>%s</td><td>%s</td><td>",
		           word_subject_kind(subject->kind), subject->vcpu.count, cpus, report_subject_ram(model, i),
		           subject->partner == CONFIG_NONE ? "-" : model_owner(model, subject->partner),
		           subject->flags & SUBJECT_START ? "at boot" : "on request");
		print_cpus(model, page, i);
		page_print(page, "</td></tr>\n");
	}
	page_print(page, "</table>\n");
}

/* A list of words separated by spaces as pills. */
static void pills(const struct page *page, const char *words)
{
	while (*words) {
		unsigned length = 0;
		while (words[length] && words[length] != ' ')
			length++;
		page_print(page, "<span class=\"pill\">%.*s</span>", length, words);
		words += length;
		while (*words == ' ')
			words++;
	}
}

static void print_may(const struct model *model, const struct page *page, const struct config_subject *subject)
{
	const struct config_manage *manage = CONFIG_TABLE(model->config, config_manage, TABLE_MANAGE);
	char words[WORD_RIGHTS_TEXT];
	word_rights(words, subject->rights);
	if (subject->rights)
		pills(page, words);
	for (uint32_t i = 0; i < subject->manage.count; i++) {
		word_rights(words, manage[subject->manage.first + i].rights);
		page_print(page, "<div>");
		html_subject(model, page, manage[subject->manage.first + i].subject);
		page_print(page, " ");
		pills(page, words);
		page_print(page, "</div>");
	}
	if (!subject->rights && !subject->manage.count)
		page_print(page, "-");
}

static void print_devices(const struct model *model, const struct page *page, const struct config_subject *subject)
{
	const struct config_port *port = CONFIG_TABLE(model->config, config_port, TABLE_PORT) + subject->port.first;
	const struct config_line *line = CONFIG_TABLE(model->config, config_line, TABLE_LINE) + subject->line.first;
	for (uint32_t i = 0; i < subject->port.count; i++)
		page_print(page, "<div>ports <code>%x</code> to <code>%x</code></div>", (uint64_t)port[i].base,
		           (uint64_t)port[i].base + port[i].count - 1);
	for (uint32_t i = 0; i < subject->line.count; i++)
		page_print(page,
		           "<div title=\"at most %u interrupts per major frame\">line GSI %u, %s, event bit %u</div>",
		           line[i].budget, line[i].gsi, line[i].flags & LINE_LEVEL ? "level" : "edge", line[i].bit);
	for (uint32_t i = 0; i < subject->mapping.count; i++) {
		const struct config_mapping *map = &config_mappings(model->config)[subject->mapping.first + i];
		const struct config_region *region = &config_regions(model->config)[map->region];
		char name[NAME_TEXT];
		model_name(name, region->name);
		if (region->kind == REGION_DEVICE)
			page_print(page, "<div>device memory %s <code>%x</code>, %z</div>", name, region->hpa,
			           map->size);
	}
}

/* One line per action with the faults it answers. */
static void print_policy(const struct page *page, const struct config_subject *subject)
{
	for (uint32_t action = 0; action < ACTION_COUNT; action++) {
		bool any = false;
		for (uint32_t fault = 0; fault < FAULT_COUNT; fault++) {
			const struct config_fault *policy = &subject->fault[fault];
			if (policy->action != action)
				continue;
			if (!any)
				page_print(page, "<div><b>%s</b>", word_fault_action(action));
			page_print(page, " <span class=\"pill\">%s", word_fault(fault));
			if (action == ACTION_RESTART && policy->times)
				page_print(page, ", %u times in %u s", (unsigned)policy->times,
				           (unsigned)policy->within_s);
			page_print(page, "</span>");
			any = true;
		}
		if (any)
			page_print(page, "</div>\n");
	}
}

void html_rights(const struct model *model, const struct page *page)
{
	page_print(page, "<table><tr><th>Subject</th><th>May</th><th>Devices</th><th>On fault</th></tr>\n");
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		const struct config_subject *subject = &config_subjects(model->config)[i];
		page_print(page, "<tr><td>");
		html_subject(model, page, i);
		page_print(page, "</td><td>");
		print_may(model, page, subject);
		page_print(page, "</td><td>");
		print_devices(model, page, subject);
		page_print(page, "</td><td>");
		print_policy(page, subject);
		page_print(page, "</td></tr>\n");
	}
	page_print(page, "</table>\n");
}

void html_audit(const struct model *model, const struct page *page)
{
	const struct config_consumer *consumer = CONFIG_TABLE(model->config, config_consumer, TABLE_CONSUMER);
	const struct config_source *source = CONFIG_TABLE(model->config, config_source, TABLE_SOURCE);
	if (!model->config->table[TABLE_CONSUMER].count)
		page_print(page, "<p>No subject receives audit records.</p>\n");
	for (uint32_t c = 0; c < model->config->table[TABLE_CONSUMER].count; c++) {
		page_print(page, "<h3>");
		html_subject(model, page, consumer[c].subject);
		page_print(page,
		           "</h3><p class=\"note\">A ring of %z per "
		           "CPU</p><table><tr><th>From</th><th>Classes</th></tr>\n",
		           consumer[c].ring_bytes);
		for (uint32_t i = 0; i < consumer[c].source.count; i++) {
			char words[WORD_RIGHTS_TEXT];
			word_classes(words, source[consumer[c].source.first + i].classes);
			page_print(page, "<tr><td>");
			html_subject(model, page, source[consumer[c].source.first + i].subject);
			page_print(page, "</td><td>");
			pills(page, words);
			page_print(page, "</td></tr>\n");
		}
		page_print(page, "</table>\n");
	}
}

void html_processor(const struct model *model, const struct page *page)
{
	(void)model;
	page_print(page, "<table><tr><th>Vendor</th><th>Feature</th><th>Without it</th></tr>\n");
	for (size_t i = 0; i < report_capability_count; i++) {
		const struct report_capability *c = &report_capability[i];
		page_print(page, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", c->vendor, c->name,
		           c->lost ? c->lost : "required");
	}
	page_print(page, "</table>\n");
}

void html_proof(const struct model *model, const struct page *page)
{
	page_print(page, "<table><tr><th>Subject</th><th class=\"n\">Pages of 4 KiB</th><th class=\"n\">Leaves</th>"
	                 "<th class=\"n\">Table pages</th><th>Verdict</th></tr>\n");
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		const struct proof *proof = &model->proof[i];
		bool equal = proof->state == PROOF_EQUAL;
		page_print(page, "<tr><td>");
		html_subject(model, page, i);
		page_print(page,
		           "</td><td class=\"n\">%U</td><td class=\"n\">%U</td><td class=\"n\">%U</td><td "
		           "class=\"%s\">%s%s%s</td></tr>\n",
		           proof->pages, proof->leaves, proof->table_pages, equal ? "good" : "bad",
		           equal                             ? "equal"
		           : proof->state == PROOF_WRONG     ? "different: "
		           : proof->state == PROOF_TOO_LARGE ? "not proved: too large"
		                                             : "not proved: not placed",
		           proof->why, "");
	}
	page_print(page, "</table>\n");
}
