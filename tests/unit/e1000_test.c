/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "devices/e1000.h"
#include "lib/internet.h"
#include "tests/unit/e1000_fixture.h"
#include "tests/unit/function_fixture.h"

static struct e1000 card;
static struct pci pci;
static struct wire wire;
static struct guest_memory memory;
static uint8_t ram[RAM_BYTES];
static uint64_t now;
static const uint8_t own[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

static uint32_t get(uint32_t offset)
{
	return (uint32_t)e1000_read(&card, offset, 4);
}

static void put(uint32_t offset, uint32_t value)
{
	e1000_write(&card, offset, 4, value);
}

static bool level(void)
{
	return card.pci.level;
}

static int setup(void **state)
{
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	const struct net_backend net = wire_backend(&wire);
	(void)state;
	memset(&wire, 0, sizeof(wire));
	memset(ram, 0, sizeof(ram));
	memory = (struct guest_memory){0};
	assert_true(guest_memory_add(&memory, 0, sizeof(ram), ram));
	now = 1000000;
	wire.room = WIRE_FRAMES;
	e1000_init(&card, own, &net, &clock);
	stand_alone(&pci, &card.pci, &memory);
	put(E1000_TDBAL, TX_RING);
	put(E1000_TDLEN, 16 * 16);
	put(E1000_RDBAL, RX_RING);
	put(E1000_RDLEN, 16 * 16);
	put(E1000_TCTL, E1000_TCTL_EN);
	for (unsigned i = 0; i < 16; i++)
		*(uint64_t *)(ram + RX_RING + 16 * i) = BUFFERS + 2048 * i;
	return 0;
}

/* --- transmit --- */
static void descriptor(unsigned index, uint64_t address, uint32_t command, uint32_t options)
{
	uint8_t *at = ram + TX_RING + 16 * index;
	memcpy(at, &address, 8);
	memcpy(at + 8, &command, 4);
	memcpy(at + 12, &options, 4);
}

static uint8_t status_of(unsigned index)
{
	return ram[TX_RING + 16 * index + 12];
}

static uint8_t *buffer(size_t length)
{
	for (size_t i = 0; i < length; i++)
		ram[BUFFERS + i] = (uint8_t)(i * 13 + 1);
	return ram + BUFFERS;
}

#define LAST (E1000_TXD_EOP | E1000_TXD_RS)
#define EXTENDED (E1000_TXD_DEXT | 1u << 20)

static void a_packet_of_one_descriptor_goes_out(void **state)
{
	(void)state;
	buffer(100);
	descriptor(0, BUFFERS, LAST | 100, 0);
	put(E1000_TDT, 1);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(wire.sent_length[0], 100);
	assert_memory_equal(wire.sent[0].bytes, ram + BUFFERS, 100);
	assert_int_equal(wire.flushes, 1);
	assert_int_equal(status_of(0), 1);
	assert_int_equal(get(E1000_TDH), 1);
	assert_int_equal(get(E1000_ICR), E1000_TXDW | E1000_TXQE);
}

static void a_packet_in_pieces_is_one_frame(void **state)
{
	(void)state;
	buffer(1000);
	descriptor(14, BUFFERS, EXTENDED | 14, 0);
	descriptor(15, BUFFERS + 14, EXTENDED | 486, 0);
	descriptor(0, BUFFERS + 500, EXTENDED | LAST | 500, 0);
	put(E1000_TDH, 14);
	put(E1000_TDT, 1);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(wire.sent_length[0], 1000);
	assert_memory_equal(wire.sent[0].bytes, ram + BUFFERS, 1000);
	assert_int_equal(status_of(14), 0);
	assert_int_equal(status_of(0), 1);
	assert_int_equal(get(E1000_TDH), 1);
}

static void a_packet_that_is_no_frame_is_done_and_goes_nowhere(void **state)
{
	(void)state;
	buffer(2000);
	descriptor(0, BUFFERS, LAST | 13, 0);
	descriptor(1, BUFFERS, EXTENDED | LAST | 1519, 0);
	descriptor(2, BUFFERS, EXTENDED | 1000, 0);
	descriptor(3, BUFFERS, EXTENDED | LAST | 1000, 0);
	descriptor(4, RAM_BYTES - 10, LAST | 60, 0);
	descriptor(5, BUFFERS, LAST | 60, 0);
	put(E1000_TDT, 6);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(wire.sent_length[0], 60);
	assert_int_equal(get(E1000_TDH), 6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(status_of(i), i != 2);
}

static void without_room_the_packet_waits(void **state)
{
	(void)state;
	wire.room = 1;
	descriptor(0, BUFFERS, LAST | 60, 0);
	descriptor(1, BUFFERS, LAST | 61, 0);
	put(E1000_TDT, 2);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(get(E1000_TDH), 1);
	assert_int_equal(status_of(1), 0);
	assert_int_equal(e1000_deadline(&card), CLOCK_NEVER);
	wire.room = 1;
	e1000_poll(&card);
	assert_int_equal(wire.sent_count, 2);
	assert_int_equal(wire.sent_length[1], 61);
	assert_int_equal(status_of(1), 1);
}

static uint16_t plain_sum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

enum { IP = 14, TRANSPORT = 34, HEADERS = 54 };

/* Ethernet, IPv4 and TCP headers before `payload` bytes. Sums are zero; the pseudo header's is returned. */
static uint16_t tcp_packet(size_t payload)
{
	static const uint8_t addresses[8] = {10, 0, 0, 1, 10, 0, 0, 2};
	uint8_t *p = buffer(HEADERS + payload);
	memset(p, 0, HEADERS);
	memcpy(p, own, 6);
	p[7] = 2;
	internet_put16(p + 12, 0x0800);
	p[IP] = 0x45;
	internet_put16(p + IP + 2, (uint16_t)(40 + payload));
	internet_put16(p + IP + 4, 0x1234);
	p[IP + 8] = 64;
	p[IP + 9] = 6;
	memcpy(p + IP + 12, addresses, 8);
	internet_put32(p + TRANSPORT + 4, 0xfffff000);
	p[TRANSPORT + 12] = 0x50;
	p[TRANSPORT + 13] = 0x19; /* ACK PSH FIN */
	return plain_sum(addresses, 8, 6);
}

static void context(unsigned index, uint32_t command, uint32_t mss)
{
	uint32_t ip = IP | (IP + 10) << 8 | (TRANSPORT - 1) << 16;
	uint64_t tcp = TRANSPORT | (TRANSPORT + 16) << 8;
	descriptor(index, ip | tcp << 32, E1000_TXD_DEXT | command, HEADERS << 8 | mss << 16);
}

/* Both sums of the packet are right. */
static void check_sums(const uint8_t *frame, size_t length)
{
	size_t segment = length - TRANSPORT;
	assert_int_equal(plain_sum(frame + IP, 20, 0), 0xffff);
	uint32_t pseudo = plain_sum(frame + IP + 12, 8, 0) + 6u + (uint32_t)segment;
	assert_int_equal(plain_sum(frame + TRANSPORT, segment, pseudo), 0xffff);
}

static void sums_are_made_where_the_context_says(void **state)
{
	(void)state;
	uint16_t pseudo = tcp_packet(101);
	internet_put16(ram + BUFFERS + TRANSPORT + 16, (uint16_t)(pseudo + 20 + 101));
	context(0, 0, 0);
	descriptor(1, BUFFERS, EXTENDED | LAST | (HEADERS + 101), 3 << 8);
	put(E1000_TDT, 2);
	assert_int_equal(wire.sent_count, 1);
	assert_int_equal(wire.sent[0].flags, NET_CHECK);
	net_complete(&wire.sent[0], wire.sent_length[0]);
	check_sums(wire.sent[0].bytes, wire.sent_length[0]);
	assert_memory_equal(wire.sent[0].bytes + HEADERS, ram + BUFFERS + HEADERS, 101);
}

static void a_sum_over_a_part_is_made_at_once(void **state)
{
	(void)state;
	memset(ram + BUFFERS, 0, 100);
	internet_put16(ram + BUFFERS + 20, 0x1111);
	internet_put16(ram + BUFFERS + 30, 0x2222);
	descriptor(0, (uint64_t)(20 | 50 << 8 | 25 << 16) << 32, E1000_TXD_DEXT, 0);
	descriptor(1, BUFFERS, EXTENDED | LAST | 100, 2 << 8);
	put(E1000_TDT, 2);
	assert_int_equal(wire.sent[0].flags, 0);
	assert_int_equal(internet_get16(wire.sent[0].bytes + 50), 0xeeee);
}

static void a_legacy_descriptor_has_a_sum_of_its_own(void **state)
{
	(void)state;
	memset(ram + BUFFERS, 0, 100);
	internet_put16(ram + BUFFERS + 30, 0x2222);
	descriptor(0, BUFFERS, LAST | E1000_TXD_IC | 40 << 16 | 100, 20 << 8);
	put(E1000_TDT, 1);
	assert_int_equal(wire.sent[0].check_start, 20);
	net_complete(&wire.sent[0], 100);
	assert_int_equal(internet_get16(wire.sent[0].bytes + 40), 0xdddd);
}

static void check_segments(unsigned count, size_t payload)
{
	size_t done = 0;
	assert_int_equal(wire.sent_count, count);
	for (unsigned i = 0; i < count; i++) {
		uint8_t *frame = wire.sent[i].bytes;
		size_t length = wire.sent_length[i], part = length - HEADERS;
		net_complete(&wire.sent[i], length);
		assert_int_equal(part, i + 1 < count ? 1000 : payload - done);
		check_sums(frame, length);
		assert_int_equal(internet_get16(frame + IP + 2), 40 + part);
		assert_int_equal(internet_get16(frame + IP + 4), 0x1234 + i);
		assert_int_equal(internet_get32(frame + TRANSPORT + 4), (uint32_t)(0xfffff000 + done));
		assert_int_equal(frame[TRANSPORT + 13], i + 1 < count ? 0x10 : 0x19);
		assert_memory_equal(frame + HEADERS, ram + BUFFERS + HEADERS + done, part);
		done += part;
	}
	assert_int_equal(done, payload);
}

static void segmentable(size_t payload)
{
	internet_put16(ram + BUFFERS + TRANSPORT + 16, tcp_packet(payload));
	internet_put16(ram + BUFFERS + TRANSPORT + 16,
	               plain_sum(ram + BUFFERS + IP + 12, 8, 6)); /* as Linux leaves it: without the length */
	context(0, E1000_TXD_TSE | E1000_TUCMD_TCP | E1000_TUCMD_IP, 1000);
	descriptor(1, BUFFERS, EXTENDED | E1000_TXD_TSE | HEADERS, 3 << 8);
	descriptor(2, BUFFERS + HEADERS, EXTENDED | E1000_TXD_TSE | 1500, 0);
	descriptor(3, BUFFERS + HEADERS + 1500, EXTENDED | E1000_TXD_TSE | LAST | (uint32_t)(payload - 1500), 0);
}

static void a_large_packet_is_cut_into_segments(void **state)
{
	(void)state;
	segmentable(3456);
	put(E1000_TDT, 4);
	check_segments(4, 3456);
	assert_int_equal(get(E1000_TSCTC), 1);
}

static void the_last_segment_may_be_full(void **state)
{
	(void)state;
	segmentable(3000);
	put(E1000_TDT, 4);
	check_segments(3, 3000);
}

static void segments_wait_for_room_in_the_middle_of_a_descriptor(void **state)
{
	(void)state;
	segmentable(3456);
	wire.room = 0;
	put(E1000_TDT, 4);
	for (unsigned i = 0; i < 10; i++) {
		wire.room = 1;
		e1000_poll(&card);
	}
	check_segments(4, 3456);
	assert_int_equal(get(E1000_TDH), 4);
}

static void a_segment_size_that_makes_no_frame_sends_nothing(void **state)
{
	static const uint32_t bad[] = {0, 1500, 65535};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		segmentable(3000);
		context(0, E1000_TXD_TSE | E1000_TUCMD_TCP | E1000_TUCMD_IP, bad[i]);
		put(E1000_TDH, 0);
		put(E1000_TDT, 4);
		assert_int_equal(wire.sent_count, 0);
		assert_int_equal(get(E1000_TDH), 4);
	}
}

static void segments_shorter_than_a_frame_send_nothing(void **state)
{
	(void)state;
	put(E1000_CTRL, E1000_CTRL_VME);
	for (uint32_t bytes = 2; bytes < NET_FRAME_MIN; bytes++) {
		descriptor(0, 0, E1000_TXD_DEXT | E1000_TXD_TSE, 1 << 8 | (bytes - 1) << 16);
		descriptor(1, BUFFERS, EXTENDED | E1000_TXD_TSE | LAST | E1000_TXD_VLE | 60, 0x0123 << 16);
		put(E1000_TDH, 0);
		put(E1000_TDT, 2);
		assert_int_equal(wire.sent_count, 0);
		assert_int_equal(get(E1000_TDH), 2);
	}
}

static void a_context_inside_a_packet_does_not_change_it(void **state)
{
	(void)state;
	segmentable(3456);
	memcpy(ram + TX_RING + 64, ram + TX_RING + 48, 16);
	context(3, E1000_TXD_TSE | E1000_TUCMD_TCP, 65535);
	put(E1000_TDT, 5);
	check_segments(4, 3456);
}

static void a_tag_is_put_in(void **state)
{
	(void)state;
	uint8_t *p = buffer(1514);
	internet_put16(p + 12, 0x0800);
	put(E1000_CTRL, E1000_CTRL_VME);
	descriptor(0, BUFFERS, LAST | E1000_TXD_VLE | 1514, 0x0123 << 16);
	descriptor(1, BUFFERS, LAST | 60, 0);
	put(E1000_TDT, 2);
	assert_int_equal(wire.sent_length[0], 1518);
	assert_int_equal(internet_get32(wire.sent[0].bytes + 12), 0x81000123);
	assert_int_equal(internet_get16(wire.sent[0].bytes + 16), 0x0800);
	assert_memory_equal(wire.sent[0].bytes + 18, p + 14, 1500);
	assert_int_equal(wire.sent_length[1], 60);
}

static void a_tag_does_not_make_a_frame_longer_than_it_can_be(void **state)
{
	(void)state;
	put(E1000_CTRL, E1000_CTRL_VME);
	descriptor(0, BUFFERS, EXTENDED | 1518, 0);
	descriptor(1, BUFFERS, EXTENDED | LAST | E1000_TXD_VLE, 0);
	put(E1000_TDT, 2);
	assert_int_equal(wire.sent_count, 0);
	assert_int_equal(get(E1000_TDH), 2);
}

static void a_ring_that_is_none_sends_nothing(void **state)
{
	(void)state;
	descriptor(0, BUFFERS, LAST | 60, 0);
	put(E1000_TDT, 16);
	put(E1000_TDH, 77);
	put(E1000_TDT, 1);
	assert_int_equal(get(E1000_TDH), 77);
	put(E1000_TDH, 0);
	put(E1000_TDBAH, 0xffffffff);
	put(E1000_TDT, 1);
	put(E1000_TDBAL, 0xfffffff0);
	put(E1000_TDT, 1);
	put(E1000_TDLEN, 0);
	put(E1000_TDT, 1);
	assert_int_equal(wire.sent_count, 0);
}

static void a_long_ring_is_worked_off_in_turns(void **state)
{
	(void)state;
	put(E1000_TDBAL, BUFFERS);
	put(E1000_TDLEN, 16 * 1024);
	for (unsigned i = 0; i < 1024; i++) {
		uint64_t d[2] = {TX_RING, LAST | 60};
		memcpy(ram + BUFFERS + 16 * i, d, 16);
	}
	wire.room = 10000;
	put(E1000_TDT, 1000);
	assert_int_equal(wire.sent_count, 256);
	for (unsigned turn = 0; e1000_deadline(&card) <= now; turn++) {
		assert_true(turn < 4);
		e1000_run(&card, now);
	}
	assert_int_equal(wire.sent_count, 1000);
}

/* --- receive --- */
#define RX_ON (E1000_RCTL_EN | E1000_RCTL_SECRC | E1000_RCTL_BAM)

static struct net_frame frame_to(const uint8_t *target)
{
	struct net_frame frame = {.version = NET_VERSION, .kind = NET_ETHERNET};
	for (unsigned i = 0; i < NET_FRAME_MAX; i++)
		frame.bytes[i] = (uint8_t)(i * 11);
	memcpy(frame.bytes, target, 6);
	internet_put16(frame.bytes + 12, 0x88b5);
	return frame;
}

static void arrive(const struct net_frame *frame, size_t length)
{
	wire.waiting[wire.waiting_count] = *frame;
	wire.waiting_length[wire.waiting_count++] = length;
	e1000_poll(&card);
}

static uint64_t outcome(unsigned index)
{
	uint64_t value;
	memcpy(&value, ram + RX_RING + 16 * index + 8, 8);
	return value;
}

static void a_frame_to_the_own_address_arrives(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RCTL, RX_ON);
	put(E1000_RDT, 15);
	put(E1000_IMS, E1000_RXT0);
	arrive(&frame, 300);
	assert_int_equal(outcome(0), 300 | UINT64_C(0x07) << 32); /* DD, EOP, no verdict on sums */
	assert_memory_equal(ram + BUFFERS, frame.bytes, 300);
	assert_int_equal(get(E1000_RDH), 1);
	assert_true(level());
	assert_int_equal(get(E1000_ICR), E1000_RXT0);
	assert_false(level());
	assert_int_equal(get(E1000_GPRC), 1);
	assert_int_equal(get(E1000_GPRC), 0);
	assert_int_equal(get(E1000_GORCL), 304);
}

