/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "devices/disk_memory.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_rng.h"
#include "tests/unit/virtio_fixture.h"

#define DISK_BYTES (512u * 300u)
enum { HEADER = BUFFERS, DATA = BUFFERS + 0x1000, STATUS = BUFFERS + 0x800 };
enum { BROKEN = VIRTIO_NEEDS_RESET };

static struct virtio_blk block;
static struct virtio_console console;
static struct virtio_rng rng;
static uint8_t bytes[DISK_BYTES];
static struct disk disk;
static struct disk_memory memory;
static struct disk_request *held;

static uint64_t now;
static const struct device_clock clock = {.now_ns = fake_now, .owner = &now};

static int fresh(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DISK_BYTES; i++)
		bytes[i] = (uint8_t)(i * 5 + i / 512);
	disk = (struct disk){.serial = "serial-1"};
	disk_memory_init(&memory, &disk, bytes, DISK_BYTES, false);
	memset(&block, 0, sizeof(block));
	virtio_blk_init(&block, &disk, &clock, &sink);
	fixture_init(&block.virtio);
	held = 0;
	return 0;
}

/* One request in three descriptors: header, data, status. */
static void request(unsigned first, uint32_t type, uint64_t sector, uint32_t length, unsigned flags)
{
	put(HEADER, type, 8);
	put(HEADER + 8, sector, 8);
	put(STATUS, 0xff, 1);
	descriptor(0, first, HEADER, 16, NEXT, first + 1);
	descriptor(0, first + 1, DATA, length, NEXT | flags, first + 2);
	descriptor(0, first + 2, STATUS, 1, WRITE, 0);
	offer(0, first);
}

static void a_driver_negotiates_and_reads_the_size(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	assert_int_equal(in(1, 0x400, 8), 300);
	assert_int_equal(in(0, 20, 4), 300);
	assert_int_equal(in(1, 18, 2), 1);
}

static void features_that_were_not_offered_are_refused(void **state)
{
	(void)state;
	out(1, 20, 1, 3);
	out(1, 8, 4, 1);
	out(1, 12, 4, 3);
	out(1, 20, 1, 11);
	assert_int_equal(in(1, 20, 1), 3);
	out(1, 12, 4, 0); /* and so is a modern driver that is none */
	out(1, 20, 1, 11);
	assert_int_equal(in(1, 20, 1), 3);
}

static void a_read_fills_the_buffer_and_interrupts(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	request(0, 0, 7, 1024, WRITE);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_int_equal(used_length(0, 0), 1025);
	assert_int_equal(f.pci.ram[STATUS], 0);
	assert_memory_equal(f.pci.ram + DATA, bytes + 7 * 512, 1024);
	assert_true(level());
	assert_int_equal(in(1, 0x200, 1), 1);
	assert_false(level());
	assert_int_equal(in(1, 0x200, 1), 0);
}

static void a_write_reaches_the_disk(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	memset(f.pci.ram + DATA, 0x77, 512);
	request(0, 1, 9, 512, 0);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_int_equal(f.pci.ram[STATUS], 0);
	assert_memory_equal(bytes + 9 * 512, f.pci.ram + DATA, 512);
	request(0, 4, 0, 0, 0); /* a flush */
	ring_bell(0);
	assert_int_equal(used(0), 2);
	assert_int_equal(f.pci.ram[STATUS], 0);
}

