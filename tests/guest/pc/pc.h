/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_PC_PC_H
#define TESTS_GUEST_PC_PC_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What guests without an operating system share that drive the devices of their virtual PC: 32-bit code in flat
 * segments, lines on the first serial port, interrupts, configuration space. Interrupts are counted by vector; nothing
 * else happens in them, but that the PIC's line of PCI devices is masked until pci_unmask(), for its level stays until its
 * device is asked. Each such guest is a pc_main(), which start.S calls with interrupts off.
 */
enum { VECTOR_PIC = 0x20 };
enum { IRQ_TIMER = 0, IRQ_KEYBOARD = 1, IRQ_RTC = 8, IRQ_PCI = 11, IRQ_MOUSE = 12, IRQ_IDE = 14 };

#define DEVFN(device, function) ((device)*8u + (function))
enum { AT_BRIDGE = DEVFN(1, 0), AT_IDE = DEVFN(1, 1), AT_PM = DEVFN(1, 3) };

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

void pc_main(void);

void put(char c);
/* "ok: what" or "FAIL: what" */
void check(bool good, const char *what);
/* Bytes that differ for each seed. */
void fill(uint8_t *data, unsigned bytes, unsigned seed);
bool same(const uint8_t *one, const uint8_t *other, unsigned bytes);

/* The PICs from vector 0x20 on, everything masked but the second one's line; the local APIC passes them on. */
void interrupts_open(void);
/* How often the vector came; the wait, with interrupts on, ends when it has come more than `seen` times. */
unsigned interrupts(unsigned vector);
void await(unsigned vector, unsigned seen);
void pic_mask(unsigned irq, bool masked);
void pci_unmask(void);

/* All four wires of PCI to line 11, which is told by its level. */
void route_pci(void);
uint32_t config_read(unsigned devfn, unsigned offset);
void config_write(unsigned devfn, unsigned offset, uint32_t value);
/* A BAR's place, and memory, ports and bus mastering on. */
void place_bar(unsigned devfn, unsigned bar, uint32_t at);

#endif
