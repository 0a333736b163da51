/* SPDX-License-Identifier: ISC */
#include "core/audit.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * One ring per (consumer, CPU): a ring has one writer, so writing needs no lock, and two consumers share no byte, so
 * they are no channel for each other. The sequence number is written last; see abi/audit.h.
 */
static uint32_t consumer_mask[CONFIG_MAX_CONSUMERS];
static uint8_t classes_of[CONFIG_MAX_CONSUMERS][CONFIG_MAX_SUBJECTS + 1]; /* the last one: the core */

static const struct config_consumer *consumers(void)
{
	return CONFIG_TABLE(the_system.config, config_consumer, TABLE_CONSUMER);
}

static struct audit_ring *ring_of(uint32_t consumer, uint32_t cpu)
{
	const struct config_consumer *c = &consumers()[consumer];

	return (struct audit_ring *)(uintptr_t)(system_region(c->region).at + c->ring_bytes * cpu);
}

static void open_consumer(uint32_t consumer)
{
	const struct config_consumer *c = &consumers()[consumer];
	const struct config_source *source =
	        CONFIG_TABLE(the_system.config, config_source, TABLE_SOURCE) + c->source.first;

	consumer_mask[consumer] = AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM;
	for (uint32_t i = 0; i < c->source.count; i++) {
		uint32_t from = source[i].subject == CONFIG_NONE ? CONFIG_MAX_SUBJECTS : source[i].subject;
		classes_of[consumer][from] |= (uint8_t)source[i].classes;
	}
	uint32_t capacity = 1;
	while (capacity * 2 * sizeof(struct audit_record) + sizeof(struct audit_ring) <= c->ring_bytes)
		capacity *= 2;
	for (uint32_t cpu = 0; cpu < the_system.config->cpu_count; cpu++) {
		struct audit_ring *ring = ring_of(consumer, cpu);
		ring->magic = AUDIT_MAGIC;
		ring->capacity = capacity;
		ring->next = 1;
	}
}

void audit_open(void)
{
	for (uint32_t i = 0; i < the_system.config->table[TABLE_CONSUMER].count; i++)
		open_consumer(i);
}

void audit_mask(uint32_t consumer, uint32_t classes)
{
	__atomic_store_n(&consumer_mask[consumer], classes, __ATOMIC_RELAXED);
}

static void put(struct audit_ring *ring, uint32_t capacity, const struct audit_record *record)
{
	/* the consumer cannot write here, so the header is ours to believe; capacity comes from the configuration */
	uint64_t sequence = ring->next;
	struct audit_record *slot = &ring->record[(sequence - 1) & (capacity - 1)];

	__atomic_store_n(&slot->sequence, 0, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	slot->time = record->time;
	slot->cpu = record->cpu;
	slot->subject = record->subject;
	slot->vcpu = record->vcpu;
	slot->class = record->class;
	slot->event = record->event;
	slot->rip = record->rip;
	for (unsigned i = 0; i < 3; i++)
		slot->argument[i] = record->argument[i];
	__atomic_store_n(&slot->sequence, sequence, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->next, sequence + 1, __ATOMIC_RELEASE);
}

static void record(struct cpu *cpu, struct audit_record *r, const struct audit_entry *entry)
{
	uint32_t from = r->subject == 0xffff ? CONFIG_MAX_SUBJECTS : r->subject;

	r->time = machine_now();
	r->cpu = (uint16_t)cpu->id;
	r->class = (uint16_t)entry->class;
	r->event = entry->event;
	for (unsigned i = 0; i < 3; i++)
		r->argument[i] = entry->argument[i];
	for (uint32_t i = 0; i < the_system.config->table[TABLE_CONSUMER].count; i++) {
		struct audit_ring *ring = ring_of(i, cpu->id);
		if (classes_of[i][from] & consumer_mask[i] & entry->class)
			put(ring, ring->capacity, r);
	}
}

void audit_core(struct cpu *cpu, uint32_t subject, const struct audit_entry *entry)
{
	struct audit_record r = {.subject = (uint16_t)subject, .vcpu = 0xffff};

	record(cpu, &r, entry);
}

/* A vCPU has a budget per major frame of its CPU; what exceeds it is counted and reported when the budget refills. */
bool audit_charge(struct cpu *cpu, struct vcpu *vcpu)
{
	if (vcpu->audit_since != cpu->major_start) {
		uint32_t suppressed = vcpu->audit_suppressed;
		vcpu->audit_since = cpu->major_start;
		vcpu->audit_left = vcpu->subject->config->audit_budget;
		vcpu->audit_suppressed = 0;
		if (suppressed)
			audit_core(cpu, vcpu->subject->index, AUDIT(AUDIT_SECURITY, AUDIT_RATE, suppressed, 0, 0));
	}
	if (!vcpu->audit_left) {
		vcpu->audit_suppressed++;
		return false;
	}
	vcpu->audit_left--;
	return true;
}

bool audit_vcpu(struct cpu *cpu, struct vcpu *vcpu, const struct audit_entry *entry)
{
	struct audit_record r = {.subject = (uint16_t)vcpu->subject->index, .vcpu = (uint16_t)vcpu->index};

	if (!audit_charge(cpu, vcpu))
		return false;
	r.rip = machine_rip(vcpu);
	record(cpu, &r, entry);
	return true;
}
