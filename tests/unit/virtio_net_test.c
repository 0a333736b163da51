/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/virtio_net.h"
#include "lib/internet.h"
#include "tests/unit/virtio_fixture.h"
#include "tests/unit/wire_fixture.h"

enum { RECEIVE = 0, TRANSMIT = 1, TX_RING = 0x2000 };
enum { PACKET = BUFFERS, SPACE = BUFFERS + 0x8000 };
#define F_CSUM (UINT64_C(1) << 0)
#define F_GUEST_CSUM (UINT64_C(1) << 1)
#define F_MRG_RXBUF (UINT64_C(1) << 15)

static struct virtio_net card;
static struct wire wire;
static uint64_t now;
static const uint8_t own[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

static int fresh(void **state)
{
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	const struct net_backend net = wire_backend(&wire);
	(void)state;
	memset(&wire, 0, sizeof(wire));
	wire.room = WIRE_FRAMES;
	virtio_net_init(&card, own, &net, &clock, &sink);
	fixture_init(&card.virtio);
	return 0;
}

/* A packet of header and frame in one buffer of the transmit queue. */
static void offer_packet(unsigned slot, uint32_t length)
{
	uint32_t at = PACKET + slot * 0x800;
	for (uint32_t i = 0; i < length; i++)
		put(at + 12 + i, (uint8_t)(i * 7 + slot), 1);
	descriptor(TRANSMIT, slot, at, 12 + length, 0, 0);
	offer(TRANSMIT, slot);
}

static void offer_space(unsigned slot, uint32_t length)
{
	descriptor(RECEIVE, slot, SPACE + slot * 0x1000, length, WRITE, 0);
	offer(RECEIVE, slot);
}

static void arrive(size_t length)
{
	struct net_frame *frame = &wire.waiting[wire.waiting_count];
	for (size_t i = 0; i < length; i++)
		frame->bytes[i] = (uint8_t)(i * 3);
	wire.waiting_length[wire.waiting_count++] = length;
	virtio_net_poll(&card);
}

static void it_tells_its_address_and_that_the_link_is_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(in(1, 0x400 + i, 1), own[i]);
	assert_int_equal(in(1, 0x406, 2), 1);
}

static void a_burst_goes_out_with_one_ring_of_the_bell(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	for (unsigned i = 0; i < 8; i++)
		offer_packet(i, 100 + i);
	ring_bell(TRANSMIT);
	assert_int_equal(wire.sent_count, 8);
	assert_int_equal(wire.flushes, 1);
	assert_int_equal(wire.sent_length[3], 103);
	assert_memory_equal(wire.sent[3].bytes, f.pci.ram + PACKET + 3 * 0x800 + 12, 103);
	assert_int_equal(wire.sent[3].flags, 0);
	assert_int_equal(used(TRANSMIT), 8);
	assert_true(level());
}

static void what_is_no_frame_is_given_back_and_not_sent(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	offer_packet(0, 13);
	offer_packet(1, 1519);
	offer_packet(2, 60);
	put(PACKET + 2 * 0x800, 1, 1); /* a checksum outside the frame */
	put(PACKET + 2 * 0x800 + 6, 50, 2);
	put(PACKET + 2 * 0x800 + 8, 9, 2);
	offer_packet(3, 1518);
	ring_bell(TRANSMIT);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(wire.sent_length[0], 1518);
	assert_int_equal(used(TRANSMIT), 4);
}

static void without_room_one_frame_waits_and_the_rest_stays_in_the_ring(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	wire.room = 1;
	for (unsigned i = 0; i < 4; i++)
		offer_packet(i, 100 + i);
	ring_bell(TRANSMIT);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(used(TRANSMIT), 2);
	wire.room = 8;
	virtio_net_poll(&card);
	assert_int_equal(wire.sent_count, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(wire.sent_length[i], 100 + i);
	assert_int_equal(used(TRANSMIT), 4);
}

static void an_open_checksum_stays_open_on_the_wire(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | F_CSUM);
	offer_packet(0, 100);
	put(PACKET, 1, 1);
	put(PACKET + 6, 34, 2);
	put(PACKET + 8, 16, 2);
	ring_bell(TRANSMIT);
	assert_int_equal(wire.sent[0].flags, NET_CHECK);
	assert_int_equal(wire.sent[0].check_start, 34);
	assert_int_equal(wire.sent[0].check_at, 16);
}

static void a_frame_comes_in_with_its_header(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	offer_space(0, 2048);
	arrive(300);
	assert_int_equal(used(RECEIVE), 1);
	assert_int_equal(used_length(RECEIVE, 0), 312);
	assert_int_equal(get(SPACE, 8), 0);
	assert_int_equal(get(SPACE + 10, 2), 1);
	assert_memory_equal(f.pci.ram + SPACE + 12, wire.waiting[0].bytes, 300);
	assert_true(level());
}

