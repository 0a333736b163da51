/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_GUEST_MEMORY_H
#define DEVICES_GUEST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The guest's RAM as the layer sees it: a few ranges, with gaps between them (640 KiB, 3..4 GiB). Every access of the
 * layer to guest memory goes through here and is bounded by a range. Guest vCPUs change it at any time: whoever needs
 * a value twice copies it first.
 */
#define GUEST_RANGES 8u
#define GUEST_HOLE_BASE UINT64_C(0xc0000000) /* RAM never lies in [3 GiB, 4 GiB): devices do */
#define GUEST_HOLE_END UINT64_C(0x100000000)

struct guest_range {
	uint64_t gpa, size;
	uint8_t *bytes;
};
#define GUEST_ROMS 2u
struct guest_memory {
	struct guest_range range[GUEST_RANGES];
	unsigned count;
	struct guest_range rom[GUEST_ROMS]; /* memory the guest may only read: firmware */
	unsigned rom_count;
};

/* Adds [gpa, gpa + size), found at `bytes`; a range that continues the last one extends it. false: no room. */
bool guest_memory_add(struct guest_memory *memory, uint64_t gpa, uint64_t size, void *bytes);
bool guest_memory_add_rom(struct guest_memory *memory, uint64_t gpa, uint64_t size, const void *bytes);
/* Code to decode: RAM or ROM; false if [gpa, gpa + length) is not all inside one. */
bool guest_memory_fetch(const struct guest_memory *memory, uint64_t gpa, void *to, uint64_t length);
/* Where [gpa, gpa + length) lies, or 0 if it is not all inside one range. */
void *guest_memory_at(const struct guest_memory *memory, uint64_t gpa, uint64_t length);
/* Copy; false, and nothing is copied, if the range is not all RAM. 2, 4 or 8 aligned bytes are copied at once: no vCPU
   sees half of them, and nothing is seen of a vCPU's half-written ones. */
bool guest_memory_read(const struct guest_memory *memory, uint64_t gpa, void *to, uint64_t length);
bool guest_memory_write(const struct guest_memory *memory, uint64_t gpa, const void *from, uint64_t length);
bool guest_memory_fill(const struct guest_memory *memory, uint64_t gpa, uint8_t value, uint64_t length);
/* Puts `value` into `size` bytes, all in one aligned word of 8, if they hold `expected`; false: they do not, or the word
   has changed meanwhile. */
bool guest_memory_exchange(void *at, unsigned size, uint64_t expected, uint64_t value);
/* First address beyond the RAM that lies below the hole. */
uint64_t guest_memory_low_end(const struct guest_memory *memory);

#endif
