/* SPDX-License-Identifier: ISC */
/*
 * The hostile guest: it finds every function on its PCI bus, gives each BAR a place, and then writes at random: into
 * registers, into configuration space by ports and by memory, into the ports and memory of its board (IDE and its bus master,
 * PS/2, VGA, a serial port, interrupt controllers, timers, RTC, power management), and into memory that it lets descriptor
 * rings lie in. Each life has another seed.
 * Only code and stack: no constant in memory, no jump table, no static variable (kernel.S says why).
 */
#include <stdint.h>
#include "tests/guest/attack-devices/greeting.h"

#pragma GCC optimize("no-jump-tables", "no-tree-switch-conversion")

#define COM1 0x3f8
#define COM2 0x2f8
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define RAM_BYTES 0x800000u
#define RINGS 0x400000u /* memory full of what might be descriptors: from here to the end */
#define FUNCTIONS 32u
#define BARS 6u
#define FIRST_MEMORY 0xd0000000u
#define FIRST_PORT 0xa000u
#define ECAM 0xfef00000u
#define IVSHMEM 0x11101af4u
#define DOORBELL 12
#define IDE 9u /* devfn; its bus master is BAR 4 */
#define BUS_MASTER 0x9000u
#define ROUND 64u /* accesses between two signs of life on COM1 */

void guest_main(void);

