/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "abi/info.h"
#include "lib/config_check.h"
#include "lib/text.h"

/* Subjects and their vCPUs: kinds, partners, start states, and the pages that the core keeps for them. */

/* First of all rules: the others follow these indices. */
static const char *subject_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subjects = config_subjects(c), *subject = &subjects[record];

	if (!config_named(subject->name, sizeof(subject->name)))
		return "a subject has no name";
	for (uint32_t other = 0; other < record; other++)
		if (text_equal(subject->name, subjects[other].name))
			return "two subjects have the same name";
	if (subject->kind > KIND_LAYER)
		return "the kind of a subject is unknown";
	if (!subject->vcpu.count)
		return "a subject has no vCPU";
	if (subject->kind == KIND_APP)
		return subject->partner == CONFIG_NONE ? 0 : "an application has a partner";
	if (!config_has(c, TABLE_SUBJECT, subject->partner))
		return "a guest has no layer or a layer no guest";
	return 0;
}

static const char *partner_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];

	if (subject->kind == KIND_APP)
		return 0;
	const struct config_subject *partner = &config_subjects(c)[subject->partner];
	if (partner->partner != record || partner->kind != (subject->kind == KIND_GUEST ? KIND_LAYER : KIND_GUEST))
		return "a guest and its layer do not name each other";
	if (partner->vcpu.count != subject->vcpu.count)
		return "a layer has not as many vCPUs as its guest";
	return 0;
}

static const char *owner_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];

	for (uint32_t i = 0; i < subject->vcpu.count; i++)
		if (config_vcpus(c)[subject->vcpu.first + i].subject != record)
			return "a vCPU names a subject that is not its owner";
	for (uint32_t i = 0; i < subject->mapping.count; i++)
		if (config_mappings(c)[subject->mapping.first + i].subject != record)
			return "a mapping names a subject that is not its owner";
	return 0;
}

static const char *values_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const uint64_t rights = RIGHT_AUDIT_WRITE | RIGHT_AUDIT_MASK | RIGHT_SCHEDULE_SWITCH | RIGHT_SELF_TEST |
	                        RIGHT_IMAGE_LOAD | RIGHT_REBOOT | RIGHT_POWER_OFF;

	if (subject->rights & ~rights)
		return "a subject has an unknown right";
	if (subject->kind == KIND_GUEST && subject->rights)
		return "a guest has a right: only its layer can use one";
	if (subject->flags & ~(SUBJECT_START | SUBJECT_EXIT_PAUSE | SUBJECT_EXIT_HALT))
		return "a flag of a subject is unknown";
	if (subject->xcr0 != 0 && subject->xcr0 != 1 && subject->xcr0 != 3 && subject->xcr0 != 7)
		return "the FPU state of a subject is none of x87, SSE, AVX";
	if ((subject->kind == KIND_LAYER) != (subject->xcr0 == 0) && subject->kind != KIND_APP)
		return "a layer has FPU state, or a guest has none";
	if (subject->apic_mode > 1)
		return "the mode of the local APIC is neither xAPIC nor x2APIC";
	return 0;
}

static bool is_own_region(const struct config_header *c, uint32_t subject, uint32_t region, uint32_t kind)
{
	return config_has(c, TABLE_REGION, region) && config_regions(c)[region].owner == subject &&
	       config_regions(c)[region].kind == kind;
}

static const char *regions_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const struct config_mapping *info;

	if (subject->kind == KIND_GUEST && subject->info_region != CONFIG_NONE)
		return "a guest has an information page";
	if (subject->kind != KIND_GUEST) {
		if (!is_own_region(c, record, subject->info_region, REGION_INFO))
			return "a subject has no information page of its own";
		info = config_maps(c, record, subject->info_region, MAP_READ);
		if (!info || info->gpa != INFO_GPA || info->offset)
			return "the information page is not mapped at its fixed address";
	}
	if (subject->staging_region == CONFIG_NONE)
		return subject->rights & RIGHT_IMAGE_LOAD ? "a subject may load images but has no staging region" : 0;
	if (!is_own_region(c, record, subject->staging_region, REGION_RAM) &&
	    !is_own_region(c, record, subject->staging_region, REGION_PERSISTENT))
		return "the staging region is not memory of its subject";
	return 0;
}

