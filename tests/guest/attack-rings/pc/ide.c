/* SPDX-License-Identifier: ISC */
/*
 * PRD tables that lie: anywhere, without an end, with pieces of any length or that are the table itself; commands that are
 * left in the middle, by the other drive, a reset or a stop; packets that say anything. One disk is served by another
 * subject, so its requests are still underway when the next thing comes.
 */
#include "tests/guest/attack-rings/pc/rings.h"

enum { DATA = 0, FEATURE = 1, COUNT = 2, LOW = 3, MID = 4, HIGH = 5, DEVICE = 6, STATUS = 7, COMMAND = 7 };
enum { BUSY = 0x80, DRQ = 0x08, ERR = 0x01, BM_COMMAND = 0, BM_STATUS = 2, BM_TABLE = 4, START = 1, TO_MEMORY = 8 };
enum { TABLE = POOL + 0x10000, PIECES = 32, SRST = 4, SECTOR = 9 };

static const uint16_t bases[2] = {0x1f0, 0x170}, controls[2] = {0x3f6, 0x376};

void ide_open(void)
{
	place_bar(AT_IDE, 4, PORTS_IDE | 1);
}

static uint16_t master(unsigned channel, unsigned offset)
{
	return (uint16_t)(PORTS_IDE + channel * 8 + offset);
}

static void lie_in_table(uint32_t at)
{
	for (uint32_t i = 0; i < PIECES; i++) {
		bool good = below(3);
		uint64_t address = good        ? POOL + (below(RAM_END - POOL - 0x10000) & ~1u)
		                   : seldom(4) ? TABLE + below(8 * PIECES)
		                               : odd_address();
		*at32(at + 8 * i) = (uint32_t)address;
		*at32(at + 8 * i + 4) = (good ? 2 + (below(4096) & ~1u) : odd_length()) & 0x7fffffffu;
		if (seldom(12))
			*at32(at + 8 * i + 4) |= 0x80000000u;
	}
}

static void start(unsigned channel)
{
	lie_in_table(TABLE);
	out8(master(channel, BM_STATUS), 6);
	out32(master(channel, BM_TABLE), seldom(6) ? (uint32_t)odd_address() : TABLE);
	out8(master(channel, BM_COMMAND), (uint8_t)(START | (random32() & TO_MEMORY)));
}

static void command(unsigned channel)
{
	static const uint8_t codes[] = {0xc8, 0xca, 0x25, 0x35, 0x20, 0x30, 0xc4, 0xc5,
	                                0xc6, 0xa0, 0xa0, 0xa0, 0xec, 0xa1, 0xe7};
	uint16_t base = bases[channel];
	out8(base + DEVICE, (uint8_t)(0xe0 | (random32() & 0x1f)));
	out8(base + FEATURE, (uint8_t)below(4));
	for (unsigned i = COUNT; i <= HIGH; i++) {
		out8((uint16_t)(base + i), (uint8_t)(seldom(8) ? random32() : 0));
		out8((uint16_t)(base + i), (uint8_t)(i == COUNT ? below(20)
		                                     : i == LOW ? below(256)
		                                     : below(8) ? 0
		                                                : random32()));
	}
	if (below(3))
		out8(base + DEVICE, (uint8_t)(0xe0 | (random32() & 0x10)));
	out8(base + COMMAND, seldom(8) ? (uint8_t)random32() : codes[below(sizeof(codes))]);
}

/* A packet of 12 bytes, or part of a block, in or out. */
static void data(unsigned channel)
{
	static const uint8_t packets[] = {0x28, 0xa8, 0x03, 0x12, 0x1a, 0x25, 0x43,
	                                  0x46, 0x4a, 0x51, 0x5a, 0xbd, 0x00, 0x1b};
	uint16_t base = bases[channel];
	if (below(2)) {
		out16(base + DATA, (uint16_t)(packets[below(sizeof(packets))] | (random32() & 0xff00)));
		for (unsigned i = 0; i < 5; i++)
			out16(base + DATA, (uint16_t)(below(3) ? 0 : random32()));
	} else if (below(2)) {
		for (unsigned i = below(600); i; i--)
			out32(base + DATA, random32());
	} else {
		for (unsigned i = below(600); i; i--)
			(void)in16(base + DATA);
	}
}

