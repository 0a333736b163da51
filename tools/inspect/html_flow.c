/* SPDX-License-Identifier: ISC */
/*
 * Information flow as a graph: subjects on an ellipse, one arrow per ordered pair, bent towards the middle, so that the
 * two directions of a pair and crossing pairs stay apart. What reaches everybody (schedule switch, machine) would only be
 * a ball of wool: it is a word under the subject's name, and in the matrix.
 */
#include <string.h>
#include "lib/config.h"
#include "tools/inspect/html.h"
#include "tools/inspect/words.h"

#define GRAPH_SOLID (1u << FLOW_MEMORY | 1u << FLOW_EVENT | 1u << FLOW_PARTNER | 1u << FLOW_CONTROL | 1u << FLOW_DEVICE)
#define GRAPH_DASHED (1u << FLOW_STATUS | 1u << FLOW_EPOCH)
#define NODE_WIDTH 158.0
#define NODE_HEIGHT 46.0

struct point {
	double x, y;
};
struct graph {
	const struct model *model;
	const struct page *page;
	uint32_t count;
	double wide, high;
	struct point node[CONFIG_MAX_SUBJECTS];
};

/* Sine of 0..1 of a full turn by its series around the nearest multiple of a half turn: no libm for one picture. */
static double sine(double turn)
{
	double x = turn * 6.283185307179586, sign = 1;
	for (; x > 1.5707963267948966; sign = -sign)
		x -= 3.141592653589793;
	double term = x, sum = x;
	for (int i = 1; i < 9; i++) {
		term *= -x * x / ((2 * i) * (2 * i + 1));
		sum += term;
	}
	return sign * sum;
}

static double root(double value)
{
	double guess = value > 1 ? value : 1;
	for (int i = 0; i < 40; i++)
		guess = (guess + value / guess) / 2;
	return guess;
}

/* A guest stands beside its layer, whatever their indices are. */
static uint32_t order(const struct model *model, uint32_t list[CONFIG_MAX_SUBJECTS])
{
	const struct config_subject *subject = config_subjects(model->config);
	uint32_t used = 0;
	for (uint32_t i = 0; i < model_subject_count(model); i++) {
		bool paired = subject[i].partner != CONFIG_NONE && subject[i].partner != i &&
		              subject[i].partner < model_subject_count(model) &&
		              subject[subject[i].partner].partner == i;
		if (paired && subject[i].partner < i)
			continue;
		list[used++] = i;
		if (paired)
			list[used++] = subject[i].partner;
	}
	return used;
}

static void lay_out(struct graph *graph)
{
	uint32_t list[CONFIG_MAX_SUBJECTS];
	graph->count = order(graph->model, list);
	graph->wide = 1100;
	graph->high = 300 + 34.0 * graph->count;
	if (graph->count == 1)
		graph->high = 120;
	for (uint32_t i = 0; i < graph->count; i++) {
		double turn = (double)i / graph->count;
		double down = sine(turn + 0.75 >= 1 ? turn - 0.25 : turn + 0.75);
		graph->node[list[i]].x = graph->wide / 2 + (graph->wide / 2 - NODE_WIDTH / 2 - 40) * sine(turn);
		graph->node[list[i]].y = graph->high / 2 + (graph->high / 2 - NODE_HEIGHT / 2 - 14) * down;
	}
	if (graph->count == 1)
		graph->node[list[0]] = (struct point){graph->wide / 2, graph->high / 2};
}

/* Where the line from a node's centre towards `to` leaves its box. */
static struct point border(struct point centre, struct point to, double margin)
{
	double dx = to.x - centre.x, dy = to.y - centre.y;
	double half_wide = NODE_WIDTH / 2 + margin, half_high = NODE_HEIGHT / 2 + margin;
	double ax = dx < 0 ? -dx : dx, ay = dy < 0 ? -dy : dy;
	double scale = 1;
	if (ax * half_high > ay * half_wide)
		scale = half_wide / ax;
	else if (ay > 0)
		scale = half_high / ay;
	return (struct point){centre.x + dx * scale, centre.y + dy * scale};
}

/* All ways from one subject to another, a line each; for tooltips. */
static void print_ways(const struct model *model, const struct page *page, uint32_t from, uint32_t to)
{
	page_print(page, "%s to %s", model->subject[from], model->subject[to]);
	for (size_t i = 0; i < model->flow_count; i++)
		if (model->flows[i].from == from && model->flows[i].to == to)
			page_print(page, "\n%s: %s", word_flow(model->flows[i].kind), model->flows[i].what);
}

static unsigned strongest(uint32_t kinds)
{
	unsigned kind = 0;
	while (kind + 1 < FLOW_KINDS && !(kinds >> kind & 1))
		kind++;
	return kind;
}

