/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_DEVICES_PC_H
#define TESTS_GUEST_DEVICES_PC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A guest without an operating system that drives the devices of its virtual PC as their data sheets say, and tells by
 * lines on its first serial port how each did. Interrupts are counted by vector; nothing else happens in them, but that
 * the PIC's line of PCI devices is masked until pci_unmask(), for its level stays until its device is asked.
 */
enum { VECTOR_PIC = 0x20, VECTOR_HPET = 0x50, VECTOR_DISK = 0x51 };
enum { IRQ_TIMER = 0, IRQ_KEYBOARD = 1, IRQ_RTC = 8, IRQ_PCI = 11, IRQ_MOUSE = 12, IRQ_IDE = 14 };

/* where the guest puts what */
enum { PORTS_IDE = 0x9000, PORTS_DISK = 0xc000, PORTS_NET = 0xc100, PORTS_RNG = 0xc200 };
#define MEMORY_CARD 0xd0000000u
#define MEMORY_DISK 0xd1000000u
#define MEMORY_RNG 0xd2000000u
#define DEVFN(device, function) ((device)*8u + (function))
enum { AT_BRIDGE = DEVFN(1, 0), AT_IDE = DEVFN(1, 1), AT_PM = DEVFN(1, 3) };
enum { AT_CARD = DEVFN(4, 0), AT_NET = DEVFN(5, 0), AT_DISK = DEVFN(6, 0), AT_RNG = DEVFN(7, 0) }; /* system.xml */

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
static inline uint8_t in8(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}
static inline uint16_t in16(uint16_t port)
{
	uint16_t value;
	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}
static inline uint32_t in32(uint16_t port)
{
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}
/* a device's register in memory */
static inline volatile uint32_t *at32(uint32_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}
static inline volatile uint16_t *at16(uint32_t address)
{
	return (volatile uint16_t *)(uintptr_t)address;
}
static inline volatile uint8_t *at8(uint32_t address)
{
	return (volatile uint8_t *)(uintptr_t)address;
}
/* what a device that masters the bus is told */
static inline uint32_t place_of(const volatile void *data)
{
	return (uint32_t)(uintptr_t)data;
}

/* "ok: what" or "FAIL: what" */
void check(bool good, const char *what);
/* Bytes that differ for each seed. */
void fill(uint8_t *data, unsigned bytes, unsigned seed);
bool same(const uint8_t *one, const uint8_t *other, unsigned bytes);

/* How often the vector came; the wait, with interrupts on, ends when it has come more than `seen` times. */
unsigned interrupts(unsigned vector);
void await(unsigned vector, unsigned seen);
void pic_mask(unsigned irq, bool masked);
void pci_unmask(void);

uint32_t config_read(unsigned devfn, unsigned offset);
void config_write(unsigned devfn, unsigned offset, uint32_t value);
/* A BAR's place, and memory, ports and bus mastering on. */
void place_bar(unsigned devfn, unsigned bar, uint32_t at);

/* board.c, ide.c, virtio.c, cards.c */
void test_board(void);
void test_ide(void);
void test_virtio(void);
void test_cards(void);

#endif