static void errors_and_unknown_requests_have_their_status(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	request(0, 0, 300, 512, WRITE);
	ring_bell(0);
	assert_int_equal(f.pci.ram[STATUS], 1);
	request(0, 0, 0, 100, WRITE);
	ring_bell(0);
	assert_int_equal(f.pci.ram[STATUS], 1);
	request(0, 99, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(f.pci.ram[STATUS], 2);
	request(0, 8, 0, 20, WRITE);
	ring_bell(0);
	assert_int_equal(f.pci.ram[STATUS], 0);
	assert_string_equal((char *)f.pci.ram + DATA, "serial-1");
}

static void headers_and_status_may_share_pieces_with_data(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	put(HEADER, 1, 8);
	put(HEADER + 8, 4, 8);
	memset(f.pci.ram + HEADER + 16, 0x42, 512);
	descriptor(0, 0, HEADER, 10, NEXT, 1);
	descriptor(0, 1, HEADER + 10, 518, NEXT, 2);
	descriptor(0, 2, STATUS, 1, WRITE, 0);
	offer(0, 0);
	ring_bell(0);
	assert_int_equal(f.pci.ram[STATUS], 0);
	assert_int_equal(bytes[4 * 512], 0x42);
	assert_int_equal(bytes[4 * 512 + 511], 0x42);
	put(HEADER, 0, 8);
	descriptor(0, 0, HEADER, 16, NEXT, 1);
	descriptor(0, 1, DATA, 513, WRITE, 0);
	offer(0, 0);
	ring_bell(0);
	assert_int_equal(f.pci.ram[DATA + 511], 0x42);
	assert_int_equal(f.pci.ram[DATA + 512], 0);
	assert_int_equal(used_length(0, 1), 513);
}

static void an_indirect_table_is_followed(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	request(0, 0, 3, 512, WRITE);
	memcpy(f.pci.ram + 0x8000, f.pci.ram + DESC, 48);
	descriptor(0, 5, 0x8000, 48, INDIRECT, 0);
	f.added[0] = 0;
	offer(0, 5);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_memory_equal(f.pci.ram + DATA, bytes + 3 * 512, 512);
}

static void is_broken(void)
{
	ring_bell(0);
	assert_true(in(1, 20, 1) & BROKEN);
	assert_int_equal(used(0), 0);
	ring_bell(0);
	assert_int_equal(used(0), 0);
}

static void rings_that_make_no_sense_break_the_device_until_a_reset(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	request(0, 0, 0, 512, WRITE);
	descriptor(0, 1, DATA, 512, NEXT | WRITE, 0); /* a circle */
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	offer(0, 200); /* no such descriptor */
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	request(0, 0, 0, 512, WRITE);
	descriptor(0, 1, DATA, 512, NEXT | WRITE, RING_SIZE);
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	request(0, 0, 0, UINT32_MAX, WRITE); /* leaves the memory */
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	f.added[0] = RING_SIZE + 1; /* more than the ring holds */
	offer(0, 0);
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	descriptor(0, 0, DESC, 16, INDIRECT, 0); /* a table that leads to itself */
	offer(0, 0);
	is_broken();
	fresh(state);
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
	descriptor(0, 0, STATUS, 1, NEXT | WRITE, 1); /* the wrong way round */
	descriptor(0, 1, HEADER, 16, 0, 0);
	offer(0, 0);
	is_broken();
	start_driver(VIRTIO_F_VERSION_1);
	put(USED + 2, 0, 2);
	put(AVAIL + 2, 0, 2);
	request(0, 0, 7, 512, WRITE);
	ring_bell(0);
	assert_int_equal(used(0), 1);
}

/* A table may be longer than a chain can be, and each of its pieces empty. */
static void a_chain_of_empty_pieces_is_not_followed_for_ever(void **state)
{
	enum { TABLE = BUFFERS + 0x1000, EMPTY = VIRTIO_PIECES };
	for (unsigned i = 0; i < 2; i++) {
		fresh(state);
		start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC);
		for (unsigned n = 0; n < EMPTY + i; n++)
			put(TABLE + 16 * n + 12, NEXT | (uint64_t)(n + 1) << 16, 4);
		put(TABLE + 16 * (EMPTY - 1 + i) + 12, 0, 4);
		descriptor(0, 0, TABLE, 16 * (EMPTY + i), INDIRECT, 0);
		offer(0, 0);
		struct virtio_chain chain;
		assert_int_equal(virtio_pop(&block.virtio, 0, &chain), !i);
	}
}

