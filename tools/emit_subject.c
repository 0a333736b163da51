/* SPDX-License-Identifier: ISC */
/* The rows of one subject: its own, its vCPUs, and every table of which it owns a run. */
#include <string.h>
#include "tools/cpuid_level.h"
#include "tools/layout.h"

static void emit_faults(const struct description *d, const struct described_subject *s, struct config_subject *row)
{
	/* a layer's faults are those of kind "layer" of its guest: they are one restart unit */
	const struct described_subject *from = s->kind == KIND_LAYER ? &d->subject[s->partner] : s;
	for (unsigned i = 0; i < FAULT_COUNT; i++) {
		const struct described_fault *fault = &from->fault[s->kind == KIND_LAYER ? FAULT_LAYER : i];
		row->fault[i].action = (uint8_t)fault->action;
		row->fault[i].times = (uint8_t)fault->times;
		row->fault[i].within_s = (uint16_t)(fault->within_us / 1000000);
		if (fault->action == ACTION_NOTIFY)
			row->fault[i].event = s->kind == KIND_LAYER ? d->event[fault->event_index].layer_index
			                                            : d->event[fault->event_index].index;
	}
}

static struct config_span emit_vcpus(struct layout *layout)
{
	const struct description *d = layout->compiler->description;
	const struct described_subject *s = &d->subject[layout->subject];
	uint32_t first = layout->image->count[TABLE_VCPU];
	for (uint32_t i = 0; i < s->cpus; i++) {
		struct config_vcpu *row = IMAGE_ROW(layout->image, config_vcpu, TABLE_VCPU);
		uint32_t guest_start = i ? START_SIPI : START_LAYER;
		row->subject = layout->subject;
		row->cpu = s->cpu[i];
		row->start = s->kind == KIND_GUEST ? guest_start : START_FLAT32;
		row->apic_id = i;
		row->partner = s->partner == CONFIG_NONE ? CONFIG_NONE : d->subject[s->partner].vcpu_first + i;
		row->entry = layout->entry;
		row->frame_region = row->lapic_region = CONFIG_NONE;
	}
	return image_span(layout->image, TABLE_VCPU, first);
}

static void emit_events(struct layout *layout, struct config_subject *row)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	struct image *image = layout->image;
	uint32_t first = image->count[TABLE_EVENT];
	for (unsigned i = 0; i < s->out_count; i++)
		*IMAGE_ROW(image, config_event, TABLE_EVENT) = s->out[i];
	row->event = image_span(image, TABLE_EVENT, first);
	first = image->count[TABLE_EVENT_IN];
	for (unsigned i = 0; i < s->in_count; i++)
		*IMAGE_ROW(image, config_event_in, TABLE_EVENT_IN) = s->in[i];
	row->event_in = image_span(image, TABLE_EVENT_IN, first);
}

static void emit_devices(struct layout *layout, struct config_subject *row)
{
	const struct description *d = layout->compiler->description;
	struct image *image = layout->image;
	uint32_t first = image->count[TABLE_LINE];
	for (unsigned i = 0; i < d->line_count; i++)
		if (d->line_[i].subject == layout->subject)
			*IMAGE_ROW(image, config_line, TABLE_LINE) =
			        (struct config_line){(uint32_t)d->line_[i].gsi, d->line_[i].flags, d->line_[i].bit,
			                             (uint32_t)d->line_[i].budget};
	row->line = image_span(image, TABLE_LINE, first);
	first = image->count[TABLE_PORT];
	for (unsigned i = 0; i < d->port_count; i++)
		if (d->port[i].subject == layout->subject)
			*IMAGE_ROW(image, config_port, TABLE_PORT) = (struct config_port){
			        (uint16_t)d->port[i].first, (uint16_t)(d->port[i].last - d->port[i].first + 1), 0};
	row->port = image_span(image, TABLE_PORT, first);
}

static void emit_processor(struct layout *layout, struct config_subject *row)
{
	const struct described_subject *s = &layout->compiler->description->subject[layout->subject];
	struct image *image = layout->image;
	uint32_t first = image->count[TABLE_MSR];
	msr_level_rows(image, s);
	row->msr = image_span(image, TABLE_MSR, first);
	first = image->count[TABLE_CPUID];
	cpuid_level_rows(image, s);
	row->cpuid = image_span(image, TABLE_CPUID, first);
	if (s->kind != KIND_LAYER)
		cpuid_level_features(image, s, layout->subject);
}

static void emit_rights(struct layout *layout, struct config_subject *row)
{
	const struct description *d = layout->compiler->description;
	const struct described_subject *s = &d->subject[layout->subject];
	uint32_t first = layout->image->count[TABLE_MANAGE];
	for (uint32_t i = 0; i < d->subject_count; i++)
		if (s->over[i])
			*IMAGE_ROW(layout->image, config_manage, TABLE_MANAGE) =
			        (struct config_manage){i, 0, s->over[i]};
	row->manage = image_span(layout->image, TABLE_MANAGE, first);
	row->rights = s->rights;
}

static struct config_span run_of(const struct layout *layout)
{
	const struct config_mapping *mappings = IMAGE_TABLE(layout->image, config_mapping, TABLE_MAPPING);
	uint32_t first = layout->image->count[TABLE_MAPPING];
	while (first > 0 && mappings[first - 1].subject == layout->subject)
		first--;
	return image_span(layout->image, TABLE_MAPPING, first);
}

/* Epoch words are added by info_page(), in the order of subjects: those not yet in a run are ours. */
static struct config_span epochs_of(const struct layout *layout)
{
	const struct config_subject *subjects = IMAGE_TABLE(layout->image, config_subject, TABLE_SUBJECT);
	uint32_t first = 0;
	for (uint32_t i = 0; i < layout->subject; i++)
		first += subjects[i].epoch.count;
	return image_span(layout->image, TABLE_EPOCH, first);
}

void emit_subject(struct layout *layout)
{
	static const uint64_t xcr0[] = {1, 3, 7};
	const struct description *d = layout->compiler->description;
	const struct described_subject *s = &d->subject[layout->subject];
	struct config_subject *row = IMAGE_ROW(layout->image, config_subject, TABLE_SUBJECT);
	image_name(row->name, s->name);
	row->kind = s->kind;
	row->partner = s->partner;
	row->xcr0 = s->kind == KIND_LAYER || (s->kind == KIND_APP && !s->fpu) ? 0 : xcr0[s->fpu];
	row->flags = s->flags;
	row->audit_budget = (uint32_t)s->audit_budget;
	row->info_region = layout->info_region;
	row->staging_region = layout->staging_region;
	row->apic_mode = s->apic;
	row->line_number = (uint32_t)s->line;
	row->vcpu = emit_vcpus(layout);
	row->mapping = run_of(layout);
	row->epoch = epochs_of(layout);
	emit_events(layout, row);
	emit_devices(layout, row);
	emit_processor(layout, row);
	emit_rights(layout, row);
	emit_faults(d, s, row);
}
