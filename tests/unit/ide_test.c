/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "devices/disk_memory.h"
#include "tests/unit/ide_fixture.h"

#define DISK_BYTES (512u * 700u)
#define CD_BYTES (2048u * 40u)
enum { ERROR = 1, FEATURE = 1, COUNT, LOW, MID, HIGH, DEVICE, STATUS, COMMAND = 7 };
enum { IDLE = IDE_DRDY | IDE_DSC, DRQ = IDLE | IDE_DRQ, ERR = IDLE | IDE_ERR };

static struct ide_fixture f;
static uint8_t bytes[DISK_BYTES], cd[CD_BYTES];
static struct disk disk, medium;
static struct disk_memory disk_memory, cd_memory;

/* A disk that answers when the test says so. */
static struct disk_request *held;

static void hold(void *backend, struct disk_request *request)
{
	(void)backend;
	assert_null(held);
	held = request;
}

static void release(enum status status)
{
	struct disk_request *request = held;

	assert_non_null(request);
	held = 0;
	request->done(request, status);
}

static int fresh(void **state)
{
	(void)state;
	ide_fixture_init(&f);
	held = 0;
	for (unsigned i = 0; i < DISK_BYTES; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 512 * 13);
	for (unsigned i = 0; i < CD_BYTES; i++)
		cd[i] = (uint8_t)(i * 3 + i / 2048);
	disk = medium = (struct disk){0};
	disk_memory_init(&disk_memory, &disk, bytes, DISK_BYTES, false);
	disk_memory_init(&cd_memory, &medium, cd, CD_BYTES, true);
	ide_disk(&f.ide, 0, &disk);
	ide_cdrom(&f.ide, 2, &medium);
	return 0;
}

static uint8_t in(uint16_t base, unsigned offset)
{
	return (uint8_t)bus_read(&f.pci.bus, (uint16_t)(base + offset), 1);
}

static void out(uint16_t base, unsigned offset, unsigned value)
{
	bus_write(&f.pci.bus, (uint16_t)(base + offset), 1, value);
}

static void read_data(uint16_t base, uint8_t *to, unsigned count)
{
	for (unsigned i = 0; i < count; i += 2) {
		uint32_t word = bus_read(&f.pci.bus, base, 2);
		to[i] = (uint8_t)word;
		to[i + 1] = (uint8_t)(word >> 8);
	}
}

static void write_data(uint16_t base, const uint8_t *from, unsigned count)
{
	for (unsigned i = 0; i < count; i += 4) {
		uint32_t word;
		memcpy(&word, from + i, 4);
		bus_write(&f.pci.bus, base, 4, word);
	}
}

static void command(unsigned lba, unsigned count, unsigned code)
{
	out(PRIMARY, COUNT, count);
	out(PRIMARY, LOW, lba);
	out(PRIMARY, MID, lba >> 8);
	out(PRIMARY, HIGH, lba >> 16);
	out(PRIMARY, DEVICE, 0xe0);
	out(PRIMARY, COMMAND, code);
}

static void command_ext(uint64_t lba, unsigned count, unsigned code)
{
	out(PRIMARY, COUNT, count >> 8);
	out(PRIMARY, LOW, (unsigned)(lba >> 24));
	out(PRIMARY, MID, (unsigned)(lba >> 32));
	out(PRIMARY, HIGH, (unsigned)(lba >> 40));
	command((unsigned)lba, count, code);
}

/* An entry of the PRD table at 0x1000. */
static void prd(unsigned number, uint32_t address, uint32_t count, bool last)
{
	uint32_t entry[2] = {address, (count & 0xffff) | (last ? UINT32_C(0x80000000) : 0)};

	memcpy(f.pci.ram + 0x1000 + number * 8, entry, 8);
}

static void bm_write(unsigned channel, unsigned offset, unsigned size, uint32_t value)
{
	bus_write(&f.pci.bus, (uint16_t)(BUS_MASTER + channel * 8 + offset), size, value);
}

static unsigned bm_status(unsigned channel)
{
	return bus_read(&f.pci.bus, (uint16_t)(BUS_MASTER + channel * 8 + 2), 1);
}