static void an_unset_ring_address_is_harmless(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	out(1, 20, 1, 0);
	out(1, 8, 4, 1);
	out(1, 12, 4, 1);
	out(1, 40, 8, UINT64_MAX - 3);
	out(1, 28, 2, 1);
	out(1, 20, 1, 15);
	ring_bell(0);
	assert_true(in(1, 20, 1) & BROKEN);
}

static void the_event_index_saves_interrupts(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX);
	put(AVAIL + 4 + 2 * RING_SIZE, 1, 2); /* tell me after the second */
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_false(level());
	assert_int_equal(get(USED + 4 + 8 * RING_SIZE, 2), 1); /* and ring for the next one */
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_true(level());
	in(1, 0x200, 1);
	start_driver(VIRTIO_F_VERSION_1);
	put(USED + 2, 0, 2);
	put(AVAIL + 2, 0, 2);
	put(AVAIL, 1, 2); /* without it: a flag */
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_false(level());
}

/* Each sector is a ring with one more request in it, and the header that reads the next sector. */
static void a_ring_that_the_disk_itself_fills_is_left_in_between(void **state)
{
	enum { PROGRAM = 200, HEADER_AT = 0x100, TURN = 128 };
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	for (unsigned i = 0; i < PROGRAM; i++) {
		uint16_t index = (uint16_t)(i + 1 < PROGRAM ? i + 2 : PROGRAM);
		memcpy(bytes + i * 512 + 2, &index, 2);
		memcpy(bytes + i * 512 + HEADER_AT + 8, &(uint64_t){i + 1}, 8);
	}
	start_driver(VIRTIO_F_VERSION_1);
	put(AVAIL + HEADER_AT, 0, 8);
	put(AVAIL + HEADER_AT + 8, 0, 8);
	descriptor(0, 0, AVAIL + HEADER_AT, 16, NEXT, 1);
	descriptor(0, 1, AVAIL, 512, NEXT | WRITE, 2);
	descriptor(0, 2, STATUS, 1, WRITE, 0);
	offer(0, 0);
	ring_bell(0);
	assert_int_equal(used(0), TURN);
	assert_true(level());
	assert_int_equal(virtio_blk_deadline(&block), 0);
	virtio_blk_run(&block, now);
	assert_int_equal(used(0), PROGRAM);
	assert_int_equal(virtio_blk_deadline(&block), CLOCK_NEVER);
}

static void msix_sends_the_vector_of_the_queue(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	out(1, 26, 2, 1);
	assert_int_equal(in(1, 26, 2), 1);
	out(1, 0x810, 4, 0xfee00000);
	out(1, 0x818, 8, 0x41);
	block.virtio.function.config[block.virtio.msix.capability + 3] = 0x80;
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(f.messages, 1);
	assert_int_equal(f.last_data, 0x41);
	assert_false(level());
	out(1, 0x81c, 4, 1); /* masked: it waits */
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(f.messages, 1);
	assert_int_equal(in(1, 0xc00, 4), 2);
	out(1, 0x81c, 4, 0);
	assert_int_equal(f.messages, 2);
	out(1, 26, 2, 77);
	assert_int_equal(in(1, 26, 2), MSIX_NONE);
}

