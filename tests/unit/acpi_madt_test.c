/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "start/x86_64/acpi.h"
#include "start/machine.h"

/* The first MiB, as a firmware would have filled it: RSDP at 0xf0010, tables from 0xf1000. */
#define SIZE 0x100000u
enum { RSDP = 0xf0010, ROOT = 0xf1000, MADT = 0xf2000, FADT = 0xf3000 };
struct fixture {
	uint8_t *bytes;
	struct phys_view view;
	struct acpi acpi;
	unsigned madt_end;
};

static void put32(struct fixture *f, unsigned at, uint32_t value)
{
	memcpy(f->bytes + at, &value, 4);
}

static void seal(struct fixture *f, unsigned at, unsigned size, unsigned checksum)
{
	uint8_t sum = 0;
	f->bytes[at + checksum] = 0;
	for (unsigned i = 0; i < size; i++)
		sum = (uint8_t)(sum + f->bytes[at + i]);
	f->bytes[at + checksum] = (uint8_t)-sum;
}

static void table(struct fixture *f, unsigned at, const char *signature, unsigned size)
{
	memcpy(f->bytes + at, signature, 4);
	put32(f, at + 4, size);
	seal(f, at, size, 9);
}

static void rsdp(struct fixture *f, unsigned at, bool extended)
{
	memcpy(f->bytes + at, "RSD PTR ", 8);
	f->bytes[at + 15] = extended ? 2 : 0;
	put32(f, at + 16, extended ? 0 : ROOT);
	put32(f, at + 20, 36);
	put32(f, at + 24, extended ? ROOT : 0);
	seal(f, at, 20, 8);
	if (extended)
		seal(f, at, 36, 32);
}

static void record(struct fixture *f, size_t size, const uint8_t *bytes)
{
	memcpy(f->bytes + f->madt_end, bytes, size);
	f->madt_end += (unsigned)size;
	table(f, MADT, "APIC", f->madt_end - MADT);
}
#define RECORD(f, ...) record(f, sizeof((const uint8_t[]){__VA_ARGS__}), (const uint8_t[]){__VA_ARGS__})

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->bytes = calloc(1, SIZE);
	f->view = (struct phys_view){(uintptr_t)f->bytes, 0, SIZE};
	put32(f, ROOT + 36, MADT);
	put32(f, ROOT + 40, FADT);
	table(f, ROOT, "RSDT", 44);
	put32(f, MADT + 36, 0xfee00000);
	f->madt_end = MADT + 44;
	table(f, MADT, "APIC", 44);
	rsdp(f, RSDP, false);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	free(f->bytes);
	free(f);
	return 0;
}

static enum status parse(struct fixture *f)
{
	return acpi_parse(&f->view, acpi_find(&f->view), &f->acpi);
}

static void enabled_processors_are_listed_once_in_order(void **state)
{
	struct fixture *f = *state;
	RECORD(f, 0, 8, 0, 2, 1, 0, 0, 0);
	RECORD(f, 0, 8, 1, 0, 1, 0, 0, 0);
	RECORD(f, 0, 8, 2, 1, 0, 0, 0, 0);                             /* not enabled */
	RECORD(f, 0, 8, 3, 0xff, 1, 0, 0, 0);                          /* none */
	RECORD(f, 9, 16, 0, 0, 0x2c, 1, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0); /* x2APIC id 0x12c */
	RECORD(f, 9, 16, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0);    /* the first again */
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.cpu_count, 3);
	assert_int_equal(f->acpi.cpu[0], 2);
	assert_int_equal(f->acpi.cpu[1], 0);
	assert_int_equal(f->acpi.cpu[2], 0x12c);
	assert_int_equal(f->acpi.lapic, 0xfee00000);
}

static void more_processors_than_fit_are_left_out(void **state)
{
	struct fixture *f = *state;
	for (unsigned i = 0; i < ACPI_CPUS + 5; i++)
		RECORD(f, 0, 8, 0, (uint8_t)i, 1, 0, 0, 0);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.cpu_count, ACPI_CPUS);
}

