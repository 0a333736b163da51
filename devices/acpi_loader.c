/* SPDX-License-Identifier: ISC */
/*
 * The script by which SeaBIOS and OVMF install ACPI tables: reserve memory for both files, add the address of the tables
 * to every pointer, then make the checksums. Pointers are offsets in the file until then, and checksums are 0: SeaBIOS
 * subtracts the sum of the bytes from the checksum that it finds, OVMF puts it in its place, and installs no table whose
 * bytes do not add up to 0 afterwards.
 * Format: that of SeaBIOS' src/fw/romfile_loader.h, which QEMU and OVMF share.
 */
#include "devices/acpi_loader.h"

enum { ALLOCATE = 1, ADD_POINTER = 2, ADD_CHECKSUM = 3, ZONE_HIGH = 1, ZONE_FSEG = 2 };
enum { RSDP_RSDT = 16, RSDP_XSDT = 24, RSDP_CHECKSUM = 8, RSDP_OLD_SIZE = 20, RSDP_EXTENDED = 32 };

static void name(char to[LOADER_NAME], const char *from)
{
	for (unsigned i = 0; i + 1 < LOADER_NAME && from[i]; i++)
		to[i] = from[i];
}

static void allocate(struct loader_entry *entry, const char *file, uint32_t alignment, uint8_t zone)
{
	*entry = (struct loader_entry){.command = ALLOCATE};
	name(entry->allocate.file, file);
	entry->allocate.alignment = alignment;
	entry->allocate.zone = zone;
}

static void pointer(struct loader_entry *entry, const char *file, uint32_t at, uint8_t bytes)
{
	*entry = (struct loader_entry){.command = ADD_POINTER};
	name(entry->pointer.file, file);
	name(entry->pointer.target, ACPI_FILE_TABLES);
	entry->pointer.at = at;
	entry->pointer.bytes = bytes;
}

static void checksum(struct loader_entry *entry, const char *file, uint32_t at, uint32_t from, uint32_t length)
{
	*entry = (struct loader_entry){.command = ADD_CHECKSUM};
	name(entry->checksum.file, file);
	entry->checksum.at = at;
	entry->checksum.from = from;
	entry->checksum.length = length;
}

void acpi_loader_prepare(const struct acpi_map *map, uint8_t *tables)
{
	for (unsigned i = 0; i < map->part_count; i++)
		tables[map->part[i].from + map->part[i].checksum_at] = 0;
	tables[RSDP_CHECKSUM] = 0;
	tables[RSDP_EXTENDED] = 0;
}

unsigned acpi_loader(const struct acpi_map *map, struct loader_entry entry[LOADER_ENTRIES])
{
	unsigned count = 0;
	allocate(&entry[count++], ACPI_FILE_RSDP, 16, ZONE_FSEG);
	allocate(&entry[count++], ACPI_FILE_TABLES, 64, ZONE_HIGH);
	for (unsigned i = 0; i < map->pointer_count; i++)
		pointer(&entry[count++], ACPI_FILE_TABLES, map->pointer[i].at, (uint8_t)map->pointer[i].bytes);
	for (unsigned i = 0; i < map->part_count; i++)
		checksum(&entry[count++], ACPI_FILE_TABLES, map->part[i].from + map->part[i].checksum_at,
		         map->part[i].from, map->part[i].length);
	pointer(&entry[count++], ACPI_FILE_RSDP, RSDP_RSDT, 4);
	pointer(&entry[count++], ACPI_FILE_RSDP, RSDP_XSDT, 8);
	checksum(&entry[count++], ACPI_FILE_RSDP, RSDP_CHECKSUM, 0, RSDP_OLD_SIZE);
	checksum(&entry[count++], ACPI_FILE_RSDP, RSDP_EXTENDED, 0, ACPI_RSDP_SIZE);
	return count;
}
