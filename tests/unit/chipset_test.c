/* SPDX-License-Identifier: ISC */
/* The board around the PCI bus: PIIX3 routing, where the power-management block lies, HPET. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/hpet.h"
#include "devices/pci.h"
#include "devices/piix3.h"
#include "devices/pm.h"
#include "tests/unit/device_fixture.h"

static struct bus bus;
static struct mmio_map mmio;
static struct guest_memory memory;
static struct pci pci;
static struct pic pic;
static struct ioapic ioapic;
static struct isa isa;
static struct piix3 piix3;
static struct pm pm;
static struct hpet hpet;
static uint64_t now;
static bool moved;
static const struct device_clock clock = {fake_now, &now, &moved};
static struct probe lines[32], sci;
static unsigned messages;
static uint64_t last_message;

static void deliver(void *owner, uint64_t rte)
{
	(void)owner;
	messages++;
	last_message = rte;
}

static int fresh(void **state)
{
	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(&mmio, 0, sizeof(mmio));
	memset(lines, 0, sizeof(lines));
	now = 0;
	moved = false;
	messages = 0;
	pic_init(&pic, &(struct pin){0});
	ioapic_init(&ioapic, &(struct ioapic_sink){deliver, NULL}, 1);
	isa = (struct isa){&pic, &ioapic};
	piix3_init(&piix3, &isa);
	pci_init(&pci, &bus, &mmio, &memory, &(struct pin){piix3_set, &piix3, 0});
	pm_init(&pm, &clock, &(struct pm_sink){0}, &(struct pin){probe_set, &sci, 0});
	hpet_init(&hpet, &clock, &(struct pin){probe_set, lines, 0}, &(struct pin){isa_set, &isa, 0});
	if (pm_attach(&pm, &bus) || pci_connect(&pci, 1, 0, &piix3.function) || pci_connect(&pci, 1, 3, &pm.function))
		return 1;
	return 0;
}

static void a_wire_reaches_the_io_apic_and_the_line_it_is_routed_to(void **state)
{
	(void)state;
	ioapic_write(&ioapic, 0, 4, 0x10 + 2 * 17);
	ioapic_write(&ioapic, 0x10, 4, 0x8000 | 0x61);
	piix3_set(&piix3, 1, true);
	assert_int_equal(messages, 1);
	assert_int_equal(last_message & 0xff, 0x61);
	assert_int_equal(pic.chip[1].lines, 0); /* not routed yet */
	pci_config_write(&pci, 8, 0x61, 1, 11);
	assert_int_equal(pic.chip[1].lines, 1 << 3);
	piix3_set(&piix3, 2, true);
	pci_config_write(&pci, 8, 0x62, 1, 11); /* shared */
	piix3_set(&piix3, 1, false);
	assert_int_equal(pic.chip[1].lines, 1 << 3);
	pci_config_write(&pci, 8, 0x62, 1, 0x80);
	assert_int_equal(pic.chip[1].lines, 0);
	piix3_set(&piix3, 4, true); /* there is no fifth */
}

static void without_firmware_the_wires_are_on_lines_10_and_11(void **state)
{
	(void)state;
	piix3_route(&piix3);
	assert_int_equal(pic.chip[1].elcr & 0x0c, 0x0c);
	piix3_set(&piix3, 0, true);
	assert_int_equal(pic.chip[1].lines, 1 << 2);
	piix3_set(&piix3, 3, true);
	assert_int_equal(pic.chip[1].lines, 3 << 2);
}

static void the_power_management_block_is_where_its_registers_say(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, PM_BASE + 8, 4), 0xffffffff);
	pm_place(&pm, PM_BASE);
	now = 1000 * MS;
	assert_int_equal(bus_read(&bus, PM_BASE + 8, 4), PM_TIMER_HZ);
	pci_config_write(&pci, 11, 0x40, 4, 0x601);
	assert_int_equal(bus_read(&bus, 0x608, 4), PM_TIMER_HZ);
	assert_int_equal(bus_read(&bus, PM_BASE + 8, 4), 0xffffffff);
	assert_int_equal(pci_config_read(&pci, 11, 0x40, 4), 0x601);
	assert_int_equal(pm.base, 0x600);
	pci_config_write(&pci, 11, 0x80, 1, 0);
	assert_int_equal(bus_read(&bus, 0x608, 4), 0xffffffff);
	assert_int_equal(pci_config_read(&pci, 11, 0x58, 4) >> 25 & 1, 1); /* no SMM to be set up */
}

static uint64_t get(uint32_t offset)
{
	return hpet_read(&hpet, offset, 8);
}

static void the_hpet_counts_only_while_it_is_on(void **state)
{
	(void)state;
	assert_int_equal(get(0) >> 32, 10000000); /* femtoseconds */
	now = 5 * MS;
	assert_int_equal(get(0xf0), 0);
	hpet_write(&hpet, 0x10, 4, 1);
	now = 6 * MS;
	assert_int_equal(get(0xf0), 100000);
	hpet_write(&hpet, 0xf0, 8, 0); /* not while it runs */
	assert_int_equal(get(0xf0), 100000);
	hpet_write(&hpet, 0x10, 4, 0);
	now = 9 * MS;
	assert_int_equal(get(0xf0), 100000);
	hpet_write(&hpet, 0xf0, 4, 7);
	assert_int_equal(get(0xf0), 7);
	assert_int_equal(hpet_read(&hpet, 0xf4, 4), 0);
	hpet_write(&hpet, 0xf1, 4, 9);
	assert_int_equal(get(0xf0), 7);
}

