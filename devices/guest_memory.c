/* SPDX-License-Identifier: ISC */
/* One function decides what is inside (guest_memory_at); all others ask it. Lengths are compared, never added. */
#include "devices/guest_memory.h"

bool guest_memory_add(struct guest_memory *memory, uint64_t gpa, uint64_t size, void *bytes)
{
	struct guest_range *last = memory->count ? &memory->range[memory->count - 1] : 0;
	if (last && last->gpa + last->size == gpa && last->bytes + last->size == (uint8_t *)bytes) {
		last->size += size;
		return true;
	}
	if (memory->count == GUEST_RANGES || size == 0 || gpa + size < gpa)
		return false;
	memory->range[memory->count++] = (struct guest_range){gpa, size, bytes};
	return true;
}

bool guest_memory_add_rom(struct guest_memory *memory, uint64_t gpa, uint64_t size, const void *bytes)
{
	if (memory->rom_count == GUEST_ROMS)
		return false;
	memory->rom[memory->rom_count++] = (struct guest_range){gpa, size, (uint8_t *)(uintptr_t)bytes};
	return true;
}

bool guest_memory_fetch(const struct guest_memory *memory, uint64_t gpa, void *to, uint64_t length)
{
	if (guest_memory_read(memory, gpa, to, length))
		return true;
	for (unsigned i = 0; i < memory->rom_count; i++) {
		const struct guest_range *rom = &memory->rom[i];
		uint64_t offset = gpa - rom->gpa;
		if (offset >= rom->size || length > rom->size - offset)
			continue;
		__builtin_memcpy(to, rom->bytes + offset, length);
		return true;
	}
	return false;
}

void *guest_memory_at(const struct guest_memory *memory, uint64_t gpa, uint64_t length)
{
	for (unsigned i = 0; i < memory->count; i++) {
		const struct guest_range *range = &memory->range[i];
		uint64_t offset = gpa - range->gpa;
		if (offset < range->size && length <= range->size - offset)
			return range->bytes + offset;
	}
	return 0;
}

/* A place of unknown alignment that is accessed as a whole. */
struct place16 {
	volatile uint16_t value;
} __attribute__((packed, may_alias));
struct place32 {
	volatile uint32_t value;
} __attribute__((packed, may_alias));
struct place64 {
	volatile uint64_t value;
} __attribute__((packed, may_alias));

static void copy(void *to, const void *from, uint64_t length)
{
	switch (length) {
	case 2:
		((struct place16 *)to)->value = ((const struct place16 *)from)->value;
		break;
	case 4:
		((struct place32 *)to)->value = ((const struct place32 *)from)->value;
		break;
	case 8:
		((struct place64 *)to)->value = ((const struct place64 *)from)->value;
		break;
	default:
		__builtin_memcpy(to, from, length);
	}
}

bool guest_memory_exchange(void *at, unsigned size, uint64_t expected, uint64_t value)
{
	unsigned shift = (unsigned)((uintptr_t)at % 8 * 8);
	uint64_t *word = (void *)((uint8_t *)at - shift / 8), mask = ~UINT64_C(0) >> (64 - 8 * size) << shift;
	uint64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
	if ((old & mask) != expected << shift)
		return false;
	return __atomic_compare_exchange_n(word, &old, (old & ~mask) | value << shift, false, __ATOMIC_SEQ_CST,
	                                   __ATOMIC_RELAXED);
}

bool guest_memory_read(const struct guest_memory *memory, uint64_t gpa, void *to, uint64_t length)
{
	const void *from = guest_memory_at(memory, gpa, length);
	if (!from)
		return false;
	copy(to, from, length);
	return true;
}

bool guest_memory_write(const struct guest_memory *memory, uint64_t gpa, const void *from, uint64_t length)
{
	void *to = guest_memory_at(memory, gpa, length);
	if (!to)
		return false;
	copy(to, from, length);
	return true;
}

bool guest_memory_fill(const struct guest_memory *memory, uint64_t gpa, uint8_t value, uint64_t length)
{
	void *to = guest_memory_at(memory, gpa, length);
	if (!to)
		return false;
	__builtin_memset(to, value, length);
	return true;
}

uint64_t guest_memory_low_end(const struct guest_memory *memory)
{
	uint64_t end = 0;
	for (unsigned i = 0; i < memory->count; i++) {
		const struct guest_range *range = &memory->range[i];
		if (range->gpa < GUEST_HOLE_BASE && range->gpa + range->size > end)
			end = range->gpa + range->size;
	}
	return end < GUEST_HOLE_BASE ? end : GUEST_HOLE_BASE;
}