static void bm_start(unsigned channel, bool to_memory)
{
	bm_write(channel, 4, 4, 0x1000);
	bm_write(channel, 2, 1, 6);
	bm_write(channel, 0, 1, to_memory ? 9 : 1);
}

/* --- disks --- */

static void identify_tells_size_and_what_it_can(void **state)
{
	uint8_t page[512];

	(void)state;
	command(0, 0, 0xec);
	assert_true(f.irq[0].level);
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
	assert_false(f.irq[0].level);
	read_data(PRIMARY, page, 512);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_equal(page[120] | page[121] << 8, 700);
	assert_int_equal(page[200] | page[201] << 8, 700);
	assert_memory_equal(page + 54, "UBKLEHDAD SI K", 14); /* words with their first letter high */
	assert_true(page[99] & 1);                            /* DMA */
	assert_true(page[167] & 4);                           /* 48 bits */
}

static void pio_reads_interrupt_for_each_sector(void **state)
{
	uint8_t got[3 * 512];

	(void)state;
	command(5, 3, 0x20);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f.irq[0].rises, i + 1);
		assert_int_equal(in(PRIMARY, STATUS), DRQ);
		read_data(PRIMARY, got + i * 512, 512);
	}
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_equal(f.irq[0].rises, 3);
	assert_memory_equal(got, bytes + 5 * 512, sizeof(got));
}

static void multiple_moves_several_sectors_for_one_interrupt(void **state)
{
	uint8_t got[20 * 512];

	(void)state;
	command(0, 0, 0xc4);
	assert_int_equal(in(PRIMARY, STATUS), ERR); /* not set yet */
	command(0, 16, 0xc6);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	f.irq[0].rises = 0;
	command(1, 20, 0xc4);
	in(PRIMARY, STATUS);
	read_data(PRIMARY, got, 16 * 512);
	in(PRIMARY, STATUS);
	read_data(PRIMARY, got + 16 * 512, 4 * 512);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_equal(f.irq[0].rises, 2);
	assert_memory_equal(got, bytes + 512, sizeof(got));
	command(0, 17, 0xc6);
	assert_int_equal(in(PRIMARY, ERROR), IDE_ABRT);
}

static void pio_writes_reach_the_disk_and_flush_follows(void **state)
{
	uint8_t data[1024];

	(void)state;
	memset(data, 0xa5, sizeof(data));
	command_ext(600, 2, 0x34);
	assert_int_equal(f.irq[0].rises, 0); /* the first block is not announced */
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
	write_data(PRIMARY, data, 512);
	assert_int_equal(f.irq[0].rises, 1);
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
	write_data(PRIMARY, data, 512);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_memory_equal(bytes + 600 * 512, data, 1024);
	command(0, 0, 0xe7);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
}

static void cylinders_heads_and_sectors_are_understood(void **state)
{
	uint8_t got[512];

	(void)state;
	out(PRIMARY, COUNT, 1);
	out(PRIMARY, LOW, 3);
	out(PRIMARY, MID, 0);
	out(PRIMARY, HIGH, 0);
	out(PRIMARY, DEVICE, 0xa0 | 2);
	out(PRIMARY, COMMAND, 0x20);
	read_data(PRIMARY, got, 512);
	assert_memory_equal(got, bytes + (2 * 63 + 2) * 512, 512);
	out(PRIMARY, LOW, 0); /* there is no sector 0 */
	out(PRIMARY, COMMAND, 0x20);
	assert_int_equal(in(PRIMARY, ERROR), IDE_IDNF);
}

static void places_beyond_the_end_are_not_found(void **state)
{
	(void)state;
	command(699, 2, 0x20);
	assert_int_equal(in(PRIMARY, STATUS), ERR);
	assert_int_equal(in(PRIMARY, ERROR), IDE_IDNF);
	command(0, 0, 0xc8); /* 256 of them fit */
	assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
	bm_write(0, 0, 1, 1);
	bm_write(0, 0, 1, 0);
	command_ext(UINT64_C(0xffffffffffff), 1, 0x25);
	assert_int_equal(in(PRIMARY, ERROR), IDE_IDNF);
	command_ext(0, 0, 0x25); /* 65536 do not */
	assert_int_equal(in(PRIMARY, ERROR), IDE_IDNF);
}

