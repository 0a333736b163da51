/* SPDX-License-Identifier: ISC */
#include "tools/rules/rules.h"

/* After the core's check: how the tables lie, then fields and records. */
static const struct pass passes[] = {
        {TABLE_SUBJECT, subject_broken}, {TABLE_VCPU, vcpu_broken},         {TABLE_REGION, region_broken},
        {TABLE_MAPPING, mapping_broken}, {TABLE_SUBJECT, rights_broken},    {TABLE_EVENT, event_broken},
        {TABLE_PORT, port_broken},       {TABLE_CHANNEL, channel_broken},   {TABLE_GROUP, group_broken},
        {TABLE_FRAME, frame_broken},     {TABLE_SCHEDULE, schedule_broken},
};

static uint32_t header_broken(const struct config_header *c)
{
	if (!range_below(c->names, c->names_size, c->size))
		return BAD_POOL_RANGE;
	if (c->names_size && ((const char *)c)[c->names + c->names_size - 1])
		return BAD_POOL_END;
	return config_count(c, TABLE_SUBJECT) ? CONFIG_FINE : BAD_SYSTEM_EMPTY;
}

static uint64_t table_bytes(const struct config_header *c, uint32_t table)
{
	return (uint64_t)config_record_bytes[table] * config_count(c, table);
}

static bool table_overlaps(const struct config_header *c, uint32_t table)
{
	const uint64_t offset = c->table[table].offset;

	if (table_bytes(c, table) && offset < sizeof(*c))
		return true;
	for (uint32_t other = 0; other < table; other++)
		if (range_overlap(offset, table_bytes(c, table), c->table[other].offset, table_bytes(c, other)))
			return true;
	return false;
}

/* Lengths that keep the core's loops within what its handlers may take. */
static bool runs_long(const struct config_subject *subject)
{
	return subject->event.count > CONFIG_MAX_EVENTS || subject->event_in.count > CONFIG_MAX_EVENTS ||
	       subject->epoch.count > CONFIG_MAX_EVENTS || subject->port.count > 1024 ||
	       subject->manage.count > CONFIG_MAX_SUBJECTS || subject->mapping.count > CONFIG_MAX_MAPPINGS;
}

static bool records_broken(const struct config_header *c, struct config_problem *problem)
{
	for (const struct pass *pass = passes; pass < passes + sizeof(passes) / sizeof(*passes); pass++) {
		problem->table = pass->table;
		for (problem->record = 0; problem->record < config_count(c, pass->table); problem->record++) {
			problem->rule =
			        pass->broken(c, config_record(c, pass->table, problem->record), problem->record);
			if (problem->rule)
				return true;
		}
	}
	return false;
}

static bool layout_broken(const struct config_header *c, struct config_problem *problem)
{
	*problem = (struct config_problem){BAD_TABLE_OVERLAP, 0, 0};
	for (; problem->table < TABLE_COUNT; problem->table++)
		if (table_overlaps(c, problem->table))
			return true;
	*problem = (struct config_problem){BAD_RUN_LONG, TABLE_SUBJECT, 0};
	for (; problem->record < config_count(c, TABLE_SUBJECT); problem->record++)
		if (runs_long(&config_subjects(c)[problem->record]))
			return true;
	*problem = (struct config_problem){header_broken(c), TABLE_COUNT, 0};
	return problem->rule;
}

enum status rules_check(const void *bytes, size_t size, struct config_problem *problem)
{
	const enum status status = config_check(bytes, size, problem);

	if (status != OK)
		return status;
	return layout_broken(bytes, problem) || fields_check(bytes, false, problem) || records_broken(bytes, problem) ||
	                       fields_check(bytes, true, problem)
	               ? ERR_ARGUMENT
	               : OK;
}