static bool arrives(const uint8_t *target)
{
	const struct net_frame frame = frame_to(target);
	uint32_t head = get(E1000_RDH);
	put(E1000_RDT, (head + 15) % 16);
	arrive(&frame, 60);
	return get(E1000_RDH) != head;
}

static void the_filters_let_in_what_they_are_set_to(void **state)
{
	static const uint8_t other[6] = {2, 1, 1, 1, 1, 1}, all[6] = {255, 255, 255, 255, 255, 255};
	static const uint8_t group[6] = {1, 0, 0x5e, 0x11, 0x22, 0x33};
	(void)state;
	put(E1000_RCTL, E1000_RCTL_EN | E1000_RCTL_SECRC);
	assert_true(arrives(own));
	assert_false(arrives(other));
	assert_false(arrives(all));
	assert_false(arrives(group));
	put(E1000_RCTL, RX_ON);
	assert_true(arrives(all));
	assert_false(arrives(group));
	put(E1000_RCTL, RX_ON | E1000_RCTL_UPE);
	assert_true(arrives(other));
	assert_false(arrives(group));
	put(E1000_RCTL, RX_ON | E1000_RCTL_MPE);
	assert_true(arrives(group));
	assert_false(arrives(other));
	put(E1000_RCTL, RX_ON);
	put(E1000_MTA + 4 * (0x332 >> 5), 1u << (0x332 & 31)); /* the hash: bits 47 to 36 */
	assert_true(arrives(group));
	put(E1000_RA + 8 * 15, 0x01010102);
	put(E1000_RA + 8 * 15 + 4, 0x80000101);
	assert_true(arrives(other));
	put(E1000_RA + 8 * 15 + 4, 0x00000101);
	assert_false(arrives(other));
}