static void dma_follows_the_table(void **state)
{
	(void)state;
	prd(0, 0x20000, 6, false);
	prd(1, 0x30002, 1000, false);
	prd(2, 0x40000, 0, true); /* 64 KiB */
	bm_start(0, true);
	assert_int_equal(bm_status(0) & 7, 1);
	command_ext(10, 100, 0x25);
	assert_int_equal(bm_status(0) & 7, 5); /* the table is longer than the data: still active */
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_memory_equal(f.pci.ram + 0x20000, bytes + 5120, 6);
	assert_memory_equal(f.pci.ram + 0x30002, bytes + 5126, 1000);
	assert_memory_equal(f.pci.ram + 0x40000, bytes + 6126, 51200 - 1006);
	bm_write(0, 0, 1, 0);
	assert_int_equal(bm_status(0) & 1, 0);
	prd(0, 0x20000, 1024, true);
	memset(f.pci.ram + 0x20000, 0x3c, 1024);
	command(7, 2, 0xca); /* the command first this time */
	assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
	bm_start(0, false);
	assert_int_equal(bm_status(0) & 7, 4);
	assert_memory_equal(bytes + 7 * 512, f.pci.ram + 0x20000, 1024);
}

static void a_sector_in_pieces_of_two_bytes_is_moved(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 512; i++)
		prd(i, 0x20000 + i * 4, 2, i == 511);
	bm_start(0, true);
	command(3, 2, 0xc8);
	assert_int_equal(bm_status(0) & 7, 4);
	for (unsigned i = 0; i < 512; i++)
		assert_memory_equal(f.pci.ram + 0x20000 + i * 4, bytes + 3 * 512 + i * 2, 2);
}

static void a_table_that_is_too_short_ends_without_an_interrupt(void **state)
{
	(void)state;
	prd(0, 0x20000, 1000, true);
	bm_start(0, true);
	command(3, 4, 0xc8);
	assert_int_equal(bm_status(0) & 7, 0);
	assert_int_equal(f.irq[0].rises, 0);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
}

static void a_table_that_points_outside_of_memory_is_an_error(void **state)
{
	(void)state;
	prd(0, GUEST_BYTES - 512, 1024, true);
	bm_start(0, true);
	command(3, 4, 0xc8);
	assert_int_equal(bm_status(0) & 7, 6);
	assert_int_equal(in(PRIMARY, STATUS), ERR);
	bm_write(0, 0, 1, 0);
	bm_write(0, 4, 4, 0xfffffffc); /* the table itself */
	bm_write(0, 0, 1, 9);
	command(3, 4, 0xc8);
	assert_int_equal(in(PRIMARY, STATUS), ERR);
}

static void an_unknown_command_is_aborted(void **state)
{
	(void)state;
	command(0, 0, 0xb0);
	assert_int_equal(in(PRIMARY, STATUS), ERR);
	assert_int_equal(in(PRIMARY, ERROR), IDE_ABRT);
}

static void a_missing_drive_reads_zero_and_obeys_nothing(void **state)
{
	(void)state;
	out(PRIMARY, DEVICE, 0xf0);
	out(PRIMARY, COUNT, 0x55);
	assert_int_equal(in(PRIMARY, COUNT), 0);
	assert_int_equal(in(PRIMARY, STATUS), 0);
	out(PRIMARY, COMMAND, 0xec);
	assert_false(f.irq[0].level);
	out(PRIMARY, DEVICE, 0xe0);
	assert_int_equal(in(PRIMARY, COUNT), 0x55);
}

/* The other drive is none, or of another kind: what was begun must not go on there. */
static void turning_to_the_other_drive_gives_a_command_up(void **state)
{
	uint8_t sector[512] = {1};

	(void)state;
	command(5, 2, 0x30);
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
	write_data(PRIMARY, sector, 256);
	out(PRIMARY, DEVICE, 0xf0);
	write_data(PRIMARY, sector, 512);
	out(PRIMARY, DEVICE, 0xe0);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_not_equal(bytes[5 * 512], 1);
	command(5, 2, 0x20);
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
	out(PRIMARY, DEVICE, 0xf0);
	read_data(PRIMARY, sector, 512);
	read_data(PRIMARY, sector, 512);
	out(PRIMARY, DEVICE, 0xe0);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	command(5, 1, 0x20);
	read_data(PRIMARY, sector, 512);
	assert_memory_equal(sector, bytes + 5 * 512, 512);
}

