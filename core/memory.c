/* SPDX-License-Identifier: ISC */
#include "core/memory.h"
#include "abi/info.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * Memory work in steps of one page: scrubbing and loading of a restart unit's own regions, the live fields of the
 * information pages, and maintenance's page-wise image load. Subject memory is only ever written whole pages at a time
 * through this CPU's window; nothing in it is read or interpreted.
 */
#define PAGE 4096u
#define SKIP 32u /* regions looked at in one step */

static bool belongs(const struct config_region *region, const struct subject *leader)
{
	return region->owner == leader->index || (leader->partner && region->owner == leader->partner->index);
}

bool memory_step(struct cpu *cpu, struct subject *leader, bool load)
{
	const struct config_region *region = config_regions(the_system.config);
	uint32_t count = the_system.config->table[TABLE_REGION].count;

	for (unsigned looked = 0; looked < SKIP && leader->cursor_region < count; looked++) {
		const struct config_region *r = &region[leader->cursor_region];
		uint64_t bytes = load ? r->payload_size : r->size, offset = leader->cursor_page * PAGE;
		if (r->kind == REGION_RAM && belongs(r, leader) && offset < bytes) {
			struct hpa to = {system_region(leader->cursor_region).at + offset};
			struct hpa from = {the_system.package + r->payload_offset + offset};
			leader->cursor_page++;
			if (load)
				machine_page_copy(cpu, to, from,
				                  bytes - offset < PAGE ? (unsigned)(bytes - offset) : PAGE);
			else
				machine_page_zero(cpu, to);
			return true;
		}
		leader->cursor_region++;
		leader->cursor_page = 0;
	}
	return leader->cursor_region < count;
}

static struct info *info_of(const struct subject *subject)
{
	if (subject->config->info_region == CONFIG_NONE)
		return 0;
	return (struct info *)(uintptr_t)system_region(subject->config->info_region).at;
}

static uint64_t time_unix_ns; /* time of day at TSC 0, 0 = unknown: one word, so nobody sees half of it */

void memory_info_time(uint64_t unix_ns)
{
	__atomic_store_n(&time_unix_ns, unix_ns, __ATOMIC_SEQ_CST);
	for (uint32_t s = 0; s < subject_count; s++)
		if (info_of(&subjects[s]))
			__atomic_store_n(&info_of(&subjects[s])->time_unix_ns, unix_ns, __ATOMIC_SEQ_CST);
}

void memory_info_update(struct subject *subject)
{
	struct info *info = info_of(subject);

	if (!info)
		return;
	info->tsc_khz = the_system.tsc_khz;
	info->cpu_vendor = the_system.cpu_vendor;
	info->time_unix_ns = __atomic_load_n(&time_unix_ns, __ATOMIC_SEQ_CST);
	info->epoch = subject->stats->restarts;
	info->schedule = the_system.stats->schedule;
}

void memory_epoch_bump(struct subject *subject)
{
	const struct config_epoch *epoch = CONFIG_TABLE(the_system.config, config_epoch, TABLE_EPOCH);

	for (uint32_t s = 0; s < subject_count; s++) {
		const struct config_subject *config = subjects[s].config;
		for (uint32_t i = 0; i < config->epoch.count; i++) {
			const struct config_epoch *e = &epoch[config->epoch.first + i];
			if (e->peer == subject->index)
				__atomic_add_fetch((uint32_t *)((uintptr_t)info_of(&subjects[s]) + e->offset), 1,
				                   __ATOMIC_SEQ_CST);
		}
	}
}

void memory_info_schedule(uint32_t schedule, uint32_t cpu)
{
	for (uint32_t s = 0; s < subject_count; s++) {
		struct info *info = info_of(&subjects[s]);
		if (info && subjects[s].vcpu->config->cpu == cpu)
			info->schedule = schedule;
	}
}

/* The pristine image of a subject: the payloads of its RAM regions one after another, in whole pages. */
static uint64_t image_page(const struct subject *target, uint64_t page)
{
	const struct config_region *region = config_regions(the_system.config);

	for (uint32_t i = 0; i < the_system.config->table[TABLE_REGION].count; i++) {
		if (region[i].kind != REGION_RAM || region[i].owner != target->index)
			continue;
		uint64_t pages = (region[i].payload_size + PAGE - 1) / PAGE;
		if (page < pages)
			return the_system.package + region[i].payload_offset + page * PAGE;
		page -= pages;
	}
	return 0;
}

enum status memory_image_check(const struct subject *caller, const struct subject *target, uint64_t page, uint64_t from)
{
	if (caller->config->staging_region == CONFIG_NONE)
		return ERR_RIGHT;
	if (from >= config_regions(the_system.config)[caller->config->staging_region].size / PAGE)
		return ERR_RANGE;
	return image_page(target, page) ? OK : ERR_RANGE;
}

void memory_image_apply(struct cpu *cpu, const struct subject *caller, const struct subject *target, uint64_t page,
                        uint64_t from)
{
	struct hpa source = system_region(caller->config->staging_region);

	source.at += from * PAGE;
	machine_page_copy(cpu, (struct hpa){image_page(target, page)}, source, PAGE);
}

uint32_t memory_nearest(const struct subject *subject, uint64_t gpa)
{
	const struct config_mapping *mapping = config_mappings(the_system.config) + subject->config->mapping.first;
	uint32_t nearest = CONFIG_NONE;
	uint64_t best = ~UINT64_C(0);

	for (uint32_t i = 0; i < subject->config->mapping.count; i++) {
		uint64_t last = mapping[i].gpa + mapping[i].size - 1;
		uint64_t distance = gpa < mapping[i].gpa ? mapping[i].gpa - gpa : gpa > last ? gpa - last : 0;
		if (distance < best) {
			best = distance;
			nearest = mapping[i].region;
		}
	}
	return nearest;
}
