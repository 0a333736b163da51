/* SPDX-License-Identifier: ISC */
/*
 * fw_cfg, which a guest has that starts as firmware: requests for DMA that lie nowhere or at the end of memory, that read
 * anything to anywhere, over themselves, more than there is of it, that write, and that do all of it at once.
 */
#include "tests/guest/attack-rings/pc/rings.h"

enum { SELECT = 0x510, DATA = 0x511, DMA_HIGH = 0x514, DMA_LOW = 0x518 };
enum { KEY_SIGNATURE = 0, KEY_DIRECTORY = 0x19, ERROR = 1, READ = 2, SKIP = 4, CHOOSE = 8 };
#define SIGNATURE 0x554d4551u /* "QEMU" */

static uint32_t read_signature(void)
{
	uint32_t value = 0;
	out16(SELECT, KEY_SIGNATURE);
	for (unsigned i = 0; i < 4; i++)
		value |= (uint32_t)in8(DATA) << 8 * i;
	return value;
}

bool firmware_open(void)
{
	return read_signature() == SIGNATURE;
}

static void submit(uint64_t at)
{
	out32(DMA_HIGH, __builtin_bswap32((uint32_t)(at >> 32)));
	out32(DMA_LOW, __builtin_bswap32((uint32_t)at));
}

static void request(uint32_t control, uint32_t length, uint64_t address)
{
	*at32(REQUEST) = __builtin_bswap32(control);
	*at32(REQUEST + 4) = __builtin_bswap32(length);
	*at32(REQUEST + 8) = __builtin_bswap32((uint32_t)(address >> 32));
	*at32(REQUEST + 12) = __builtin_bswap32((uint32_t)address);
}

/* A request itself lies in its place, or where there is none: in other memory it might have the device write over us. */
static uint64_t odd_place(void)
{
	static const uint64_t outside[] = {
	        RAM_END,    RAM_END - 1,       RAM_END - 8,  RAM_END - 15,      0xfee00000,
	        0xfffffff0, UINT64_C(1) << 32, ~UINT64_C(0), ~UINT64_C(0) - 15, (UINT64_C(1) << 32) + REQUEST};
	return outside[below(sizeof(outside) / sizeof(outside[0]))];
}

void firmware_attack(void)
{
	for (unsigned i = 0; i < 16; i++) {
		uint32_t key = below(3) ? below(0x40) : random32() >> 16, length = odd_length();
		request(key << 16 | (below(3) ? CHOOSE | READ : random32() & 0x1f), length,
		        seldom(8) ? REQUEST - below(32) : odd_address());
		submit(seldom(6) ? odd_place() : REQUEST);
		if (seldom(4))
			out32((uint16_t)(SELECT + below(12)), random32());
		for (unsigned n = below(40); n; n--)
			(void)in8(DATA);
	}
}

/* By ports and by DMA it still says who it is, and an item of many bytes is as long as it was. */
bool firmware_proof(void)
{
	if (read_signature() != SIGNATURE)
		return false;
	*at32(POOL) = *at32(POOL + 4) = ~0u;
	request(KEY_SIGNATURE << 16 | CHOOSE | READ, 8, POOL);
	submit(REQUEST);
	if (*at32(REQUEST) || *at32(POOL) != SIGNATURE || *at32(POOL + 4))
		return false;
	request(KEY_DIRECTORY << 16 | CHOOSE | SKIP, 4 + 8, 0);
	submit(REQUEST);
	request(READ, 4, POOL);
	submit(REQUEST);
	return !*at32(REQUEST) && *at32(POOL) == 0x2f637465; /* the first file's name: "etc/" */
}
