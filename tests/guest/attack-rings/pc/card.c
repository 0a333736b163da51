/* SPDX-License-Identifier: ISC */
/*
 * The rings of an 82540EM that lie: bases anywhere, pointers beyond the end, descriptors of each kind with any length,
 * packets without an end, segments of no size, buffers that are the ring, receive buffers anywhere.
 */
#include "tests/guest/attack-rings/pc/rings.h"

enum { CTRL = 0, ICR = 0xc0, RCTL = 0x100, TCTL = 0x400, RDBAL = 0x2800, RDLEN = 0x2808, RDH = 0x2810, RDT = 0x2818 };
enum { TDBAL = 0x3800, TDLEN = 0x3808, TDH = 0x3810, TDT = 0x3818, RXCSUM = 0x5000, RING = 16 };
enum { TRANSMIT_AT = POOL + 0x10000, RECEIVE_AT = POOL + 0x20000, FRAME_AT = POOL + 0x1000 };
#define RESET 0x04000000u
#define TAGGING 0x40000000u

static volatile uint32_t *card(uint32_t offset)
{
	return at32(MEMORY_CARD + offset);
}

void card_open(void)
{
	place_bar(AT_CARD, 0, MEMORY_CARD);
}

static void descriptor(uint32_t ring, uint32_t index, uint64_t address, uint32_t command, uint32_t options)
{
	volatile uint32_t *d = at32(ring + 16 * index);
	d[0] = (uint32_t)address;
	d[1] = (uint32_t)(address >> 32);
	d[2] = command;
	d[3] = options;
}

static uint64_t buffer(uint32_t ring)
{
	return seldom(6) ? ring + below(16 * RING) : odd_address();
}

static void lie_in_transmit(uint32_t ring)
{
	for (uint32_t i = 0; i < RING; i++) {
		uint32_t flags = (random32() & 0xff000000u) | (below(3) ? 1u << 24 : 0),
		         length = odd_length() & 0xfffff;
		switch (below(4)) {
		case 0: /* a context */
			descriptor(ring, i, (random32() & 0x3f3f3f) | (uint64_t)(random32() & 0xffff3f3f) << 32,
			           0x20000000u | (flags & 0x07000000u) | length,
			           (below(3) ? below(20) : random32()) << 16 | (below(3) ? below(20) : below(256))
			                                                               << 8);
			break;
		case 1: /* data, extended */
			descriptor(ring, i, buffer(ring), 0x20100000u | flags | length, random32() & 0xffffff00);
			break;
		default:
			descriptor(ring, i, buffer(ring), (flags & ~0x20000000u) | (length & 0xffff),
			           random32() & 0xffffff00);
		}
	}
}

/* A packet to be cut into segments of a few bytes, or of many, with a tag or without one; it may be the first of the ring. */
static void segments(uint32_t ring)
{
	uint32_t at = below(2) ? 0 : below(RING - 1), header = below(2) ? below(20) : below(256);
	uint32_t size = below(2) ? below(20) : below(1600), length = below(2) ? 60 : odd_length() & 0xfffff;
	descriptor(ring, at, (random32() & 0x3f3f3f) | (uint64_t)(random32() & 0x3f3f) << 32,
	           0x24000000u | (random32() & 0x03000000u), size << 16 | header << 8);
	descriptor(ring, at + 1, FRAME_AT, 0x25100000u | (random32() & 0x48000000u) | length, random32() & 0xffffff00);
}

static void transmit_lies(void)
{
	uint64_t base = seldom(6) ? odd_address() : TRANSMIT_AT;
	lie_in_transmit(TRANSMIT_AT);
	if (below(2))
		segments(TRANSMIT_AT);
	*card(TDBAL) = (uint32_t)base;
	*card(TDBAL + 4) = (uint32_t)(base >> 32);
	*card(TDLEN) = seldom(6) ? random32() : 16 * RING;
	*card(TDH) = seldom(8) ? random32() : 0;
	*card(TCTL) = 2;
	for (unsigned i = 0; i < 3; i++) {
		*card(TDT) = seldom(8) ? random32() : below(RING);
		if (seldom(3))
			lie_in_transmit(TRANSMIT_AT);
	}
}

static void receive_lies(void)
{
	uint64_t base = seldom(6) ? odd_address() : RECEIVE_AT;
	for (uint32_t i = 0; i < RING; i++)
		descriptor(RECEIVE_AT, i, buffer(RECEIVE_AT), random32(), random32());
	*card(RDBAL) = (uint32_t)base;
	*card(RDBAL + 4) = (uint32_t)(base >> 32);
	*card(RDLEN) = seldom(6) ? random32() : 16 * RING;
	*card(RDH) = seldom(8) ? random32() : below(RING);
	*card(RXCSUM) = random32();
	*card(RCTL) = (random32() & 0x06ffffffu) | 0x0000801au; /* on, everything for everybody */
	*card(RDT) = seldom(8) ? random32() : below(RING);
}

void card_quiet(void)
{
	*card(CTRL) = RESET;
}

void card_attack(void)
{
	if (seldom(4))
		*card(CTRL) = RESET;
	*card(CTRL) = below(2) ? TAGGING : 0;
	receive_lies();
	transmit_lies();
	(void)*card(ICR);
}

/* A frame to everybody: whoever listens has something to receive, too. */
bool card_proof(void)
{
	card_quiet();
	zero(FRAME_AT, 100);
	for (uint32_t i = 0; i < 6; i++)
		*at8(FRAME_AT + i) = 0xff;
	*at8(FRAME_AT + 6) = 2;
	descriptor(TRANSMIT_AT, 0, FRAME_AT, 0x0b000000u | 100, 0);
	*card(TDBAL) = TRANSMIT_AT;
	*card(TDBAL + 4) = 0;
	*card(TDLEN) = 16 * RING;
	*card(TDH) = 0;
	*card(TCTL) = 2;
	*card(TDT) = 1;
	struct patience left = patience();
	while (lasts(&left))
		if (*at8(TRANSMIT_AT + 12) & 1)
			return true;
	return false;
}
