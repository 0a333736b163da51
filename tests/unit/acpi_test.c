/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "devices/acpi.h"
#include "devices/pm.h"
#include "tests/unit/device_fixture.h"

#define BASE 0xe0000

static uint8_t memory[ACPI_MAX_SIZE];
static size_t used;
static struct acpi_machine machine;

static int fresh(void **state)
{
	(void)state;
	machine = (struct acpi_machine){.base = BASE,
	                                .cpu_count = 2,
	                                .pm_base = PM_BASE,
	                                .hpet = true,
	                                .keyboard = true,
	                                .vga = true,
	                                .pci_window = 0x10000000,
	                                .serial_count = 4};
	memcpy(machine.serial, serial_places, sizeof(machine.serial));
	memset(memory, 0xee, sizeof(memory));
	return (int)acpi_build(&machine, memory, sizeof(memory), &used, NULL);
}

static uint64_t get(size_t at, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, memory + at, bytes);
	return value;
}

static uint8_t sum(size_t at, size_t length)
{
	uint8_t total = 0;

	for (size_t i = 0; i < length; i++)
		total = (uint8_t)(total + memory[at + i]);
	return total;
}

/* The table that XSDT names so. */
static size_t find(const char *signature)
{
	size_t xsdt = get(24, 8) - BASE;

	for (size_t at = xsdt + 36; at < xsdt + get(xsdt + 4, 4); at += 8) {
		size_t table = get(at, 8) - BASE;

		if (!memcmp(memory + table, signature, 4))
			return table;
	}
	fail();
	return 0;
}

static void the_root_pointer_leads_to_both_roots(void **state)
{
	(void)state;
	assert_memory_equal(memory, "RSD PTR ", 8);
	assert_int_equal(sum(0, 20), 0);
	assert_int_equal(sum(0, 36), 0);
	assert_memory_equal(memory + (get(16, 4) - BASE), "RSDT", 4);
	assert_memory_equal(memory + (get(24, 8) - BASE), "XSDT", 4);
	assert_int_equal(get(get(16, 4) - BASE + 36, 4), BASE + find("FACP"));
	assert_int_equal(get(get(16, 4) - BASE + 40, 4), BASE + find("APIC"));
}

static void every_table_sums_to_zero(void **state)
{
	size_t tables[] = {find("FACP"), find("APIC"), get(16, 4) - BASE, get(24, 8) - BASE,
	                   get(find("FACP") + 40, 4) - BASE};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		assert_true(tables[i] + get(tables[i] + 4, 4) <= used);
		assert_int_equal(sum(tables[i], get(tables[i] + 4, 4)), 0);
	}
}

static void the_fadt_has_its_fields_where_the_standard_says(void **state)
{
	size_t fadt = find("FACP");

	(void)state;
	assert_int_equal(get(fadt + 4, 4), 276);
	assert_int_equal(get(fadt + 46, 2), 9);
	assert_int_equal(get(fadt + 56, 4), PM_BASE);
	assert_int_equal(get(fadt + 64, 4), PM_BASE + 4);
	assert_int_equal(get(fadt + 76, 4), PM_BASE + 8);
	assert_int_equal(get(fadt + 88, 1), 4);
	assert_int_equal(get(fadt + 89, 1), 2);
	assert_int_equal(get(fadt + 91, 1), 4);
	assert_int_equal(get(fadt + 108, 1), 0x32);
	assert_int_equal(get(fadt + 112, 4) & 1 << 10, 1 << 10);
	assert_int_equal(get(fadt + 116 + 4, 8), 0xcf9);
	assert_int_equal(get(fadt + 128, 1), 6);
	assert_int_equal(get(fadt + 140, 8), get(fadt + 40, 4));
	assert_int_equal(get(fadt + 148 + 4, 8), PM_BASE);
	assert_int_equal(get(fadt + 172 + 4, 8), PM_BASE + 4);
	assert_int_equal(get(fadt + 208 + 4, 8), PM_BASE + 8);
	assert_int_equal(get(fadt + 36, 4) % 64, 0);
	assert_memory_equal(memory + (get(fadt + 36, 4) - BASE), "FACS", 4);
}