static void ioapics_and_overrides_are_found(void **state)
{
	struct fixture *f = *state;
	RECORD(f, 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0);
	RECORD(f, 1, 12, 1, 0, 0, 0x10, 0xc0, 0xfe, 24, 0, 0, 0);
	RECORD(f, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0);
	RECORD(f, 2, 10, 0, 9, 9, 0, 0, 0, 0x0f, 0);
	RECORD(f, 5, 12, 0, 0, 0, 0, 0xe0, 0xfe, 1, 0, 0, 0);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.ioapic_count, 2);
	assert_int_equal(f->acpi.ioapic[1].address, 0xfec01000);
	assert_int_equal(f->acpi.ioapic[1].gsi, 24);
	assert_int_equal(f->acpi.lapic, UINT64_C(0x1fee00000));
	assert_int_equal(acpi_line_flags(&f->acpi, 9, 0), MACHINE_LINE_LEVEL | MACHINE_LINE_LOW);
	assert_int_equal(acpi_line_flags(&f->acpi, 2, MACHINE_LINE_LOW), MACHINE_LINE_LOW);
	assert_int_equal(acpi_line_flags(&f->acpi, 4, MACHINE_LINE_LEVEL), MACHINE_LINE_LEVEL);
	f->acpi.override[1].flags = 5;
	assert_int_equal(acpi_line_flags(&f->acpi, 9, MACHINE_LINE_LEVEL | MACHINE_LINE_LOW), 0);
}

static void records_with_impossible_sizes_end_the_walk(void **state)
{
	struct fixture *f = *state;
	RECORD(f, 0, 8, 0, 1, 1, 0, 0, 0);
	RECORD(f, 0, 200, 0, 2, 1, 0, 0, 0);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.cpu_count, 1);
	f->bytes[MADT + 44 + 1] = 1;
	seal(f, MADT, f->madt_end - MADT, 9);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.cpu_count, 0);
	table(f, MADT, "APIC", 40); /* too short for its own head */
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.lapic, 0);
}

static void a_wrong_checksum_makes_a_table_absent(void **state)
{
	struct fixture *f = *state;
	f->bytes[MADT + 40] ^= 1;
	assert_int_equal(parse(f), ERR_EMPTY);
	f->bytes[ROOT + 9] ^= 1;
	assert_int_equal(parse(f), ERR_CORRUPT);
	f->bytes[RSDP + 8] ^= 1;
	assert_int_equal(acpi_find(&f->view), 0);
	assert_int_equal(parse(f), ERR_RANGE);
}

static void tables_outside_the_view_are_absent(void **state)
{
	struct fixture *f = *state;
	put32(f, ROOT + 36, SIZE - 20);
	seal(f, ROOT, 44, 9);
	assert_int_equal(parse(f), ERR_EMPTY);
	put32(f, ROOT + 36, MADT);
	seal(f, ROOT, 44, 9);
	put32(f, MADT + 4, SIZE - MADT + 1);
	assert_int_equal(parse(f), ERR_EMPTY);
	assert_int_equal(acpi_parse(&f->view, SIZE - 10, &f->acpi), ERR_RANGE);
	put32(f, RSDP + 16, 0xfffffff0);
	seal(f, RSDP, 20, 8);
	assert_int_equal(parse(f), ERR_CORRUPT);
}

static void an_extended_root_is_preferred(void **state)
{
	struct fixture *f = *state;
	rsdp(f, RSDP, true);
	put32(f, ROOT + 40, 0);
	put32(f, ROOT + 44, FADT);
	put32(f, ROOT + 48, 0);
	table(f, ROOT, "XSDT", 52);
	RECORD(f, 0, 8, 0, 3, 1, 0, 0, 0);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.cpu[0], 3);
}

static void the_root_pointer_is_found_in_the_ebda_first(void **state)
{
	struct fixture *f = *state;
	f->bytes[0x40e] = 0xc0;
	f->bytes[0x40f] = 0x9f;
	assert_int_equal(acpi_find(&f->view), RSDP);
	rsdp(f, 0x9fc00 + 1008, false);
	assert_int_equal(acpi_find(&f->view), 0x9fc00 + 1008);
}

static void the_reset_register_is_used_only_in_port_space(void **state)
{
	struct fixture *f = *state;
	put32(f, FADT + 112, 1u << 10);
	f->bytes[FADT + 116] = 1;
	put32(f, FADT + 120, 0xcf9);
	f->bytes[FADT + 128] = 0x0f;
	table(f, FADT, "FACP", 244);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.reset_port, 0xcf9);
	assert_int_equal(f->acpi.reset_value, 0x0f);
	f->bytes[FADT + 116] = 0;
	table(f, FADT, "FACP", 244);
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.reset_port, 0);
	f->bytes[FADT + 116] = 1;
	table(f, FADT, "FACP", 116); /* version 1: has none */
	assert_int_equal(parse(f), OK);
	assert_int_equal(f->acpi.reset_port, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(enabled_processors_are_listed_once_in_order),
	        TEST(more_processors_than_fit_are_left_out),
	        TEST(ioapics_and_overrides_are_found),
	        TEST(records_with_impossible_sizes_end_the_walk),
	        TEST(a_wrong_checksum_makes_a_table_absent),
	        TEST(tables_outside_the_view_are_absent),
	        TEST(an_extended_root_is_preferred),
	        TEST(the_root_pointer_is_found_in_the_ebda_first),
	        TEST(the_reset_register_is_used_only_in_port_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
