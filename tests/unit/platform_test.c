/* SPDX-License-Identifier: ISC */
/* The small models of the PC around the interrupt controllers: PCI, power management, reset and debug ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/debug.h"
#include "devices/host_bridge.h"
#include "devices/pci.h"
#include "devices/pm.h"
#include "devices/reset.h"
#include "tests/unit/device_fixture.h"

static struct bus bus;
static struct pci pci;
static struct mmio_map mmio;
static struct guest_memory memory;
static struct pci_function bridge, card;
static struct pm pm;
static struct reset reset;
static struct debug debug;
static uint64_t now;
static const struct device_clock clock = {fake_now, &now, 0};
static struct probe sci;
static unsigned resets, power_offs, changes;
static uint32_t exit_code;
static char printed[16];

static void count(void *counter)
{
	++*(unsigned *)counter;
}

static size_t print(void *owner, const uint8_t *bytes, size_t length)
{
	(void)owner;
	strncat(printed, (const char *)bytes, length);
	return length;
}

static void leave(void *owner, uint32_t code)
{
	(void)owner;
	exit_code = code;
}

static void changed(void *owner, uint8_t offset, unsigned size)
{
	changes += offset + size;
	assert_ptr_equal(owner, &card);
}

static int fresh(void **state)
{
	struct pin pin = {probe_set, &sci, 0};

	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(&mmio, 0, sizeof(mmio));
	pci_init(&pci, &bus, &mmio, &memory, &(struct pin){0});
	memset(&card, 0, sizeof(card));
	memset(printed, 0, sizeof(printed));
	now = 0;
	resets = power_offs = changes = exit_code = 0;
	sci = (struct probe){0};
	host_bridge_init(&bridge, true);
	pm_init(&pm, &clock, &(struct pm_sink){count, &power_offs}, &pin);
	reset_init(&reset, &(struct reset_sink){count, &resets});
	debug_init(&debug, &(struct debug_sink){print, leave, NULL});
	if (pci_connect(&pci, 0, 0, &bridge) || pci_attach(&pci, &bus) || pm_attach(&pm, &bus) ||
	    reset_attach(&reset, &bus) || debug_attach(&debug, &bus))
		return 1;
	pm_place(&pm, PM_BASE);
	return 0;
}

static uint32_t config(uint32_t address)
{
	bus_write(&bus, 0xcf8, 4, address);
	return bus_read(&bus, 0xcfc, 4);
}

/* --- PCI --- */

static void mechanism_1_finds_the_host_bridge_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(config(0x80000000), 0x12378086);
	assert_int_equal(bus_read(&bus, 0xcf8, 4), 0x80000000);
	assert_int_equal(config(0x80000008), 0x06000002);
	assert_int_equal(bus_read(&bus, 0xcff, 1), 6);
	assert_int_equal(bus_read(&bus, 0xcfe, 2), 0x0600);
	for (uint32_t devfn = 1; devfn < 256; devfn++)
		assert_int_equal(config(0x80000000 | devfn << 8), 0xffffffff);
	assert_int_equal(config(0x80010000), 0xffffffff);
	assert_int_equal(config(0x00000000), 0xffffffff);
}

static void set_config(uint32_t address, uint8_t value)
{
	bus_write(&bus, 0xcf8, 4, 0x80000000 | (address & 0xfc));
	bus_write(&bus, (uint16_t)(0xcfc + (address & 3)), 1, value);
}

/* 82441FX data sheet, table 3: the register and the half of it for each piece; each bit but the one for writing is nothing to
 * it. */
static void pam_lets_writes_into_the_shadows_piece_by_piece(void **state)
{
	static const struct {
		uint32_t begin, end, reg, bit;
	} pieces[] = {{0xf0000, 0x100000, 0x59, 5}, {0xc0000, 0xc4000, 0x5a, 1}, {0xc4000, 0xc8000, 0x5a, 5}};

	(void)state;
	for (unsigned piece = 0; piece < 3; piece++)
		for (unsigned reg = 0x59; reg <= 0x5f; reg++)
			for (unsigned bit = 0; bit < 8; bit++) {
				for (unsigned other = 0x59; other <= 0x5f; other++)
					set_config(other, 0);
				set_config(reg, (uint8_t)(1u << bit));
				bool lets = reg == pieces[piece].reg && bit == pieces[piece].bit;
				assert_int_equal(host_bridge_lets_write(&bridge, pieces[piece].begin), lets);
				assert_int_equal(host_bridge_lets_write(&bridge, pieces[piece].end - 1), lets);
			}
	for (uint32_t gpa = 0; gpa < 0x200000; gpa += 0x400) {
		bool inside = false;
		for (unsigned piece = 0; piece < 3; piece++)
			inside = inside || (gpa >= pieces[piece].begin && gpa < pieces[piece].end);
		assert_int_equal(host_bridge_shadow(&bridge, gpa), inside);
	}
}

