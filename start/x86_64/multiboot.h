/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_MULTIBOOT_H
#define START_X86_64_MULTIBOOT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "start/x86_64/phys.h"
#include "start/machine.h"

/*
 * What a Multiboot 1 or 2 loader says, brought into one form. Pure: reads only through the view, in bounded loops, so
 * that it can be tested and fuzzed on bytes.
 */
#define MULTIBOOT1_MAGIC 0x2badb002u /* in EAX at entry */
#define MULTIBOOT2_MAGIC 0x36d76289u
struct multiboot {
	uint64_t rsdp; /* physical address of the loader's copy of the ACPI root pointer, 0 = look for it */
	bool dropped;  /* the memory map had more pieces than boot_info holds; the smallest are left out */
};
/*
 * Fills memory[], memory_count, package and package_size (0 if there is no module) of `boot`, nothing else.
 * ERR_VERSION: another magic. ERR_RANGE: something lies outside the view. ERR_CORRUPT: sizes that make no sense.
 * ERR_MEMORY: no memory map.
 */
enum status multiboot_parse(const struct phys_view *view, uint32_t magic, uint64_t info, struct boot_info *boot,
                            struct multiboot *out);

#endif
