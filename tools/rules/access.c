/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "tools/rules/rules.h"

/* What a subject may do and may be told: faults, events, ports, MSRs, CPUID. */

bool config_takes_event(const struct config_header *c, uint32_t subject, uint32_t bit)
{
	const struct config_span span = config_subjects(c)[subject].event_in;
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (in[i].bit == bit)
			return true;
	return false;
}

static uint32_t faults_broken(const struct config_subject *subject)
{
	/* Faults that the action can answer, as bits; the others answer any. */
	static const uint8_t permitted[ACTION_COUNT] = {
	        [ACTION_INJECT] = 1u << FAULT_MEMORY | 1u << FAULT_IO | 1u << FAULT_MSR | 1u << FAULT_INSTRUCTION,
	        [ACTION_IGNORE] = 1u << FAULT_IO | 1u << FAULT_MSR,
	        [ACTION_STOP] = 0xff,
	        [ACTION_RESTART] = 0xff,
	        [ACTION_NOTIFY] = 0xff,
	        [ACTION_SYSTEM] = 0xff,
	};

	for (uint32_t i = 0; i < FAULT_COUNT; i++) {
		const struct config_fault *fault = &subject->fault[i];
		if (fault->action >= ACTION_COUNT || !(permitted[fault->action] >> i & 1))
			return BAD_FAULT_ACTION;
	}
	return CONFIG_FINE;
}

static uint32_t events_in_broken(const struct config_header *c, const struct config_subject *subject)
{
	const struct config_event_in *in = CONFIG_TABLE(c, config_event_in, TABLE_EVENT_IN) + subject->event_in.first;
	uint64_t seen = 0;

	for (uint32_t i = 0; i < subject->event_in.count; i++, in++) {
		if (seen >> in->bit & 1)
			return BAD_EVENT_IN_TWICE;
		seen |= UINT64_C(1) << in->bit;
		if (in->vector && in->vector < 32)
			return BAD_EVENT_IN_EXCEPTION;
		if (in->vector && subject->kind == KIND_LAYER)
			return BAD_EVENT_IN_LAYER;
	}
	return CONFIG_FINE;
}

/* MSRs that belong to the local APIC, or that the hardware or the core switches with the vCPU. */
static bool is_switched(uint32_t msr)
{
	static const struct {
		uint32_t first, last;
	} switched[] = {
	        {0x1b, 0x1b},   {0x174, 0x176},           {0x277, 0x277},           {0x6e0, 0x6e0},
	        {0x800, 0x8ff}, {0xc0000080, 0xc0000084}, {0xc0000100, 0xc0000102},
	};

	for (uint32_t i = 0; i < sizeof(switched) / sizeof(switched[0]); i++)
		if (msr >= switched[i].first && msr <= switched[i].last)
			return true;
	return false;
}

static uint32_t msrs_broken(const struct config_header *c, const struct config_subject *subject)
{
	const struct config_msr *msr = CONFIG_TABLE(c, config_msr, TABLE_MSR) + subject->msr.first;
	uint32_t stored = 0;

	for (uint32_t i = 0; i < subject->msr.count; i++, msr++) {
		if (i && msr->msr <= msr[-1].msr)
			return BAD_MSR_ORDER;
		if (is_switched(msr->msr))
			return BAD_MSR_SWITCHED;
		if (msr->action == MSR_LAYER && subject->kind != KIND_GUEST)
			return BAD_MSR_LAYER;
		if (msr->action == MSR_STORE && ++stored > 8)
			return BAD_MSR_STORED;
	}
	return CONFIG_FINE;
}

static uint32_t leaves_broken(const struct config_cpuid *rule, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		const struct config_cpuid *last = rule++;
		if (rule->leaf > last->leaf)
			continue;
		if (rule->leaf < last->leaf || rule->subleaf <= last->subleaf)
			return BAD_CPUID_ORDER;
		if (!(rule->flags & last->flags & CPUID_SUBLEAF))
			return BAD_CPUID_MIXED;
	}
	return CONFIG_FINE;
}

static uint32_t cpuid_broken(const struct config_header *c, struct config_span span)
{
	const struct config_cpuid *amd = CONFIG_TABLE(c, config_cpuid, TABLE_CPUID) + span.first;
	const uint32_t count = span.count / 2;

	if (span.count != 2 * count)
		return BAD_CPUID_HALVES;
	const uint32_t rule = leaves_broken(amd, count);
	return rule ? rule : leaves_broken(amd + count, count);
}

uint32_t rights_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_subject *subject = record;
	uint32_t rule = faults_broken(subject);

	(void)index;
	rule = rule ? rule : events_in_broken(c, subject);
	rule = rule ? rule : msrs_broken(c, subject);
	return rule ? rule : cpuid_broken(c, subject->cpuid);
}

uint32_t event_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_event *event = record;

	(void)index;
	return event->action == EVENT_NOTIFY && !config_takes_event(c, event->target, event->bit) ? BAD_EVENT_BIT
	                                                                                          : CONFIG_FINE;
}

uint32_t port_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_port *port = record;

	(void)c;
	for (const struct config_port *other = port - index; other < port; other++)
		if (range_overlap(port->base, port->count, other->base, other->count))
			return BAD_PORT_SHARED;
	return CONFIG_FINE;
}

uint32_t channel_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_channel *channel = record;

	(void)index;
	if (!config_region_is(c, channel->region_out, REGION_CHANNEL) ||
	    (channel->region_back != CONFIG_NONE && !config_region_is(c, channel->region_back, REGION_CHANNEL)))
		return BAD_CHANNEL_REGION;
	return CONFIG_FINE;
}