/* A command in blocks that is left for the other drive, which may not exist, and goes on there as far as we are concerned. */
static void turn_away(unsigned channel)
{
	static const uint8_t codes[] = {0x20, 0x30, 0xc4, 0xc5, 0xa0};
	static const uint16_t packet[6] = {0x28, 0, 0, 0, 0x0008, 0}; /* READ (10) of eight blocks */
	uint16_t base = bases[channel];
	uint8_t code = channel ? 0xa0 : codes[below(sizeof(codes))];
	out8(base + DEVICE, 0xe0);
	out8(base + FEATURE, 0);
	out8(base + COUNT, (uint8_t)(1 + below(8)));
	out8(base + LOW, (uint8_t)below(200));
	out8(base + MID, 0);
	out8(base + HIGH, code == 0xa0 ? 8 : 0);
	out8(base + COMMAND, code);
	for (unsigned i = 0; i < 6 && code == 0xa0; i++)
		out16(base + DATA, packet[i]);
	for (unsigned i = below(200); i; i--)
		(void)in16(base + DATA);
	out8(base + DEVICE, 0xf0);
	for (unsigned i = below(1200); i; i--) {
		if (code == 0x30 || code == 0xc5)
			out16(base + DATA, (uint16_t)i);
		else
			(void)in16(base + DATA);
	}
}

void ide_attack(void)
{
	unsigned channel = below(2);
	for (unsigned i = 0; i < 6; i++) {
		switch (below(8)) {
		case 0:
			out8(bases[channel] + DEVICE, (uint8_t)(0xa0 | (random32() & 0x50)));
			break;
		case 1:
			out8(master(channel, BM_COMMAND), 0);
			break;
		case 2:
			if (below(4)) {
				turn_away(channel);
				break;
			}
			out8(controls[channel], SRST);
			out8(controls[channel], 0);
			break;
		case 3:
		case 4:
			start(channel);
			break;
		case 5:
			data(channel);
			break;
		default:
			command(channel);
			if (below(2))
				start(channel);
			if (below(2))
				data(channel);
		}
	}
}

/* --- the proof: a sector each way by DMA on either disk --- */

static uint8_t wait(uint16_t base)
{
	struct patience left = patience();
	uint8_t status = in8(base + STATUS);
	while (status & BUSY && lasts(&left))
		status = in8(base + STATUS);
	return status;
}

static bool transfer(uint8_t drive, uint32_t at, uint8_t code)
{
	uint16_t base = bases[0];
	*at32(TABLE) = at;
	*at32(TABLE + 4) = 0x80000200u;
	out8(master(0, BM_COMMAND), 0);
	out8(master(0, BM_STATUS), 6);
	out32(master(0, BM_TABLE), TABLE);
	out8(base + DEVICE, (uint8_t)(0xe0 | drive << 4));
	if (wait(base) & (BUSY | DRQ))
		return false;
	out8(base + COUNT, 1);
	out8(base + LOW, SECTOR);
	out8(base + MID, 0);
	out8(base + HIGH, 0);
	out8(base + COMMAND, code);
	out8(master(0, BM_COMMAND), code == 0xc8 ? START | TO_MEMORY : START);
	uint8_t status = wait(base);
	out8(master(0, BM_COMMAND), 0);
	return !(status & (BUSY | DRQ | ERR)) && !(in8(master(0, BM_STATUS)) & 3);
}

bool ide_quiet(void)
{
	bool good = true;
	for (unsigned i = 0; i < 2; i++) {
		out8(master(i, BM_COMMAND), 0);
		out8(controls[i], SRST);
		out8(controls[i], 2);
		good = good && !(wait(bases[i]) & BUSY);
	}
	return good;
}

bool ide_proof(void)
{
	uint8_t *sent = (uint8_t *)(uintptr_t)(POOL + 0x1000), *back = sent + 0x1000;
	for (uint8_t drive = 0; drive < 2; drive++) {
		fill(sent, 512, random32());
		if (!transfer(drive, place_of(sent), 0xca) || !transfer(drive, place_of(back), 0xc8) ||
		    !same(sent, back, 512))
			return false;
	}
	return true;
}
