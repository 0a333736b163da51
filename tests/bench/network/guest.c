/* SPDX-License-Identifier: ISC */
/*
 * The guest of the network benchmark: it sends ROUNDS bursts of DEPTH frames, first by a virtio card with the registers of
 * before 1.0, then by an 82540EM, polling, without interrupts. Only code and stack, as kernel.S of attack-devices says.
 */
#include <stdint.h>
#include "tests/bench/network/network.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define VIRTIO_PORT 0xc000u
#define E1000_BASE 0xd0000000u
#define RING 0x400000u /* one card after the other has its rings here */
#define FRAME 0x480000u
#define TRANSMIT 1
#define QUEUE_SIZE 256u

void guest_main(void);

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static void config_write(uint32_t device, uint32_t offset, uint32_t value)
{
	out32(CONFIG_ADDRESS, 0x80000000u | device << 11 | offset);
	out32(CONFIG_DATA, value);
}

static volatile uint8_t *make_frame(uint32_t at)
{
	volatile uint8_t *frame = (volatile uint8_t *)(uintptr_t)at;
	for (uint32_t i = 0; i < FRAME_BYTES; i++)
		frame[i] = (uint8_t)(i < 6 ? 0xff : i == 6 ? 2 : i == 12 ? 0x88 : i == 13 ? 0xb5 : i);
	return frame;
}

/* virtio 1.1, 4.1.4.8: legacy registers; queue 1 in one run of memory, its used ring on the next page. */
static void by_virtio(void)
{
	volatile uint32_t *descriptor = (volatile uint32_t *)RING;
	volatile uint16_t *available = (volatile uint16_t *)(RING + 16 * QUEUE_SIZE);
	volatile uint16_t *used = (volatile uint16_t *)(RING + 0x2000);
	uint16_t index = 0;
	config_write(2, 0x10, VIRTIO_PORT);
	config_write(2, 4, 5);
	for (uint32_t i = 0; i < 10; i++) /* the header before the frame says nothing */
		*(volatile uint8_t *)(uintptr_t)(FRAME - 10 + i) = 0;
	make_frame(FRAME);
	out8(VIRTIO_PORT + 18, 3);
	out16(VIRTIO_PORT + 14, TRANSMIT);
	out32(VIRTIO_PORT + 8, RING / 4096);
	out8(VIRTIO_PORT + 18, 7);
	available[0] = 1; /* no interrupts */
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < DEPTH; i++, index++) {
			uint32_t slot = index % QUEUE_SIZE;
			descriptor[4 * slot] = FRAME - 10;
			descriptor[4 * slot + 1] = 0;
			descriptor[4 * slot + 2] = FRAME_BYTES + 10;
			descriptor[4 * slot + 3] = 0;
			available[2 + slot] = (uint16_t)slot;
		}
		available[1] = index;
		out16(VIRTIO_PORT + 16, TRANSMIT);
		while (used[1] != index)
			__asm__ volatile("pause" : : : "memory");
	}
}

static void e1000_write(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)(E1000_BASE + offset) = value;
}

static void by_e1000(void)
{
	volatile uint32_t *descriptor = (volatile uint32_t *)RING;
	uint32_t index = 0;
	config_write(3, 0x10, E1000_BASE);
	config_write(3, 4, 6);
	make_frame(FRAME);
	e1000_write(0x3800, RING);
	e1000_write(0x3808, 16 * QUEUE_SIZE);
	e1000_write(0x400, 2);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t last = 0;
		for (unsigned i = 0; i < DEPTH; i++, index = (index + 1) % QUEUE_SIZE) {
			last = index;
			descriptor[4 * index] = FRAME;
			descriptor[4 * index + 1] = 0;
			descriptor[4 * index + 2] =
			        0x0b000000u | FRAME_BYTES; /* end of packet, insert the sum, report */
			descriptor[4 * index + 3] = 0;
		}
		e1000_write(0x3818, index);
		while (!(descriptor[4 * last + 3] & 1))
			__asm__ volatile("pause" : : : "memory");
	}
}

void guest_main(void)
{
	by_virtio();
	by_e1000();
	for (;;)
		__asm__ volatile("cli; hlt");
}
