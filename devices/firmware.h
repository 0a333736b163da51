/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_FIRMWARE_H
#define DEVICES_FIRMWARE_H

#include "devices/acpi_loader.h"
#include "devices/e820.h"
#include "devices/fw_cfg.h"

/* What firmware is told about the machine. */
struct firmware {
	struct fw_cfg fw_cfg;
	struct machine *machine;
	struct e820_entry e820[E820_MAX];
	uint8_t tables[ACPI_MAX_SIZE];
	uint8_t rsdp[ACPI_RSDP_SIZE];
	struct loader_entry loader[LOADER_ENTRIES];
	uint64_t ram_size, serial_console;
	uint8_t words[8];
	uint16_t tables_key;
};

struct machine;
/* Adds fw_cfg to a machine whose other devices are there; 0, or what is wrong. */
const char *firmware_init(struct machine *machine);

#endif