static void nien_holds_the_interrupt_back_and_reading_status_ends_it(void **state)
{
	(void)state;
	bus_write(&f.pci.bus, 0x3f6, 1, 2);
	command(0, 0, 0xe7);
	assert_false(f.irq[0].level);
	bus_write(&f.pci.bus, 0x3f6, 1, 0);
	assert_true(f.irq[0].level);
	assert_int_equal(bus_read(&f.pci.bus, 0x3f6, 1), IDLE);
	assert_true(f.irq[0].level);
	in(PRIMARY, STATUS);
	assert_false(f.irq[0].level);
}

static void a_reset_shows_the_signatures(void **state)
{
	(void)state;
	bus_write(&f.pci.bus, 0x376, 1, 4);
	assert_int_equal(in(SECONDARY, STATUS), IDE_BSY);
	bus_write(&f.pci.bus, 0x376, 1, 0);
	assert_int_equal(in(SECONDARY, MID), 0x14);
	assert_int_equal(in(SECONDARY, HIGH), 0xeb);
	assert_int_equal(in(PRIMARY, MID), 0);
}

static void a_disk_error_is_told(void **state)
{
	(void)state;
	disk.submit = hold;
	command(1, 1, 0x20);
	assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
	out(PRIMARY, COMMAND, 0xec); /* busy: not heard */
	assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
	release(ERR_CORRUPT);
	assert_int_equal(in(PRIMARY, STATUS), ERR);
	assert_int_equal(in(PRIMARY, ERROR), IDE_UNC);
}

static void a_reset_waits_for_a_request_that_is_underway(void **state)
{
	(void)state;
	disk.submit = hold;
	prd(0, 0x20000, 1024, true);
	bm_start(0, true);
	command(1, 2, 0xc8);
	bm_write(0, 0, 1, 0);
	bus_write(&f.pci.bus, 0x3f6, 1, 4);
	bus_write(&f.pci.bus, 0x3f6, 1, 0);
	assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
	release(OK);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_equal(f.irq[0].rises, 0);
	command(1, 1, 0x20);
	release(OK);
	assert_int_equal(in(PRIMARY, STATUS), DRQ);
}

static void a_disk_that_answers_late_moves_all_of_it(void **state)
{
	void (*memory_submit)(void *backend, struct disk_request *request) = disk.submit;

	(void)state;
	disk.submit = hold;
	for (unsigned i = 0; i < 600; i++)
		prd(i, 0x20000 + i * 512, 512, i == 599);
	bm_start(0, true);
	command_ext(0, 600, 0x25);
	for (unsigned n = 0; n < 3; n++) {
		struct disk_request *request = held;
		assert_int_equal(request->sectors, n < 2 ? 256 : 88);
		assert_int_equal(in(PRIMARY, STATUS), IDE_BSY);
		held = 0;
		memory_submit(&disk_memory, request);
	}
	assert_null(held);
	assert_int_equal(in(PRIMARY, STATUS), IDLE);
	assert_int_equal(bm_status(0) & 7, 4);
	assert_memory_equal(f.pci.ram + 0x20000, bytes, 600 * 512);
}

/* --- CD-ROM --- */

static void packet(const uint8_t *bytes12, unsigned limit, bool dma)
{
	out(SECONDARY, DEVICE, 0xa0);
	out(SECONDARY, FEATURE, dma);
	out(SECONDARY, MID, limit);
	out(SECONDARY, HIGH, limit >> 8);
	out(SECONDARY, COMMAND, 0xa0);
	assert_int_equal(in(SECONDARY, STATUS), DRQ);
	assert_int_equal(in(SECONDARY, COUNT), 1);
	write_data(SECONDARY, bytes12, 12);
}