static void without_firmware_all_of_it_is_ram_for_good(void **state)
{
	(void)state;
	host_bridge_init(&bridge, false);
	for (uint32_t reg = 0x59; reg <= 0x5f; reg++) {
		set_config(reg, 0);
		assert_int_equal(bridge.config[reg], 0x33);
	}
	assert_false(host_bridge_shadow(&bridge, 0xf0000));
	assert_false(host_bridge_shadow(&bridge, 0xc0000));
}

static void the_address_is_taken_only_as_a_dword(void **state)
{
	(void)state;
	config(0x80000000);
	bus_write(&bus, 0xcf8, 1, 0xff);
	bus_write(&bus, 0xcfa, 2, 0xffff);
	assert_int_equal(bus_read(&bus, 0xcf8, 4), 0x80000000);
	assert_int_equal(bus_read(&bus, 0xcf8, 1), 0xff);
	bus_write(&bus, 0xcf8, 4, 0xffffffff);
	assert_int_equal(bus_read(&bus, 0xcf8, 4), 0x80fffffc);
}

static void only_the_bits_of_the_mask_can_be_written(void **state)
{
	(void)state;
	config(0x80000058);
	bus_write(&bus, 0xcfc, 4, 0xffffffff);
	assert_int_equal(bus_read(&bus, 0xcfc, 4), 0x33333300);
	config(0x80000000);
	bus_write(&bus, 0xcfc, 4, 0);
	assert_int_equal(bus_read(&bus, 0xcfc, 4), 0x12378086);
	config(0x80010000);
	bus_write(&bus, 0xcfc, 4, 0);
}

static uint64_t ecam(uint32_t offset, unsigned size)
{
	const struct mmio_range *range = mmio_map_find(&mmio, PCI_ECAM_BASE + offset, size);

	assert_non_null(range);
	return range->window.read(range->window.device, (uint32_t)(PCI_ECAM_BASE + offset - range->base), size);
}

static void set_ecam(uint32_t offset, unsigned size, uint64_t value)
{
	const struct mmio_range *range = mmio_map_find(&mmio, PCI_ECAM_BASE + offset, size);

	assert_non_null(range);
	range->window.write(range->window.device, (uint32_t)(PCI_ECAM_BASE + offset - range->base), size, value);
}

static void memory_shows_the_same_configuration_a_page_a_function(void **state)
{
	(void)state;
	assert_int_equal(ecam(0, 4), 0x12378086);
	assert_int_equal(ecam(0, 8), (uint64_t)config(0x80000004) << 32 | 0x12378086);
	assert_int_equal(ecam(2, 2), 0x1237);
	assert_int_equal(ecam(0xb, 1), 6);
	assert_int_equal(ecam(0x100, 4), 0xffffffff); /* nothing beyond 256 bytes */
	assert_int_equal(ecam(0xff8, 8), UINT64_MAX);
	for (uint32_t devfn = 1; devfn < 256; devfn++)
		assert_int_equal(ecam(devfn << 12, 4), 0xffffffff);
	assert_null(mmio_map_find(&mmio, PCI_ECAM_BASE + PCI_ECAM_BYTES, 1)); /* no other bus */
	set_ecam(0x58, 8, UINT64_MAX);
	assert_int_equal(config(0x80000058), 0x33333300);
	assert_int_equal(config(0x8000005c), 0x33333333);
	set_ecam(0x59, 1, 0);
	assert_int_equal(config(0x80000058), 0x33330000);
	set_ecam(0x1058, 4, 0); /* nobody there */
	assert_int_equal(config(0x80000058), 0x33330000);
}

static void functions_can_be_added_once_and_hear_of_changes(void **state)
{
	(void)state;
	card.changed = changed;
	card.owner = &card;
	card.writable[0x10] = 0xff;
	assert_int_equal(pci_connect(&pci, 3, 1, &card), OK);
	assert_int_equal(pci_connect(&pci, 3, 1, &card), ERR_STATE);
	assert_int_equal(pci_connect(&pci, 32, 0, &card), ERR_ARGUMENT);
	assert_int_equal(pci_connect(&pci, 0, 8, &card), ERR_ARGUMENT);
	config(0x80001910);
	bus_write(&bus, 0xcfc, 2, 0x1234);
	assert_int_equal(card.config[0x10], 0x34);
	assert_int_equal(changes, 0x10 + 2);
	assert_int_equal(pci_config_read(&pci, 25, 254, 4), 0xffffffff);
	pci_config_write(&pci, 25, 254, 4, 0);
	pci_config_write(&pci, 300, 0, 4, 0);
}

