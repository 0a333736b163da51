/* SPDX-License-Identifier: ISC */
#include "core/audit.h"
#include <stddef.h>
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

static void put(struct audit_ring *ring, const struct audit_record *record)
{
	/* the consumer cannot write here, so the header is ours to believe */
	const uint64_t sequence = ring->next, *from = (const uint64_t *)record;
	uint64_t *slot = (uint64_t *)&ring->record[(sequence - 1) & (ring->capacity - 1)];

	_Static_assert(offsetof(struct audit_record, sequence) == 0, "the first word makes the record valid");
	__atomic_store_n(slot, 0, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (unsigned i = 1; i < sizeof(*record) / sizeof(*slot); i++)
		slot[i] = from[i];
	__atomic_store_n(slot, sequence, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->next, sequence + 1, __ATOMIC_RELEASE);
}

/* vcpu = 0: by the core itself */
static void record(struct cpu *cpu, uint32_t subject, const struct vcpu *vcpu, uint64_t what, uint64_t a, uint64_t b,
                   uint64_t c)
{
	const uint32_t from = subject == 0xffff ? CONFIG_MAX_SUBJECTS : subject;
	const struct audit_record r = {.time = machine_now(),
	                               .cpu = (uint16_t)cpu->id,
	                               .subject = (uint16_t)subject,
	                               .vcpu = vcpu ? (uint16_t)vcpu->index : 0xffff,
	                               .class = (uint16_t)what,
	                               .event = (uint32_t)(what >> 16),
	                               .rip = vcpu ? machine_rip(vcpu) : 0,
	                               .argument = {a, b, c}};

	for (uint32_t i = 0; i < the_system.config->table[TABLE_CONSUMER].count; i++)
		if (classes_of[i][from] & consumer_mask[i] & r.class)
			put(ring_of(i, cpu->id), &r);
}

void audit_core(struct cpu *cpu, uint32_t subject, uint64_t what, uint64_t a, uint64_t b, uint64_t c)
{
	record(cpu, subject, 0, what, a, b, c);
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

bool audit_vcpu(struct cpu *cpu, struct vcpu *vcpu, uint64_t what, uint64_t a, uint64_t b, uint64_t c)
{
	if (!audit_charge(cpu, vcpu))
		return false;
	record(cpu, vcpu->subject->index, vcpu, what, a, b, c);
	return true;
}