static void a_one_shot_timer_fires_once_at_its_pin(void **state)
{
	(void)state;
	hpet_write(&hpet, 0x100, 8, 0x4 | 20 << 9);
	hpet_write(&hpet, 0x108, 8, 100000);
	moved = false;
	hpet_write(&hpet, 0x10, 4, 1);
	assert_true(moved);
	assert_int_equal(hpet_deadline(&hpet), MS);
	now = MS - 1;
	hpet_run(&hpet, now);
	assert_int_equal(lines[20].rises, 0);
	now = MS + 50;
	hpet_run(&hpet, now);
	assert_int_equal(lines[20].rises, 1);
	assert_false(lines[20].level);
	now = 100 * MS;
	hpet_run(&hpet, now);
	assert_int_equal(lines[20].rises, 1);
}

static void a_periodic_timer_goes_on_without_drift(void **state)
{
	(void)state;
	hpet_write(&hpet, 0x100, 8, 0x4 | 0x8 | 0x40 | 21 << 9);
	hpet_write(&hpet, 0x108, 8, 200000);
	hpet_write(&hpet, 0x108, 8, 100000);
	hpet_write(&hpet, 0x10, 4, 1);
	assert_int_equal(hpet_deadline(&hpet), 2 * MS);
	now = 2 * MS + 300;
	hpet_run(&hpet, now);
	assert_int_equal(hpet_deadline(&hpet), 3 * MS);
	now = 7 * MS + 1; /* late: one for all that were missed */
	hpet_run(&hpet, now);
	assert_int_equal(lines[21].rises, 2);
	assert_int_equal(hpet_deadline(&hpet), 8 * MS);
}

static void a_level_interrupt_stays_until_its_status_is_cleared(void **state)
{
	(void)state;
	hpet_write(&hpet, 0x140, 8, 0x4 | 0x2 | 22 << 9);
	hpet_write(&hpet, 0x148, 8, 10);
	hpet_write(&hpet, 0x10, 4, 1);
	now = MS;
	hpet_run(&hpet, now);
	assert_true(lines[22].level);
	assert_int_equal(get(0x20), 4);
	hpet_write(&hpet, 0x20, 4, 4);
	assert_false(lines[22].level);
	assert_int_equal(get(0x20), 0);
}

/* Whatever is written while it is asserted: the line that it leaves falls. */
static void a_level_interrupt_moves_with_its_route(void **state)
{
	(void)state;
	hpet_write(&hpet, 0x100, 8, 0x4 | 0x2 | 22 << 9);
	hpet_write(&hpet, 0x108, 8, 10);
	hpet_write(&hpet, 0x10, 4, 1);
	now = MS;
	hpet_run(&hpet, now);
	assert_true(lines[22].level);
	hpet_write(&hpet, 0x100, 8, 0x4 | 0x2 | 20 << 9);
	assert_false(lines[22].level);
	assert_true(lines[20].level);
	hpet_write(&hpet, 0x10, 4, 3); /* legacy replacement */
	assert_false(lines[20].level);
	assert_int_equal(ioapic.lines, 1 << 2);
	hpet_write(&hpet, 0x10, 4, 1);
	assert_int_equal(ioapic.lines, 0);
	assert_true(lines[20].level);
	hpet_write(&hpet, 0x100, 8, 0x4 | 20 << 9); /* an edge from now on */
	assert_false(lines[20].level);
}

static void legacy_replacement_uses_the_lines_of_pit_and_rtc(void **state)
{
	(void)state;
	ioapic_write(&ioapic, 0, 4, 0x10 + 2 * 2);
	ioapic_write(&ioapic, 0x10, 4, 0x30);
	hpet_write(&hpet, 0x100, 8, 0x4);
	hpet_write(&hpet, 0x108, 8, 10);
	hpet_write(&hpet, 0x10, 4, 3);
	now = MS;
	hpet_run(&hpet, now);
	assert_int_equal(messages, 1);
	assert_int_equal(last_message & 0xff, 0x30);
}

static void a_narrow_timer_compares_32_bits(void **state)
{
	(void)state;
	hpet_write(&hpet, 0xf0, 8, UINT64_C(0x1fffffff0));
	hpet_write(&hpet, 0x100, 8, 0x104 | 20 << 9);
	hpet_write(&hpet, 0x108, 8, 0x10);
	hpet_write(&hpet, 0x10, 4, 1);
	assert_int_equal(hpet_deadline(&hpet), 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_wire_reaches_the_io_apic_and_the_line_it_is_routed_to, fresh),
	        cmocka_unit_test_setup(without_firmware_the_wires_are_on_lines_10_and_11, fresh),
	        cmocka_unit_test_setup(the_power_management_block_is_where_its_registers_say, fresh),
	        cmocka_unit_test_setup(the_hpet_counts_only_while_it_is_on, fresh),
	        cmocka_unit_test_setup(a_one_shot_timer_fires_once_at_its_pin, fresh),
	        cmocka_unit_test_setup(a_periodic_timer_goes_on_without_drift, fresh),
	        cmocka_unit_test_setup(a_level_interrupt_stays_until_its_status_is_cleared, fresh),
	        cmocka_unit_test_setup(a_level_interrupt_moves_with_its_route, fresh),
	        cmocka_unit_test_setup(legacy_replacement_uses_the_lines_of_pit_and_rtc, fresh),
	        cmocka_unit_test_setup(a_narrow_timer_compares_32_bits, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
