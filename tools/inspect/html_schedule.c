/* SPDX-License-Identifier: ISC */
/* Schedules as Gantt bars, one per CPU, to the scale of the major frame; then one table that compares the shares. */
#include "lib/config.h"
#include "tools/inspect/html.h"

#define LEFT 64.0
#define WIDTH 1100.0
#define ROW 44.0

/* Colour of a group: that of its first member that is not a layer. */
static unsigned group_colour(const struct model *model, uint32_t group)
{
	const struct config_group *g = &CONFIG_TABLE(model->config, config_group, TABLE_GROUP)[group];
	const struct config_member *member = CONFIG_TABLE(model->config, config_member, TABLE_MEMBER) + g->member.first;
	uint32_t subject = CONFIG_NONE;
	for (uint32_t i = 0; i < g->member.count; i++) {
		uint32_t found = config_vcpus(model->config)[member[i].vcpu].subject;
		if (subject == CONFIG_NONE || config_subjects(model->config)[subject].kind == KIND_LAYER)
			subject = found;
	}
	return html_colour(model, subject);
}

static void print_members(const struct model *model, const struct page *page, uint32_t group)
{
	const struct config_group *g = &CONFIG_TABLE(model->config, config_group, TABLE_GROUP)[group];
	const struct config_member *member = CONFIG_TABLE(model->config, config_member, TABLE_MEMBER) + g->member.first;
	page_print(page, "\nmembers, first has priority:");
	for (uint32_t i = 0; i < g->member.count; i++)
		page_print(page, " %s", model_owner(model, config_vcpus(model->config)[member[i].vcpu].subject));
	if (g->background != CONFIG_NONE)
		page_print(page, "\nunused time to: %s",
		           model_owner(model, config_vcpus(model->config)[g->background].subject));
	else
		page_print(page, "\nunused time: idle");
}

static void print_frame(const struct model *model, const struct page *page, const struct config_frame *frame, double x,
                        double wide, double y, uint64_t at)
{
	char name[NAME_TEXT] = "idle";
	bool idle = frame->group == CONFIG_NONE;
	if (!idle)
		model_name(name, CONFIG_TABLE(model->config, config_group, TABLE_GROUP)[frame->group].name);
	page_print(page, "<rect class=\"box c%u\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"32\" rx=\"3\"><title>",
	           idle ? 14 : group_colour(model, frame->group), x, y, wide);
	page_print(page, "%s: %u us from %U us%s", name, frame->length_us, at,
	           frame->flags & FRAME_HOLD_START ? ", start held" : "");
	if (!idle)
		print_members(model, page, frame->group);
	page_print(page, "</title></rect>");
	if (wide > 36)
		page_print(page, "<text x=\"%f\" y=\"%f\" class=\"%s\">%.*s</text>\n", x + 6, y + 20,
		           idle ? "dim" : "in", (unsigned)((wide - 8) / 6.8), name);
}

static void print_plan(const struct model *model, const struct page *page, uint32_t plan, double y, double scale)
{
	const struct config_plan *p = &CONFIG_TABLE(model->config, config_plan, TABLE_PLAN)[plan];
	const struct config_frame *frame = CONFIG_TABLE(model->config, config_frame, TABLE_FRAME) + p->frame.first;
	uint64_t at = 0;
	page_print(page, "<text x=\"0\" y=\"%f\">CPU %u</text>\n", y + 20, p->cpu);
	for (uint32_t i = 0; i < p->frame.count; i++) {
		print_frame(model, page, &frame[i], LEFT + (double)at * scale, frame[i].length_us * scale, y, at);
		at += frame[i].length_us;
	}
}

/* 1, 2 or 5 times a power of ten, so that there are 5 to 12 ticks. */
static uint64_t tick(uint64_t major)
{
	uint64_t step = 1;
	for (unsigned i = 0; major / step > 12; i++)
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	return step;
}

static void print_axis(const struct page *page, uint64_t major, double high, double scale)
{
	uint64_t step = tick(major);
	for (uint64_t at = 0; at <= major; at += step) {
		double x = LEFT + (double)at * scale;
		page_print(page, "<path class=\"axis\" d=\"M%f 4L%f %f\"/>", x, x, high - 18);
		page_print(page, "<text class=\"dim\" x=\"%f\" y=\"%f\" text-anchor=\"%s\">%f ms</text>\n", x, high - 4,
		           at == 0             ? "start"
		           : at + step > major ? "end"
		                               : "middle",
		           (double)at / 1000);
	}
}

static void print_schedule(const struct model *model, const struct page *page, uint32_t index)
{
	const struct config_schedule *schedule = &CONFIG_TABLE(model->config, config_schedule, TABLE_SCHEDULE)[index];
	double scale = schedule->major_us ? (WIDTH - LEFT) / (double)schedule->major_us : 0;
	double high = 26 + ROW * schedule->plan.count;
	char name[NAME_TEXT];
	model_name(name, schedule->name);
	page_print(page, "<h3>%s%s</h3><p class=\"note\">Major frame %f ms</p>\n", name,
	           index == model->config->schedule ? " (first after boot)" : "", (double)schedule->major_us / 1000);
	page_print(page, "<svg viewBox=\"0 0 %f %f\" role=\"img\" aria-label=\"schedule %s\">\n", WIDTH, high, name);
	print_axis(page, schedule->major_us, high, scale);
	for (uint32_t i = 0; i < schedule->plan.count; i++)
		print_plan(model, page, schedule->plan.first + i, 8 + ROW * i, scale);
	page_print(page, "</svg>\n");
}

static void print_shares(const struct model *model, const struct page *page, uint32_t subject, uint32_t index)
{
	const struct config_schedule *schedule = &CONFIG_TABLE(model->config, config_schedule, TABLE_SCHEDULE)[index];
	bool any = false;
	page_print(page, "<td>");
	for (uint32_t i = 0; i < schedule->plan.count; i++) {
		uint32_t plan = schedule->plan.first + i;
		struct share share = share_of_subject(model->config, plan, subject);
		if (!share.frames)
			continue;
		page_print(page, "%s<span class=\"share c%u\"><i style=\"width:%f%%\"></i></span>%f %% of CPU %u",
		           any ? " " : "", html_colour(model, subject), share_percent(share), share_percent(share),
		           CONFIG_TABLE(model->config, config_plan, TABLE_PLAN)[plan].cpu);
		any = true;
	}
	page_print(page, "%s</td>", any ? "" : "-");
}

void html_schedules(const struct model *model, const struct page *page)
{
	const struct config_schedule *schedule = CONFIG_TABLE(model->config, config_schedule, TABLE_SCHEDULE);
	uint32_t count = model->config->table[TABLE_SCHEDULE].count;
	for (uint32_t i = 0; i < count; i++)
		print_schedule(model, page, i);
	page_print(page, "<h3>Shares compared</h3><table><tr><th>Subject</th>");
	for (uint32_t i = 0; i < count; i++) {
		char name[NAME_TEXT];
		model_name(name, schedule[i].name);
		page_print(page, "<th>%s</th>", name);
	}
	page_print(page, "</tr>\n");
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		page_print(page, "<tr><td>");
		html_subject(model, page, s);
		page_print(page, "</td>");
		for (uint32_t i = 0; i < count; i++)
			print_shares(model, page, s, i);
		page_print(page, "</tr>\n");
	}
	page_print(page, "</table>\n");
}