struct function {
	uint32_t devfn;
	uint32_t bar[BARS], size[BARS]; /* size 0: none */
	uint32_t ports;                 /* a bit per BAR */
};
struct attacker {
	uint64_t seed;
	uint32_t count;
	struct function function[FUNCTIONS];
};

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t in32(uint16_t port)
{
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static uint32_t config_read(uint32_t devfn, uint32_t offset)
{
	out32(CONFIG_ADDRESS, 0x80000000u | devfn << 8 | offset);
	return in32(CONFIG_DATA);
}

static void config_write(uint32_t devfn, uint32_t offset, uint32_t value)
{
	out32(CONFIG_ADDRESS, 0x80000000u | devfn << 8 | offset);
	out32(CONFIG_DATA, value);
}

static uint64_t next_random(struct attacker *a)
{
	a->seed ^= a->seed << 13;
	a->seed ^= a->seed >> 7;
	a->seed ^= a->seed << 17;
	return a->seed;
}

/* Values that mean something to a device: places in memory, at its end and beyond, small numbers, single bits. */
static uint64_t odd_value(struct attacker *a)
{
	uint64_t r = next_random(a), what = r >> 60;
	if (what < 4)
		return RINGS + (r & 0x3ffff0);
	if (what < 6)
		return r & 0xff;
	if (what < 7)
		return RAM_BYTES - (r & 0x3f);
	if (what < 8)
		return UINT64_C(1) << (r & 63);
	if (what < 9)
		return ~UINT64_C(0) << (r & 31);
	if (what < 10)
		return r & 0xffffff;
	return r;
}

static void find_functions(struct attacker *a)
{
	uint32_t memory = FIRST_MEMORY, port = FIRST_PORT;
	a->count = 0;
	for (uint32_t devfn = 16; devfn < 256 && a->count < FUNCTIONS; devfn++) { /* 0 and 1 are the board */
		if (config_read(devfn, 0) == UINT32_MAX)
			continue;
		struct function *f = &a->function[a->count++];
		f->devfn = devfn;
		f->ports = 0;
		for (uint32_t i = 0; i < BARS; i++) {
			config_write(devfn, 0x10 + 4 * i, UINT32_MAX);
			uint32_t mask = config_read(devfn, 0x10 + 4 * i);
			f->size[i] = mask ? ~(mask & (mask & 1 ? ~3u : ~15u)) + 1 : 0;
			if (mask & 1) {
				f->size[i] &= 0xffff;
				f->ports |= 1u << i;
				f->bar[i] = port;
				port += 0x100;
			} else {
				f->bar[i] = memory;
				memory += 0x1000000;
			}
			config_write(devfn, 0x10 + 4 * i, f->bar[i]); /* shared memory stays where it is */
			f->bar[i] = config_read(devfn, 0x10 + 4 * i) & (mask & 1 ? ~3u : ~15u);
		}
	}
}

static void switch_on(struct attacker *a)
{
	for (uint32_t n = 0; n < a->count; n++) {
		const struct function *f = &a->function[n];
		for (uint32_t i = 0; i < BARS; i++)
			if (f->size[i])
				config_write(f->devfn, 0x10 + 4 * i, f->bar[i]);
		config_write(f->devfn, 4, 7);
	}
	config_write(IDE, 0x20, BUS_MASTER);
	config_write(IDE, 4, 5);
}

/* What a guest does with shared memory: a word into it, and a ring of the doorbell. */
static void greet(const struct attacker *a)
{
	for (uint32_t n = 0; n < a->count; n++) {
		if (config_read(a->function[n].devfn, 0) != IVSHMEM)
			continue;
		*(volatile uint32_t *)(uintptr_t)a->function[n].bar[2] = GREETING;
		*(volatile uint32_t *)(uintptr_t)(a->function[n].bar[0] + DOORBELL) = 1u << 16;
	}
}

static void scribble(struct attacker *a)
{
	uint64_t *word = (uint64_t *)(uintptr_t)(RINGS + (next_random(a) & 0x3fff00));
	for (unsigned i = 0; i < 16; i++)
		word[i] = odd_value(a);
}

static void access_memory(struct attacker *a, uint32_t at, uint32_t size)
{
	uint64_t value = odd_value(a);
	volatile uint8_t *place = (volatile uint8_t *)(uintptr_t)at;
	if (size == 1)
		*place = (uint8_t)value;
	else if (size == 2)
		*(volatile uint16_t *)place = (uint16_t)value;
	else if (size == 4)
		*(volatile uint32_t *)place = (uint32_t)value;
	else
		(void)*(volatile uint32_t *)place;
}

static void access_ports(struct attacker *a, uint16_t at, uint32_t size)
{
	uint32_t value = (uint32_t)odd_value(a);
	if (size == 1)
		out8(at, (uint8_t)value);
	else if (size == 2)
		out16(at, (uint16_t)value);
	else if (size == 4)
		out32(at, value);
	else
		(void)in32(at);
}

static void attack_function(struct attacker *a, const struct function *f)
{
	uint64_t r = next_random(a);
	uint32_t bar = (uint32_t)(r & 7), size = r >> 3 & 3 ? 4 : 1u << (r >> 5 & 3);
	if (bar >= BARS || !f->size[bar])
		return;
	uint32_t window = f->size[bar] > 0x6000 ? 0x6000 : f->size[bar];
	uint32_t at = f->bar[bar] + (uint32_t)((r >> 16) % window & ~3u);
	if (!(r >> 8 & 31))
		config_write(f->devfn, (uint32_t)(r >> 40) & 0xfc, (uint32_t)odd_value(a));
	else if (f->ports >> bar & 1)
		access_ports(a, (uint16_t)at, size);
	else
		access_memory(a, at, size);
}

/* A port of the board. What would end its life is left out: that is no attack. */
static uint16_t board_port(uint64_t r)
{
	uint32_t what = r & 31, offset = (uint32_t)(r >> 5);
	if (what < 3)
		return (uint16_t)(0x1f0 + (offset & 7));
	if (what < 5)
		return (uint16_t)(0x170 + (offset & 7));
	if (what < 6)
		return offset & 1 ? 0x3f6 : 0x376;
	if (what < 8)
		return (uint16_t)(BUS_MASTER + (offset & 15));
	if (what < 9)
		return offset & 1 ? 0x60 : 0x64;
	if (what < 12)
		return (uint16_t)(0x3c0 + (offset & 31));
	if (what < 13)
		return (uint16_t)(0x40 + (offset & 3));
	if (what < 14)
		return (uint16_t)(0x70 + (offset & 1));
	if (what < 15)
		return (uint16_t)((offset & 2 ? 0xa0 : 0x20) + (offset & 1));
	if (what < 17)
		return (uint16_t)(0x1ce + (offset & 3)); /* VBE */
	if (what < 21)
		return (uint16_t)(COM2 + (offset & 7));
	if (what < 23)
		return (uint16_t)(0x4d0 + (offset & 1)); /* edge or level */
	if (what < 25)
		return offset & 1 ? 0x61 : 0x80;
	if (what < 27) /* power management: events and timer; its control would be the end */
		return offset & 1 ? 0xb000 : 0xb008;
	return (uint16_t)(0x3b0 + (offset & 15));
}

/* Four bytes from 0x3f6 reach into COM1, where they would be a sign of life or a count of functions. */
static void attack_port(struct attacker *a, uint16_t at, uint32_t size)
{
	access_ports(a, at, at < COM1 && at + size > COM1 ? 2 : size);
}

static void attack_board(struct attacker *a)
{
	uint64_t r = next_random(a);
	uint32_t size = r >> 3 & 3 ? 1 : 1u << (r >> 5 & 3), at = (uint32_t)(r >> 16);
	if (r & 4)
		attack_port(a, board_port(r >> 16), size);
	else if ((r & 3) == 0)
		access_memory(a, 0xa0000u + (at & 0x1fffc), size);
	else if ((r & 3) == 1)
		access_memory(a, 0xfed00000u + (at & 0x3fc), 4); /* HPET */
	else if ((r & 3) == 2)                                   /* I/O APIC, or configuration space */
		access_memory(a, r >> 63 ? 0xfec00000u + (at & 0x10) : ECAM + (at & 0xffffc), 4);
	else
		config_write(at & 0xff, at >> 8 & 0xfc, (uint32_t)odd_value(a)); /* the other functions, and nobody */
}

void guest_main(void)
{
	struct attacker a;
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	a.seed = ((uint64_t)high << 32 | low) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	for (uint64_t *word = (uint64_t *)(uintptr_t)RINGS; word < (uint64_t *)(uintptr_t)RAM_BYTES; word++)
		*word = odd_value(&a);
	find_functions(&a);
	out8(COM1, (uint8_t)('0' + a.count));
	switch_on(&a);
	greet(&a);
	while (a.count) {
		switch_on(&a);
		for (unsigned i = 0; i < ROUND; i++) {
			if (next_random(&a) >> 63)
				attack_board(&a);
			else
				attack_function(&a, &a.function[next_random(&a) % a.count]);
			scribble(&a);
		}
		out8(COM1, '.');
	}
}