static void a_frame_may_be_spread_over_several_buffers(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | F_MRG_RXBUF);
	offer_space(0, 100);
	offer_space(1, 100);
	arrive(250);
	assert_int_equal(used(RECEIVE), 0);
	offer_space(2, 100);
	virtio_net_poll(&card);
	assert_int_equal(used(RECEIVE), 3);
	assert_int_equal(get(SPACE + 10, 2), 3);
	assert_int_equal(used_length(RECEIVE, 0), 100);
	assert_int_equal(used_length(RECEIVE, 1), 100);
	assert_int_equal(used_length(RECEIVE, 2), 62);
	assert_memory_equal(f.pci.ram + SPACE + 12, wire.waiting[0].bytes, 88);
	assert_memory_equal(f.pci.ram + SPACE + 0x1000, wire.waiting[0].bytes + 88, 100);
	assert_memory_equal(f.pci.ram + SPACE + 0x2000, wire.waiting[0].bytes + 188, 62);
}

static void without_buffers_frames_stay_in_the_link(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	arrive(100);
	arrive(200);
	assert_int_equal(wire.waiting_first, 1); /* one is in the card */
	offer_space(0, 2048);
	offer_space(1, 2048);
	ring_bell(RECEIVE);
	assert_int_equal(used(RECEIVE), 2);
	assert_int_equal(used_length(RECEIVE, 1), 212);
}

static void while_there_is_no_driver_frames_are_lost(void **state)
{
	(void)state;
	arrive(100);
	assert_int_equal(wire.waiting_first, 1);
	start_driver(VIRTIO_F_VERSION_1);
	offer_space(0, 2048);
	ring_bell(RECEIVE);
	assert_int_equal(used(RECEIVE), 0);
}

static void a_buffer_too_small_for_a_frame_breaks_the_device(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1);
	offer_space(0, 100);
	arrive(300);
	assert_int_equal(in(1, 20, 1) & VIRTIO_NEEDS_RESET, VIRTIO_NEEDS_RESET);
	start_driver(VIRTIO_F_VERSION_1 | F_MRG_RXBUF); /* a reset, and all is well */
	put(AVAIL + 2, 0, 2);
	put(USED + 2, 0, 2);
	offer_space(0, 2048);
	arrive(300);
	assert_int_equal(used(RECEIVE), 1);
}

static void an_open_checksum_is_passed_on_or_made(void **state)
{
	struct net_frame *frame = &wire.waiting[0];
	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		fresh(state);
		start_driver(VIRTIO_F_VERSION_1 | (round ? F_GUEST_CSUM : 0));
		offer_space(0, 2048);
		frame->flags = NET_CHECK;
		frame->check_start = 20;
		frame->check_at = 6;
		arrive(100);
		assert_int_equal(get(SPACE, 1), round);
		assert_int_equal(get(SPACE + 6, 2), round ? 20 : 0);
		assert_int_equal(get(SPACE + 8, 2), round ? 6 : 0);
		bool changed = get(SPACE + 12 + 26, 1) != 26 * 3 || get(SPACE + 12 + 27, 1) != 27 * 3;
		assert_int_equal(changed, !round);
	}
}

static void a_reset_forgets_what_was_begun(void **state)
{
	(void)state;
	start_driver(VIRTIO_F_VERSION_1 | F_MRG_RXBUF);
	offer_space(0, 100);
	arrive(250);
	out(1, 20, 1, 0);
	start_driver(VIRTIO_F_VERSION_1);
	put(AVAIL + 2, 0, 2);
	put(USED + 2, 0, 2);
	offer_space(0, 2048);
	arrive(60);
	assert_int_equal(used(RECEIVE), 1);
	assert_int_equal(used_length(RECEIVE, 0), 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(it_tells_its_address_and_that_the_link_is_up, fresh),
	        cmocka_unit_test_setup(a_burst_goes_out_with_one_ring_of_the_bell, fresh),
	        cmocka_unit_test_setup(what_is_no_frame_is_given_back_and_not_sent, fresh),
	        cmocka_unit_test_setup(without_room_one_frame_waits_and_the_rest_stays_in_the_ring, fresh),
	        cmocka_unit_test_setup(an_open_checksum_stays_open_on_the_wire, fresh),
	        cmocka_unit_test_setup(a_frame_comes_in_with_its_header, fresh),
	        cmocka_unit_test_setup(a_frame_may_be_spread_over_several_buffers, fresh),
	        cmocka_unit_test_setup(without_buffers_frames_stay_in_the_link, fresh),
	        cmocka_unit_test_setup(while_there_is_no_driver_frames_are_lost, fresh),
	        cmocka_unit_test_setup(a_buffer_too_small_for_a_frame_breaks_the_device, fresh),
	        cmocka_unit_test_setup(an_open_checksum_is_passed_on_or_made, fresh),
	        cmocka_unit_test_setup(a_reset_forgets_what_was_begun, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
