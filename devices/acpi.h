/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_ACPI_H
#define DEVICES_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/serial.h"

/*
 * Where in the buffer addresses of other tables stand, and which parts have a checksum: for firmware that puts the
 * tables somewhere else. The checksum of part i is at from + checksum_at.
 */
#define ACPI_POINTERS 16u
#define ACPI_PARTS 12u
struct acpi_map {
	uint32_t pointer_count, part_count;
	struct {
		uint32_t at, bytes;
	} pointer[ACPI_POINTERS];
	struct {
		uint32_t from, length, checksum_at;
	} part[ACPI_PARTS];
};

/* What the tables say about the machine. */
struct acpi_machine {
	uint64_t
	        base; /* guest-physical address of the buffer, 64-byte aligned; E0000..FFFFF lets everybody find RSDP */
	uint32_t cpu_count;  /* APIC ids 0..cpu_count-1; at most 255 */
	uint32_t ioapic_id;  /* what ioapic_init got */
	uint32_t pci_window; /* start of the 32-bit PCI memory window (end of low RAM); it ends at FEBFFFFF */
	uint16_t pm_base;    /* ports of the PM block */
	bool hpet, keyboard, vga;
	uint32_t serial_count;
	struct serial_place serial[SERIAL_PLACES];
};
#define ACPI_MAX_SIZE 0x4000 /* enough for any machine */
#define ACPI_RSDP_SIZE 36u

/*
 * Writes RSDP (at the start of the buffer), RSDT, XSDT, FADT, FACS, MADT, HPET, MCFG and DSDT. ERR_FULL if `size` is too
 * small, ERR_ARGUMENT for an impossible machine. `used` (may be null) gets the number of bytes, `map` (may be null) what
 * moves with the tables. The RSDP's address is base.
 */
enum status acpi_build(const struct acpi_machine *machine, uint8_t *buffer, size_t size, size_t *used,
                       struct acpi_map *map);

#endif
