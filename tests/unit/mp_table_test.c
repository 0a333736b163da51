/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "devices/mp_table.h"
#include "devices/pm.h"

#define BASE 0xf0000u

static uint8_t memory[MP_TABLE_MAX_SIZE];
static size_t used;
static struct mp_machine machine;

static int fresh(void **state)
{
	(void)state;
	machine = (struct mp_machine){BASE, 3, 3};
	memset(memory, 0xee, sizeof(memory));
	return (int)mp_table_build(&machine, memory, sizeof(memory), &used);
}

static uint32_t get(size_t at, unsigned bytes)
{
	uint32_t value = 0;

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

static void the_pointer_leads_to_the_table_and_both_sum_to_zero(void **state)
{
	(void)state;
	assert_memory_equal(memory, "_MP_", 4);
	assert_int_equal(sum(0, 16), 0);
	size_t table = get(4, 4) - BASE;
	assert_memory_equal(memory + table, "PCMP", 4);
	assert_int_equal(table + get(table + 4, 2), used);
	assert_int_equal(sum(table, get(table + 4, 2)), 0);
	assert_int_equal(get(table + 36, 4), 0xfee00000);
}

/* As a kernel reads it: by the type of each entry, in ascending order of types. */
static void its_entries_are_the_machine_and_as_many_as_it_says(void **state)
{
	unsigned seen[5] = {0}, last = 0;
	size_t at = 16 + 44;

	(void)state;
	for (unsigned n = 0; n < get(16 + 34, 2); n++) {
		unsigned type = memory[at];
		assert_in_range(type, last, 4);
		if (type == 0) {
			assert_int_equal(memory[at + 1], seen[0]);
			assert_int_equal(memory[at + 3], seen[0] ? 1 : 3);
		}
		last = type;
		seen[type]++;
		at += type ? 8 : 20;
	}
	assert_int_equal(at, used);
	assert_int_equal(seen[0], 3);
	assert_int_equal(seen[1], 2);
	assert_int_equal(seen[2], 1);
	assert_int_equal(seen[3], 15 + 31 * 4);
	assert_int_equal(seen[4], 2);
}

static int pin_of(unsigned bus, unsigned irq, unsigned *flags)
{
	size_t at = 16 + 44 + 3 * 20 + 3 * 8;

	for (; at < used; at += 8)
		if (memory[at] == 3 && memory[at + 4] == bus && memory[at + 5] == irq) {
			*flags = get(at + 2, 2);
			assert_int_equal(memory[at + 6], 3); /* the I/O APIC's id */
			return memory[at + 7];
		}
	return -1;
}

static void interrupts_arrive_where_acpi_says_too(void **state)
{
	unsigned flags;

	(void)state;
	assert_int_equal(pin_of(1, 0, &flags), 2); /* the timer */
	assert_int_equal(pin_of(1, 2, &flags), -1);
	assert_int_equal(pin_of(1, 4, &flags), 4);
	assert_int_equal(flags, 0);
	assert_int_equal(pin_of(1, PM_SCI_IRQ, &flags), PM_SCI_IRQ);
	assert_int_equal(flags, 0xd);
	assert_int_equal(pin_of(0, 1 << 2 | 0, &flags), 16);
	assert_int_equal(pin_of(0, 2 << 2 | 3, &flags), 16);
	assert_int_equal(pin_of(0, 31 << 2 | 1, &flags), 19);
}

static void only_a_fitting_size_and_a_possible_machine_succeed(void **state)
{
	size_t whole = used;

	(void)state;
	for (size_t size = 0; size < whole; size++)
		assert_int_equal(mp_table_build(&machine, memory, size, &used), ERR_FULL);
	assert_int_equal(mp_table_build(&machine, memory, whole, &used), OK);
	machine.cpu_count = 16;
	assert_int_equal(mp_table_build(&machine, memory, sizeof(memory), &used), OK);
	machine.cpu_count = 17;
	assert_int_equal(mp_table_build(&machine, memory, sizeof(memory), &used), ERR_ARGUMENT);
	machine.cpu_count = 0;
	assert_int_equal(mp_table_build(&machine, memory, sizeof(memory), &used), ERR_ARGUMENT);
	machine.cpu_count = 1;
	machine.base = BASE + 8;
	assert_int_equal(mp_table_build(&machine, memory, sizeof(memory), &used), ERR_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_pointer_leads_to_the_table_and_both_sum_to_zero, fresh),
	        cmocka_unit_test_setup(its_entries_are_the_machine_and_as_many_as_it_says, fresh),
	        cmocka_unit_test_setup(interrupts_arrive_where_acpi_says_too, fresh),
	        cmocka_unit_test_setup(only_a_fitting_size_and_a_possible_machine_succeed, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
