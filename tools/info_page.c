/* SPDX-License-Identifier: ISC */
/* The information page of an app or layer: abi/info.h filled from the description and the layout of this subject. */
#include <string.h>
#include "tools/layout.h"

struct page {
	struct layout *layout;
	const struct description *d;
	const struct described_subject *subject;
	struct info *info;
	uint32_t used, room;
};

static void *page_row(struct page *page, struct info_table *table, size_t size)
{
	if (!table->count)
		table->offset = page->used;
	table->count++;
	void *row = (uint8_t *)page->info + page->used;
	page->used += (uint32_t)size;
	return row;
}

/* Does this subject's page speak of that one? With status.read of all, else of those it has rights over. */
static bool tells_of(const struct page *page, uint32_t other)
{
	return page->subject->status_read || page->subject->over[other];
}

static uint64_t share_of(const struct page *page, uint32_t subject, const struct described_plan *plan, uint32_t *frames)
{
	uint64_t share = 0;
	*frames = 0;
	for (unsigned i = 0; i < plan->frame_count; i++) {
		uint32_t group = plan->frame[i].group;
		bool member = false;
		for (unsigned m = 0; group != CONFIG_NONE && m < page->d->group[group].member_count; m++)
			member = member || page->d->vcpu[page->d->group[group].member[m]].subject == subject;
		share += member ? plan->frame[i].length_us : 0;
		*frames += member;
	}
	return share;
}

static void add_shares(struct page *page)
{
	for (uint32_t s = 0; s < page->d->schedule_count; s++)
		for (uint32_t i = 0; i < page->d->subject_count; i++) {
			if (!tells_of(page, i) || page->d->subject[i].kind == KIND_LAYER)
				continue;
			for (unsigned p = 0; p < page->d->schedule[s].plan_count; p++) {
				uint32_t frames;
				uint64_t share = share_of(page, i, &page->d->schedule[s].plan[p], &frames);
				if (!frames)
					continue;
				*(struct info_share *)page_row(page, &page->info->shares, sizeof(struct info_share)) =
				        (struct info_share){s,
				                            i,
				                            page->d->schedule[s].major_us,
				                            share,
				                            (uint32_t)page->d->schedule[s].plan[p].cpu,
				                            frames};
			}
		}
}

static void add_subjects(struct page *page)
{
	for (uint32_t i = 0; i < page->d->subject_count; i++) {
		const struct described_subject *s = &page->d->subject[i];
		if (!tells_of(page, i))
			continue;
		struct info_subject *row = page_row(page, &page->info->subjects, sizeof(*row));
		image_name(row->name, s->name);
		row->id = i;
		row->kind = s->kind;
		for (unsigned c = 0; c < s->cpus; c++)
			row->cpu_mask |= 1u << s->cpu[c];
		row->vcpu_first = s->vcpu_first;
		row->vcpu_count = (uint32_t)s->cpus;
		row->partner = s->partner;
		row->memory = s->memory;
		row->rights = page->subject->over[i];
	}
}

static void add_schedules(struct page *page)
{
	for (unsigned i = 0; i < page->d->schedule_count; i++) {
		struct info_schedule *row = page_row(page, &page->info->schedules, sizeof(*row));
		image_name(row->name, page->d->schedule[i].name);
		row->major_us = page->d->schedule[i].major_us;
	}
}