static void a_second_function_makes_the_device_multi_function(void **state)
{
	static struct pci_function first, second, late;

	(void)state;
	first = second = late = (struct pci_function){0};
	pci_connect(&pci, 4, 0, &first);
	pci_connect(&pci, 4, 1, &second);
	assert_int_equal(first.config[0x0e], 0x80);
	pci_connect(&pci, 5, 2, &second);
	pci_connect(&pci, 5, 0, &late);
	assert_int_equal(late.config[0x0e], 0x80);
}

/* --- power management --- */

static void the_timer_counts_24_bits_at_its_frequency(void **state)
{
	(void)state;
	now = CLOCK_SECOND;
	assert_int_equal(bus_read(&bus, PM_BASE + 8, 4), PM_TIMER_HZ);
	now = 1000 * CLOCK_SECOND;
	assert_int_equal(bus_read(&bus, PM_BASE + 8, 4), UINT64_C(1000) * PM_TIMER_HZ & 0xffffff);
	assert_int_equal(bus_read(&bus, PM_BASE + 9, 1), UINT64_C(1000) * PM_TIMER_HZ >> 8 & 0xff);
	bus_write(&bus, PM_BASE + 8, 4, 0);
}

static void the_timers_carry_raises_the_sci_until_it_is_cleared(void **state)
{
	uint64_t half = clock_ns(1 << 23, PM_TIMER_HZ);

	(void)state;
	assert_true(pm_deadline(&pm) == CLOCK_NEVER);
	bus_write(&bus, PM_BASE + 2, 2, 1);
	assert_true(pm_deadline(&pm) == half);
	pm_run(&pm, half - 1);
	assert_false(sci.level);
	now = half;
	pm_run(&pm, now);
	assert_true(sci.level);
	assert_int_equal(bus_read(&bus, PM_BASE, 4), 0x00010001);
	bus_write(&bus, PM_BASE, 2, 1);
	assert_false(sci.level);
	assert_true(pm_deadline(&pm) == clock_ns(2 << 23, PM_TIMER_HZ));
	now = 10 * half;
	assert_int_equal(bus_read(&bus, PM_BASE, 2), 1); /* without a run, too */
	assert_true(sci.level);
}

static void the_power_button_is_an_event(void **state)
{
	(void)state;
	bus_write(&bus, PM_BASE, 4, 0x01000000);
	pm_press_power_button(&pm);
	assert_true(sci.level);
	bus_write(&bus, PM_BASE + 1, 1, 1); /* clears by bytes */
	assert_false(sci.level);
	assert_int_equal(bus_read(&bus, PM_BASE + 2, 2), 0x100);
	bus_write(&bus, PM_BASE + 2, 2, 0xffff);
	assert_int_equal(bus_read(&bus, PM_BASE + 2, 2), 0x721);
	pm_reset(&pm);
	assert_int_equal(bus_read(&bus, PM_BASE, 4), 0);
}

static void sleep_type_5_switches_off_and_others_do_not(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, PM_BASE + 4, 2), 1);
	bus_write(&bus, PM_BASE + 4, 2, PM_SLP_TYP_S5 << 10);
	bus_write(&bus, PM_BASE + 4, 2, 3 << 10 | 0x2000);
	assert_int_equal(power_offs, 0);
	bus_write(&bus, PM_BASE + 4, 2, PM_SLP_TYP_S5 << 10 | 0x2001);
	assert_int_equal(power_offs, 1);
	assert_int_equal(bus_read(&bus, PM_BASE + 4, 2), PM_SLP_TYP_S5 << 10 | 1);
	bus_write(&bus, PM_BASE + 5, 1, PM_SLP_TYP_S5 << 2 | 0x20);
	assert_int_equal(power_offs, 2);
}

/* --- reset --- */

static void cf9_resets_when_its_bit_rises(void **state)
{
	(void)state;
	bus_write(&bus, 0xcf9, 1, 2);
	assert_int_equal(resets, 0);
	bus_write(&bus, 0xcf9, 1, 6);
	assert_int_equal(resets, 1);
	bus_write(&bus, 0xcf9, 1, 6);
	assert_int_equal(resets, 1);
	assert_int_equal(bus_read(&bus, 0xcf9, 1), 6);
	assert_int_equal(bus_read(&bus, 0xcf8, 4), 0); /* the address beside it is untouched */
}

