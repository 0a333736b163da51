/* SPDX-License-Identifier: ISC */
/* The HTML page: head, figures at a glance, chapters in the order of one table, which is also the navigation. */
#include "tools/inspect/html.h"
#include "lib/config.h"
#include "tools/inspect/words.h"

unsigned html_colour(const struct model *model, uint32_t subject)
{
	if (subject >= model_subject_count(model))
		return 12;
	uint32_t unit = 0;
	const struct config_subject *table = config_subjects(model->config);
	for (uint32_t i = 0; i <= subject; i++) {
		bool follows = table[i].partner != CONFIG_NONE && table[i].partner < i;
		if (i == subject && follows)
			return html_colour(model, table[i].partner);
		if (i < subject && !follows)
			unit++;
	}
	return unit % 12;
}

void html_subject(const struct model *model, const struct page *page, uint32_t subject)
{
	bool layer = subject < model_subject_count(model) && config_subjects(model->config)[subject].kind == KIND_LAYER;
	page_print(page, "<span class=\"s c%u%s\">%s</span>", html_colour(model, subject), layer ? " layer" : "",
	           model_owner(model, subject));
}

static void badge(const struct page *page, bool good, const char *yes, const char *no)
{
	page_print(page, "<span class=\"badge %s\">%s</span>", good ? "good" : "bad", good ? yes : no);
}

static void print_head(const struct model *model, const struct page *page)
{
	char digest[65];
	bool proved = true;
	report_digest(model, digest);
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		proved &= model->proof[i].state == PROOF_EQUAL;
	page_print(page, "<header><div class=\"brand\">Bulkhead system report</div><h1>%s</h1>\n", model->system);
	page_print(page, "<p class=\"mono\" title=\"SHA-256 of the package\">%s</p>\n<p>", digest);
	badge(page, model->digest_good, "digest matches", report_digest_verdict(model));
	badge(page, model->placed, "fits the target", "does not fit the target");
	badge(page, model->placed && !model->overlap[0], "one owner per byte", "ownership not proved");
	badge(page, proved, "tables equal the description", "tables not proved");
	page_print(page, "</p>\n");
	if (!model->placed)
		page_print(page, "<p class=\"bad\">%s</p>\n", model->placement_problem);
	if (model->overlap[0])
		page_print(page, "<p class=\"bad\">%s</p>\n", model->overlap);
}

static void print_cards(const struct model *model, const struct page *page)
{
	struct report_sizes sizes = report_sizes(model);
	page_print(page, "<div class=\"cards\">\n");
	page_print(page, "<div><b>%u</b><span>subjects, %u vCPUs</span></div>\n", model_subject_count(model),
	           model->config->table[TABLE_VCPU].count);
	page_print(page, "<div><b>%u</b><span>CPUs, %u schedules</span></div>\n", model->config->cpu_count,
	           model->config->table[TABLE_SCHEDULE].count);
	page_print(page, "<div><b>%z</b><span>RAM of subjects</span></div>\n", sizes.subjects);
	page_print(page, "<div><b>%z</b><span>of it channels</span></div>\n", sizes.channels);
	page_print(page, "<div><b>%z</b><span>pristine package</span></div>\n", sizes.package);
	page_print(page, "<div><b>%z</b><span>configuration</span></div>\n", sizes.config);
	page_print(page, "<div><b>%z</b><span>core: image and pool</span></div>\n", sizes.core + sizes.pool);
	page_print(page, "<div><b>%z</b><span>second-level tables</span></div>\n", sizes.tables);
	page_print(page, "</div></header>\n");
}

struct chapter {
	const char *id, *title, *note;
	void (*print)(const struct model *model, const struct page *page);
};
static const struct chapter chapters[] = {
        {"subjects", "Subjects", "Everything that runs outside the core.", html_subjects},
        {"memory", "Memory map",
         "Above: RAM to scale. Below: the same extents in the same order, widened so that small ones show.",
         html_memory},
        {"flow", "Information flow",
         "An arrow from A to B: A can affect B by memory, event, partnership, control or device (solid), or B can see "
         "A's state (dashed). Point at an arrow for the ways.",
         html_graph},
        {"matrix", "Flow matrix",
         "Row affects column. A ring: not directly, but through others. Point at a cell for the ways.", html_matrix},
        {"schedules", "Schedules",
         "One bar per CPU and schedule, one major frame long. Subjects of one group share the same time.",
         html_schedules},
        {"rights", "Rights, devices and fault policy", "What is not listed here does not exist for the subject.",
         html_rights},
        {"spaces", "Address spaces", "Second-level mappings of each subject; everything else faults.", html_spaces},
        {"audit", "Audit", "Who receives whose records.", html_audit},
        {"processor", "Processor", "What the core uses of a processor. Without a required feature it does not start.",
         html_processor},
        {"proof", "Proof of the tables",
         "The second-level tables of every subject were built as the starter builds them and walked back by an "
         "independent "
         "walker, in AMD's and in Intel's format: the set of pages and rights equals the mappings above.",
         html_proof},
};
#define CHAPTER_COUNT (sizeof(chapters) / sizeof(chapters[0]))

static void print_navigation(const struct page *page)
{
	page_print(page, "<nav><div>");
	for (size_t i = 0; i < CHAPTER_COUNT; i++)
		page_print(page, "<a href=\"#%s\">%s</a>", chapters[i].id, chapters[i].title);
	page_print(page, "</div></nav>\n");
}

void report_html(const struct model *model, FILE *file)
{
	struct page page = {.file = file, .kind = PAGE_HTML};
	page_print(&page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
	page_print(&page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
	page_print(&page, "<title>%s: Bulkhead system report</title>\n<style>\n", model->system);
	fputs(html_style, file);
	page_print(&page, "</style></head><body>\n");
	print_head(model, &page);
	print_cards(model, &page);
	print_navigation(&page);
	page_print(&page, "<main>\n");
	for (size_t i = 0; i < CHAPTER_COUNT; i++) {
		page_print(&page, "<section id=\"%s\"><h2>%s</h2><p class=\"note\">%s</p>\n", chapters[i].id,
		           chapters[i].title, chapters[i].note);
		chapters[i].print(model, &page);
		page_print(&page, "</section>\n");
	}
	page_print(&page,
	           "</main><footer>Made by <code>bulkhead inspect</code> from the binary configuration alone. Memory "
	           "map: %s.</footer></body></html>\n",
	           model->platform.what);
}