static void a_frame_fills_as_many_buffers_as_it_needs(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RCTL, RX_ON | 3u << 16);
	put(E1000_RDT, 5);
	arrive(&frame, 600);
	assert_int_equal(get(E1000_RDH), 0); /* the longest frame would not fit */
	put(E1000_RDT, 6);
	assert_int_equal(get(E1000_RDH), 3);
	assert_int_equal(outcome(0), 256 | UINT64_C(0x05) << 32);
	assert_int_equal(outcome(2), 88 | UINT64_C(0x07) << 32);
	assert_memory_equal(ram + BUFFERS + 2048, frame.bytes + 256, 256);
	assert_memory_equal(ram + BUFFERS + 4096, frame.bytes + 512, 88);
}

static void the_check_sequence_is_there_unless_it_is_stripped(void **state)
{
	struct net_frame frame = frame_to(own);
	uint32_t crc;
	(void)state;
	memcpy(frame.bytes + 51, "123456789", 9);
	put(E1000_RCTL, E1000_RCTL_EN);
	put(E1000_RDT, 15);
	arrive(&frame, 60);
	assert_int_equal(outcome(0) & 0xffff, 64);
	/* the remainder over a frame with its check sequence is a constant (IEEE 802.3) */
	crc = UINT32_MAX;
	for (unsigned i = 0; i < 64; i++) {
		crc ^= ram[BUFFERS + i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	assert_int_equal(crc, 0xdebb20e3);
}

static void without_descriptors_frames_stay_in_the_link(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RCTL, RX_ON);
	arrive(&frame, 100);
	arrive(&frame, 200);
	assert_int_equal(wire.waiting_first, 0);
	put(E1000_RDT, 1);
	assert_int_equal(wire.waiting_first, 1);
	put(E1000_RDT, 2);
	assert_int_equal(outcome(1) & 0xffff, 200);
}

static void while_reception_is_off_frames_are_lost(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RDT, 15);
	arrive(&frame, 100);
	assert_int_equal(wire.waiting_first, 1);
	assert_int_equal(get(E1000_RDH), 0);
}

