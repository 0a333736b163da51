/* SPDX-License-Identifier: ISC */
/*
 * A point is a round of attacks, one on each device in turn at random; a plus a proof, a letter a device that fails it. As
 * firmware it attacks fw_cfg, too, and with a second vCPU, which is told by a 2.
 */
#include "tests/guest/attack-rings/pc/rings.h"

enum {
	DEVICES = VIRTIO_DEVICES + 2,
	CARD = VIRTIO_DEVICES,
	IDE = VIRTIO_DEVICES + 1,
	FIRMWARE = DEVICES,
	PROOFS_EVERY = 16
};

static uint64_t state;
static bool second; /* there is another vCPU */

uint32_t random32(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

uint32_t below(uint32_t limit)
{
	return random32() % limit;
}

bool seldom(uint32_t of)
{
	return !below(of);
}

uint64_t odd_address(void)
{
	static const uint64_t outside[] = {
	        RAM_END,           RAM_END + 0x1000u, 0xfee00000,   0xd0000000,        0xfffffff0,
	        UINT64_C(1) << 32, UINT64_C(1) << 63, ~UINT64_C(0), ~UINT64_C(0) - 15, (UINT64_C(1) << 32) + POOL};
	switch (below(8)) {
	case 0:
		return outside[below(sizeof(outside) / sizeof(outside[0]))];
	case 1:
		return RAM_END - below(64);
	case 2:
		return RAM_END - below(0x2000);
	case 3:
		return POOL + below(RAM_END - POOL);
	default:
		return POOL + (below(RAM_END - POOL) & ~0xfu);
	}
}

uint32_t odd_length(void)
{
	static const uint32_t lengths[] = {
	        0,    1,     2,     10,    12,      14,         15,         16,         17,          60,
	        511,  512,   513,   1024,  1514,    1518,       1519,       2048,       4096,        8192,
	        4097, 65535, 65536, 65537, 0xfffff, 0x00600000, 0x7fffffff, 0x80000000, ~UINT32_C(0)};
	return seldom(4) ? random32() >> below(32) : lengths[below(sizeof(lengths) / sizeof(lengths[0]))];
}

void zero(uint32_t at, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i += 4)
		*at32(at + i) = 0;
}

static uint64_t time(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* With a second vCPU time is the host's, which may have other things to do. */
static uint64_t enough = 3000000000u;

struct patience patience(void)
{
	return (struct patience){time() + enough};
}

bool lasts(const struct patience *patience)
{
	return time() < patience->until;
}

static void attack(unsigned device)
{
	if (device == CARD)
		card_attack();
	else if (device == IDE)
		ide_attack();
	else if (device == FIRMWARE)
		firmware_attack();
	else if (second && below(2))
		virtio_ask(device);
	else
		virtio_attack(device);
}

/* false: a device goes on for ever; its letter is told. */
static bool quiet(void)
{
	bool good = ide_quiet();
	card_quiet();
	if (!good)
		put('a' + IDE);
	for (unsigned i = 0; i < VIRTIO_DEVICES; i++) {
		if (virtio_quiet(i))
			continue;
		put((char)('a' + i));
		good = false;
	}
	return good;
}

static bool proof(unsigned device)
{
	return device == CARD       ? card_proof()
	       : device == IDE      ? ide_proof()
	       : device == FIRMWARE ? firmware_proof()
	                            : virtio_proof(device);
}

static void prove(unsigned devices)
{
	bool now = quiet();
	for (unsigned device = 0; device < devices && now; device++)
		put(proof(device) ? '+' : (char)('a' + device));
}

void pc_main(void)
{
	state = time() * UINT64_C(0x9e3779b97f4a7c15) | 1;
	interrupts_open();
	virtio_open();
	card_open();
	ide_open();
	put('1');
	bool firmware = firmware_open();
	second = firmware && second_open();
	unsigned devices = DEVICES + (firmware ? 1 : 0);
	if (second) {
		put('2');
		enough *= 8;
	}
	for (unsigned round = 1;; round++) {
		if (second)
			second_scribbles(true);
		attack(below(devices));
		if (round % PROOFS_EVERY == 0) {
			if (second)
				second_scribbles(false);
			prove(devices);
		}
		put('.');
	}
}