/* All DRQ blocks of an answer; how many bytes there were. */
static unsigned answer(uint8_t *to)
{
	unsigned total = 0;

	while (in(SECONDARY, STATUS) & IDE_DRQ) {
		unsigned count = in(SECONDARY, MID) | (unsigned)in(SECONDARY, HIGH) << 8;
		assert_int_equal(in(SECONDARY, COUNT), 2);
		read_data(SECONDARY, to + total, count);
		total += count;
	}
	assert_int_equal(in(SECONDARY, COUNT), 3);
	return total;
}

static void identify_packet_device_is_another_command(void **state)
{
	uint8_t page[512];

	(void)state;
	out(SECONDARY, DEVICE, 0xa0);
	out(SECONDARY, COMMAND, 0xec);
	assert_int_equal(in(SECONDARY, STATUS), ERR);
	assert_int_equal(in(SECONDARY, HIGH), 0xeb);
	out(SECONDARY, COMMAND, 0xa1);
	read_data(SECONDARY, page, 512);
	assert_int_equal(page[0] | page[1] << 8, 0x8580);
	assert_int_equal(in(SECONDARY, STATUS), IDLE);
}

static void firmware_leaves_the_bus_master_at_its_ports_but_not_on(void **state)
{
	(void)state;
	pci_config_write(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2, 0);
	assert_int_equal(bus_read(&f.pci.bus, 0xc802, 1), 0xff);
	ide_place(&f.ide, 0xc800);
	assert_int_equal(pci_config_read(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_BAR + 4 * 4, 4), 0xc801);
	assert_int_equal(pci_config_read(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2), PCI_COMMAND_IO);
	assert_int_equal(bus_read(&f.pci.bus, 0xc802, 1), 0);
	assert_int_equal(bus_read(&f.pci.bus, BUS_MASTER + 2, 1), 0xff);
}

static void a_cd_is_read_by_pio_in_blocks_of_the_limit(void **state)
{
	static uint8_t got[CD_BYTES];

	(void)state;
	packet((const uint8_t[12]){0x28, 0, 0, 0, 0, 3, 0, 0, 30}, 3001, false);
	assert_int_equal(answer(got), 30 * 2048);
	assert_memory_equal(got, cd + 3 * 2048, 30 * 2048);
	packet((const uint8_t[12]){0xa8, 0, 0, 0, 0, 39, 0, 0, 0, 1}, 2048, false);
	assert_int_equal(answer(got), 2048);
	assert_memory_equal(got, cd + 39 * 2048, 2048);
}

static void a_cd_is_read_by_dma(void **state)
{
	(void)state;
	prd(0, 0x20000, 8192, true);
	bm_start(1, true);
	packet((const uint8_t[12]){0x28, 0, 0, 0, 0, 5, 0, 0, 4}, 0, true);
	assert_int_equal(in(SECONDARY, STATUS), IDLE);
	assert_int_equal(bm_status(1) & 7, 4);
	assert_memory_equal(f.pci.ram + 0x20000, cd + 5 * 2048, 8192);
	bm_write(1, 0, 1, 0);
	prd(0, 0x20000, 36, true);
	bm_start(1, true);
	packet((const uint8_t[12]){0x12, 0, 0, 0, 36}, 0, true);
	assert_memory_equal(f.pci.ram + 0x20008, "BULKHEAD", 8);
	assert_int_equal(bm_status(1) & 7, 4);
}

static void reads_beyond_the_end_leave_sense(void **state)
{
	uint8_t got[64];

	(void)state;
	packet((const uint8_t[12]){0x28, 0, 0, 0, 0, 40, 0, 0, 1}, 2048, false);
	assert_int_equal(in(SECONDARY, STATUS), ERR);
	assert_int_equal(in(SECONDARY, ERROR) >> 4, 5);
	packet((const uint8_t[12]){0x03, 0, 0, 0, 18}, 18, false);
	assert_int_equal(answer(got), 18);
	assert_int_equal(got[2], 5);
	assert_int_equal(got[12], 0x21);
	packet((const uint8_t[12]){0x03, 0, 0, 0, 18}, 18, false);
	answer(got);
	assert_int_equal(got[2], 0);
}

