/* SPDX-License-Identifier: ISC */
#include "tests/guest/pc/pc.h"

enum { COM1 = 0x3f8, LINE_STATUS = 5, CAN_SEND = 0x20 };
enum { PIC_1 = 0x20, PIC_2 = 0xa0, PIC_END = 0x20, EXCEPTIONS = 32, SPURIOUS = 0xff };
#define LAPIC 0xfee00000u
enum { LAPIC_EOI = 0xb0, LAPIC_SPURIOUS = 0xf0, LAPIC_LINT0 = 0x350, EXTINT = 0x700, ENABLE = 0x100 };

void interrupt(unsigned vector);

extern const uint8_t interrupt_entries[256][16];
static struct gate {
	uint16_t low, selector, kind, high;
} idt[256];
static volatile unsigned seen_vector[256];

/* --- lines --- */

void put(char c)
{
	while (!(in8(COM1 + LINE_STATUS) & CAN_SEND))
		;
	out8(COM1, (uint8_t)c);
}

static void print(const char *text)
{
	while (*text)
		put(*text++);
}

static void print_number(unsigned number)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[number >> shift & 15]);
}

void check(bool good, const char *what)
{
	print(good ? "ok: " : "FAIL: ");
	print(what);
	put('\n');
}

void fill(uint8_t *data, unsigned bytes, unsigned seed)
{
	for (unsigned i = 0; i < bytes; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8) + seed);
}

bool same(const uint8_t *one, const uint8_t *other, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		if (one[i] != other[i])
			return false;
	return true;
}

/* --- interrupts --- */

void interrupt(unsigned vector)
{
	seen_vector[vector]++;
	if (vector < EXCEPTIONS) {
		print("FAIL: exception ");
		print_number(vector);
		put('\n');
		for (;;)
			__asm__ volatile("cli; hlt");
	}
	if (vector >= VECTOR_PIC && vector < VECTOR_PIC + 16) {
		if (vector == VECTOR_PIC + IRQ_PCI)
			pic_mask(IRQ_PCI, true);
		if (vector >= VECTOR_PIC + 8)
			out8(PIC_2, PIC_END);
		out8(PIC_1, PIC_END);
	} else if (vector != SPURIOUS) {
		*at32(LAPIC + LAPIC_EOI) = 0;
	}
}

unsigned interrupts(unsigned vector)
{
	return seen_vector[vector];
}

void await(unsigned vector, unsigned seen)
{
	while (seen_vector[vector] <= seen)
		__asm__ volatile("sti; hlt; cli" : : : "memory");
}

void pic_mask(unsigned irq, bool masked)
{
	uint16_t port = irq < 8 ? PIC_1 + 1 : PIC_2 + 1;
	uint8_t bit = (uint8_t)(1u << irq % 8), mask = in8(port);
	out8(port, (uint8_t)(masked ? mask | bit : mask & ~bit));
}

void pci_unmask(void)
{
	pic_mask(IRQ_PCI, false);
}

void interrupts_open(void)
{
	static struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer;
	for (unsigned i = 0; i < 256; i++) {
		uint32_t entry = place_of(interrupt_entries[i]);
		idt[i] = (struct gate){(uint16_t)entry, 8, 0x8e00, (uint16_t)(entry >> 16)};
	}
	pointer.limit = sizeof(idt) - 1;
	pointer.base = place_of(idt);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	out8(PIC_1, 0x11);
	out8(PIC_2, 0x11);
	out8(PIC_1 + 1, VECTOR_PIC);
	out8(PIC_2 + 1, VECTOR_PIC + 8);
	out8(PIC_1 + 1, 4);
	out8(PIC_2 + 1, 2);
	out8(PIC_1 + 1, 1);
	out8(PIC_2 + 1, 1);
	out8(PIC_1 + 1, 0xfb);
	out8(PIC_2 + 1, 0xff);
	*at32(LAPIC + LAPIC_SPURIOUS) = ENABLE | SPURIOUS;
	*at32(LAPIC + LAPIC_LINT0) = EXTINT;
}

/* --- configuration space --- */

uint32_t config_read(unsigned devfn, unsigned offset)
{
	out32(0xcf8, 0x80000000u | devfn << 8 | (offset & 0xfc));
	return in32(0xcfc) >> offset % 4 * 8;
}

void config_write(unsigned devfn, unsigned offset, uint32_t value)
{
	out32(0xcf8, 0x80000000u | devfn << 8 | (offset & 0xfc));
	out32(0xcfc, value);
}

void place_bar(unsigned devfn, unsigned bar, uint32_t at)
{
	config_write(devfn, 0x10 + 4 * bar, at);
	config_write(devfn, 4, 7);
}

void route_pci(void)
{
	config_write(AT_BRIDGE, 0x60, 0x0b0b0b0b);
	out8(0x4d1, in8(0x4d1) | 1u << (IRQ_PCI - 8));
}
