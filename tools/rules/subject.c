/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "abi/info.h"
#include "tools/rules/rules.h"

/* Subjects and their vCPUs: kinds, partners, start states, and the pages that the core keeps for them. */

static bool is_own_region(const struct config_header *c, uint32_t subject, uint32_t region, uint32_t kind)
{
	return config_region_is(c, region, kind) && config_regions(c)[region].owner == subject;
}

static uint32_t info_broken(const struct config_header *c, const struct config_subject *subject, uint32_t index)
{
	if (subject->kind == KIND_GUEST)
		return subject->info_region == CONFIG_NONE ? CONFIG_FINE : BAD_SUBJECT_INFO_GUEST;
	if (!is_own_region(c, index, subject->info_region, REGION_INFO))
		return BAD_SUBJECT_INFO;
	const struct config_mapping *mapping = config_mappings(c) + subject->mapping.first;
	for (uint32_t i = 0; i < subject->mapping.count; i++)
		if (mapping[i].region == subject->info_region)
			return mapping[i].gpa == INFO_GPA && !mapping[i].offset ? CONFIG_FINE : BAD_SUBJECT_INFO_PLACE;
	return BAD_SUBJECT_INFO_PLACE;
}

static uint32_t staging_broken(const struct config_header *c, const struct config_subject *subject, uint32_t index)
{
	if (subject->staging_region == CONFIG_NONE)
		return subject->rights & RIGHT_IMAGE_LOAD ? BAD_SUBJECT_STAGING_NONE : CONFIG_FINE;
	return is_own_region(c, index, subject->staging_region, REGION_RAM) ||
	                       is_own_region(c, index, subject->staging_region, REGION_PERSISTENT)
	               ? CONFIG_FINE
	               : BAD_SUBJECT_STAGING;
}

uint32_t subject_broken(const struct config_header *c, const void *record, uint32_t index)
{
	const struct config_subject *subject = record;

	if (subject->kind == KIND_GUEST && subject->rights)
		return BAD_SUBJECT_GUEST_RIGHT;
	if (subject->kind != KIND_APP && (subject->kind == KIND_LAYER) != !subject->xcr0)
		return BAD_SUBJECT_FPU_KIND;
	const uint32_t rule = info_broken(c, subject, index);
	return rule ? rule : staging_broken(c, subject, index);
}

/* Without the HLT intercept a subject would idle away time that belongs to others. */
static bool halts_others(const struct config_header *c, const struct config_vcpu *vcpu)
{
	const struct config_subject *subject = &config_subjects(c)[vcpu->subject];
	const struct config_vcpu *other = config_vcpus(c);

	if (subject->flags & SUBJECT_EXIT_HALT)
		return false;
	for (uint32_t i = 0; i < config_count(c, TABLE_VCPU); i++, other++)
		if (other->cpu == vcpu->cpu && other->subject != vcpu->subject && other->subject != subject->partner)
			return true;
	return false;
}

static uint32_t vcpu_partner_broken(const struct config_header *c, const struct config_vcpu *vcpu, uint32_t index)
{
	const struct config_subject *subject = &config_subjects(c)[vcpu->subject];

	if (subject->kind == KIND_APP)
		return vcpu->partner == CONFIG_NONE ? CONFIG_FINE : BAD_VCPU_APP;
	if (vcpu->partner == CONFIG_NONE)
		return BAD_VCPU_PARTNER;
	const struct config_vcpu *partner = &config_vcpus(c)[vcpu->partner];
	return partner->partner == index && partner->subject == subject->partner && partner->apic_id == vcpu->apic_id
	               ? CONFIG_FINE
	               : BAD_VCPU_PARTNER;
}

static bool is_executable(const struct config_header *c, const struct config_subject *subject, uint64_t at)
{
	const struct config_mapping *mapping = config_mappings(c) + subject->mapping.first;

	for (uint32_t i = 0; i < subject->mapping.count; i++)
		if (mapping[i].rights & MAP_EXECUTE && range_inside(at, 1, mapping[i].gpa, mapping[i].size))
			return true;
	return false;
}

static uint32_t pages_broken(const struct config_vcpu *vcpu, uint32_t kind)
{
	if (kind != KIND_GUEST)
		return (vcpu->frame_region & vcpu->lapic_region) == CONFIG_NONE ? CONFIG_FINE : BAD_VCPU_PAGES_NO_LAYER;
	return vcpu->lapic_region != CONFIG_NONE ? CONFIG_FINE : BAD_VCPU_LAPIC;
}

uint32_t vcpu_broken(const struct config_header *c, const void *record, uint32_t index)
{
	/* start states by kind of subject, as bits */
	static const uint8_t starts[] = {
	        [KIND_APP] = 1u << START_FLAT32 | 1u << START_SIPI | 1u << START_RESET,
	        [KIND_GUEST] = 1u << START_LAYER | 1u << START_SIPI | 1u << START_RESET,
	        [KIND_LAYER] = 1u << START_FLAT32,
	};
	const struct config_vcpu *vcpu = record;
	const struct config_subject *subject = &config_subjects(c)[vcpu->subject];

	if (halts_others(c, vcpu))
		return BAD_VCPU_HALT;
	if (!(starts[subject->kind] >> vcpu->start & 1))
		return BAD_VCPU_START;
	if (vcpu->start == START_SIPI && index == subject->vcpu.first)
		return BAD_VCPU_START_FIRST;
	if (vcpu->apic_id != index - subject->vcpu.first)
		return BAD_VCPU_APIC_ID;
	if (vcpu->start == START_FLAT32 && vcpu->entry > UINT32_MAX)
		return BAD_VCPU_ENTRY_HIGH;
	if (vcpu->start == START_FLAT32 && !is_executable(c, subject, vcpu->entry))
		return BAD_VCPU_ENTRY;
	const uint32_t rule = vcpu_partner_broken(c, vcpu, index);
	return rule ? rule : pages_broken(vcpu, subject->kind);
}
