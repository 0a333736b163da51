/* SPDX-License-Identifier: ISC */
#ifndef SDK_MEMORY_H
#define SDK_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * At start the first GiB is mapped one to one. A virtualization layer maps its guest's memory window on top
 * (LAYER_GUEST_GPA + g), also one to one: [gpa, gpa + size) rounded out to 2 MiB, all below 512 GiB.
 * Tables come from a static pool, one 4 KiB page per GiB begun; the pool is as large as the application says with
 * MEMORY_TABLES(count) in one of its files (1 without it). False: pool used up, or out of range; nothing changed.
 */
bool memory_map_window(uint64_t gpa, uint64_t size);

struct memory_table {
	uint64_t entry[512];
} __attribute__((aligned(4096)));
#define MEMORY_TABLES(count)                    \
	struct memory_table memory_pool[count]; \
	const uint32_t memory_pool_count = count
extern struct memory_table memory_pool[];
extern const uint32_t memory_pool_count;

#endif
