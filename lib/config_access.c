/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "lib/config_check.h"

/* What a subject may do and may be told: faults, events, lines, ports, MSRs, CPUID, rights over others, audit. */

static const char *faults_broken(const struct config_header *c, uint32_t record)
{
	/* Faults that the action can answer, as bits; the others answer any. */
	static const uint32_t permitted[ACTION_COUNT] = {
	        [ACTION_INJECT] = 1u << FAULT_MEMORY | 1u << FAULT_IO | 1u << FAULT_MSR | 1u << FAULT_INSTRUCTION,
	        [ACTION_IGNORE] = 1u << FAULT_IO | 1u << FAULT_MSR,
	        [ACTION_STOP] = ~0u,
	        [ACTION_RESTART] = ~0u,
	        [ACTION_NOTIFY] = ~0u,
	        [ACTION_SYSTEM] = ~0u,
	};
	const struct config_subject *subject = &config_subjects(c)[record];

	for (uint32_t i = 0; i < FAULT_COUNT; i++) {
		const struct config_fault *fault = &subject->fault[i];
		if (fault->action >= ACTION_COUNT || !(permitted[fault->action] & 1u << i))
			return "a fault has an action that its kind does not permit";
		if (fault->action == ACTION_NOTIFY && fault->event >= subject->event.count)
			return "a fault signals an event that its subject does not have";
	}
	return 0;
}

static const char *event_broken(const struct config_header *c, uint32_t record)
{
	const struct config_event *event = &CONFIG_TABLE(c, config_event, TABLE_EVENT)[record];

	if (event->action > EVENT_SCHEDULE)
		return "the action of an event is unknown";
	if (event->action == EVENT_SCHEDULE)
		return config_has(c, TABLE_SCHEDULE, event->target) ? 0 : "an event's schedule does not exist";
	if (!config_has(c, TABLE_SUBJECT, event->target))
		return "an event's target does not exist";
	if (event->action == EVENT_NOTIFY && !config_takes_event(c, event->target, event->bit))
		return "an event's bit does not exist at its target";
	return 0;
}

static const char *event_in_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + subject->event_in.first;
	uint64_t seen = 0;

	for (uint32_t i = 0; i < subject->event_in.count; i++) {
		if (in[i].bit >= CONFIG_MAX_EVENTS || seen >> in[i].bit & 1)
			return "the bits of a subject's incoming events are not different ones of 0 to 63";
		seen |= UINT64_C(1) << in[i].bit;
		if (in[i].vector && (in[i].vector < 32 || in[i].vector > 255))
			return "an event's interrupt vector is not 32 to 255";
		if (in[i].vector && subject->kind == KIND_LAYER)
			return "an event interrupts a layer, which has no interrupt handlers";
		if (in[i].vcpu >= subject->vcpu.count)
			return "an event's vCPU does not exist";
		if (in[i].flags & ~EVENT_URGENT)
			return "a flag of an event is unknown";
	}
	return 0;
}

static const char *lines_broken(const struct config_header *c, uint32_t record)
{
	const struct config_span span = config_subjects(c)[record].line;
	const struct config_line *line = CONFIG_TABLE(c, config_line, TABLE_LINE);

	for (uint32_t i = span.first; i < span.first + span.count; i++) {
		if (line[i].flags & ~(LINE_LEVEL | LINE_LOW))
			return "a flag of an interrupt line is unknown";
		if (!config_takes_event(c, record, line[i].bit))
			return "an interrupt line raises an event that its owner does not have";
		if (!line[i].budget)
			return "an interrupt line has no budget";
	}
	return 0;
}

static const char *line_broken(const struct config_header *c, uint32_t record)
{
	const struct config_line *line = CONFIG_TABLE(c, config_line, TABLE_LINE);

	for (uint32_t other = 0; other < record; other++)
		if (line[other].gsi == line[record].gsi)
			return "an interrupt line has two owners";
	return 0;
}

static bool port_covers(const struct config_port *port, uint32_t base, uint32_t count)
{
	return range_overlap(port->base, port->count, base, count);
}