static void the_madt_lists_each_cpu_and_the_two_overrides(void **state)
{
	size_t madt, at, end;
	unsigned count[8] = {0};

	(void)state;
	machine.cpu_count = 255;
	assert_int_equal(acpi_build(&machine, memory, sizeof(memory), &used, NULL), OK);
	madt = find("APIC");
	end = madt + get(madt + 4, 4);
	for (at = madt + 44; at < end; at += memory[at + 1]) {
		if (memory[at] == 0)
			assert_int_equal(memory[at + 3], count[0]);
		count[memory[at]]++;
	}
	assert_int_equal(at, end);
	assert_int_equal(count[0], 255);
	assert_int_equal(count[1], 1);
	assert_int_equal(count[2], 2);
	assert_int_equal(count[4], 1);
}

static void no_size_is_written_beyond_and_only_a_fitting_one_succeeds(void **state)
{
	size_t whole = used;

	(void)state;
	for (size_t size = 0; size < whole; size++) {
		uint8_t *exact = malloc(size ? size : 1); /* so that the address sanitizer sees a byte too many */

		assert_int_equal(acpi_build(&machine, exact, size, NULL, NULL), ERR_FULL);
		free(exact);
	}
	assert_int_equal(acpi_build(&machine, memory, whole, NULL, NULL), OK);
}

static void impossible_machines_are_refused(void **state)
{
	struct acpi_machine good = machine;

	(void)state;
#define REFUSED(field, value)  \
	machine = good;        \
	machine.field = value; \
	assert_int_equal(acpi_build(&machine, memory, sizeof(memory), &used, NULL), ERR_ARGUMENT)
	REFUSED(base, 0xe0010);
	REFUSED(base, UINT64_C(1) << 32);
	REFUSED(cpu_count, 0);
	REFUSED(cpu_count, 256);
	REFUSED(ioapic_id, 16);
	REFUSED(serial_count, 5);
	REFUSED(serial[1].irq, 16);
	REFUSED(pci_window, 0xfec00000);
}

static void write_table(const char *path, size_t table)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(memory + table, 1, get(table + 4, 4), file), get(table + 4, 4));
	fclose(file);
}

/* The reference compiler disassembles each table, and compiles what comes out without a remark. */
static void iasl_finds_the_tables_clean(void **state)
{
	char directory[] = "/tmp/acpi-XXXXXX", path[64], command[512];
	const char *names[] = {"facp", "apic", "hpet", "mcfg", "dsdt"};
	size_t tables[] = {find("FACP"), find("APIC"), find("HPET"), find("MCFG"), get(find("FACP") + 40, 4) - BASE};

	(void)state;
	if (system("command -v iasl >/dev/null 2>&1"))
		skip();
	assert_non_null(mkdtemp(directory));
	for (unsigned i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		snprintf(path, sizeof(path), "%s/%s.dat", directory, names[i]);
		write_table(path, tables[i]);
		snprintf(
		        command, sizeof(command),
		        "cd %s && iasl -d %s.dat >log 2>&1 && ! grep -iE 'error|warning|invalid' log %s.dsl && "
		        "iasl %s.dsl >log 2>&1 && { [ %s != dsdt ] || grep -q '0 Errors, 0 Warnings, 0 Remarks' log; }",
		        directory, names[i], names[i], names[i], names[i]);
		assert_int_equal(system(command), 0);
	}
	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_root_pointer_leads_to_both_roots, fresh),
	        cmocka_unit_test_setup(every_table_sums_to_zero, fresh),
	        cmocka_unit_test_setup(the_fadt_has_its_fields_where_the_standard_says, fresh),
	        cmocka_unit_test_setup(the_madt_lists_each_cpu_and_the_two_overrides, fresh),
	        cmocka_unit_test_setup(no_size_is_written_beyond_and_only_a_fitting_one_succeeds, fresh),
	        cmocka_unit_test_setup(impossible_machines_are_refused, fresh),
	        cmocka_unit_test_setup(iasl_finds_the_tables_clean, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