/* PCI 3.0, 6.8.3.3: a function with MSI-X on does not use its pin, not even for what it has asserted before. */
static void msix_takes_the_pin_away(void **state)
{
	unsigned devfn = PCI_FIXTURE_DEVICE * 8, control = block.virtio.msix.capability + 2u;
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	request(0, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_true(level());
	pci_config_write(&f.pci.pci, devfn, control, 2, 0x8000);
	assert_false(level());
	pci_config_write(&f.pci.pci, devfn, control, 2, 0);
	assert_true(level()); /* nobody has read the ISR yet */
	assert_int_equal(in(1, 0x200, 1), 1);
	assert_false(level());
}

static void the_legacy_registers_drive_the_same_device(void **state)
{
	(void)state;
	out(0, 18, 1, 0);
	out(0, 18, 1, 3);
	assert_int_equal(in(0, 0, 4) & 1u << 9, 1u << 9);
	out(0, 4, 4, 1u << 9);
	out(0, 14, 2, 0);
	assert_int_equal(in(0, 12, 2), 128);
	out(0, 8, 4, 2); /* the page at 0x2000: available at +2048, used at +4096 */
	assert_int_equal(in(0, 8, 4), 2);
	out(0, 18, 1, 7);
	put(HEADER, 0, 8);
	put(HEADER + 8, 2, 8);
	descriptor(0, 256, HEADER, 16, NEXT, 1);
	descriptor(0, 257, DATA, 512, NEXT | WRITE, 2);
	descriptor(0, 258, STATUS, 1, WRITE, 0);
	put(0x2800 + 2, 1, 2);
	out(0, 16, 2, 0);
	assert_int_equal(get(0x3000 + 2, 2), 1);
	assert_memory_equal(f.pci.ram + DATA, bytes + 1024, 512);
	assert_int_equal(in(0, 19, 1), 1);
	out(0, 14, 2, 1);
	assert_int_equal(in(0, 12, 2), 0); /* no second queue */
}

static void hold(void *backend, struct disk_request *disk_request)
{
	(void)backend;
	disk_request->next = held;
	held = disk_request;
}

static void a_reset_waits_until_no_request_is_with_the_disk(void **state)
{
	(void)state;
	disk.submit = hold;
	start_driver(VIRTIO_F_VERSION_1);
	request(0, 0, 0, 512, WRITE);
	request(3, 0, 0, 512, WRITE);
	ring_bell(0);
	assert_int_equal(used(0), 0);
	out(1, 20, 1, 0);
	assert_int_not_equal(in(1, 20, 1), 0);
	struct disk_request *first = held, *second = held->next;
	first->done(first, OK);
	assert_int_not_equal(in(1, 20, 1), 0);
	second->done(second, OK);
	assert_int_equal(in(1, 20, 1), 0);
	assert_int_equal(used(0), 0);
	assert_false(level());
}

static void late_answers_let_waiting_requests_go_on(void **state)
{
	(void)state;
	disk.submit = hold;
	start_driver(VIRTIO_F_VERSION_1);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < RING_SIZE; i++) {
			request(0, 4, 0, 0, 0);
			if (i == 5)
				ring_bell(0);
		}
		ring_bell(0);
		while (held) {
			struct disk_request *next = held;
			held = held->next;
			next->done(next, OK);
		}
		assert_int_equal(used(0), (round + 1) * RING_SIZE);
	}
}

/* --- console and random numbers --- */

static char sent[256], to_come[64];
static size_t sent_count, room, come_count;

static size_t line_write(void *owner, const uint8_t *text, size_t count)
{
	size_t part = count < room ? count : room;

	(void)owner;
	memcpy(sent + sent_count, text, part);
	sent_count += part;
	room -= part;
	return part;
}

static size_t line_read(void *owner, uint8_t *text, size_t count)
{
	size_t part = count < come_count ? count : come_count;

	(void)owner;
	memcpy(text, to_come, part);
	memmove(to_come, to_come + part, come_count - part);
	come_count -= part;
	return part;
}

