/* SPDX-License-Identifier: ISC */
/* The order of everything in a package: system regions first, then subject by subject, then the plan. */
#include <string.h>
#include "abi/stats.h"
#include "tools/layout.h"

#define WINDOW_END (UINT64_C(1) << 30)
#define PAGE UINT64_C(4096)

uint32_t layout_region(struct image *image, const char *name, uint32_t kind, uint32_t owner, uint64_t size, int line)
{
	uint32_t index = image->count[TABLE_REGION];
	struct config_region *region = IMAGE_ROW(image, config_region, TABLE_REGION);
	image_name(region->name, name);
	region->kind = kind;
	region->owner = owner;
	region->size = (size + PAGE - 1) / PAGE * PAGE;
	region->alignment = PAGE;
	region->hpa = ~UINT64_C(0);
	region->line_number = (uint32_t)line;
	return index;
}

void layout_map(struct layout *layout, uint32_t region, uint64_t gpa, uint32_t rights)
{
	*IMAGE_ROW(layout->image, config_mapping, TABLE_MAPPING) = (struct config_mapping){
	        .subject = layout->subject,
	        .region = region,
	        .gpa = gpa,
	        .size = IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region].size,
	        .rights = rights,
	};
}

uint64_t layout_window(struct layout *layout, uint32_t region, uint32_t rights)
{
	uint64_t gpa = layout->window, size = IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region].size;
	layout_map(layout, region, gpa, rights);
	if (size > WINDOW_END - PAGE - gpa) {
		const struct described_subject *subject = &layout->compiler->description->subject[layout->subject];
		problem(&layout->compiler->report, subject->line, "E-window-full",
		        "channels, files and maps of \"%s\" need more than %lluM of address space; use smaller ones",
		        subject->name, (unsigned long long)(WINDOW_END - APP_WINDOW_GPA) >> 20);
		return gpa;
	}
	layout->window += size + PAGE;
	return gpa;
}

struct info_memory *layout_tell(struct layout *layout, const char *name, unsigned kind, uint64_t gpa, uint64_t size,
                                uint32_t rights)
{
	struct info_memory *memory = &layout->memory[layout->memory_count];
	if (layout->memory_count + 1 < LAYOUT_MEMORY)
		layout->memory_count++;
	*memory = (struct info_memory){.gpa = gpa, .size = size, .bytes = size, .kind = kind, .rights = rights};
	image_name(memory->name, name);
	return memory;
}

static void system_channel(struct image *image, struct described_channel *channel)
{
	struct report *report = &image->compiler->report;
	uint64_t bytes = channel->size + 64;
	channel->region_out = layout_region(image, channel->name, REGION_CHANNEL, CONFIG_NONE, bytes, channel->line);
	channel->region_back = CONFIG_NONE;
	if (channel->duplex)
		channel->region_back = layout_region(image, report_print(report, "%s.back", channel->name),
		                                     REGION_CHANNEL, CONFIG_NONE, bytes, channel->line);
	struct config_channel *row = IMAGE_ROW(image, config_channel, TABLE_CHANNEL);
	image_name(row->name, channel->name);
	row->from = channel->from.subject;
	row->to = channel->to.subject;
	row->region_out = channel->region_out;
	row->region_back = channel->region_back;
	row->flags = channel->duplex ? 0 : CHANNEL_ONE_WAY;
	row->line_number = (uint32_t)channel->line;
}

/* Device and persistent regions belong to the one subject that maps them. */
static uint32_t region_owner(const struct description *d, uint32_t region)
{
	for (unsigned i = 0; i < d->map_count; i++)
		if (d->map[i].region == region)
			return d->map[i].subject;
	return CONFIG_NONE;
}

static void system_region(struct image *image, struct described_region *region, uint32_t number)
{
	const struct description *d = image->compiler->description;
	bool owned = region->kind == REGION_DEVICE || region->kind == REGION_PERSISTENT;
	const struct file *file = region->file ? file_get(image->compiler, region->file, region->line) : NULL;
	if (file && region->size && file->size > region->size)
		problem(&image->compiler->report, region->line, "E-region-file-larger",
		        "file \"%s\" has %llu bytes, more than the region; say a larger size=, or leave it out",
		        region->file, (unsigned long long)file->size);
	region->index = layout_region(image, region->name, region->kind, owned ? region_owner(d, number) : CONFIG_NONE,
	                              region->size ? region->size
	                              : file       ? file->size
	                                           : 0,
	                              region->line);
	struct config_region *row = &IMAGE_TABLE(image, config_region, TABLE_REGION)[region->index];
	row->hpa = region->at;
	if (file) {
		row->payload_offset = image_payload(image, file->bytes, file->size);
		row->payload_size = file->size;
	}
}

void layout_system(struct image *image)
{
	struct description *d = image->compiler->description;
	/* the core counts there, whether or not a subject may read it */
	layout_region(image, "statistics", REGION_STATS, CONFIG_NONE, STATS_BYTES, 0);
	for (unsigned i = 0; i < d->channel_count; i++)
		system_channel(image, &d->channel[i]);
	for (unsigned i = 0; i < d->region_count; i++)
		system_region(image, &d->region[i], i);
}

