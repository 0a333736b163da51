/* SPDX-License-Identifier: ISC */
/* A device model on the PCI bus: its windows, its interrupt and its access to memory, as the guest sets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/pci.h"
#include "tests/unit/device_fixture.h"

#define RAM 0x2000u
static struct bus bus;
static struct mmio_map mmio;
static struct guest_memory memory;
static struct pci pci;
static struct pci_function card;
static struct probe pirq[PCI_PIRQS];
static uint8_t ram[RAM];
static struct {
	uint32_t offset;
	unsigned size, reads, writes;
	uint64_t value;
} seen;

static uint64_t card_read(void *device, uint32_t offset, unsigned size)
{
	assert_ptr_equal(device, &card);
	seen.offset = offset;
	seen.size = size;
	seen.reads++;
	return 0x1122334455667788;
}

static void card_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	assert_ptr_equal(device, &card);
	seen.offset = offset;
	seen.size = size;
	seen.value = value;
	seen.writes++;
}

static const struct window window = {&card, card_read, card_write};

static int fresh(void **state)
{
	static const struct pci_identity identity = {.vendor = 0x1234,
	                                             .device = 0x5678,
	                                             .subsystem_vendor = 0x9abc,
	                                             .subsystem = 0xdef0,
	                                             .revision = 7,
	                                             .class_code = 1,
	                                             .subclass = 2,
	                                             .interface = 3,
	                                             .pin = 1};
	(void)state;
	memset(&bus, 0, sizeof(bus));
	memset(&mmio, 0, sizeof(mmio));
	memset(&memory, 0, sizeof(memory));
	memset(pirq, 0, sizeof(pirq));
	memset(&seen, 0, sizeof(seen));
	pci_init(&pci, &bus, &mmio, &memory, &(struct pin){probe_set, pirq, 0});
	guest_memory_add(&memory, 0, RAM, ram);
	pci_function_init(&card, &identity);
	pci_function_bar(&card, 0, PCI_BAR_MEMORY, 0x1000, &window);
	pci_function_bar(&card, 1, PCI_BAR_IO, 32, &window);
	pci_function_bar(&card, 5, PCI_BAR_PREFETCHABLE, 0x10000, &window);
	return pci_connect(&pci, 3, 0, &card) != OK;
}

#define CARD (3u * 8)
static uint32_t get(unsigned offset)
{
	return pci_config_read(&pci, CARD, offset, 4);
}

static void set(unsigned offset, unsigned size, uint32_t value)
{
	pci_config_write(&pci, CARD, offset, size, value);
}

static void the_header_says_who_it_is(void **state)
{
	(void)state;
	assert_int_equal(get(0), 0x56781234);
	assert_int_equal(get(8), 0x01020307);
	assert_int_equal(get(0x2c), 0xdef09abc);
	assert_int_equal(get(0x3c), 0x100);
	set(0, 4, 0);
	set(8, 4, 0);
	assert_int_equal(get(0), 0x56781234);
	set(0x3c, 4, 0xffffffff);
	assert_int_equal(get(0x3c), 0x1ff);
}

static void all_ones_in_a_bar_show_its_size_and_kind(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PCI_BARS; i++)
		set(PCI_BAR + 4 * i, 4, 0xffffffff);
	assert_int_equal(get(PCI_BAR), 0xfffff000);
	assert_int_equal(get(PCI_BAR + 4), 0xffffffe1);
	assert_int_equal(get(PCI_BAR + 8), 0);
	assert_int_equal(get(PCI_BAR + 20), 0xffff0008);
}

static void a_port_window_is_where_the_bar_says_while_it_is_on(void **state)
{
	(void)state;
	set(PCI_BAR + 4, 4, 0xc000);
	assert_int_equal(bus_read(&bus, 0xc004, 4), 0xffffffff);
	set(PCI_COMMAND, 2, PCI_COMMAND_IO);
	assert_int_equal(bus_read(&bus, 0xc004, 4), 0x55667788);
	assert_int_equal(seen.offset, 4);
	assert_int_equal(seen.size, 4);
	bus_write(&bus, 0xc01f, 1, 0xab);
	assert_int_equal(seen.offset, 31);
	assert_int_equal(seen.value, 0xab);
	set(PCI_BAR + 4, 4, 0xc020);
	seen.reads = 0;
	assert_int_equal(bus_read(&bus, 0xc01f, 1), 0xff);
	assert_int_equal(bus_read(&bus, 0xc020, 1), 0x88);
	assert_int_equal(seen.reads, 1);
	set(PCI_COMMAND, 2, 0);
	assert_int_equal(bus_read(&bus, 0xc020, 1), 0xff);
	set(PCI_COMMAND, 2, PCI_COMMAND_IO);
	set(PCI_BAR + 4, 4, 0x1c000); /* beyond the ports */
	assert_int_equal(bus_read(&bus, 0xc000, 1), 0xff);
}

