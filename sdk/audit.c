/* SPDX-License-Identifier: ISC */
#include "sdk/audit.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"

/*
 * Each ring has one writer, the core on that CPU, which never waits for readers. A record is therefore copied first and
 * believed only if its sequence number was the expected one before and after the copy; otherwise it has been
 * overwritten meanwhile and counts as lost. next[] only grows, so every loop ends.
 */
enum status audit_write(uint32_t event, uint64_t a, uint64_t b)
{
	return hypercall_void(HC_AUDIT_WRITE, event, a, b);
}

enum status audit_mask(uint32_t consumer, uint32_t classes)
{
	return hypercall_void(HC_AUDIT_MASK, consumer, classes, 0);
}

static bool ring_sound(const struct audit_ring *ring, uint64_t bytes, uint32_t capacity)
{
	return ring->magic == AUDIT_MAGIC && capacity && !(capacity & (capacity - 1)) &&
	       capacity <= (bytes - sizeof(*ring)) / sizeof(struct audit_record);
}

static uint64_t ring_next(const struct audit_ring *ring)
{
	return __atomic_load_n(&ring->next, __ATOMIC_ACQUIRE);
}

static uint64_t first_sequence(const struct audit_ring *ring, uint32_t capacity, bool from_now)
{
	uint64_t next = ring_next(ring);

	if (from_now && next)
		return next;
	return next > capacity ? next - capacity : 1;
}

enum status audit_open(struct audit_reader *reader, bool from_now)
{
	const struct info_memory *memory = info_memory_kind(INFO_AUDIT, 0);

	*reader = (struct audit_reader){0};
	if (!memory)
		return ERR_INDEX;
	if (memory->index <= sizeof(struct audit_ring))
		return ERR_CORRUPT;
	for (uint64_t at = 0; memory->index <= memory->size - at && reader->count < AUDIT_CPUS; at += memory->index) {
		const struct audit_ring *ring = info_pointer(memory->gpa + at);
		uint32_t capacity = ring->capacity;
		if (!ring_sound(ring, memory->index, capacity))
			break;
		reader->capacity[reader->count] = capacity;
		reader->next[reader->count] = first_sequence(ring, capacity, from_now);
		reader->ring[reader->count++] = ring;
	}
	return reader->count ? OK : ERR_CORRUPT;
}

/* One attempt at the record `sequence`. */
static bool copy_record(const struct audit_ring *ring, uint32_t capacity, uint64_t sequence, struct audit_record *copy)
{
	const struct audit_record *record = &ring->record[(sequence - 1) % capacity];

	if (__atomic_load_n(&record->sequence, __ATOMIC_ACQUIRE) != sequence)
		return false;
	*copy = *(const volatile struct audit_record *)record;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&record->sequence, __ATOMIC_RELAXED) == sequence;
}

/* The oldest unread record of ring i, which stays unread. */
static bool peek(struct audit_reader *reader, uint32_t i, struct audit_record *record)
{
	const struct audit_ring *ring = reader->ring[i];
	uint32_t capacity = reader->capacity[i];

	for (uint32_t tries = 0; tries < capacity; tries++) {
		uint64_t next = ring_next(ring), from = reader->next[i];
		if (from >= next)
			return false;
		if (next - from > capacity) {
			reader->lost += next - from - capacity;
			reader->next[i] = next - capacity;
		}
		if (copy_record(ring, capacity, reader->next[i], record))
			return true;
		reader->lost++;
		reader->next[i]++;
	}
	return false;
}

bool audit_next(struct audit_reader *reader, struct audit_record *record)
{
	struct audit_record candidate;
	uint32_t chosen = AUDIT_CPUS;

	for (uint32_t i = 0; i < reader->count; i++) {
		if (!peek(reader, i, &candidate) || (chosen != AUDIT_CPUS && candidate.time >= record->time))
			continue;
		*record = candidate;
		chosen = i;
	}
	if (chosen == AUDIT_CPUS)
		return false;
	reader->next[chosen]++;
	return true;
}
