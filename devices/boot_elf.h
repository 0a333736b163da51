/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_BOOT_ELF_H
#define DEVICES_BOOT_ELF_H

#include "devices/boot.h"

/* An ELF file of either class, little-endian x86, checked as far as its header goes. */
struct boot_elf {
	const uint8_t *file;
	uint64_t bytes, program_offset;
	uint64_t entry; /* physical, also where the file has the virtual address */
	unsigned program_count, program_size;
	bool wide; /* ELF64 */
};
/* false: not an x86 ELF executable, or its header points outside the file. */
bool boot_elf_open(struct boot_elf *elf, const uint8_t *file, uint64_t bytes);
/* Copies the loadable segments to their physical addresses and zeroes the rest of each. *end: first byte after them. */
const char *boot_elf_load(const struct boot_elf *elf, const struct guest_memory *memory, uint64_t *end);
/* A 32-bit value from the note `name`, `type`; false if there is none. */
bool boot_elf_note(const struct boot_elf *elf, const char *name, uint32_t type, uint32_t *value);

#endif