static uint64_t verdict_of(size_t payload, unsigned spoil)
{
	struct net_frame frame = {.version = NET_VERSION, .kind = NET_ETHERNET};
	uint32_t head = get(E1000_RDH);
	uint16_t pseudo = tcp_packet(payload);
	uint8_t *p = frame.bytes;
	memcpy(p, ram + BUFFERS, HEADERS + payload);
	internet_put16(p + IP + 10, (uint16_t)~plain_sum(p + IP, 20, 0));
	uint32_t sum = pseudo + 20u + (uint32_t)payload;
	internet_put16(p + TRANSPORT + 16, (uint16_t)~plain_sum(p + TRANSPORT, 20 + payload, sum));
	if (spoil)
		p[spoil]++;
	arrive(&frame, HEADERS + payload);
	return outcome(head) >> 32;
}

static void received_sums_are_judged(void **state)
{
	(void)state;
	put(E1000_RXCSUM, E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL);
	put(E1000_RCTL, RX_ON | E1000_RCTL_UPE);
	put(E1000_RDT, 15);
	assert_int_equal(verdict_of(100, 0), 0x63);
	assert_int_equal(verdict_of(101, 0), 0x63);
	assert_int_equal(verdict_of(100, HEADERS + 50), 0x2063);
	assert_int_equal(verdict_of(100, IP + 8), 0x4063);
	assert_int_equal(verdict_of(100, IP + 7), 0x4043); /* a fragment: no verdict on TCP */
	assert_int_equal(verdict_of(100, 13), 0x03);       /* not IP at all */
	put(E1000_RXCSUM, E1000_RXCSUM_TUOFL);
	assert_int_equal(verdict_of(100, 0), 0x23);
	put(E1000_RXCSUM, 0);
	assert_int_equal(verdict_of(100, 0), 0x07);
}

