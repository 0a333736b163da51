/* SPDX-License-Identifier: ISC */
/* What firmware asks: items by number and by name, by port and by DMA; the steps that install ACPI tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/acpi_loader.h"
#include "devices/boot.h"
#include "devices/fw_cfg.h"
#include "devices/pm.h"
#include "tests/unit/device_fixture.h"

#define RAM 0x100000u
static struct bus bus;
static struct guest_memory memory;
static struct fw_cfg fw_cfg;
static uint8_t ram[RAM], rom[0x40000];
static const char text[] = "some text";
static uint16_t told;

static void selected(void *owner, uint16_t key)
{
	(void)owner;
	told = key;
}

static int fresh(void **state)
{
	uint16_t key;

	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(&memory, 0, sizeof(memory));
	memset(ram, 0xee, sizeof(ram));
	guest_memory_add(&memory, 0, RAM, ram);
	fw_cfg_init(&fw_cfg, &memory);
	fw_cfg.selected = selected;
	return !fw_cfg_add_file(&fw_cfg, "etc/first", "1", 1, NULL) ||
	       !fw_cfg_add_file(&fw_cfg, "opt/text", text, sizeof(text), &key) || key != 0x21 ||
	       fw_cfg_attach(&fw_cfg, &bus);
}

static void choose(uint16_t key)
{
	bus_write(&bus, 0x510, 2, key);
}

static void read_bytes(void *to, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		((uint8_t *)to)[i] = (uint8_t)bus_read(&bus, 0x511, 1);
}

static void items_are_read_byte_by_byte_and_end_in_zeroes(void **state)
{
	char bytes[12] = {0};

	(void)state;
	choose(FW_CFG_SIGNATURE);
	read_bytes(bytes, 6);
	assert_memory_equal(bytes, "QEMU\0\0", 6);
	choose(0x21);
	assert_int_equal(told, 0x21);
	read_bytes(bytes, 12);
	assert_string_equal(bytes, "some text");
	choose(0x7777);
	read_bytes(bytes, 2);
	assert_int_equal(bytes[0], 0);
}

static void the_directory_names_the_files(void **state)
{
	struct fw_cfg_file file[2];
	uint8_t count[4];

	(void)state;
	choose(FW_CFG_FILE_DIRECTORY);
	read_bytes(count, 4);
	read_bytes(file, sizeof(file));
	assert_memory_equal(count, "\0\0\0\2", 4);
	assert_string_equal(file[1].name, "opt/text");
	assert_memory_equal(file[1].size, "\0\0\0\x0a", 4);
	assert_memory_equal(file[1].key, "\0\x21", 2);
}

static void put_big(uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		ram[at + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint32_t dma(uint32_t control, uint32_t length, uint64_t address)
{
	put_big(0x100, control, 4);
	put_big(0x104, length, 4);
	put_big(0x108, address, 8);
	bus_write(&bus, 0x514, 4, 0);
	bus_write(&bus, 0x518, 4, 0x00010000); /* 0x100, big-endian */
	return (uint32_t)ram[0x100] << 24 | ram[0x103];
}

static void dma_reads_an_item_into_memory(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0x514, 4), 0x554d4551);
	assert_int_equal(bus_read(&bus, 0x518, 4), 0x47464320);
	assert_int_equal(bus_read(&bus, 0x516, 2), 0x554d);
	assert_int_equal(bus_read(&bus, 0x519, 1), 0x43);
	assert_int_equal(dma(0x210000 | 8 | 2, 20, 0x2000), 0);
	assert_memory_equal(ram + 0x2000, "some text\0\0\0\0\0\0\0\0\0\0\0", 20);
	assert_int_equal(ram[0x2014], 0xee);
	assert_int_equal(dma(0x210000 | 8 | 4, 5, 0), 0);
	assert_int_equal(dma(2, 4, 0x3000), 0);
	assert_memory_equal(ram + 0x3000, "text", 4);
}

static void dma_that_cannot_be_done_is_an_error_and_writes_nothing(void **state)
{
	(void)state;
	assert_int_equal(dma(0x210000 | 8 | 2, 20, RAM - 10), 1);
	assert_int_equal(ram[RAM - 10], 0xee);
	assert_int_equal(dma(0x210000 | 8 | 2, 0xffffffff, 0x2000), 1);
	assert_int_equal(dma(0x210000 | 8 | 16, 4, 0x2000), 1); /* writing */
	bus_write(&bus, 0x514, 4, 0);
	bus_write(&bus, 0x518, 4, 0xffffffff); /* the request is nowhere */
}

static void only_so_many_items_fit(void **state)
{
	unsigned count = 0;

	(void)state;
	while (fw_cfg_add_file(&fw_cfg, "x", text, 1, NULL))
		count++;
	assert_int_equal(count, FW_CFG_ITEMS - 5);
}

