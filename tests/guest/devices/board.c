/* SPDX-License-Identifier: ISC */
/* What is on the board: serial port, timers, clock, I/O APIC, PS/2, VGA. */
#include "tests/guest/devices/devices.h"

/* --- a byte through the UART's own loop (16550D, 8.8) --- */

static void test_serial(void)
{
	enum { COM1 = 0x3f8, MODEM_CONTROL = 4, LINE_STATUS = 5, MODEM_STATUS = 6, SCRATCH = 7 };
	while (!(in8(COM1 + LINE_STATUS) & 0x40))
		;
	out8(COM1 + MODEM_CONTROL, 0x1a); /* loop, OUT2, RTS */
	uint8_t modem = in8(COM1 + MODEM_STATUS);
	out8(COM1, 0xa5);
	bool came = in8(COM1 + LINE_STATUS) & 1;
	uint8_t byte = in8(COM1);
	out8(COM1 + MODEM_CONTROL, 0);
	out8(COM1 + SCRATCH, 0x3c);
	check(came && byte == 0xa5 && (modem & 0xf0) == 0x90 && in8(COM1 + SCRATCH) == 0x3c, "serial: its own loop");
}

/* --- timers --- */

static void test_pit(void)
{
	enum { COUNTER = 0x40, CONTROL = 0x43, PER_MS = 1193 };
	out8(CONTROL, 0x34);
	out8(COUNTER, PER_MS & 0xff);
	out8(COUNTER, PER_MS >> 8);
	unsigned seen = interrupts(VECTOR_PIC + IRQ_TIMER);
	pic_mask(IRQ_TIMER, false);
	await(VECTOR_PIC + IRQ_TIMER, seen + 4);
	pic_mask(IRQ_TIMER, true);
	out8(CONTROL, 0xc2); /* latch count and status of counter 0 */
	uint8_t status = in8(COUNTER);
	unsigned count = in8(COUNTER);
	count |= (unsigned)in8(COUNTER) << 8;
	check((status & 0x3f) == 0x34 && count && count <= PER_MS, "PIT: five ticks on line 0");
}

static uint8_t cmos(uint8_t index)
{
	out8(0x70, index);
	return in8(0x71);
}

static void cmos_write(uint8_t index, uint8_t value)
{
	out8(0x70, index);
	out8(0x71, value);
}

static void test_rtc(void)
{
	bool good = cmos(0x0d) & 0x80;
	cmos_write(0x0a, 0x26); /* 1024 Hz */
	cmos_write(0x0b, 0x42); /* periodic interrupts, 24 hours */
	(void)cmos(0x0c);
	pic_mask(IRQ_RTC, false);
	for (unsigned i = 0; i < 3; i++) {
		await(VECTOR_PIC + IRQ_RTC, interrupts(VECTOR_PIC + IRQ_RTC));
		good = good && (cmos(0x0c) & 0xc0) == 0xc0;
	}
	pic_mask(IRQ_RTC, true);
	cmos_write(0x0b, 0x02);
	uint8_t month = cmos(0x08), day = cmos(0x07);
	check(good && month >= 1 && month <= 0x12 && day >= 1 && day <= 0x31, "RTC: a date, three periods on line 8");
}

static void test_pm_timer(void)
{
	uint16_t port = (uint16_t)((config_read(AT_PM, 0x40) & 0xffc0) + 8);
	uint32_t first = in32(port) & 0xffffff, second = first;
	for (unsigned i = 0; i < 10000 && second == first; i++)
		second = in32(port) & 0xffffff;
	check(second != first && ((second - first) & 0xffffff) < 0x100000, "ACPI: its timer counts");
}

/* A comparator by pin 20 of the I/O APIC to a vector of the local APIC. */
static void test_hpet(void)
{
	const uint32_t hpet = 0xfed00000u, ioapic = 0xfec00000u;
	enum { PERIOD = 4, CONFIG = 0x10, COUNTER = 0xf0, TIMER = 0x100, COMPARATOR = 0x108, PIN = 20, WINDOW = 0x10 };
	*at32(ioapic) = 1;
	bool good = *at32(ioapic + WINDOW) == 0x00170011 || *at32(ioapic + WINDOW) == 0x00170020;
	*at32(ioapic) = 0x10 + 2 * PIN + 1;
	*at32(ioapic + WINDOW) = 0; /* to local APIC 0 */
	*at32(ioapic) = 0x10 + 2 * PIN;
	*at32(ioapic + WINDOW) = VECTOR_HPET;
	good = good && *at32(ioapic + WINDOW) == VECTOR_HPET;
	uint32_t period = *at32(hpet + PERIOD); /* femtoseconds */
	*at32(hpet + CONFIG) = 1;
	*at32(hpet + TIMER) = PIN << 9 | 4; /* one shot, on */
	unsigned seen = interrupts(VECTOR_HPET);
	uint32_t due = *at32(hpet + COUNTER) + 1000000000u / period * 500; /* in half a millisecond */
	*at32(hpet + COMPARATOR) = due;
	*at32(hpet + COMPARATOR + 4) = 0;
	await(VECTOR_HPET, seen);
	good = good && (int32_t)(*at32(hpet + COUNTER) - due) >= 0 && interrupts(VECTOR_HPET) == seen + 1;
	*at32(hpet + TIMER) = 0;
	check(good, "HPET: a comparator by the I/O APIC, and its end");
}

/* --- PS/2 --- */

static uint8_t ps2_read(void)
{
	for (unsigned i = 0; i < 100000; i++)
		if (in8(0x64) & 1)
			return in8(0x60);
	return 0;
}

static void ps2_command(uint8_t command)
{
	while (in8(0x64) & 2)
		;
	out8(0x64, command);
}

