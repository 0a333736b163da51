/* SPDX-License-Identifier: ISC */
/* Both network cards at one switch: an 82540EM, and virtio by its registers of before 1.0; a frame each way. */
#include "tests/guest/devices/devices.h"

enum { FRAME = 200, BUFFER = 2048, RING = 8, LEGACY_RING = 256, HEADER = 10 };
enum { RECEIVE = 0, TRANSMIT = 1 };
enum { LEGACY_PAGE = 8, LEGACY_SELECT = 14, LEGACY_NOTIFY = 16, LEGACY_STATUS = 18, LEGACY_ISR = 19, LEGACY_MAC = 20 };
enum { ICR = 0xc0, IMS = 0xd0, RCTL = 0x100, TCTL = 0x400, RDBAL = 0x2800, RDLEN = 0x2808, RDH = 0x2810, RDT = 0x2818 };
enum { TDBAL = 0x3800, TDLEN = 0x3808, TDT = 0x3818, RAL = 0x5400, RAH = 0x5404, RXT0 = 0x80 };

struct legacy_queue { /* virtio 1.1, 2.6.2: one run, the used ring on the next page */
	struct {
		uint32_t address, high, length;
		uint16_t flags, next;
	} descriptor[LEGACY_RING];
	uint16_t flags, index, ring[LEGACY_RING];
	struct {
		volatile uint16_t flags, index;
		struct {
			volatile uint32_t id, bytes;
		} ring[LEGACY_RING];
	} used __attribute__((aligned(4096)));
};
struct card_descriptor {
	uint32_t address, high;
	volatile uint32_t command, status;
};
static struct legacy_queue net[2] __attribute__((aligned(4096)));
static struct card_descriptor receive_ring[RING] __attribute__((aligned(16)));
static struct card_descriptor transmit_ring[RING] __attribute__((aligned(16)));
static uint8_t out[HEADER + FRAME], net_in[BUFFER], card_in[RING][BUFFER];
static uint8_t card_mac[6], net_mac[6];

static volatile uint32_t *card(uint32_t offset)
{
	return at32(MEMORY_CARD + offset);
}

static void begin_card(void)
{
	place_bar(AT_CARD, 0, MEMORY_CARD);
	for (unsigned i = 0; i < 6; i++)
		card_mac[i] = (uint8_t)(*card(i < 4 ? RAL : RAH) >> i % 4 * 8);
	for (unsigned i = 0; i < RING; i++)
		receive_ring[i].address = place_of(card_in[i]);
	*card(RDBAL) = place_of(receive_ring);
	*card(RDLEN) = sizeof(receive_ring);
	*card(RDH) = 0;
	*card(RDT) = RING - 1;
	*card(TDBAL) = place_of(transmit_ring);
	*card(TDLEN) = sizeof(transmit_ring);
	*card(RCTL) = 0x8002; /* on, broadcasts too, 2 KiB */
	*card(TCTL) = 2;
}

static void begin_net(void)
{
	place_bar(AT_NET, 0, PORTS_NET | 1);
	for (unsigned i = 0; i < 6; i++)
		net_mac[i] = in8((uint16_t)(PORTS_NET + LEGACY_MAC + i));
	out8(PORTS_NET + LEGACY_STATUS, 3);
	for (uint16_t i = RECEIVE; i <= TRANSMIT; i++) {
		out16(PORTS_NET + LEGACY_SELECT, i);
		out32(PORTS_NET + LEGACY_PAGE, place_of(&net[i]) / 4096);
	}
	net[TRANSMIT].flags = 1; /* only what comes interrupts */
	net[RECEIVE].descriptor[0].address = place_of(net_in);
	net[RECEIVE].descriptor[0].length = BUFFER;
	net[RECEIVE].descriptor[0].flags = 2;
	__asm__ volatile("" : : : "memory");
	net[RECEIVE].index = 1;
	out8(PORTS_NET + LEGACY_STATUS, 7);
	out16(PORTS_NET + LEGACY_NOTIFY, RECEIVE);
}

static void make_frame(const uint8_t *to, const uint8_t *from, unsigned seed)
{
	uint8_t *frame = out + HEADER;
	fill(frame, FRAME, seed);
	for (unsigned i = 0; i < 6; i++) {
		frame[i] = to[i];
		frame[6 + i] = from[i];
	}
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

static void card_to_net(void)
{
	make_frame(net_mac, card_mac, 4);
	transmit_ring[0].address = place_of(out + HEADER);
	transmit_ring[0].command = 0x0b000000u | FRAME; /* end of packet, insert the sum, report */
	unsigned seen = interrupts(VECTOR_PIC + IRQ_PCI);
	pci_unmask();
	*card(TDT) = 1;
	await(VECTOR_PIC + IRQ_PCI, seen);
	bool good = in8(PORTS_NET + LEGACY_ISR) & 1;
	check(good && (transmit_ring[0].status & 1) && net[RECEIVE].used.index == 1 &&
	              net[RECEIVE].used.ring[0].bytes >= HEADER + FRAME && same(out + HEADER, net_in + HEADER, FRAME),
	      "network: a frame from the 82540EM to virtio, by INTA");
}

static void net_to_card(void)
{
	make_frame(card_mac, net_mac, 5);
	for (unsigned i = 0; i < HEADER; i++)
		out[i] = 0;
	net[TRANSMIT].descriptor[0].address = place_of(out);
	net[TRANSMIT].descriptor[0].length = HEADER + FRAME;
	__asm__ volatile("" : : : "memory");
	net[TRANSMIT].index = 1;
	(void)*card(ICR);
	*card(IMS) = RXT0;
	unsigned seen = interrupts(VECTOR_PIC + IRQ_PCI);
	pci_unmask();
	out16(PORTS_NET + LEGACY_NOTIFY, TRANSMIT);
	await(VECTOR_PIC + IRQ_PCI, seen);
	bool good = *card(ICR) & RXT0;
	check(good && net[TRANSMIT].used.index == 1 && (receive_ring[0].status & 3) == 3 &&
	              (receive_ring[0].command & 0xffff) >= FRAME && same(out + HEADER, card_in[0], FRAME),
	      "network: a frame from virtio to the 82540EM, by INTA and its causes");
}

void test_cards(void)
{
	begin_card();
	begin_net();
	card_to_net();
	net_to_card();
}