static void a_console_sends_when_there_is_room_and_receives_into_buffers(void **state)
{
	const struct serial_backend backend = {.write = line_write, .read = line_read};

	(void)state;
	memset(&console, 0, sizeof(console));
	virtio_console_init(&console, &backend, &clock, &sink);
	fixture_init(&console.virtio);
	start_driver(VIRTIO_F_VERSION_1);
	memcpy(f.pci.ram + DATA, "hello, world", 12);
	descriptor(1, 0, DATA, 12, 0, 0);
	offer(1, 0);
	room = 5;
	ring_bell(1);
	assert_int_equal(sent_count, 5);
	assert_int_equal(used(1), 0);
	room = 100;
	virtio_console_poll(&console);
	assert_memory_equal(sent, "hello, world", 12);
	assert_int_equal(used(1), 1);
	come_count = 3;
	memcpy(to_come, "abc", 3);
	virtio_console_poll(&console);
	assert_int_equal(come_count, 3); /* no buffer yet: it waits outside */
	descriptor(0, 0, DATA, 100, WRITE, 0);
	offer(0, 0);
	ring_bell(0);
	assert_int_equal(used(0), 1);
	assert_int_equal(used_length(0, 0), 3);
	assert_memory_equal(f.pci.ram + DATA, "abc", 3);
}

static void random_bytes_of_a_seed_are_the_same_again(void **state)
{
	uint8_t first[100];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		memset(&rng, 0, sizeof(rng));
		virtio_rng_init(&rng, 42, 0, &clock, &sink);
		fixture_init(&rng.virtio);
		start_driver(VIRTIO_F_VERSION_1);
		descriptor(0, 0, DATA, 100, WRITE, 0);
		offer(0, 0);
		ring_bell(0);
		assert_int_equal(used_length(0, 0), 100);
		if (!i)
			memcpy(first, f.pci.ram + DATA, 100);
	}
	assert_memory_equal(first, f.pci.ram + DATA, 100);
	offer(0, 0);
	ring_bell(0);
	assert_memory_not_equal(first, f.pci.ram + DATA, 100);
}

static bool eleven(uint64_t *value)
{
	*value = 0x1111111111111111;
	return true;
}

static bool never(uint64_t *value)
{
	(void)value;
	return false;
}

static void random_bytes_come_from_the_generator_or_not_at_all(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		memset(&rng, 0, sizeof(rng));
		virtio_rng_init(&rng, 0, i ? never : eleven, &clock, &sink);
		fixture_init(&rng.virtio);
		start_driver(VIRTIO_F_VERSION_1);
		descriptor(0, 0, DATA, 13, WRITE, 0);
		offer(0, 0);
		ring_bell(0);
		assert_int_equal(used_length(0, 0), i ? 0 : 13);
	}
}

/* As another vCPU would: whatever is taken is offered again, as long as `again` says. */
static unsigned again;

static void offer_again(unsigned queue)
{
	if (!again || f.virtio->queue[queue].next_avail != f.added[queue])
		return;
	again--;
	offer(queue, 0);
}

static size_t endless_write(void *owner, const uint8_t *text, size_t count)
{
	(void)owner;
	(void)text;
	offer_again(1);
	return count;
}

static size_t endless_read(void *owner, uint8_t *text, size_t count)
{
	(void)owner;
	memset(text, 'x', count);
	offer_again(0);
	return count;
}

static bool endless_random(uint64_t *value)
{
	*value = 0;
	offer_again(0);
	return true;
}