static uint8_t sum(const uint8_t *bytes, uint32_t length)
{
	uint8_t total = 0;

	while (length--)
		total = (uint8_t)(total + bytes[length]);
	return total;
}

/* Does to the two files what SeaBIOS does, or OVMF, which does not look at the checksum that is there. */
static void install(bool ovmf, const struct loader_entry *entry, unsigned count, uint8_t *rsdp, uint8_t *tables,
                    uint64_t base)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t *file = strcmp(entry[i].allocate.file, ACPI_FILE_RSDP) ? tables : rsdp;
		uint64_t value = 0;

		if (entry[i].command == 2) {
			assert_string_equal(entry[i].pointer.target, ACPI_FILE_TABLES);
			memcpy(&value, file + entry[i].pointer.at, entry[i].pointer.bytes);
			value += base;
			memcpy(file + entry[i].pointer.at, &value, entry[i].pointer.bytes);
		} else if (entry[i].command == 3) {
			uint8_t *at = &file[entry[i].checksum.at];
			*at = (uint8_t)((ovmf ? 0 : *at) -
			                sum(file + entry[i].checksum.from, entry[i].checksum.length));
		}
	}
}

static void the_loader_makes_the_tables_what_they_would_be_there_by(bool ovmf)
{
	static uint8_t moved[ACPI_MAX_SIZE], there[ACPI_MAX_SIZE];
	static struct loader_entry entry[LOADER_ENTRIES];
	struct acpi_machine machine = {.cpu_count = 3, .pci_window = 0x8000000, .pm_base = 0x600, .hpet = true};
	struct acpi_map map;
	uint8_t rsdp[ACPI_RSDP_SIZE];
	size_t used;

	assert_int_equal(acpi_build(&machine, moved, sizeof(moved), &used, &map), OK);
	acpi_loader_prepare(&map, moved);
	memcpy(rsdp, moved, sizeof(rsdp));
	unsigned count = acpi_loader(&map, entry);
	assert_in_range(count, 10, LOADER_ENTRIES);
	assert_int_equal(entry[0].allocate.zone, 2);
	install(ovmf, entry, count, rsdp, moved, 0x7ff0000);
	machine.base = 0x7ff0000;
	assert_int_equal(acpi_build(&machine, there, sizeof(there), &used, NULL), OK);
	assert_memory_equal(rsdp, there, sizeof(rsdp));
	assert_memory_equal(moved + ACPI_RSDP_SIZE, there + ACPI_RSDP_SIZE, used - ACPI_RSDP_SIZE);
}

static void the_loader_makes_the_tables_what_they_would_be_there_by_seabios(void **state)
{
	(void)state;
	the_loader_makes_the_tables_what_they_would_be_there_by(false);
}

static void the_loader_makes_the_tables_what_they_would_be_there_by_ovmf(void **state)
{
	(void)state;
	the_loader_makes_the_tables_what_they_would_be_there_by(true);
}

static void a_guest_with_firmware_starts_at_the_reset_vector(void **state)
{
	struct exit_frame entry;

	(void)state;
	assert_string_equal(boot_firmware(&memory, &entry), "the firmware is smaller than 128 KiB");
	for (unsigned i = 0; i < sizeof(rom); i++)
		rom[i] = (uint8_t)(i >> 12);
	guest_memory_add_rom(&memory, 0xfffc0000, sizeof(rom), rom);
	assert_null(boot_firmware(&memory, &entry));
	assert_int_equal(entry.segment[FRAME_CS].base + entry.rip, 0xfffffff0);
	assert_int_equal(entry.cr0 & 1, 0);
	assert_memory_equal(ram + 0xe0000, rom + 0x20000, 0x20000);
	uint8_t code[15];
	assert_true(guest_memory_fetch(&memory, 0xfffffff0, code, 15));
	assert_int_equal(code[0], 0x3f);
	assert_false(guest_memory_fetch(&memory, 0xfffffff5, code, 15));
	assert_null(guest_memory_at(&memory, 0xfffffff0, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(items_are_read_byte_by_byte_and_end_in_zeroes, fresh),
	        cmocka_unit_test_setup(the_directory_names_the_files, fresh),
	        cmocka_unit_test_setup(dma_reads_an_item_into_memory, fresh),
	        cmocka_unit_test_setup(dma_that_cannot_be_done_is_an_error_and_writes_nothing, fresh),
	        cmocka_unit_test_setup(only_so_many_items_fit, fresh),
	        cmocka_unit_test_setup(the_loader_makes_the_tables_what_they_would_be_there_by_seabios, fresh),
	        cmocka_unit_test_setup(the_loader_makes_the_tables_what_they_would_be_there_by_ovmf, fresh),
	        cmocka_unit_test_setup(a_guest_with_firmware_starts_at_the_reset_vector, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