static uint8_t ps2_send(bool mouse, uint8_t byte)
{
	if (mouse)
		ps2_command(0xd4);
	out8(0x60, byte);
	return ps2_read();
}

static void test_ps2(void)
{
	while (in8(0x64) & 1)
		(void)in8(0x60);
	ps2_command(0xaa);
	check(ps2_read() == 0x55, "PS/2: the controller's self-test");
	ps2_command(0x60);
	out8(0x60, 0x03); /* both interrupts, no translation */
	bool good = ps2_send(false, 0xff) == 0xfa && ps2_read() == 0xaa && ps2_send(false, 0xf2) == 0xfa &&
	            ps2_read() == 0xab && ps2_read() == 0x83;
	check(good, "PS/2: a keyboard, reset and asked for its name");
	good = ps2_send(true, 0xff) == 0xfa && ps2_read() == 0xaa && ps2_read() == 0 && ps2_send(true, 0xf2) == 0xfa &&
	       ps2_read() == 0;
	check(good, "PS/2: a mouse, the same");
	unsigned keyboard = interrupts(VECTOR_PIC + IRQ_KEYBOARD), mouse = interrupts(VECTOR_PIC + IRQ_MOUSE);
	pic_mask(IRQ_KEYBOARD, false);
	pic_mask(IRQ_MOUSE, false);
	ps2_command(0xd2);
	out8(0x60, 0x1c); /* as if the keyboard had sent it */
	await(VECTOR_PIC + IRQ_KEYBOARD, keyboard);
	good = ps2_read() == 0x1c;
	ps2_command(0xd3);
	out8(0x60, 0x08);
	await(VECTOR_PIC + IRQ_MOUSE, mouse);
	good = good && ps2_read() == 0x08;
	pic_mask(IRQ_KEYBOARD, true);
	pic_mask(IRQ_MOUSE, true);
	check(good, "PS/2: bytes on lines 1 and 12");
}

/* --- VGA --- */

static void vga_write(uint16_t port, uint8_t index, uint8_t value)
{
	out16(port, (uint16_t)(value << 8 | index));
}

static uint8_t vga_read(uint16_t port, uint8_t index)
{
	out8(port, index);
	return in8(port + 1);
}

static void test_vga_registers(void)
{
	enum { SEQUENCER = 0x3c4, GRAPHICS = 0x3ce, CRTC = 0x3d4, ATTRIBUTE = 0x3c0 };
	out8(0x3c2, 0x67); /* colour, the window on */
	vga_write(CRTC, 0x0e, 0x12);
	vga_write(CRTC, 0x0f, 0x34);
	bool good = vga_read(CRTC, 0x0e) == 0x12 && vga_read(CRTC, 0x0f) == 0x34;
	vga_write(SEQUENCER, 2, 0x0a);
	vga_write(GRAPHICS, 8, 0x5a);
	good = good && vga_read(SEQUENCER, 2) == 0x0a && vga_read(GRAPHICS, 8) == 0x5a;
	(void)in8(0x3da);
	out8(ATTRIBUTE, 0x21); /* palette register 1, the screen on */
	out8(ATTRIBUTE, 0x2a);
	(void)in8(0x3da);
	out8(ATTRIBUTE, 0x21);
	good = good && in8(ATTRIBUTE + 1) == 0x2a;
	out8(0x3c8, 5);
	for (uint8_t i = 1; i <= 6; i++) /* two colours */
		out8(0x3c9, i);
	out8(0x3c7, 5);
	for (uint8_t i = 1; i <= 6; i++)
		good = good && in8(0x3c9) == i;
	uint8_t before = in8(0x3da), after = in8(0x3da);
	check(good && before != after, "VGA: registers of each part, and the retrace");
}

/* Four planes behind one window: a latch, a write mode that fills from it, a read that compares. */
static void test_vga_planes(void)
{
	enum { SEQUENCER = 0x3c4, GRAPHICS = 0x3ce };
	volatile uint8_t *window = at8(0xa0000);
	bool good = true;
	vga_write(SEQUENCER, 4, 0x06); /* planar */
	vga_write(GRAPHICS, 1, 0);
	vga_write(GRAPHICS, 3, 0);
	vga_write(GRAPHICS, 5, 0);
	vga_write(GRAPHICS, 6, 0x05); /* graphics, 64 KiB at A0000 */
	vga_write(GRAPHICS, 8, 0xff);
	for (uint8_t plane = 0; plane < 4; plane++) {
		vga_write(SEQUENCER, 2, (uint8_t)(1u << plane));
		window[100] = (uint8_t)(0x11u << plane);
	}
	vga_write(SEQUENCER, 2, 0x0f);
	(void)window[100]; /* into the latches */
	vga_write(GRAPHICS, 5, 1);
	window[200] = 0; /* out of them */
	vga_write(GRAPHICS, 5, 0);
	for (uint8_t plane = 0; plane < 4; plane++) {
		vga_write(GRAPHICS, 4, plane);
		good = good && window[200] == (uint8_t)(0x11u << plane);
	}
	vga_write(GRAPHICS, 2, 0x01); /* where only plane 0 has a one */
	vga_write(GRAPHICS, 7, 0x0f);
	vga_write(GRAPHICS, 5, 8);
	good = good && window[200] == 0x11;
	vga_write(GRAPHICS, 5, 0);
	check(good, "VGA: latches, a write mode, a comparing read");
	out16(0x1ce, 0);
	check((in16(0x1cf) & 0xfff0) == 0xb0c0, "VGA: Bochs' registers tell their version");
}

void test_board(void)
{
	test_serial();
	test_pit();
	test_rtc();
	test_pm_timer();
	test_hpet();
	test_ps2();
	test_vga_registers();
	test_vga_planes();
}
