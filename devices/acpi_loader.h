/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_ACPI_LOADER_H
#define DEVICES_ACPI_LOADER_H

#include "devices/acpi.h"

/* One step by which firmware puts ACPI tables where it likes; numbers little-endian, 128 bytes. */
#define LOADER_NAME 56u
struct loader_entry {
	uint32_t command;
	union {
		struct {
			char file[LOADER_NAME];
			uint32_t alignment;
			uint8_t zone;
		} __attribute__((packed)) allocate;
		struct {
			char file[LOADER_NAME], target[LOADER_NAME];
			uint32_t at;
			uint8_t bytes;
		} __attribute__((packed)) pointer;
		struct {
			char file[LOADER_NAME];
			uint32_t at, from, length;
		} __attribute__((packed)) checksum;
		uint8_t all[124];
	};
} __attribute__((packed));
_Static_assert(sizeof(struct loader_entry) == 128, "QEMU's hw/acpi/bios-linker-loader.c");
#define LOADER_ENTRIES (6u + ACPI_POINTERS + ACPI_PARTS)

#define ACPI_FILE_TABLES "etc/acpi/tables"
#define ACPI_FILE_RSDP "etc/acpi/rsdp"
#define ACPI_FILE_LOADER "etc/table-loader"

/* Makes tables built at base 0 what the steps begin with: their checksums are 0. */
void acpi_loader_prepare(const struct acpi_map *map, uint8_t *tables);
/* The steps for tables built at base 0, whose first ACPI_RSDP_SIZE bytes are the file of the root pointer, too. Gives how
 * many. */
unsigned acpi_loader(const struct acpi_map *map, struct loader_entry entry[LOADER_ENTRIES]);

#endif