static void add_channel(struct page *page, unsigned index)
{
	const struct described_channel *channel = &page->d->channel[index];
	const struct layout_channel *at = &page->layout->channel[index];
	bool from = channel->from.subject == page->layout->subject;
	const struct described_end *own = from ? &channel->from : &channel->to;
	const struct described_end *peer = from ? &channel->to : &channel->from;
	struct info_channel *row = page_row(page, &page->info->channel, sizeof(*row));
	image_name(row->name, channel->name);
	image_name(row->peer, page->d->subject[peer->named].name);
	row->in_gpa = at->in_gpa;
	row->out_gpa = at->out_gpa;
	row->in_bytes = at->in_gpa ? (uint32_t)channel->size : 0;
	row->out_bytes = at->out_gpa ? (uint32_t)channel->size : 0;
	row->flags = (at->in_gpa ? CHANNEL_IN : 0) | (at->out_gpa ? CHANNEL_OUT : 0) |
	             (channel->duplex ? 0 : CHANNEL_ONE_WAY);
	row->event_out = own->event_out;
	row->event_in = own->event_in;
	row->role = own->role;
	row->role_index = (uint32_t)own->role_index;
	if (!channel->duplex && from)
		return; /* nothing flows back: not even the reader's restarts */
	struct config_epoch *epoch = IMAGE_ROW(page->layout->image, config_epoch, TABLE_EPOCH);
	epoch->offset = (uint32_t)((uint8_t *)&row->peer_epoch - (uint8_t *)page->info);
	epoch->peer = peer->subject;
}

static void add_channels(struct page *page)
{
	for (unsigned i = 0; i < page->d->channel_count; i++)
		if (page->d->channel[i].from.subject == page->layout->subject ||
		    page->d->channel[i].to.subject == page->layout->subject)
			add_channel(page, i);
}

static void add_events(struct page *page)
{
	const struct described_subject *s = page->subject;
	for (unsigned i = 0; i < s->out_count; i++) {
		struct info_event *row = page_row(page, &page->info->event, sizeof(*row));
		image_name(row->name, s->out_name[i]);
		row->number = i;
		row->peer = s->out[i].target;
	}
	for (unsigned i = 0; i < s->in_count; i++) {
		struct info_event *row = page_row(page, &page->info->event, sizeof(*row));
		image_name(row->name, s->in_name[i]);
		row->number = s->in[i].bit;
		row->flags = 1 | (s->in[i].flags & EVENT_URGENT ? 2 : 0);
		row->vector = s->in[i].vector;
		row->peer = s->in_peer[i];
	}
}

static void add_devices(struct page *page)
{
	uint32_t index = 0;
	for (unsigned i = 0; i < page->d->line_count; i++) {
		if (page->d->line_[i].subject != page->layout->subject)
			continue;
		struct info_line *row = page_row(page, &page->info->line, sizeof(*row));
		image_name(row->name, page->d->line_[i].name);
		row->index = index++;
		row->event = page->d->line_[i].bit;
		row->gsi = (uint32_t)page->d->line_[i].gsi;
	}
	for (unsigned i = 0; i < page->d->port_count; i++) {
		if (page->d->port[i].subject != page->layout->subject)
			continue;
		struct info_port *row = page_row(page, &page->info->port, sizeof(*row));
		row->base = (uint16_t)page->d->port[i].first;
		row->count = (uint16_t)(page->d->port[i].last - page->d->port[i].first + 1);
	}
}

/* Index of a channel among the rows of this subject, as add_channels writes them. */
static uint32_t channel_row(const struct page *page, uint32_t channel)
{
	uint32_t row = 0;
	for (uint32_t i = 0; i < channel && channel != CONFIG_NONE; i++)
		row += page->d->channel[i].from.subject == page->layout->subject ||
		       page->d->channel[i].to.subject == page->layout->subject;
	return channel == CONFIG_NONE ? CONFIG_NONE : row;
}

static uint32_t memory_row(const struct page *page, uint32_t region)
{
	for (uint32_t i = 0; region != CONFIG_NONE && i < page->layout->memory_count; i++)
		if (!strcmp(page->layout->memory[i].name, page->d->region[region].name))
			return i;
	return CONFIG_NONE;
}

/* A layer's row of each device of its guest. An app has the rows of the network cards whose channel it is at the end of. */
static bool has_model(const struct page *page, const struct described_device *device)
{
	uint32_t own = page->layout->subject;
	if (page->d->subject[device->subject].partner == own)
		return true;
	if (page->subject->kind != KIND_APP || device->kind != DEVICE_NIC || device->channel == CONFIG_NONE)
		return false;
	const struct described_channel *channel = &page->d->channel[device->channel];
	return channel->from.subject == own || channel->to.subject == own;
}