static void an_open_sum_is_made_and_counts_as_right(void **state)
{
	struct net_frame frame = {.flags = NET_CHECK, .check_start = TRANSPORT, .check_at = 16};
	(void)state;
	put(E1000_RXCSUM, E1000_RXCSUM_TUOFL);
	put(E1000_RCTL, RX_ON);
	put(E1000_RDT, 15);
	uint16_t pseudo = tcp_packet(200);
	memcpy(frame.bytes, ram + BUFFERS, HEADERS + 200);
	internet_put16(frame.bytes + TRANSPORT + 16, (uint16_t)(pseudo + 220));
	internet_put16(frame.bytes + IP + 10, (uint16_t)~plain_sum(frame.bytes + IP, 20, 0));
	arrive(&frame, HEADERS + 200);
	assert_int_equal(outcome(0) >> 32, 0x23);
	check_sums(ram + BUFFERS, HEADERS + 200);
}

static void a_tag_is_taken_out_and_the_vlan_filter_holds(void **state)
{
	struct net_frame frame = frame_to(own);
	(void)state;
	internet_put32(frame.bytes + 12, 0x8100a123);
	put(E1000_RCTL, RX_ON | E1000_RCTL_VFE);
	put(E1000_RDT, 15);
	arrive(&frame, 100);
	assert_int_equal(get(E1000_RDH), 0);
	put(E1000_VFTA + 4 * (0x123 >> 5), 1u << (0x123 & 31));
	arrive(&frame, 100);
	assert_int_equal(outcome(0), 100 | UINT64_C(0x07) << 32 | UINT64_C(0xa123) << 48);
	put(E1000_CTRL, E1000_CTRL_VME);
	arrive(&frame, 100);
	assert_int_equal(outcome(1), 96 | UINT64_C(0x0f) << 32 | UINT64_C(0xa123) << 48);
	assert_memory_equal(ram + BUFFERS + 2048, frame.bytes, 12);
	assert_memory_equal(ram + BUFFERS + 2048 + 12, frame.bytes + 16, 84);
}