static void port_92_resets_and_keeps_a20(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0x92, 1), 2);
	bus_write(&bus, 0x92, 1, 0);
	assert_int_equal(bus_read(&bus, 0x92, 1), 0);
	bus_write(&bus, 0x92, 1, 3);
	bus_write(&bus, 0x92, 1, 3);
	assert_int_equal(resets, 1);
}

static void the_keyboard_controller_only_resets(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0x64, 1) & 3, 1); /* nobody there, but commands are taken */
	assert_int_equal(bus_read(&bus, 0x60, 1), 0xff);
	bus_write(&bus, 0x60, 1, 0xfe);
	bus_write(&bus, 0x64, 1, 0x20);
	bus_write(&bus, 0x64, 1, 0xff);
	assert_int_equal(resets, 0);
	bus_write(&bus, 0x64, 1, 0xfe);
	assert_int_equal(resets, 1);
}

/* --- debug --- */

static void debug_ports_print_and_leave(void **state)
{
	(void)state;
	assert_int_equal(bus_read(&bus, 0xe9, 1), 0xe9);
	assert_int_equal(bus_read(&bus, 0x402, 1), 0xe9);
	bus_write(&bus, 0xe9, 1, 'h');
	bus_write(&bus, 0x402, 1, 'i');
	assert_string_equal(printed, "hi");
	bus_write(&bus, 0xf4, 4, 0x12345678);
	assert_int_equal(exit_code, 0x12345678);
	bus_write(&bus, 0x501, 1, 3);
	assert_int_equal(exit_code, 3);
	assert_int_equal(bus_read(&bus, 0xf4, 4), 0xffffffff);
	bus_write(&bus, 0x80, 1, 0x5a);
	assert_int_equal(debug.post, 0x5a);
}

static void models_without_listeners_are_harmless(void **state)
{
	(void)state;
	pm_init(&pm, &clock, &(struct pm_sink){0}, &(struct pin){0});
	reset_init(&reset, &(struct reset_sink){0});
	debug_init(&debug, &(struct debug_sink){0});
	bus_write(&bus, PM_BASE + 4, 2, PM_SLP_TYP_S5 << 10 | 0x2000);
	bus_write(&bus, 0xcf9, 1, 6);
	bus_write(&bus, 0xe9, 1, 'x');
	bus_write(&bus, 0xf4, 1, 0);
	assert_int_equal(resets + power_offs, 0);
}

static void a_full_bus_is_reported(void **state)
{
	(void)state;
	bus.count = BUS_MAX_RANGES - 1;
	assert_int_equal(pci_attach(&pci, &bus), ERR_FULL);
	assert_int_equal(reset_attach(&reset, &bus), ERR_FULL);
	assert_int_equal(debug_attach(&debug, &bus), ERR_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(mechanism_1_finds_the_host_bridge_and_nothing_else, fresh),
	        cmocka_unit_test_setup(pam_lets_writes_into_the_shadows_piece_by_piece, fresh),
	        cmocka_unit_test_setup(without_firmware_all_of_it_is_ram_for_good, fresh),
	        cmocka_unit_test_setup(the_address_is_taken_only_as_a_dword, fresh),
	        cmocka_unit_test_setup(only_the_bits_of_the_mask_can_be_written, fresh),
	        cmocka_unit_test_setup(memory_shows_the_same_configuration_a_page_a_function, fresh),
	        cmocka_unit_test_setup(functions_can_be_added_once_and_hear_of_changes, fresh),
	        cmocka_unit_test_setup(a_second_function_makes_the_device_multi_function, fresh),
	        cmocka_unit_test_setup(the_timer_counts_24_bits_at_its_frequency, fresh),
	        cmocka_unit_test_setup(the_timers_carry_raises_the_sci_until_it_is_cleared, fresh),
	        cmocka_unit_test_setup(the_power_button_is_an_event, fresh),
	        cmocka_unit_test_setup(sleep_type_5_switches_off_and_others_do_not, fresh),
	        cmocka_unit_test_setup(cf9_resets_when_its_bit_rises, fresh),
	        cmocka_unit_test_setup(port_92_resets_and_keeps_a20, fresh),
	        cmocka_unit_test_setup(the_keyboard_controller_only_resets, fresh),
	        cmocka_unit_test_setup(debug_ports_print_and_leave, fresh),
	        cmocka_unit_test_setup(models_without_listeners_are_harmless, fresh),
	        cmocka_unit_test_setup(a_full_bus_is_reported, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
