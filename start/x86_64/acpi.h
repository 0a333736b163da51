/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_ACPI_H
#define START_X86_64_ACPI_H

#include <stdint.h>
#include "abi/status.h"
#include "start/x86_64/phys.h"

/*
 * The little that is taken from ACPI: CPUs, IOAPICs and line overrides (MADT), the reset register (FADT). No AML.
 * Pure: reads only through the view, in bounded loops, every table's checksum checked. ACPI 6.5, 5.2.
 */
#define ACPI_CPUS 64u
#define ACPI_IOAPICS 8u
#define ACPI_OVERRIDES 24u
struct acpi {
	uint32_t cpu[ACPI_CPUS]; /* local APIC ids of the enabled CPUs, in the table's order */
	uint32_t cpu_count;
	uint32_t ioapic_count, override_count;
	struct acpi_ioapic {
		uint32_t address, gsi;
	} ioapic[ACPI_IOAPICS];
	struct acpi_override {
		uint32_t gsi;
		uint16_t flags; /* MPS INTI flags: bits 0-1 polarity, 2-3 trigger */
	} override[ACPI_OVERRIDES];
	uint64_t lapic;      /* physical address of the local APICs' page */
	uint16_t reset_port; /* 0 = none in I/O space */
	uint8_t reset_value;
};
/* The root pointer in the BIOS area or the EBDA; 0 if there is none. */
uint64_t acpi_find(const struct phys_view *view);
/* ERR_RANGE, ERR_CORRUPT: the root is unusable. ERR_EMPTY: there is no MADT. */
enum status acpi_parse(const struct phys_view *view, uint64_t rsdp, struct acpi *acpi);
/* MACHINE_LINE_* flags of a line: what the firmware states about it wins over `flags`. */
unsigned acpi_line_flags(const struct acpi *acpi, uint32_t gsi, unsigned flags);

#endif
