/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "abi/hypercall.h"
#include "sdk/info.h"
#include "sdk/mock/state.h"

/* The information page of the unit tests: tables of fixed room behind a struct info, filled record by record. */
struct mock mock;

const struct info *info_get(void)
{
	return &mock.page.info;
}

#define TABLE(name) ((struct info_table){(uint32_t)offsetof(struct mock_page, name), 0})
/* The next free record of a table, with the table's count moved on. */
#define NEXT(name) (assert(mock.page.info.name.count < MOCK_TABLE), &mock.page.name[mock.page.info.name.count++])

static void copy_name(char to[NAME_BYTES], const char *from)
{
	assert(strlen(from) < NAME_BYTES);
	strncpy(to, from, NAME_BYTES - 1);
}

void mock_page_reset(void)
{
	struct info *info = &mock.page.info;

	for (unsigned i = 0; i < MOCK_TABLE * 2; i++)
		free(mock.area[i]);
	memset(&mock, 0, sizeof(mock));
	info->magic = INFO_MAGIC;
	info->version = INFO_VERSION;
	info->size = (sizeof(mock.page) + 4095) / 4096 * 4096;
	info->vcpu_count = info->cpu_count = 1;
	info->tsc_khz = 1000000;
	info->memory = TABLE(memory);
	info->channel = TABLE(channel);
	info->event = TABLE(event);
	info->line = TABLE(line);
	info->port = TABLE(port);
	info->subjects = TABLE(subjects);
	info->schedules = TABLE(schedules);
	info->shares = TABLE(shares);
	info->device = TABLE(device);
	mock_name("mock", "test");
}

void mock_name(const char *name, const char *system)
{
	copy_name(mock.page.info.name, name);
	copy_name(mock.page.info.system, system);
}

void mock_guest(uint32_t vcpus, uint32_t boot)
{
	mock.page.info.kind = KIND_LAYER;
	mock.page.info.guest_vcpus = vcpus;
	mock.page.info.guest_boot = boot;
}

void mock_options(const char *options)
{
	assert(strlen(options) < INFO_OPTIONS_BYTES);
	strncpy(mock.page.info.options, options, INFO_OPTIONS_BYTES - 1);
}

void mock_vendor(enum cpu_vendor vendor)
{
	mock.page.info.cpu_vendor = vendor;
}

void mock_rights(uint64_t rights)
{
	mock.page.info.rights = rights;
}

void mock_add_subject(const char *name, uint32_t id, uint64_t rights)
{
	struct info_subject *subject = NEXT(subjects);

	assert(id < CONFIG_MAX_SUBJECTS);
	copy_name(subject->name, name);
	subject->id = id;
	subject->rights = rights;
	subject->partner = ~0u;
	mock.state[id] = SUBJECT_RUNNING;
}

void mock_add_schedule(const char *name, uint64_t major_us)
{
	struct info_schedule *schedule = NEXT(schedules);

	copy_name(schedule->name, name);
	schedule->major_us = major_us;
}

void mock_add_share(uint32_t schedule, uint32_t subject, uint64_t major_us, uint64_t share_us)
{
	*NEXT(shares) = (struct info_share){
	        .schedule = schedule, .subject = subject, .major_us = major_us, .share_us = share_us, .frames = 1};
}

struct info_subject *mock_subject(uint32_t id)
{
	for (uint32_t i = 0; i < mock.page.info.subjects.count; i++)
		if (mock.page.subjects[i].id == id)
			return &mock.page.subjects[i];
	return 0;
}

void mock_add_line(const char *name, uint32_t gsi)
{
	struct info_line *line = NEXT(line);

	copy_name(line->name, name);
	line->index = mock.page.info.line.count - 1;
	line->event = 32 + line->index;
	line->gsi = gsi;
}

void mock_add_device(const struct info_device *device)
{
	*NEXT(device) = *device;
}

void mock_add_port(uint16_t base, uint16_t count)
{
	struct info_port *port = NEXT(port);

	port->base = base;
	port->count = count;
}

static void add_event(const char *name, uint32_t number, uint32_t flags)
{
	struct info_event *event = NEXT(event);

	assert(number < MOCK_EVENTS);
	copy_name(event->name, name);
	event->number = number;
	event->flags = flags;
}

void mock_add_event_in(const char *name, uint32_t bit)
{
	add_event(name, bit, 1);
}

void mock_add_event_out(const char *name, uint32_t index)
{
	add_event(name, index, 0);
}

void mock_add_memory(const char *name, uint32_t kind, void *memory, uint64_t size, uint32_t index)
{
	struct info_memory *region = NEXT(memory);

	copy_name(region->name, name);
	region->gpa = (uintptr_t)memory;
	region->size = region->bytes = size;
	region->kind = kind;
	region->rights = INFO_READ | INFO_WRITE;
	region->index = index;
}