static void a_drive_without_medium_says_so(void **state)
{
	uint8_t got[64];

	(void)state;
	ide_cdrom(&f.ide, 2, 0);
	packet((const uint8_t[12]){0}, 0, false);
	assert_int_equal(in(SECONDARY, ERROR) >> 4, 2);
	packet((const uint8_t[12]){0x03, 0, 0, 0, 18}, 64, false);
	answer(got);
	assert_int_equal(got[12], 0x3a);
	packet((const uint8_t[12]){0x12, 0, 0, 0, 5}, 64, false);
	assert_int_equal(answer(got), 5);
}

static void toc_capacity_and_configuration_fit_a_data_cd(void **state)
{
	uint8_t got[128];

	(void)state;
	packet((const uint8_t[12]){0x25}, 64, false);
	assert_int_equal(answer(got), 8);
	assert_memory_equal(got, ((const uint8_t[]){0, 0, 0, 39, 0, 0, 8, 0}), 8);
	packet((const uint8_t[12]){0x43, 0, 0, 0, 0, 0, 0, 0, 100}, 128, false);
	assert_int_equal(answer(got), 20);
	assert_int_equal(got[1], 18);
	assert_int_equal(got[14], 0xaa);
	assert_int_equal(got[19], 40);
	packet((const uint8_t[12]){0x46, 0, 0, 0, 0, 0, 0, 0, 100}, 128, false);
	assert_int_equal(answer(got), 8 + 8 + 12 + 8 + 12 + 8);
	assert_int_equal(got[7], 8);
	packet((const uint8_t[12]){0x5a, 0, 0x2a, 0, 0, 0, 0, 0, 100}, 128, false);
	assert_int_equal(answer(got), 28);
	assert_int_equal(got[8], 0x2a);
	packet((const uint8_t[12]){0xff}, 128, false);
	assert_int_equal(in(SECONDARY, STATUS), ERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(identify_tells_size_and_what_it_can, fresh),
	        cmocka_unit_test_setup(pio_reads_interrupt_for_each_sector, fresh),
	        cmocka_unit_test_setup(multiple_moves_several_sectors_for_one_interrupt, fresh),
	        cmocka_unit_test_setup(pio_writes_reach_the_disk_and_flush_follows, fresh),
	        cmocka_unit_test_setup(cylinders_heads_and_sectors_are_understood, fresh),
	        cmocka_unit_test_setup(places_beyond_the_end_are_not_found, fresh),
	        cmocka_unit_test_setup(dma_follows_the_table, fresh),
	        cmocka_unit_test_setup(a_sector_in_pieces_of_two_bytes_is_moved, fresh),
	        cmocka_unit_test_setup(a_table_that_is_too_short_ends_without_an_interrupt, fresh),
	        cmocka_unit_test_setup(a_table_that_points_outside_of_memory_is_an_error, fresh),
	        cmocka_unit_test_setup(an_unknown_command_is_aborted, fresh),
	        cmocka_unit_test_setup(a_missing_drive_reads_zero_and_obeys_nothing, fresh),
	        cmocka_unit_test_setup(turning_to_the_other_drive_gives_a_command_up, fresh),
	        cmocka_unit_test_setup(nien_holds_the_interrupt_back_and_reading_status_ends_it, fresh),
	        cmocka_unit_test_setup(a_reset_shows_the_signatures, fresh),
	        cmocka_unit_test_setup(a_disk_error_is_told, fresh),
	        cmocka_unit_test_setup(a_reset_waits_for_a_request_that_is_underway, fresh),
	        cmocka_unit_test_setup(a_disk_that_answers_late_moves_all_of_it, fresh),
	        cmocka_unit_test_setup(identify_packet_device_is_another_command, fresh),
	        cmocka_unit_test_setup(a_cd_is_read_by_pio_in_blocks_of_the_limit, fresh),
	        cmocka_unit_test_setup(firmware_leaves_the_bus_master_at_its_ports_but_not_on, fresh),
	        cmocka_unit_test_setup(a_cd_is_read_by_dma, fresh),
	        cmocka_unit_test_setup(reads_beyond_the_end_leave_sense, fresh),
	        cmocka_unit_test_setup(a_drive_without_medium_says_so, fresh),
	        cmocka_unit_test_setup(toc_capacity_and_configuration_fit_a_data_cd, fresh),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