static void few_descriptors_left_are_told(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RCTL, RX_ON);
	put(E1000_RDT, 9);
	arrive(&frame, 100);
	assert_int_equal(get(E1000_ICR), E1000_RXT0);
	arrive(&frame, 100);
	assert_int_equal(get(E1000_ICR), E1000_RXT0 | E1000_RXDMT0);
}

static void a_receive_ring_anywhere_harms_nobody(void **state)
{
	const struct net_frame frame = frame_to(own);
	(void)state;
	put(E1000_RCTL, RX_ON);
	put(E1000_RDBAH, 0xffffffff);
	put(E1000_RDT, 15);
	arrive(&frame, 100);
	assert_int_equal(get(E1000_RDH), 0);
	put(E1000_RDH, 99);
	arrive(&frame, 100);
	put(E1000_RDBAH, 0);
	put(E1000_RDH, 0);
	*(uint64_t *)(ram + RX_RING) = UINT64_C(0xfffffffffffff000);
	arrive(&frame, 100);
	assert_int_equal(outcome(0) >> 32 & 3, 3);
}

/* --- registers --- */
static void the_eeprom_has_the_address_and_a_checksum(void **state)
{
	uint32_t sum = 0, word[3];
	(void)state;
	for (uint32_t i = 0; i < E1000_EEPROM_WORDS; i++) {
		put(E1000_EERD, i << 8 | 1);
		assert_int_equal(get(E1000_EERD) & 0xff1f, i << 8 | 0x10);
		sum += get(E1000_EERD) >> 16;
		if (i < 3)
			word[i] = get(E1000_EERD) >> 16;
	}
	assert_int_equal(sum & 0xffff, 0xbaba);
	assert_int_equal(word[0], own[0] | own[1] << 8);
	assert_int_equal(word[2], own[4] | own[5] << 8);
	assert_int_equal(get(E1000_RA), 0x12005452);
	assert_int_equal(get(E1000_RA + 4), 0x80005634);
}

static void clock_bit(uint32_t pins)
{
	put(E1000_EECD, pins);
	put(E1000_EECD, pins | 1);
	put(E1000_EECD, pins);
}

static void the_eeprom_reads_the_same_bit_by_bit(void **state)
{
	(void)state;
	put(E1000_EECD, 0x40);
	assert_int_equal(get(E1000_EECD) & 0x3c0, 0x1c0); /* granted, present, 64 words */
	for (uint32_t i = 0; i < E1000_EEPROM_WORDS; i++) {
		uint32_t command = 6 << 6 | i, value = 0;
		put(E1000_EECD, 0x42);
		for (unsigned bit = 9; bit--;)
			clock_bit(0x42 | (command >> bit & 1) << 2);
		assert_int_equal(get(E1000_EECD) & 8, 0);
		for (unsigned bit = 0; bit < 16; bit++) {
			put(E1000_EECD, 0x43);
			value = value << 1 | (get(E1000_EECD) >> 3 & 1);
			put(E1000_EECD, 0x42);
		}
		put(E1000_EECD, 0x40);
		put(E1000_EERD, i << 8 | 1);
		assert_int_equal(value, get(E1000_EERD) >> 16);
	}
}