static void a_ring_that_is_filled_while_it_is_emptied_is_left_in_between(void **state)
{
	enum { MANY = 1000, TURN_RNG = 64, TURN_CONSOLE = 256 };

	(void)state;
	memset(&rng, 0, sizeof(rng));
	virtio_rng_init(&rng, 0, endless_random, &clock, &sink);
	fixture_init(&rng.virtio);
	start_driver(VIRTIO_F_VERSION_1);
	descriptor(0, 0, DATA, 8, WRITE, 0);
	offer(0, 0);
	again = MANY;
	ring_bell(0);
	assert_int_equal(used(0), TURN_RNG);
	assert_int_equal(virtio_rng_deadline(&rng), 0);
	for (unsigned i = 0; virtio_rng_deadline(&rng) == 0; i++) {
		assert_true(i < MANY);
		virtio_rng_run(&rng, now);
	}
	assert_int_equal(used(0), MANY + 1);

	for (unsigned queue = 0; queue < 2; queue++) {
		const struct serial_backend backend = {.write = endless_write, .read = queue ? 0 : endless_read};
		memset(&console, 0, sizeof(console));
		virtio_console_init(&console, &backend, &clock, &sink);
		fixture_init(&console.virtio);
		start_driver(VIRTIO_F_VERSION_1);
		descriptor(queue, 0, DATA, 8, queue ? 0 : WRITE, 0);
		offer(queue, 0);
		again = MANY;
		ring_bell(queue);
		assert_in_range(used(queue), TURN_CONSOLE / 2, TURN_CONSOLE);
		assert_int_equal(virtio_console_deadline(&console), 0);
		for (unsigned i = 0; virtio_console_deadline(&console) == 0; i++) {
			assert_true(i < MANY);
			virtio_console_run(&console, now);
		}
		assert_int_equal(used(queue), MANY + 1);
	}
}

static void a_long_text_is_sent_in_turns(void **state)
{
	enum { BYTES = 20000 };
	const struct serial_backend taking = {.write = endless_write}, nobody = {0};

	(void)state;
	again = 0;
	for (unsigned i = 0; i < 2; i++) {
		memset(&console, 0, sizeof(console));
		virtio_console_init(&console, i ? &nobody : &taking, &clock, &sink);
		fixture_init(&console.virtio);
		start_driver(VIRTIO_F_VERSION_1);
		descriptor(1, 0, DATA, BYTES, 0, 0);
		offer(1, 0);
		ring_bell(1);
		assert_int_equal(used(1), i); /* to nobody all goes at once */
		virtio_console_run(&console, now);
		assert_int_equal(used(1), 1);
		assert_int_equal(virtio_console_deadline(&console), CLOCK_NEVER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_driver_negotiates_and_reads_the_size, fresh),
	        cmocka_unit_test_setup(features_that_were_not_offered_are_refused, fresh),
	        cmocka_unit_test_setup(a_read_fills_the_buffer_and_interrupts, fresh),
	        cmocka_unit_test_setup(a_write_reaches_the_disk, fresh),
	        cmocka_unit_test_setup(errors_and_unknown_requests_have_their_status, fresh),
	        cmocka_unit_test_setup(headers_and_status_may_share_pieces_with_data, fresh),
	        cmocka_unit_test_setup(an_indirect_table_is_followed, fresh),
	        cmocka_unit_test_setup(rings_that_make_no_sense_break_the_device_until_a_reset, fresh),
	        cmocka_unit_test_setup(a_chain_of_empty_pieces_is_not_followed_for_ever, fresh),
	        cmocka_unit_test_setup(an_unset_ring_address_is_harmless, fresh),
	        cmocka_unit_test_setup(the_event_index_saves_interrupts, fresh),
	        cmocka_unit_test_setup(a_ring_that_the_disk_itself_fills_is_left_in_between, fresh),
	        cmocka_unit_test_setup(msix_sends_the_vector_of_the_queue, fresh),
	        cmocka_unit_test_setup(msix_takes_the_pin_away, fresh),
	        cmocka_unit_test_setup(the_legacy_registers_drive_the_same_device, fresh),
	        cmocka_unit_test_setup(a_reset_waits_until_no_request_is_with_the_disk, fresh),
	        cmocka_unit_test_setup(late_answers_let_waiting_requests_go_on, fresh),
	        cmocka_unit_test(a_console_sends_when_there_is_room_and_receives_into_buffers),
	        cmocka_unit_test(random_bytes_of_a_seed_are_the_same_again),
	        cmocka_unit_test(random_bytes_come_from_the_generator_or_not_at_all),
	        cmocka_unit_test(a_ring_that_is_filled_while_it_is_emptied_is_left_in_between),
	        cmocka_unit_test(a_long_text_is_sent_in_turns),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