static void add_models(struct page *page)
{
	for (unsigned i = 0; i < page->d->device_count; i++) {
		const struct described_device *device = &page->d->device[i];
		if (!has_model(page, device))
			continue;
		struct info_device *row = page_row(page, &page->info->device, sizeof(*row));
		*row = (struct info_device){.kind = device->kind,
		                            .index = device->index,
		                            .model = device->model,
		                            .flags = device->flags,
		                            .channel = channel_row(page, device->channel),
		                            .memory = memory_row(page, device->region),
		                            .place = device->place,
		                            .overlay = memory_row(page, device->overlay),
		                            .value = device->value};
		image_name(row->text, device->text);
	}
}

static void add_memory(struct page *page)
{
	for (uint32_t i = 0; i < page->layout->memory_count; i++)
		*(struct info_memory *)page_row(page, &page->info->memory, sizeof(struct info_memory)) =
		        page->layout->memory[i];
}

static void fill_head(struct page *page)
{
	const struct described_subject *s = page->subject;
	struct info *info = page->info;
	info->magic = INFO_MAGIC;
	info->version = INFO_VERSION;
	info->subject = page->layout->subject;
	image_name(info->name, s->name);
	image_name(info->system, page->d->name);
	info->kind = s->kind;
	info->vcpu_count = (uint32_t)s->cpus;
	info->cpu_count = page->d->cpu_count;
	info->rights = s->rights;
	if (s->kind == KIND_LAYER) {
		const struct described_subject *guest = &page->d->subject[s->partner];
		info->guest_memory = guest->memory;
		info->guest_vcpus = (uint32_t)guest->cpus;
		info->guest_boot = guest->boot;
	}
	memcpy(info->options, s->options, strlen(s->options));
}

/* More than the tables can need: an upper bound is enough, the page is cut to what was used. */
static uint32_t bound(const struct description *d)
{
	size_t shares = (size_t)d->schedule_count * d->subject_count * d->cpu_count;
	size_t size = sizeof(struct info) + LAYOUT_MEMORY * sizeof(struct info_memory) +
	              d->channel_count * sizeof(struct info_channel) + 128 * sizeof(struct info_event) +
	              d->line_count * sizeof(struct info_line) + d->port_count * sizeof(struct info_port) +
	              d->subject_count * sizeof(struct info_subject) + d->device_count * sizeof(struct info_device) +
	              d->schedule_count * sizeof(struct info_schedule) + shares * sizeof(struct info_share);
	return (uint32_t)((size + 4095) / 4096 * 4096);
}

void info_page(struct layout *layout)
{
	struct compiler *compiler = layout->compiler;
	struct page page = {.layout = layout, .d = compiler->description};
	page.subject = &page.d->subject[layout->subject];
	page.room = bound(page.d);
	page.info = report_alloc(&compiler->report, page.room);
	page.used = sizeof(struct info);
	fill_head(&page);
	add_memory(&page);
	add_channels(&page);
	add_events(&page);
	add_devices(&page);
	add_models(&page);
	add_subjects(&page);
	add_schedules(&page);
	add_shares(&page);
	page.info->size = (page.used + 4095) / 4096 * 4096;
	const char *name = report_print(&compiler->report, "%s.info", page.subject->name);
	layout->info_region =
	        layout_region(layout->image, name, REGION_INFO, layout->subject, page.info->size, page.subject->line);
	struct config_region *row = &IMAGE_TABLE(layout->image, config_region, TABLE_REGION)[layout->info_region];
	row->payload_offset = image_payload(layout->image, page.info, page.info->size);
	row->payload_size = page.info->size;
	layout_map(layout, layout->info_region, INFO_GPA, MAP_READ);
}