static const char *port_broken(const struct config_header *c, uint32_t record)
{
	const struct config_port *ports = CONFIG_TABLE(c, config_port, TABLE_PORT), *port = &ports[record];

	if (!port->count || !range_below(port->base, port->count, 0x10000))
		return "a range of ports is empty or reaches beyond 65535";
	for (uint32_t other = 0; other < record; other++)
		if (port_covers(port, ports[other].base, ports[other].count))
			return "a port has two owners";
	if ((c->pm_reset_port && port_covers(port, c->pm_reset_port, 1)) ||
	    (c->pm_off_port && port_covers(port, c->pm_off_port, 2)))
		return "a port for reset or power-off is granted to a subject";
	return 0;
}

/* MSRs that belong to the local APIC, or that the hardware or the core switches with the vCPU. */
static const struct {
	uint32_t first, last;
} switched_msrs[] = {
        {0x1b, 0x1b},   {0x174, 0x176},           {0x277, 0x277},           {0x6e0, 0x6e0},
        {0x800, 0x8ff}, {0xc0000080, 0xc0000084}, {0xc0000100, 0xc0000102},
};

static bool is_switched(uint32_t msr)
{
	for (uint32_t i = 0; i < sizeof(switched_msrs) / sizeof(switched_msrs[0]); i++)
		if (msr >= switched_msrs[i].first && msr <= switched_msrs[i].last)
			return true;
	return false;
}

static const char *msrs_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const struct config_msr *msr = CONFIG_TABLE(c, config_msr, TABLE_MSR) + subject->msr.first;
	uint32_t stored = 0;

	for (uint32_t i = 0; i < subject->msr.count; i++) {
		if (i && msr[i].msr <= msr[i - 1].msr)
			return "the MSRs of a subject are not sorted";
		if (is_switched(msr[i].msr))
			return "an MSR of the local APIC or of the switched state stands in the table";
		if (msr[i].action > MSR_STORE || msr[i].flags & ~MSR_WRITE_IGNORED)
			return "the action or a flag of an MSR is unknown";
		if (msr[i].action == MSR_LAYER && subject->kind != KIND_GUEST)
			return "an MSR is handed to a layer that does not exist";
		if (msr[i].action == MSR_STORE && ++stored > 8)
			return "a subject stores more than 8 MSRs";
	}
	return 0;
}

static const char *cpuid_broken(const struct config_header *c, uint32_t record)
{
	const struct config_span span = config_subjects(c)[record].cpuid;
	const struct config_cpuid *rule = CONFIG_TABLE(c, config_cpuid, TABLE_CPUID) + span.first;

	for (uint32_t i = 0; i < span.count; i++) {
		if (rule[i].flags & ~CPUID_SUBLEAF)
			return "a flag of a CPUID leaf is unknown";
		if (!i || rule[i].leaf > rule[i - 1].leaf)
			continue;
		if (rule[i].leaf < rule[i - 1].leaf || rule[i].subleaf <= rule[i - 1].subleaf)
			return "the CPUID leaves of a subject are not sorted";
		if (!(rule[i].flags & rule[i - 1].flags & CPUID_SUBLEAF))
			return "a CPUID leaf that stands for every sub-leaf is not the only one";
	}
	return 0;
}

static const char *feature_broken(const struct config_header *c, uint32_t record)
{
	const struct config_feature *feature = &CONFIG_TABLE(c, config_feature, TABLE_FEATURE)[record];

	if (!config_named(feature->name, sizeof(feature->name)))
		return "a CPU feature has no name";
	if (feature->reg > CPUID_EDX || !feature->mask)
		return "a CPU feature names no CPUID bit";
	if (feature->subject != CONFIG_NONE && !config_has(c, TABLE_SUBJECT, feature->subject))
		return "a CPU feature is needed by a subject that does not exist";
	return 0;
}

