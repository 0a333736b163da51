/* SPDX-License-Identifier: ISC */
/* ACPI tables of any machine into any buffer: refused, or the root pointer and each table it leads to sum to zero. */
#include "devices/acpi.h"
#include "devices/pm.h"
#include "tests/fuzz/device_script.h"

static void check_sum(const uint8_t *bytes, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	MUST(!sum);
}

static uint64_t field(const uint8_t *bytes, unsigned width)
{
	uint64_t value = 0;

	memcpy(&value, bytes, width);
	return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct acpi_machine machine = {.base = take(&script, 2) * UINT64_C(64), .cpu_count = take(&script, 2)};
	size_t room = take(&script, 2) % (ACPI_MAX_SIZE + 1), used = 0;
	uint8_t *buffer = malloc(room + 1);
	const uint8_t *xsdt;

	machine.ioapic_id = take(&script, 1);
	machine.pci_window = take(&script, 4);
	machine.serial_count = take(&script, 1) % 6;
	for (unsigned i = 0; i < SERIAL_PLACES; i++)
		machine.serial[i] = (struct serial_place){(uint16_t)take(&script, 2), (uint8_t)take(&script, 1)};
	if (acpi_build(&machine, buffer, room, &used, NULL) == OK) {
		MUST(used <= room);
		check_sum(buffer, 36);
		xsdt = buffer + (field(buffer + 24, 8) - machine.base);
		check_sum(xsdt, field(xsdt + 4, 4));
		for (unsigned i = 0; i < 2; i++) {
			const uint8_t *table = buffer + (field(xsdt + 36 + 8 * i, 8) - machine.base);

			check_sum(table, field(table + 4, 4));
		}
	}
	free(buffer);
	return 0;
}
