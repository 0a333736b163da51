/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "start/x86_64/acpi.h"

/*
 * The input is physical memory from 0xe0000 on. Checksums would keep a fuzzer outside, so they are made good first:
 * the root pointer's at 0, and of each table whose length fits at the multiples of 64.
 */
#define BASE UINT64_C(0xe0000)

static void seal(uint8_t *bytes, size_t size, size_t checksum)
{
	uint8_t sum = 0;
	bytes[checksum] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[checksum] = (uint8_t)-sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi acpi;
	if (size < 64 || size > 4096)
		return 0;
	uint8_t *bytes = malloc(size);
	memcpy(bytes, data, size);
	for (size_t at = (size - 1) / 64 * 64; at > 0; at -= 64) {
		uint32_t length = size - at >= 36 ? phys_u32(bytes + at + 4) : 0;
		if (length >= 36 && length <= size - at)
			seal(bytes + at, length, 9);
	}
	memcpy(bytes, "RSD PTR ", 8);
	seal(bytes, 20, 8);
	seal(bytes, 36, 32);
	struct phys_view view = {(uintptr_t)bytes - BASE, BASE, size};
	uint64_t rsdp = acpi_find(&view);
	if (rsdp == 0)
		abort();
	acpi_parse(&view, rsdp, &acpi);
	if (acpi.cpu_count > ACPI_CPUS || acpi.ioapic_count > ACPI_IOAPICS || acpi.override_count > ACPI_OVERRIDES)
		abort();
	acpi_line_flags(&acpi, 9, 0);
	free(bytes);
	return 0;
}