static uint32_t mdic(uint32_t value)
{
	put(E1000_MDIC, value);
	return get(E1000_MDIC);
}

static void the_phy_is_a_gigabit_one_with_a_link(void **state)
{
	(void)state;
	assert_int_equal(mdic(0x08200000 | 2 << 16), 0x18200000 | 2 << 16 | 0x0141);
	assert_int_equal(mdic(0x08200000 | 3 << 16) & 0xffff, 0x0c20);
	assert_int_equal(mdic(0x08200000 | 1 << 16) & 0x24, 0x24);
	assert_int_equal(mdic(0x08400000 | 2 << 16) & 0x50000000, 0x50000000); /* nobody at address 2 */
	assert_int_equal(get(E1000_STATUS), 0x83);
	get(E1000_ICR);
	mdic(0x04200000 | 0 << 16 | 0x1340); /* negotiate anew */
	assert_int_equal(get(E1000_ICR), E1000_LSC);
	assert_int_equal(mdic(0x08200000) & 0xffff, 0x1140);
	mdic(0x04200000 | 2 << 16 | 0xffff); /* the identity is not to be written */
	assert_int_equal(mdic(0x08200000 | 2 << 16) & 0xffff, 0x0141);
}

static void a_card_without_a_cable_has_no_link_and_sends_into_the_void(void **state)
{
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	(void)state;
	e1000_init(&card, own, &(struct net_backend){0}, &clock);
	stand_alone(&pci, &card.pci, &memory);
	assert_int_equal(get(E1000_STATUS) & 2, 0);
	assert_int_equal(mdic(0x08200000 | 1 << 16) & 0x24, 0);
	put(E1000_TDBAL, TX_RING);
	put(E1000_TDLEN, 256);
	put(E1000_TCTL, E1000_TCTL_EN);
	descriptor(0, BUFFERS, LAST | 60, 0);
	put(E1000_TDT, 1);
	assert_int_equal(status_of(0), 1);
	e1000_poll(&card);
}

static void only_causes_that_are_unmasked_interrupt(void **state)
{
	(void)state;
	put(E1000_ICS, E1000_LSC);
	assert_false(level());
	put(E1000_IMS, E1000_LSC | E1000_TXDW);
	assert_true(level());
	assert_int_equal(get(E1000_IMS), E1000_LSC | E1000_TXDW);
	put(E1000_IMC, E1000_LSC);
	assert_false(level());
	put(E1000_IMS, E1000_LSC);
	assert_true(level());
	put(E1000_ICR, E1000_LSC);
	assert_false(level());
	assert_int_equal(get(E1000_ICR), 0);
}

static void interrupts_are_as_far_apart_as_itr_says(void **state)
{
	(void)state;
	put(E1000_ITR, 200);
	put(E1000_IMS, E1000_RXT0);
	put(E1000_ICS, E1000_RXT0);
	assert_true(level());
	assert_int_equal(get(E1000_ICR), E1000_RXT0);
	put(E1000_ICS, E1000_RXT0);
	assert_false(level());
	assert_int_equal(e1000_deadline(&card), now + 200 * 256);
	now += 200 * 256 - 1;
	e1000_run(&card, now);
	assert_false(level());
	now++;
	e1000_run(&card, now);
	assert_true(level());
	assert_int_equal(e1000_deadline(&card), CLOCK_NEVER);
}

static void a_reset_forgets_all_but_the_tables(void **state)
{
	(void)state;
	put(E1000_IMS, E1000_LSC);
	put(E1000_ICS, E1000_LSC);
	put(E1000_MTA + 8, 5);
	put(E1000_RA, 1);
	put(E1000_CTRL, E1000_CTRL_RST);
	assert_false(level());
	assert_int_equal(get(E1000_IMS), 0);
	assert_int_equal(get(E1000_TDLEN), 0);
	assert_int_equal(get(E1000_CTRL), 0);
	assert_int_equal(get(E1000_STATUS), 0x83);
	assert_int_equal(get(E1000_MTA + 8), 5);
	assert_int_equal(get(E1000_RA), 0x12005452);
}

static void the_ports_lead_to_the_registers(void **state)
{
	const struct window *io = &card.pci.bar[1].window;
	(void)state;
	io->write(io->device, 0, 4, E1000_RA);
	assert_int_equal(io->read(io->device, 0, 4), E1000_RA);
	assert_int_equal(io->read(io->device, 4, 4), 0x12005452);
	io->write(io->device, 0, 4, E1000_CTRL);
	io->write(io->device, 4, 4, E1000_CTRL_RST);
	assert_int_equal(get(E1000_TDLEN), 0);
	io->write(io->device, 0, 4, 0x1fffc);
	io->write(io->device, 4, 4, 1);
	assert_int_equal(io->read(io->device, 4, 4), 0);
}

