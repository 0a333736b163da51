/* SPDX-License-Identifier: ISC */
#include "core/system.h"
#include "core/subject.h"
#include "core/vcpu.h"
#include "lib/bytes.h"

/* From the configuration to what changes while it runs: one record a CPU, a subject, a vCPU. */
struct system the_system __attribute__((section(".bss..given.system")));

static void make_subject(uint32_t index)
{
	struct subject *subject = &subjects[index];
	const struct config_subject *c = &config_subjects(the_system.config)[index];

	subject->config = c;
	subject->index = index;
	subject->vcpu = &vcpus[c->vcpu.first];
	subject->partner = c->partner == CONFIG_NONE ? 0 : &subjects[c->partner];
	subject->leader = c->kind == KIND_LAYER ? subject->partner : subject;
	subject->stats = &the_system.stats->subject[index];
	subject->stats->state = SUBJECT_STOPPED;
	memset(subject->in_slot, 0xff, sizeof(subject->in_slot));
	const struct config_event_in *in =
	        CONFIG_TABLE(the_system.config, config_event_in, TABLE_EVENT_IN) + c->event_in.first;
	for (uint32_t i = 0; i < c->event_in.count; i++)
		subject->in_slot[in[i].bit] = (uint8_t)i;
}

static void make_vcpu(uint32_t index)
{
	struct vcpu *vcpu = &vcpus[index];
	const struct config_vcpu *c = &config_vcpus(the_system.config)[index];

	vcpu->config = c;
	vcpu->index = index;
	vcpu->cpu = &cpus[c->cpu];
	vcpu->subject = &subjects[c->subject];
	vcpu->number = index - vcpu->subject->config->vcpu.first;
	struct vcpu *partner = vcpu->subject->partner ? vcpu->subject->partner->vcpu + vcpu->number : 0;
	vcpu->stats = &the_system.stats->vcpu[index];
	if (vcpu->subject->config->kind == KIND_LAYER)
		vcpu->guest = partner;
	else
		vcpu->layer = partner;
	if (c->frame_region != CONFIG_NONE)
		vcpu->frame = (struct exit_frame *)(uintptr_t)system_region(c->frame_region).at;
	vcpu->deadline = ~UINT64_C(0);
	machine_vcpu_open(vcpu);
}

void system_open(void)
{
	const struct config_header *config = the_system.config;

	subject_count = config->table[TABLE_SUBJECT].count;
	vcpu_count = config->table[TABLE_VCPU].count;
	for (uint32_t i = 0; i < config->cpu_count; i++) {
		cpus[i].id = i;
		cpus[i].flight_at = cpus[i].flight;
	}
	for (uint32_t i = 0; i < subject_count; i++)
		make_subject(i);
	for (uint32_t i = 0; i < vcpu_count; i++)
		make_vcpu(i);
}
