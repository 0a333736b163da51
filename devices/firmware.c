/* SPDX-License-Identifier: ISC */
/*
 * What firmware is told by fw_cfg: memory, CPUs, where its text goes, ACPI.
 *
 * The ACPI tables name the ports of the power-management block, which the firmware chooses, so they are written when it
 * asks for them.
 */
#include "devices/firmware.h"
#include "devices/machine.h"
#include "sdk/info.h"

static bool write_tables(struct firmware *firmware, struct acpi_map *map)
{
	struct acpi_machine acpi;
	machine_acpi(firmware->machine, &acpi);
	acpi.base = 0;
	if (acpi_build(&acpi, firmware->tables, sizeof firmware->tables, 0, map) != OK)
		return false;
	acpi_loader_prepare(map, firmware->tables);
	__builtin_memcpy(firmware->rsdp, firmware->tables, sizeof firmware->rsdp);
	return true;
}

static void selected(void *owner, uint16_t key)
{
	struct firmware *firmware = owner;
	struct acpi_map map;
	if (key == firmware->tables_key)
		(void)write_tables(firmware, &map);
}

static bool add_tables(struct firmware *firmware)
{
	struct fw_cfg *fw_cfg = &firmware->fw_cfg;
	struct acpi_map map;
	if (!write_tables(firmware, &map))
		return false;
	uint32_t steps = acpi_loader(&map, firmware->loader) * (uint32_t)sizeof firmware->loader[0];
	return fw_cfg_add_file(fw_cfg, ACPI_FILE_TABLES, firmware->tables, sizeof firmware->tables,
	                       &firmware->tables_key) &&
	       fw_cfg_add_file(fw_cfg, ACPI_FILE_RSDP, firmware->rsdp, sizeof firmware->rsdp, 0) &&
	       fw_cfg_add_file(fw_cfg, ACPI_FILE_LOADER, firmware->loader, steps, 0);
}

static bool add_memory(struct firmware *firmware)
{
	const struct guest_memory *memory = &firmware->machine->memory;
	uint32_t count = 0;
	uint64_t low = guest_memory_low_end(memory);
	firmware->e820[count++] = (struct e820_entry){0, low, E820_RAM};
	firmware->ram_size = low;
	for (unsigned i = 0; i < memory->count; i++) {
		const struct guest_range *range = &memory->range[i];
		if (range->gpa < GUEST_HOLE_END)
			continue;
		firmware->e820[count++] = (struct e820_entry){range->gpa, range->size, E820_RAM};
		firmware->ram_size += range->size;
	}
	return fw_cfg_add_file(&firmware->fw_cfg, "etc/e820", firmware->e820,
	                       count * (uint32_t)sizeof firmware->e820[0], 0) &&
	       fw_cfg_add(&firmware->fw_cfg, FW_CFG_RAM_SIZE, &firmware->ram_size, 8);
}

/* A guest without a screen gets its firmware's text on the first serial port. */
static bool add_numbers(struct firmware *firmware)
{
	struct machine *machine = firmware->machine;
	bool screen = machine->has_screen;
	firmware->words[0] = (uint8_t)machine->vcpu_count;
	firmware->words[2] = !screen;
	firmware->serial_console = serial_places[0].base;
	return fw_cfg_add(&firmware->fw_cfg, FW_CFG_CPU_COUNT, &firmware->words[0], 2) &&
	       fw_cfg_add(&firmware->fw_cfg, FW_CFG_MAX_CPUS, &firmware->words[0], 2) &&
	       fw_cfg_add(&firmware->fw_cfg, FW_CFG_NOGRAPHIC, &firmware->words[2], 2) &&
	       fw_cfg_add(&firmware->fw_cfg, FW_CFG_BOOT_MENU, &firmware->words[4], 2) &&
	       (screen || !machine->serial_count ||
	        fw_cfg_add_file(&firmware->fw_cfg, "etc/sercon-port", &firmware->serial_console, 2, 0));
}

const char *firmware_init(struct machine *machine)
{
	struct firmware *firmware = machine_alloc(machine, sizeof *firmware);
	if (!firmware)
		return "no room for the firmware's tables";
	machine->firmware = firmware;
	firmware->machine = machine;
	fw_cfg_init(&firmware->fw_cfg, &machine->memory);
	firmware->fw_cfg.selected = selected;
	firmware->fw_cfg.owner = firmware;
	if (!add_memory(firmware) || !add_tables(firmware) || !add_numbers(firmware) ||
	    fw_cfg_attach(&firmware->fw_cfg, &machine->bus) != OK)
		return "no room for what the firmware is told";
	return 0;
}