/* Without the HLT intercept a subject would idle away time that belongs to others. */
static const char *halt_broken(const struct config_header *c, uint32_t record)
{
	const struct config_subject *subject = &config_subjects(c)[record];
	const struct config_vcpu *vcpus = config_vcpus(c);

	if (subject->flags & SUBJECT_EXIT_HALT)
		return 0;
	for (uint32_t i = 0; i < subject->vcpu.count; i++)
		for (uint32_t other = 0; other < config_count(c, TABLE_VCPU); other++)
			if (vcpus[other].cpu == vcpus[subject->vcpu.first + i].cpu && vcpus[other].subject != record &&
			    vcpus[other].subject != subject->partner)
				return "a subject halts for real on a CPU that it shares";
	return 0;
}

/* Start states by kind of subject, as bits. */
static const uint32_t starts[] = {
        [KIND_APP] = 1u << START_FLAT32 | 1u << START_SIPI | 1u << START_RESET,
        [KIND_GUEST] = 1u << START_LAYER | 1u << START_SIPI | 1u << START_RESET,
        [KIND_LAYER] = 1u << START_FLAT32,
};

static const char *vcpu_broken(const struct config_header *c, uint32_t record)
{
	const struct config_vcpu *vcpu = &config_vcpus(c)[record];
	const struct config_subject *subject = &config_subjects(c)[vcpu->subject];

	if (vcpu->cpu >= c->cpu_count)
		return "a vCPU's CPU does not exist";
	if (vcpu->start > START_RESET || !(starts[subject->kind] & 1u << vcpu->start))
		return "a vCPU has a start state that its kind of subject does not permit";
	if (vcpu->start == START_SIPI && record == subject->vcpu.first)
		return "the first vCPU of a subject waits for another one to start it";
	if (vcpu->apic_id != record - subject->vcpu.first)
		return "the local-APIC ids of a subject do not count from 0";
	if (subject->kind == KIND_APP)
		return vcpu->partner == CONFIG_NONE ? 0 : "a vCPU of an application has a partner";
	if (!config_has(c, TABLE_VCPU, vcpu->partner) || config_vcpus(c)[vcpu->partner].partner != record ||
	    config_vcpus(c)[vcpu->partner].subject != subject->partner)
		return "a vCPU and its partner do not name each other";
	if (config_vcpus(c)[vcpu->partner].cpu != vcpu->cpu)
		return "a vCPU and its partner are on different CPUs";
	return 0;
}

static const char *entry_broken(const struct config_header *c, uint32_t record)
{
	const struct config_vcpu *vcpu = &config_vcpus(c)[record];
	const struct config_span span = config_subjects(c)[vcpu->subject].mapping;

	if (vcpu->start != START_FLAT32)
		return 0;
	if (vcpu->entry > UINT32_MAX)
		return "an entry point is beyond 4 GiB";
	for (uint32_t i = span.first; i < span.first + span.count; i++) {
		const struct config_mapping *mapping = &config_mappings(c)[i];
		if (mapping->rights & MAP_EXECUTE && range_inside(vcpu->entry, 1, mapping->gpa, mapping->size))
			return 0;
	}
	return "an entry point is not mapped executable";
}

static bool is_kept_page(const struct config_header *c, uint32_t region, uint32_t kind)
{
	return config_has(c, TABLE_REGION, region) && config_regions(c)[region].kind == kind;
}

static const char *pages_broken(const struct config_header *c, uint32_t record)
{
	const struct config_vcpu *vcpus = config_vcpus(c), *vcpu = &vcpus[record];

	if (config_subjects(c)[vcpu->subject].kind != KIND_GUEST)
		return vcpu->frame_region == CONFIG_NONE && vcpu->lapic_region == CONFIG_NONE
		               ? 0
		               : "a vCPU without a layer has an exit frame or a local-APIC page";
	if (!is_kept_page(c, vcpu->frame_region, REGION_FRAME))
		return "a guest's vCPU has no exit frame";
	if (!is_kept_page(c, vcpu->lapic_region, REGION_LAPIC))
		return "a guest's vCPU has no local-APIC page";
	for (uint32_t other = 0; other < record; other++)
		if (vcpus[other].frame_region == vcpu->frame_region || vcpus[other].lapic_region == vcpu->lapic_region)
			return "two vCPUs share an exit frame or a local-APIC page";
	return 0;
}

const struct config_rule config_rules_subject[] = {
        {TABLE_SUBJECT, subject_broken}, {TABLE_SUBJECT, partner_broken},
        {TABLE_SUBJECT, owner_broken},   {TABLE_SUBJECT, values_broken},
        {TABLE_SUBJECT, regions_broken}, {TABLE_SUBJECT, halt_broken},
        {TABLE_VCPU, vcpu_broken},       {TABLE_VCPU, entry_broken},
        {TABLE_VCPU, pages_broken},      {TABLE_SUBJECT, 0},
};
