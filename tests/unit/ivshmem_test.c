/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/ivshmem.h"
#include "tests/unit/function_fixture.h"

enum { MASK = 0, STATUS = 4, POSITION = 8, DOORBELL = 12 };

static struct ivshmem device;
static struct pci pci;
static struct guest_memory memory;
static unsigned rings;
static uint16_t last_vector;

static void ring(void *owner, uint16_t vector)
{
	(void)owner;
	rings++;
	last_vector = vector;
}

static int setup(void **state)
{
	(void)state;
	rings = 0;
	ivshmem_init(&device, 1, 0xc0000000, 0x100000, &(struct ivshmem_peer){ring, 0});
	stand_alone(&pci, &device.pci, &memory);
	return 0;
}

static void the_memory_is_where_it_is_whatever_is_written(void **state)
{
	(void)state;
	assert_int_equal(config_read(&device.pci, 0x18), 0xc0000008);
	config_write(&device.pci, 0x18, 4, 0xffffffff);
	assert_int_equal(config_read(&device.pci, 0x18), 0xfff00008);
	config_write(&device.pci, 0x18, 4, 0xc0000008);
	assert_int_equal(config_read(&device.pci, 0x18), 0xc0000008);
	config_write(&device.pci, 0x18, 4, 0xe0000000);
	assert_int_equal(config_read(&device.pci, 0x18), 0xc0000008);
	config_write(&device.pci, 0x19, 1, 0x55);
	assert_int_equal(config_read(&device.pci, 0x18), 0xc0000008);
}

static void it_knows_its_number_and_rings_the_other(void **state)
{
	(void)state;
	assert_int_equal(window_read(&device.pci, 0, POSITION, 4), 1);
	window_write(&device.pci, 0, DOORBELL, 4, 0x00000005);
	assert_int_equal(rings, 1);
	assert_int_equal(last_vector, 5);
	window_write(&device.pci, 0, DOORBELL, 4, 0x00010000); /* itself */
	window_write(&device.pci, 0, DOORBELL, 4, 0x00020000); /* nobody */
	window_write(&device.pci, 0, DOORBELL, 2, 0);
	assert_int_equal(rings, 1);
}

static void a_ring_interrupts_as_far_as_the_mask_lets_it(void **state)
{
	(void)state;
	ivshmem_rung(&device);
	assert_false(device.pci.level);
	window_write(&device.pci, 0, MASK, 4, 1);
	assert_true(device.pci.level);
	assert_int_equal(window_read(&device.pci, 0, STATUS, 4), 1);
	assert_false(device.pci.level);
	assert_int_equal(window_read(&device.pci, 0, STATUS, 4), 0);
	assert_int_equal(window_read(&device.pci, 0, MASK, 4), 1);
	window_write(&device.pci, 0, STATUS, 4, 1);
	assert_true(device.pci.level);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_memory_is_where_it_is_whatever_is_written, setup),
	        cmocka_unit_test_setup(it_knows_its_number_and_rings_the_other, setup),
	        cmocka_unit_test_setup(a_ring_interrupts_as_far_as_the_mask_lets_it, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
