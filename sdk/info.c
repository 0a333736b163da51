/* SPDX-License-Identifier: ISC */
#include "lib/text.h"
#include "sdk/info.h"

/*
 * All tables of the information page that carry a name begin with it, so one search serves them all. The page is
 * written by the compiler and the core, which an application trusts anyway; all names in it are terminated.
 */
const void *info_at(const struct info_table *table)
{
	return (const uint8_t *)info_get() + table->offset;
}

static const void *find_named(const struct info_table *table, size_t size, const char *name)
{
	const uint8_t *record = info_at(table);

	for (uint32_t i = 0; i < table->count; i++, record += size)
		if (text_equal((const char *)record, name))
			return record;
	return 0;
}

const struct info_memory *info_memory(const char *name)
{
	return find_named(&info_get()->memory, sizeof(struct info_memory), name);
}

const struct info_channel *info_channel(const char *name)
{
	return find_named(&info_get()->channel, sizeof(struct info_channel), name);
}

const struct info_line *info_line(const char *name)
{
	return find_named(&info_get()->line, sizeof(struct info_line), name);
}

const struct info_subject *info_subject(const char *name)
{
	return find_named(&info_get()->subjects, sizeof(struct info_subject), name);
}

uint32_t info_schedule(const char *name)
{
	const struct info_table *table = &info_get()->schedules;
	const struct info_schedule *found = find_named(table, sizeof(struct info_schedule), name);

	return found ? (uint32_t)(found - INFO_TABLE(info_schedule, schedules)) : ~0u;
}

const struct info_memory *info_memory_kind(uint32_t kind, uint32_t nth)
{
	const struct info_memory *memory = INFO_TABLE(info_memory, memory);

	for (uint32_t i = 0; i < info_get()->memory.count; i++)
		if (memory[i].kind == kind && nth-- == 0)
			return &memory[i];
	return 0;
}

const struct info_memory *info_memory_vcpu(uint32_t kind, uint32_t vcpu)
{
	const struct info_memory *memory = INFO_TABLE(info_memory, memory);

	for (uint32_t i = 0; i < info_get()->memory.count; i++)
		if (memory[i].kind == kind && memory[i].index == vcpu)
			return &memory[i];
	return 0;
}

const struct info_channel *info_channel_role(uint32_t role, uint32_t role_index)
{
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);

	for (uint32_t i = 0; i < info_get()->channel.count; i++)
		if (channel[i].role == role && channel[i].role_index == role_index)
			return &channel[i];
	return 0;
}

static const struct info_event *find_event(const char *name, bool incoming)
{
	const struct info_event *event = INFO_TABLE(info_event, event);

	for (uint32_t i = 0; i < info_get()->event.count; i++)
		if ((event[i].flags & 1u) == incoming && text_equal(event[i].name, name))
			return &event[i];
	return 0;
}

const struct info_event *info_event_in(const char *name)
{
	return find_event(name, true);
}

const struct info_event *info_event_out(const char *name)
{
	return find_event(name, false);
}

const struct info_subject *info_subject_id(uint32_t id)
{
	const struct info_subject *subject = INFO_TABLE(info_subject, subjects);

	for (uint32_t i = 0; i < info_get()->subjects.count; i++)
		if (subject[i].id == id)
			return &subject[i];
	return 0;
}