static void map_channels(struct layout *layout)
{
	const struct description *d = layout->compiler->description;
	for (unsigned i = 0; i < d->channel_count; i++) {
		const struct described_channel *channel = &d->channel[i];
		struct layout_channel *at = &layout->channel[i];
		bool from = channel->from.subject == layout->subject, to = channel->to.subject == layout->subject;
		if (from)
			at->out_gpa = layout_window(layout, channel->region_out, MAP_READ | MAP_WRITE);
		if (to)
			at->in_gpa = layout_window(layout, channel->region_out, MAP_READ);
		if (from && channel->duplex)
			at->in_gpa = layout_window(layout, channel->region_back, MAP_READ);
		if (to && channel->duplex)
			at->out_gpa = layout_window(layout, channel->region_back, MAP_READ | MAP_WRITE);
	}
}

static void map_described(struct layout *layout)
{
	static const unsigned kinds[] = {[REGION_CHANNEL] = INFO_SHARED,
	                                 [REGION_PERSISTENT] = INFO_RAM,
	                                 [REGION_DEVICE] = INFO_DEVICE,
	                                 [REGION_FILE] = INFO_FILE};
	const struct description *d = layout->compiler->description;
	for (unsigned i = 0; i < d->map_count; i++) {
		const struct described_map *map = &d->map[i];
		if (map->subject != layout->subject)
			continue;
		const struct described_region *region = &d->region[map->region];
		const struct config_region *row =
		        &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[region->index];
		uint64_t gpa = layout_window(layout, region->index, map->rights | (region->cached ? 0 : MAP_UNCACHED));
		struct info_memory *memory =
		        layout_tell(layout, region->name, kinds[region->kind], gpa, row->size, map->rights);
		if (region->kind == REGION_FILE)
			memory->bytes = row->payload_size;
	}
}

static void map_staging(struct layout *layout)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	layout->staging_region = CONFIG_NONE;
	if (!s->staging_line)
		return;
	const char *name = report_print(&layout->compiler->report, "%s.staging", s->name);
	layout->staging_region =
	        layout_region(layout->image, name, REGION_RAM, layout->subject, s->staging, s->staging_line);
	uint64_t gpa = layout_window(layout, layout->staging_region, MAP_READ | MAP_WRITE);
	layout_tell(layout, "staging", INFO_STAGING, gpa, s->staging, INFO_READ | INFO_WRITE);
}

static void map_stats(struct layout *layout)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	const struct config_region *regions = IMAGE_TABLE(layout->image, config_region, TABLE_REGION);
	uint32_t region = 0;
	if (!s->status_read)
		return;
	while (region < layout->image->count[TABLE_REGION] && regions[region].kind != REGION_STATS)
		region++;
	layout_tell(layout, "statistics", INFO_STATS, layout_window(layout, region, MAP_READ), STATS_BYTES, INFO_READ);
}

static void add_sources(struct image *image, const struct described_audit *audit)
{
	const struct description *d = image->compiler->description;
	if (audit->core)
		*IMAGE_ROW(image, config_source, TABLE_SOURCE) = (struct config_source){CONFIG_NONE, audit->classes};
	for (uint32_t i = 0; i < d->subject_count; i++)
		if (audit->sources >> i & 1)
			*IMAGE_ROW(image, config_source, TABLE_SOURCE) = (struct config_source){i, audit->classes};
}

static void map_audit(struct layout *layout)
{
	const struct description *d = layout->compiler->description;
	for (unsigned i = 0; i < d->audit_count; i++) {
		const struct described_audit *audit = &d->audit[i];
		if (audit->subject != layout->subject)
			continue;
		uint64_t ring = sizeof(struct audit_ring) + audit->records * sizeof(struct audit_record);
		const char *name = report_print(&layout->compiler->report, "%s.audit", d->subject[audit->subject].name);
		uint32_t region =
		        layout_region(layout->image, name, REGION_AUDIT, CONFIG_NONE, ring * d->cpu_count, audit->line);
		uint32_t first = layout->image->count[TABLE_SOURCE];
		add_sources(layout->image, audit);
		*IMAGE_ROW(layout->image, config_consumer, TABLE_CONSUMER) = (struct config_consumer){
		        audit->subject, region, ring, image_span(layout->image, TABLE_SOURCE, first)};
		struct info_memory *memory =
		        layout_tell(layout, "audit", INFO_AUDIT, layout_window(layout, region, MAP_READ),
		                    ring * d->cpu_count, INFO_READ);
		memory->index = (uint32_t)ring;
	}
}

static void layout_subject(struct image *image, uint32_t subject)
{
	struct compiler *compiler = image->compiler;
	struct layout *layout = report_alloc(&compiler->report, sizeof(*layout));
	*layout = (struct layout){.compiler = compiler, .image = image, .subject = subject, .window = APP_WINDOW_GPA};
	layout->info_region = layout->staging_region = CONFIG_NONE;
	unsigned kind = compiler->description->subject[subject].kind;
	if (kind == KIND_GUEST) {
		layout_guest(layout);
	} else {
		layout_image(layout);
		if (kind == KIND_LAYER)
			layout_layer(layout);
		map_stats(layout);
		map_audit(layout);
		map_staging(layout);
		map_described(layout);
		map_channels(layout);
		info_page(layout);
	}
	emit_subject(layout);
}

void layout(struct compiler *compiler)
{
	struct image *image = image_new(compiler);
	const struct description *d = compiler->description;
	compiler->image = image;
	image->names = report_print(&compiler->report, "%s", d->source_file);
	image->names_size = (uint32_t)strlen(image->names) + 1;
	layout_system(image);
	for (uint32_t i = 0; i < d->subject_count; i++)
		layout_subject(image, i);
	emit_plan(image);
	if (!compiler->report.count)
		image_finish(image);
}