static void ports_of_the_board_win_and_come_back(void **state)
{
	static struct pci_function other;
	struct window none = window;

	(void)state;
	none.device = &card;
	pci_function_init(&other, &(struct pci_identity){.vendor = 1});
	pci_function_bar(&other, 0, PCI_BAR_IO, 32, &none);
	assert_int_equal(pci_connect(&pci, 4, 0, &other), OK);
	assert_int_equal(pci_attach(&pci, &bus), OK);
	set(PCI_BAR + 4, 4, 0xce0);
	set(PCI_COMMAND, 2, PCI_COMMAND_IO);
	bus_write(&bus, 0xcf8, 4, 0x80001800);
	assert_int_equal(bus_read(&bus, 0xcfc, 4), 0x56781234);
	assert_int_equal(bus_read(&bus, 0xcf0, 1), 0x88);
	pci_config_write(&pci, 32, PCI_BAR, 4, 0xce0); /* two at one place: the later one, until it goes */
	pci_config_write(&pci, 32, PCI_COMMAND, 2, PCI_COMMAND_IO);
	pci_config_write(&pci, 32, PCI_COMMAND, 2, 0);
	assert_int_equal(bus_read(&bus, 0xcf0, 1), 0x88);
}

static void a_memory_window_is_where_the_bar_says_while_it_is_on(void **state)
{
	(void)state;
	set(PCI_BAR, 4, 0xe0001000);
	assert_null(mmio_map_find(&mmio, 0xe0001000, 4));
	set(PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	const struct mmio_range *range = mmio_map_find(&mmio, 0xe0001ffc, 4);
	assert_non_null(range);
	assert_int_equal(range->base, 0xe0001000);
	assert_null(mmio_map_find(&mmio, 0xe0001ffd, 4)); /* across its end */
	assert_null(mmio_map_find(&mmio, 0xe0000fff, 1));
	set(PCI_BAR + 2, 2, 0xd000);
	assert_null(mmio_map_find(&mmio, 0xe0001000, 1));
	assert_non_null(mmio_map_find(&mmio, 0xd0001000, 1));
	set(PCI_COMMAND, 1, 0);
	assert_null(mmio_map_find(&mmio, 0xd0001000, 1));
}

static void an_expansion_rom_is_there_while_its_own_bit_and_memory_are_on(void **state)
{
	static struct pci_function other;
	static const uint8_t rom[3000] = {0x55, 0xaa, 6, [2996] = 0x11, 0x22, 0x33, 0x44};
	const unsigned place = 4 * 8;
	(void)state;
	pci_function_init(&other, &(struct pci_identity){.vendor = 1});
	pci_function_rom(&other, rom, sizeof(rom));
	assert_int_equal(pci_connect(&pci, 4, 0, &other), OK);
	assert_int_equal(get(PCI_ROM), 0); /* the other card has none */
	set(PCI_ROM, 4, 0xffffffff);
	assert_int_equal(get(PCI_ROM), 0);
	pci_config_write(&pci, place, PCI_ROM, 4, 0xfffffffe);
	assert_int_equal(pci_config_read(&pci, place, PCI_ROM, 4), 0xfffff000);
	pci_config_write(&pci, place, PCI_ROM, 4, 0xe0000001);
	assert_null(mmio_map_find(&mmio, 0xe0000000, 1));
	pci_config_write(&pci, place, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	const struct mmio_range *range = mmio_map_find(&mmio, 0xe0000000, 4);
	assert_non_null(range);
	assert_int_equal(range->window.read(range->window.device, 0, 4) & 0xffffff, 0x06aa55);
	range->window.write(range->window.device, 0, 1, 0);
	assert_int_equal(range->window.read(range->window.device, 0, 1) & 0xff, 0x55);
	assert_int_equal(range->window.read(range->window.device, 2996, 8), 0xffffffff44332211); /* across its end */
	assert_int_equal(range->window.read(range->window.device, 4092, 4) & 0xffffffff, 0xffffffff);
	assert_null(mmio_map_find(&mmio, 0xe0001000, 1));
	pci_config_write(&pci, place, PCI_ROM, 1, 0);
	assert_null(mmio_map_find(&mmio, 0xe0000000, 1));
}

static void capabilities_are_a_list_the_guest_can_follow(void **state)
{
	static const uint8_t contents[8] = {0, 0, 0x11, 0x22, 0x33}, writable[8] = {0, 0, 0, 0xf0};

	(void)state;
	unsigned first = pci_function_capability(&card, 9, 5, contents, 0);
	unsigned second = pci_function_capability(&card, 5, 8, contents, writable);
	assert_int_equal(get(PCI_STATUS - 2) >> 16 & 0x10, 0x10);
	assert_int_equal(card.config[PCI_CAPABILITIES], first);
	assert_int_equal(get(first), 0x22110009 | second << 8);
	assert_int_equal(get(first + 4), 0x33);
	assert_int_equal(second % 4, 0);
	set(second, 4, 0xffffffff);
	assert_int_equal(get(second), 0xf2110005);
}

static void the_pin_of_a_device_drives_its_wire(void **state)
{
	(void)state;
	pci_function_interrupt(&card, true); /* device 3, INTA: wire 2 */
	assert_true(pirq[2].level);
	assert_int_equal(get(PCI_COMMAND) >> 16 & 8, 8);
	pci_function_interrupt(&card, true);
	set(PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
	assert_false(pirq[2].level);
	assert_int_equal(get(PCI_COMMAND) >> 16 & 8, 8);
	set(PCI_COMMAND, 2, 0);
	assert_true(pirq[2].level);
	pci_function_interrupt(&card, false);
	assert_false(pirq[2].level);
	assert_int_equal(get(PCI_COMMAND) >> 16 & 8, 0);
	assert_int_equal(pirq[2].rises, 2);
}

static void a_wire_is_high_while_anybody_holds_it(void **state)
{
	static struct pci_function other;

	(void)state;
	pci_function_init(&other, &(struct pci_identity){.vendor = 1, .pin = 2});
	assert_int_equal(pci_connect(&pci, 2, 0, &other), OK); /* INTB of device 2: wire 2, too */
	pci_function_interrupt(&card, true);
	pci_function_interrupt(&other, true);
	pci_function_interrupt(&card, false);
	assert_true(pirq[2].level);
	pci_function_interrupt(&other, false);
	assert_false(pirq[2].level);
}

static void dma_needs_a_bus_master_and_memory(void **state)
{
	uint32_t value = 0x12345678, back = 0;

	(void)state;
	assert_false(pci_dma_write(&card, 0x100, &value, 4));
	assert_null(pci_dma_at(&card, 0x100, 4));
	set(PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	assert_true(pci_dma_write(&card, 0x100, &value, 4));
	assert_true(pci_dma_read(&card, 0x100, &back, 4));
	assert_int_equal(back, 0x12345678);
	assert_ptr_equal(pci_dma_at(&card, 0x100, 4), ram + 0x100);
	assert_false(pci_dma_write(&card, RAM - 2, &value, 4));
	assert_false(pci_dma_read(&card, UINT64_MAX, &back, 4));
	assert_false(pci_dma_read(&card, 0x10, &back, UINT64_MAX));
}

static void the_next_free_device_is_found(void **state)
{
	(void)state;
	assert_int_equal(pci_free_device(&pci, 2), 2);
	assert_int_equal(pci_free_device(&pci, 3), 4);
	assert_int_equal(pci_free_device(&pci, 32), 32);
}

static void windows_that_do_not_fit_are_refused(void **state)
{
	static struct pci_function many[BUS_MAX_RANGES];
	unsigned i;

	(void)state;
	for (i = 0; i < 28; i++) {
		pci_function_init(&many[i], &(struct pci_identity){.vendor = 1});
		for (unsigned bar = 0; bar < 6; bar++)
			pci_function_bar(&many[i], bar, bar & 1 ? PCI_BAR_IO : PCI_BAR_MEMORY, 16, &window);
		if (pci_connect(&pci, 4 + i, 0, &many[i]) == ERR_FULL)
			break;
	}
	assert_in_range(i, 10, 27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(the_header_says_who_it_is, fresh),
	        cmocka_unit_test_setup(all_ones_in_a_bar_show_its_size_and_kind, fresh),
	        cmocka_unit_test_setup(a_port_window_is_where_the_bar_says_while_it_is_on, fresh),
	        cmocka_unit_test_setup(ports_of_the_board_win_and_come_back, fresh),
	        cmocka_unit_test_setup(a_memory_window_is_where_the_bar_says_while_it_is_on, fresh),
	        cmocka_unit_test_setup(an_expansion_rom_is_there_while_its_own_bit_and_memory_are_on, fresh),
	        cmocka_unit_test_setup(capabilities_are_a_list_the_guest_can_follow, fresh),
	        cmocka_unit_test_setup(the_pin_of_a_device_drives_its_wire, fresh),
	        cmocka_unit_test_setup(a_wire_is_high_while_anybody_holds_it, fresh),
	        cmocka_unit_test_setup(dma_needs_a_bus_master_and_memory, fresh),
	        cmocka_unit_test_setup(the_next_free_device_is_found, fresh),
	        cmocka_unit_test_setup(windows_that_do_not_fit_are_refused, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
