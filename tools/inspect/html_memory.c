/* SPDX-License-Identifier: ISC */
/*
 * The memory map as a picture: RAM to scale on top (its ranges one after another, holes left out), and below every extent
 * again with a width that grows with the logarithm of its size, so that one page beside a gigabyte can still be seen.
 */
#include <string.h>
#include "lib/config.h"
#include "tools/inspect/html.h"
#include "tools/inspect/words.h"

#define WIDTH 1100.0

static unsigned extent_colour(const struct model *model, const struct extent *extent)
{
	switch (extent->kind) {
	case EXTENT_FREE:
		return 13;
	case EXTENT_RESERVED:
		return 14;
	case EXTENT_REGION:
	case EXTENT_PAYLOAD:
	case EXTENT_DEVICE:
		return extent->owner == CONFIG_NONE ? 15 : html_colour(model, extent->owner);
	default:
		return html_colour(model, extent->owner);
	}
}

static double weight(const struct extent *extent)
{
	double sum = 2;
	for (uint64_t pages = extent->size >> 12; pages > 1; pages >>= 1)
		sum += 1;
	return sum;
}

static void print_title(const struct model *model, const struct page *page, const struct extent *extent)
{
	page_print(page, "<title>%s\n%x to %x, %z\n%s%s%s</title>", extent->label, extent->base,
	           extent->base + extent->size - 1, extent->size, word_extent(extent->kind),
	           extent->kind == EXTENT_FREE || extent->kind == EXTENT_RESERVED ? "" : ", of ",
	           extent->kind == EXTENT_FREE || extent->kind == EXTENT_RESERVED ? ""
	                                                                          : model_owner(model, extent->owner));
}

static void print_extent(const struct model *model, const struct page *page, const struct extent *extent, double x,
                         double wide, double y, double high)
{
	bool core = extent->kind != EXTENT_FREE && extent->kind != EXTENT_RESERVED;
	page_print(page, "<rect class=\"box c%u\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\" rx=\"2\">",
	           extent_colour(model, extent), x, y, wide, high);
	print_title(model, page, extent);
	page_print(page, "</rect>");
	size_t fits = wide > 16 ? (size_t)((wide - 8) / 6.6) : 0;
	if (high > 50 && fits >= 4)
		page_print(page, "<text x=\"%f\" y=\"%f\" class=\"%s\">%.*s</text>\n", x + 5, y + high / 2 + 4,
		           core ? "in" : "dim", (unsigned)fits, extent->label);
}

static void print_bars(const struct model *model, const struct page *page, double bytes, double weights)
{
	double top = 0, low = 0;
	for (size_t i = 0; i < model->extent_count; i++) {
		const struct extent *extent = &model->extents[i];
		if (extent->kind == EXTENT_DEVICE)
			continue;
		double top_wide = WIDTH * (double)extent->size / bytes, low_wide = WIDTH * weight(extent) / weights;
		page_print(page, "<path class=\"proj c%u\" d=\"M%f 62L%f 62L%f 120L%f 120Z\"/>",
		           extent_colour(model, extent), top, top + top_wide, low + low_wide, low);
		print_extent(model, page, extent, top, top_wide, 22, 40);
		print_extent(model, page, extent, low, low_wide, 120, 64);
		top += top_wide;
		low += low_wide;
	}
}

static void print_picture(const struct model *model, const struct page *page)
{
	double bytes = 0, weights = 0;
	for (size_t i = 0; i < model->extent_count; i++) {
		if (model->extents[i].kind == EXTENT_DEVICE)
			continue;
		bytes += (double)model->extents[i].size;
		weights += weight(&model->extents[i]);
	}
	if (!(bytes > 0))
		return;
	page_print(page, "<svg viewBox=\"0 0 %f 190\" role=\"img\" aria-label=\"memory map\">\n", WIDTH);
	page_print(page, "<text class=\"dim\" x=\"0\" y=\"14\">%s</text>", model->platform.what);
	print_bars(model, page, bytes, weights);
	page_print(page, "</svg>\n");
}

static void print_legend(const struct model *model, const struct page *page)
{
	page_print(page, "<ul class=\"legend\"><li><i class=\"c12\"></i>core and package</li><li><i "
	                 "class=\"c15\"></i>shared: channels, files, statistics, audit</li>");
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		if (config_subjects(model->config)[i].kind != KIND_LAYER)
			page_print(page, "<li><i class=\"c%u\"></i>%s</li>", html_colour(model, i), model->subject[i]);
	page_print(page, "<li><i class=\"c14\"></i>reserved</li><li><i class=\"c13\"></i>free</li></ul>\n");
}

void html_memory(const struct model *model, const struct page *page)
{
	print_picture(model, page);
	print_legend(model, page);
	page_print(page,
	           "<details><summary>All %u extents, byte by byte</summary><table><tr><th>From</th><th>To</th>"
	           "<th class=\"n\">Size</th><th>Owner</th><th>Kind</th><th>What</th></tr>\n",
	           (unsigned)model->extent_count);
	for (size_t i = 0; i < model->extent_count; i++) {
		const struct extent *extent = &model->extents[i];
		page_print(page, "<tr><td class=\"mono\">%x</td><td class=\"mono\">%x</td><td class=\"n\">%z</td><td>",
		           extent->base, extent->base + extent->size - 1, extent->size);
		if (extent->kind != EXTENT_FREE && extent->kind != EXTENT_RESERVED)
			page_print(page, "<span class=\"s c%u\">%s</span>", extent_colour(model, extent),
			           model_extent_owner(model, extent));
		page_print(page, "</td><td>%s</td><td>%s</td></tr>\n", word_extent(extent->kind), extent->label);
	}
	page_print(page, "</table></details>\n");
}

void html_spaces(const struct model *model, const struct page *page)
{
	for (uint32_t s = 0; s < model_subject_count(model); s++) {
		struct config_span span = config_subjects(model->config)[s].mapping;
		page_print(page,
		           "<details><summary>%s: %u mappings</summary><table><tr><th>Guest-physical</th>"
		           "<th class=\"n\">Size</th><th>Rights</th><th>Region</th><th>Kind</th><th>Owner</th></tr>\n",
		           model->subject[s], span.count);
		for (uint32_t i = span.first; i < span.first + span.count; i++) {
			const struct config_mapping *map = &config_mappings(model->config)[i];
			const struct config_region *region = &config_regions(model->config)[map->region];
			char rights[16], name[NAME_TEXT];
			word_map_rights(rights, map->rights);
			model_name(name, region->name);
			page_print(page,
			           "<tr><td class=\"mono\">%x</td><td class=\"n\">%z</td><td "
			           "class=\"mono\">%s</td><td>%s</td>",
			           map->gpa, map->size, rights, name);
			page_print(page, "<td>%s</td><td>", word_region_kind(region->kind));
			if (region->owner == CONFIG_NONE)
				page_print(page, "<span class=\"s c15\">shared</span>");
			else
				html_subject(model, page, region->owner);
			page_print(page, "</td></tr>\n");
		}
		page_print(page, "</table></details>\n");
	}
}