static void registers_take_whole_dwords(void **state)
{
	(void)state;
	e1000_write(&card, E1000_TIPG, 2, 0xffff);
	e1000_write(&card, E1000_TIPG + 1, 4, 0xffff);
	assert_int_equal(get(E1000_TIPG), 0);
	e1000_write(&card, E1000_RDBAL, 8, UINT64_C(0x1234567890abcdef));
	assert_int_equal(get(E1000_RDBAL), 0x90abcde0);
	assert_int_equal(get(E1000_RDBAH), 0x12345678);
	assert_int_equal(e1000_read(&card, E1000_RDBAL, 8), 0x1234567890abcde0);
	assert_int_equal(e1000_read(&card, E1000_RDBAH + 1, 1) & 0xff, 0x56);
	put(E1000_STATUS, 0xffffffff);
	assert_int_equal(get(E1000_STATUS), 0x83);
	put(E1000_RA + 4, 0xffffffff);
	assert_int_equal(get(E1000_RA + 4), 0x8003ffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_packet_of_one_descriptor_goes_out, setup),
	        cmocka_unit_test_setup(a_packet_in_pieces_is_one_frame, setup),
	        cmocka_unit_test_setup(a_packet_that_is_no_frame_is_done_and_goes_nowhere, setup),
	        cmocka_unit_test_setup(without_room_the_packet_waits, setup),
	        cmocka_unit_test_setup(sums_are_made_where_the_context_says, setup),
	        cmocka_unit_test_setup(a_sum_over_a_part_is_made_at_once, setup),
	        cmocka_unit_test_setup(a_legacy_descriptor_has_a_sum_of_its_own, setup),
	        cmocka_unit_test_setup(a_large_packet_is_cut_into_segments, setup),
	        cmocka_unit_test_setup(the_last_segment_may_be_full, setup),
	        cmocka_unit_test_setup(segments_wait_for_room_in_the_middle_of_a_descriptor, setup),
	        cmocka_unit_test_setup(a_segment_size_that_makes_no_frame_sends_nothing, setup),
	        cmocka_unit_test_setup(segments_shorter_than_a_frame_send_nothing, setup),
	        cmocka_unit_test_setup(a_context_inside_a_packet_does_not_change_it, setup),
	        cmocka_unit_test_setup(a_tag_is_put_in, setup),
	        cmocka_unit_test_setup(a_tag_does_not_make_a_frame_longer_than_it_can_be, setup),
	        cmocka_unit_test_setup(a_ring_that_is_none_sends_nothing, setup),
	        cmocka_unit_test_setup(a_long_ring_is_worked_off_in_turns, setup),
	        cmocka_unit_test_setup(a_frame_to_the_own_address_arrives, setup),
	        cmocka_unit_test_setup(the_filters_let_in_what_they_are_set_to, setup),
	        cmocka_unit_test_setup(a_frame_fills_as_many_buffers_as_it_needs, setup),
	        cmocka_unit_test_setup(the_check_sequence_is_there_unless_it_is_stripped, setup),
	        cmocka_unit_test_setup(without_descriptors_frames_stay_in_the_link, setup),
	        cmocka_unit_test_setup(while_reception_is_off_frames_are_lost, setup),
	        cmocka_unit_test_setup(received_sums_are_judged, setup),
	        cmocka_unit_test_setup(an_open_sum_is_made_and_counts_as_right, setup),
	        cmocka_unit_test_setup(a_tag_is_taken_out_and_the_vlan_filter_holds, setup),
	        cmocka_unit_test_setup(few_descriptors_left_are_told, setup),
	        cmocka_unit_test_setup(a_receive_ring_anywhere_harms_nobody, setup),
	        cmocka_unit_test_setup(the_eeprom_has_the_address_and_a_checksum, setup),
	        cmocka_unit_test_setup(the_eeprom_reads_the_same_bit_by_bit, setup),
	        cmocka_unit_test_setup(the_phy_is_a_gigabit_one_with_a_link, setup),
	        cmocka_unit_test_setup(a_card_without_a_cable_has_no_link_and_sends_into_the_void, setup),
	        cmocka_unit_test_setup(only_causes_that_are_unmasked_interrupt, setup),
	        cmocka_unit_test_setup(interrupts_are_as_far_apart_as_itr_says, setup),
	        cmocka_unit_test_setup(a_reset_forgets_all_but_the_tables, setup),
	        cmocka_unit_test_setup(the_ports_lead_to_the_registers, setup),
	        cmocka_unit_test_setup(registers_take_whole_dwords, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