static void print_edge(const struct graph *graph, uint32_t from, uint32_t to)
{
	uint32_t kinds = graph->model->flow_direct[from][to] & (GRAPH_SOLID | GRAPH_DASHED);
	if (!kinds)
		return;
	uint32_t drawn = kinds & GRAPH_SOLID ? kinds & GRAPH_SOLID : kinds;
	struct point a = graph->node[from], b = graph->node[to];
	double dx = b.x - a.x, dy = b.y - a.y, length = root(dx * dx + dy * dy);
	struct point middle = {(a.x + b.x) / 2, (a.y + b.y) / 2};
	/* Towards the centre of the picture by a quarter of the way, and to the right of the direction. */
	struct point bend = {middle.x + (graph->wide / 2 - middle.x) * 0.28 - dy / length * 26,
	                     middle.y + (graph->high / 2 - middle.y) * 0.28 + dx / length * 26};
	struct point start = border(a, bend, 2), end = border(b, bend, 5);
	unsigned colour = strongest(drawn);
	page_print(graph->page, "<path class=\"edge k%u%s\" marker-end=\"url(#a%u)\" d=\"M%f %fQ%f %f %f %f\"><title>",
	           colour, kinds & GRAPH_SOLID ? "" : " dash", colour, start.x, start.y, bend.x, bend.y, end.x, end.y);
	print_ways(graph->model, graph->page, from, to);
	page_print(graph->page, "</title></path>\n");
}

static void print_node(const struct graph *graph, uint32_t subject)
{
	const struct model *model = graph->model;
	struct point at = graph->node[subject];
	uint32_t reach = 0;
	for (uint32_t to = 0; to < model_subject_count(model); to++)
		reach |= model->flow_direct[subject][to];
	const char *kind = word_subject_kind(config_subjects(model->config)[subject].kind);
	page_print(graph->page,
	           "<g class=\"node c%u %s\"><rect x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\" rx=\"8\"/>",
	           html_colour(model, subject), kind, at.x - NODE_WIDTH / 2, at.y - NODE_HEIGHT / 2, NODE_WIDTH,
	           NODE_HEIGHT);
	page_print(graph->page,
	           "<text x=\"%f\" y=\"%f\">%.22s</text><text class=\"dim\" x=\"%f\" y=\"%f\">%s%s%s</text></g>\n",
	           at.x, at.y - 2, model->subject[subject], at.x, at.y + 14, kind,
	           reach >> FLOW_SCHEDULE & 1 ? " + schedule" : "", reach >> FLOW_MACHINE & 1 ? " + machine" : "");
}

static void print_legend(const struct model *model, const struct page *page)
{
	uint32_t used = 0;
	for (size_t i = 0; i < model->flow_count; i++)
		used |= 1u << model->flows[i].kind;
	page_print(page, "<ul class=\"legend\">");
	for (unsigned kind = 0; kind < FLOW_KINDS; kind++)
		if (used >> kind & 1)
			page_print(page, "<li class=\"k%u\"><i></i>%s: %s</li>", kind, word_flow(kind),
			           word_flow_long(kind));
	page_print(page, "</ul>\n");
}

void html_graph(const struct model *model, const struct page *page)
{
	struct graph graph = {.model = model, .page = page};
	lay_out(&graph);
	page_print(page, "<svg viewBox=\"0 0 %f %f\" role=\"img\" aria-label=\"information flow\"><defs>", graph.wide,
	           graph.high);
	for (unsigned kind = 0; kind < FLOW_KINDS; kind++)
		page_print(
		        page,
		        "<marker id=\"a%u\" class=\"k%u\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" markerWidth=\"8\" "
		        "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 "
		        "8Z\"/></marker>",
		        kind, kind);
	page_print(page, "</defs>\n");
	for (uint32_t from = 0; from < model_subject_count(model); from++)
		for (uint32_t to = 0; to < model_subject_count(model); to++)
			print_edge(&graph, from, to);
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		print_node(&graph, i);
	page_print(page, "</svg>\n");
	print_legend(model, page);
}

static void print_path(const struct model *model, const struct page *page, uint32_t from, uint32_t to)
{
	page_print(page, "%s", model->subject[from]);
	for (uint32_t steps = 0; from != to && steps < CONFIG_MAX_SUBJECTS; steps++) {
		from = model->flow_next[from][to];
		page_print(page, " > %s", model->subject[from]);
	}
}

static void print_cell(const struct model *model, const struct page *page, uint32_t from, uint32_t to)
{
	if (from == to) {
		page_print(page, "<td class=\"self\"></td>");
		return;
	}
	if (model->flow_direct[from][to]) {
		page_print(page, "<td title=\"");
		print_ways(model, page, from, to);
		page_print(page, "\">");
		for (unsigned kind = 0; kind < FLOW_KINDS; kind++)
			if (model->flow_direct[from][to] >> kind & 1)
				page_print(page, "<i class=\"k%u\"></i>", kind);
	} else if (model->flow_next[from][to] != from) {
		page_print(page, "<td title=\"only through others: ");
		print_path(model, page, from, to);
		page_print(page, "\"><span class=\"via\"></span>");
	} else {
		page_print(page, "<td title=\"%s cannot affect %s\">", model->subject[from], model->subject[to]);
	}
	page_print(page, "</td>");
}

void html_matrix(const struct model *model, const struct page *page)
{
	page_print(page, "<table class=\"matrix\"><tr><th></th>");
	for (uint32_t to = 0; to < model_subject_count(model); to++)
		page_print(page, "<th class=\"col\"><span>%s</span></th>", model->subject[to]);
	page_print(page, "</tr>\n");
	for (uint32_t from = 0; from < model_subject_count(model); from++) {
		page_print(page, "<tr><th>");
		html_subject(model, page, from);
		page_print(page, "</th>");
		for (uint32_t to = 0; to < model_subject_count(model); to++)
			print_cell(model, page, from, to);
		page_print(page, "</tr>\n");
	}
	page_print(page, "</table>\n");
	print_legend(model, page);
}
