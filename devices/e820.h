/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_E820_H
#define DEVICES_E820_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"

enum e820_type { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3, E820_NVS = 4 };

/* As in Linux' boot parameters and the BIOS call: 20 bytes, packed. */
struct e820_entry {
	uint64_t base, size;
	uint32_t type;
} __attribute__((packed));
_Static_assert(sizeof(struct e820_entry) == 20, "the format of INT 15h, AX=E820h");

#define E820_MAX 32
struct e820_list {
	struct e820_entry *entry;
	uint32_t count, limit; /* at most E820_MAX are ever used */
};

/*
 * Adds a range; where it overlaps what is there, the new type wins. The list stays sorted, without overlaps or empty
 * entries, neighbours of one type merged. ERR_FULL leaves the list as it was; ERR_ARGUMENT: the range wraps. An empty
 * range adds nothing.
 */
enum status e820_add(struct e820_list *list, uint64_t base, uint64_t size, enum e820_type type);
/* A PC: RAM below and above 4 GiB, A0000..FFFFF reserved, then add what else there is. */
enum status e820_pc(struct e820_list *list, uint64_t below_4g, uint64_t above_4g);

#endif
