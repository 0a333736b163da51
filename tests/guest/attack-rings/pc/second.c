/* SPDX-License-Identifier: ISC */
/*
 * The second vCPU. While it is let, it changes what the first one has told a device, at any moment of the device's reading:
 * one word of a descriptor, a ring's index or a request is another one and what it was in turns. So what a device reads twice
 * is not the same twice, and all else is good: it gets far.
 */
#include "tests/guest/attack-rings/pc/rings.h"

#define LAPIC_ICR 0xfee00300u
#define LAPIC_ICR_TARGET 0xfee00310u
enum { AP_START = 0x8000, INIT = 0xc500, START = 0x600, SLOTS = 32 };

void second_main(void);
extern const uint8_t second_start[], second_end[];

static volatile uint32_t wanted, scribbling;
static uint32_t seed = 0x2545f491;

static uint32_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/*
 * A word of a descriptor: rings and tables have them of 16 and of 8 bytes. The first word is an address in all of them, with
 * any length behind it: below the pool it would have a device write over this program. The third may be one in a table
 * of PRDs, whose lengths end at 64 KiB: with one that is low it is not reached.
 */
static uint32_t odd_word(uint32_t index)
{
	switch (any() % (index ? 8 : 3)) {
	case 0:
		return RAM_END - any() % 64;
	case 1:
		return POOL + any() % (RAM_END - POOL);
	case 2:
		return any() | 0x80000000u;
	case 3:
		return any() % 3 << 16 | any() % 8; /* flags and the next one */
	default:
		return any() & 0xffff;
	}
}

/* One of fw_cfg's request: big-endian. The first says what to do, the second how much, the last two where. */
static uint32_t odd_request(uint32_t word)
{
	uint32_t value = word == 0   ? any() & 0x3f001fu
	                 : word == 1 ? any() >> any() % 32
	                 : word == 2 ? any() % 8 == 0
	                             : POOL + any() % (RAM_END - POOL + 64);
	return __builtin_bswap32(value);
}

/*
 * To and fro as fast as it goes: of two readings one after the other each is as likely as not to be the odd one. What the first
 * vCPU writes there meanwhile stays: put back after it has laid out another table, a length could be an address, and a
 * device write over this program.
 */
static void change(uint32_t at, uint32_t value)
{
	uint32_t *word = (uint32_t *)(uintptr_t)at, before = __atomic_load_n(word, __ATOMIC_RELAXED);
	for (uint32_t i = 1 + any() % 256; i; i--) {
		uint32_t was = before, odd = value;
		if (!__atomic_compare_exchange_n(word, &was, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
		    !__atomic_compare_exchange_n(word, &odd, before, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return;
	}
}

/*
 * The rings of virtio devices, the card's, and tables of PRDs begin at the same places; mostly it is the first one, and the
 * beginning of it, that a device reads. Of indices there are two places: rings.h.
 */
static void scribble(void)
{
	uint32_t ring = POOL + (any() % 4 ? 0x10000 : 0x20000), index = any() % 4;
	uint32_t slot = any() % 4 ? any() % 4 : any() % SLOTS;
	switch (any() % 16) {
	case 0:
		change(ring + (any() % 2 ? SOUND_AVAIL : ODD_AVAIL) + 4 * index, odd_word(1));
		break;
	case 1:
		change(ring + (any() % 2 ? SOUND_USED : ODD_USED) + 4 * index, odd_word(1));
		break;
	case 2:
	case 3:
		change(REQUEST + 4 * index, odd_request(index));
		break;
	default:
		change(ring + 16 * slot + 4 * index, odd_word(index));
	}
}

void second_main(void)
{
	for (;;) {
		scribbling = wanted;
		if (scribbling)
			for (unsigned i = 0; i < 16; i++)
				scribble();
		else
			__asm__ volatile("pause");
	}
}

void second_scribbles(bool on)
{
	wanted = on;
	while (scribbling != wanted)
		__asm__ volatile("pause");
}

bool second_open(void)
{
	for (const uint8_t *from = second_start; from < second_end; from++)
		*at8(AP_START + (uint32_t)(from - second_start)) = *from;
	*at32(LAPIC_ICR_TARGET) = 1u << 24;
	*at32(LAPIC_ICR) = INIT;
	*at32(LAPIC_ICR_TARGET) = 1u << 24;
	*at32(LAPIC_ICR) = START | AP_START >> 12;
	struct patience left = patience();
	wanted = true;
	while (!scribbling && lasts(&left))
		;
	wanted = false;
	return scribbling;
}