static const char *manage_broken(const struct config_header *c, uint32_t record)
{
	const struct config_manage *manage = &CONFIG_TABLE(c, config_manage, TABLE_MANAGE)[record];
	const uint64_t rights = RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS;

	if (!config_has(c, TABLE_SUBJECT, manage->subject))
		return "a right is over a subject that does not exist";
	if (!manage->rights || manage->rights & ~rights)
		return "a right over another subject is unknown";
	return 0;
}

static const char *epochs_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const struct config_epoch *epoch = CONFIG_TABLE(c, config_epoch, TABLE_EPOCH) + subject->epoch.first;

	if (subject->kind == KIND_GUEST)
		return subject->epoch.count ? "a guest has epoch words but no information page" : 0;
	for (uint32_t i = 0; i < subject->epoch.count; i++) {
		if (!range_aligned(epoch[i].offset, 4) ||
		    !range_below(epoch[i].offset, 4, config_regions(c)[subject->info_region].size))
			return "an epoch word lies outside the information page";
		if (!config_has(c, TABLE_SUBJECT, epoch[i].peer))
			return "an epoch word counts the restarts of a subject that does not exist";
	}
	return 0;
}

static const char *consumer_broken(const struct config_header *c, uint32_t record)
{
	const struct config_consumer *consumers = CONFIG_TABLE(c, config_consumer, TABLE_CONSUMER);
	const struct config_consumer *consumer = &consumers[record];

	if (!config_has(c, TABLE_SUBJECT, consumer->subject))
		return "an audit consumer does not exist";
	if (!config_has(c, TABLE_REGION, consumer->region) || config_regions(c)[consumer->region].kind != REGION_AUDIT)
		return "an audit consumer has no audit region";
	for (uint32_t other = 0; other < record; other++)
		if (consumers[other].region == consumer->region)
			return "two audit consumers share a region";
	if (consumer->ring_bytes < sizeof(struct audit_ring) + sizeof(struct audit_record) ||
	    !range_aligned(consumer->ring_bytes, 64) ||
	    consumer->ring_bytes > config_regions(c)[consumer->region].size / c->cpu_count)
		return "the audit rings of a consumer do not fit in its region";
	return 0;
}

static const char *source_broken(const struct config_header *c, uint32_t record)
{
	const struct config_source *source = &CONFIG_TABLE(c, config_source, TABLE_SOURCE)[record];

	if (source->subject != CONFIG_NONE && !config_has(c, TABLE_SUBJECT, source->subject))
		return "an audit source does not exist";
	if (source->classes & ~(uint32_t)(AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM))
		return "an audit class is unknown";
	return 0;
}

static bool is_channel(const struct config_header *c, uint32_t region)
{
	return config_has(c, TABLE_REGION, region) && config_regions(c)[region].kind == REGION_CHANNEL;
}

static const char *channel_broken(const struct config_header *c, uint32_t record)
{
	const struct config_channel *channel = &CONFIG_TABLE(c, config_channel, TABLE_CHANNEL)[record];

	if (!config_named(channel->name, sizeof(channel->name)))
		return "a channel has no name";
	if (!config_has(c, TABLE_SUBJECT, channel->from) || !config_has(c, TABLE_SUBJECT, channel->to))
		return "an end of a channel does not exist";
	if (!is_channel(c, channel->region_out) ||
	    (channel->region_back != CONFIG_NONE && !is_channel(c, channel->region_back)))
		return "a channel has no channel region";
	return 0;
}

const struct config_rule config_rules_access[] = {
        {TABLE_SUBJECT, faults_broken}, {TABLE_EVENT, event_broken},     {TABLE_SUBJECT, event_in_broken},
        {TABLE_SUBJECT, lines_broken},  {TABLE_LINE, line_broken},       {TABLE_PORT, port_broken},
        {TABLE_SUBJECT, msrs_broken},   {TABLE_SUBJECT, cpuid_broken},   {TABLE_FEATURE, feature_broken},
        {TABLE_MANAGE, manage_broken},  {TABLE_SUBJECT, epochs_broken},  {TABLE_CONSUMER, consumer_broken},
        {TABLE_SOURCE, source_broken},  {TABLE_CHANNEL, channel_broken}, {TABLE_SUBJECT, 0},
};
