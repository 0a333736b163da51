/* SPDX-License-Identifier: ISC */
/*
 * A VGA: sequencer, CRTC, graphics and attribute controllers, DAC, the four planes behind A0000, Bochs' VBE registers.
 *
 * In text modes nothing is emulated: the cells at B8000 are RAM of the guest, which whoever shows the screen reads now
 * and then, so a character costs the guest no exit. The planes are memory of the layer, behind latches and write modes,
 * and every access to A0000..AFFFF comes here; BAR 0 is the same memory, linear.
 *
 * CGA graphics are RAM of the guest at B8000, too. Left out: B0000..BFFFF as a window onto the planes, odd/even
 * addressing there, smooth scrolling, blinking; the retrace bits of 3DA change at each read. What is to be seen of graphics
 * is in vga_draw.c.
 * References: IBM VGA, FreeVGA project; Bochs' VBE DISPI interface B0C0..B0C5.
 */
#include "devices/vga.h"

enum { MISC_COLOUR = 1 };
enum { SEQ_MASK = 2, SEQ_MODE = 4, SEQ_CHAIN_4 = 8 };
enum { GFX_SET = 0, GFX_ENABLE_SET = 1, GFX_COMPARE = 2, GFX_ROTATE = 3, GFX_READ_MAP = 4, GFX_MODE = 5, GFX_MISC = 6 };
enum { GFX_DONT_CARE = 7, GFX_BIT_MASK = 8, GFX_READ_MODE = 8, GFX_ODD_EVEN = 0x10, GFX_GRAPHICS = 1, GFX_MAP = 0x0c };
enum { GFX_SHIFT_256 = 0x40, DOUBLE_SCAN = 0x80 };
enum { CRTC_WIDTH = 1, CRTC_OVERFLOW = 7, CRTC_LINES = 9, CRTC_CURSOR = 0x0a, CRTC_START = 0x0c, CRTC_POSITION = 0x0e };
enum { CRTC_PROTECT = 0x11, CRTC_HEIGHT = 0x12, CRTC_PITCH = 0x13, CURSOR_OFF = 0x20, PROTECT = 0x80 };
enum { DISPI_ID, DISPI_WIDTH, DISPI_HEIGHT, DISPI_BITS, DISPI_ENABLE, DISPI_BANK, DISPI_VIRTUAL_WIDTH };
enum { DISPI_VIRTUAL_HEIGHT = 7, DISPI_X, DISPI_Y, DISPI_MEMORY };
enum { DISPI_VERSION_LOW = 0xb0c0, DISPI_VERSION = 0xb0c5, DISPI_ON = 1, DISPI_CAPABILITIES = 2, DISPI_KEEP = 0x80 };
enum { BANK = 0x10000 };

/* --- the planes --- */

static bool linear(const struct vga *vga)
{
	return vga->dispi[DISPI_ENABLE] & DISPI_ON;
}

static uint8_t *linear_at(struct vga *vga, uint32_t offset)
{
	return &vga->memory[(vga->dispi[DISPI_BANK] * (uint32_t)BANK + offset) % vga->size];
}

static uint8_t read_byte(struct vga *vga, uint32_t offset)
{
	if (linear(vga))
		return *linear_at(vga, offset);
	const uint8_t *planes = &vga->memory[offset * 4 % VGA_MEMORY];
	for (unsigned i = 0; i < 4; i++)
		vga->latch[i] = planes[i];
	if (vga->sequencer[SEQ_MODE] & SEQ_CHAIN_4)
		return vga->memory[offset];
	if (!(vga->graphics[GFX_MODE] & GFX_READ_MODE))
		return vga->latch[vga->graphics[GFX_READ_MAP] & 3];
	uint8_t differs = 0;
	for (unsigned i = 0; i < 4; i++)
		if (vga->graphics[GFX_DONT_CARE] >> i & 1)
			differs |= vga->latch[i] ^ (vga->graphics[GFX_COMPARE] >> i & 1 ? 0xff : 0);
	return (uint8_t)~differs;
}

static uint8_t combine(const struct vga *vga, uint8_t value, uint8_t latch, uint8_t mask)
{
	switch (vga->graphics[GFX_ROTATE] >> 3 & 3) {
	case 1:
		value &= latch;
		break;
	case 2:
		value |= latch;
		break;
	case 3:
		value ^= latch;
		break;
	default:
		break;
	}
	return (uint8_t)((value & mask) | (latch & ~mask));
}

static uint8_t rotated(const struct vga *vga, uint8_t value)
{
	unsigned by = vga->graphics[GFX_ROTATE] & 7;
	return (uint8_t)(value >> by | value << (8 - by));
}

/* What plane `i` gets in the present write mode. */
static uint8_t plane_value(const struct vga *vga, unsigned i, uint8_t value)
{
	uint8_t latch = vga->latch[i], mask = vga->graphics[GFX_BIT_MASK];
	uint8_t set = vga->graphics[GFX_SET] >> i & 1 ? 0xff : 0;
	switch (vga->graphics[GFX_MODE] & 3) {
	case 0:
		return combine(vga, vga->graphics[GFX_ENABLE_SET] >> i & 1 ? set : rotated(vga, value), latch, mask);
	case 1:
		return latch;
	case 2:
		return combine(vga, value >> i & 1 ? 0xff : 0, latch, mask);
	default:
		return combine(vga, set, latch, (uint8_t)(rotated(vga, value) & mask));
	}
}

static void write_byte(struct vga *vga, uint32_t offset, uint8_t value)
{
	uint8_t enabled = vga->sequencer[SEQ_MASK];
	if (linear(vga)) {
		*linear_at(vga, offset) = value;
		return;
	}
	if (vga->sequencer[SEQ_MODE] & SEQ_CHAIN_4) {
		if (enabled >> (offset & 3) & 1)
			vga->memory[offset] = value;
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		if (enabled >> i & 1)
			vga->memory[(offset * 4 + i) % VGA_MEMORY] = plane_value(vga, i, value);
}

uint64_t vga_window_read(void *owner, uint32_t offset, unsigned size)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)read_byte(owner, offset + i) << 8 * i;
	return value;
}

void vga_window_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	for (unsigned i = 0; i < size; i++)
		write_byte(owner, offset + i, (uint8_t)(value >> 8 * i));
}

static uint64_t bar_read(void *owner, uint32_t offset, unsigned size)
{
	const struct vga *vga = owner;
	uint64_t value = 0;
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)vga->memory[offset + i] << 8 * i;
	return value;
}

static void bar_write(void *owner, uint32_t offset, unsigned size, uint64_t value)
{
	struct vga *vga = owner;
	for (unsigned i = 0; i < size; i++)
		vga->memory[offset + i] = (uint8_t)(value >> 8 * i);
}

/* --- the registers at 3B0..3DF --- */

static uint8_t read_dac(struct vga *vga)
{
	uint8_t value = vga->dac[vga->dac_read * 3 + vga->dac_part];
	if (++vga->dac_part == 3) {
		vga->dac_part = 0;
		vga->dac_read++;
	}
	return value;
}

static void write_dac(struct vga *vga, uint8_t value)
{
	vga->dac[vga->dac_write * 3 + vga->dac_part] = value;
	if (++vga->dac_part == 3) {
		vga->dac_part = 0;
		vga->dac_write++;
	}
}

/* Is the port the CRTC's or status' at the place that the miscellaneous register does not choose? */
static bool elsewhere(const struct vga *vga, unsigned port)
{
	bool mono = port >= 0x3b0 && port < 0x3c0, colour = port >= 0x3d0;
	return vga->misc & MISC_COLOUR ? mono : colour;
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	struct vga *vga = owner;
	unsigned port = 0x3b0u + offset;
	(void)size;
	if (elsewhere(vga, port))
		return UINT32_MAX;
	switch (port) {
	case 0x3c0:
		return vga->attribute_index;
	case 0x3c1:
		return vga->attribute[vga->attribute_index & 31];
	case 0x3c4:
		return vga->sequencer_index;
	case 0x3c5:
		return vga->sequencer[vga->sequencer_index & 7];
	case 0x3c6:
		return vga->dac_mask;
	case 0x3c7:
		return vga->dac_state;
	case 0x3c8:
		return vga->dac_write;
	case 0x3c9:
		return read_dac(vga);
	case 0x3ca:
		return vga->feature;
	case 0x3cc:
		return vga->misc;
	case 0x3ce:
		return vga->graphics_index;
	case 0x3cf:
		return vga->graphics[vga->graphics_index & 15];
	case 0x3b4:
	case 0x3d4:
		return vga->crtc_index;
	case 0x3b5:
	case 0x3d5:
		return vga->crtc[vga->crtc_index & 31];
	case 0x3ba:
	case 0x3da:
		vga->attribute_data = false;
		return vga->status ^= 0x09; /* whoever waits for the retrace, or its end, waits one read */
	case 0x3c2:
		return 0x10; /* a colour monitor is there */
	default:
		return UINT32_MAX;
	}
}

static void write_attribute(struct vga *vga, uint8_t value)
{
	if (vga->attribute_data)
		vga->attribute[vga->attribute_index & 31] = value;
	else
		vga->attribute_index = value & 63;
	vga->attribute_data = !vga->attribute_data;
}

/* Registers 0 to 7 can be protected, but for one bit of the overflow register. */
static void write_crtc(struct vga *vga, uint8_t value)
{
	unsigned index = vga->crtc_index & 31;
	if (index < 8 && vga->crtc[CRTC_PROTECT] & PROTECT) {
		if (index != CRTC_OVERFLOW)
			return;
		value = (uint8_t)((vga->crtc[CRTC_OVERFLOW] & ~0x10) | (value & 0x10));
	}
	vga->crtc[index] = value;
}

static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t wide)
{
	struct vga *vga = owner;
	unsigned port = 0x3b0u + offset;
	uint8_t value = (uint8_t)wide;
	(void)size;
	if (elsewhere(vga, port))
		return;
	switch (port) {
	case 0x3c0:
		write_attribute(vga, value);
		break;
	case 0x3c2:
		vga->misc = value;
		break;
	case 0x3c4:
		vga->sequencer_index = value & 7;
		break;
	case 0x3c5:
		vga->sequencer[vga->sequencer_index] = value;
		break;
	case 0x3c6:
		vga->dac_mask = value;
		break;
	case 0x3c7:
		vga->dac_read = value;
		vga->dac_part = 0;
		vga->dac_state = 3;
		break;
	case 0x3c8:
		vga->dac_write = value;
		vga->dac_part = 0;
		vga->dac_state = 0;
		break;
	case 0x3c9:
		write_dac(vga, value);
		break;
	case 0x3ce:
		vga->graphics_index = value & 15;
		break;
	case 0x3cf:
		vga->graphics[vga->graphics_index] = value;
		break;
	case 0x3b4:
	case 0x3d4:
		vga->crtc_index = value & 31;
		break;
	case 0x3b5:
	case 0x3d5:
		write_crtc(vga, value);
		break;
	case 0x3ba:
	case 0x3da:
		vga->feature = value;
		break;
	default:
		break;
	}
}

/* --- Bochs' registers at 1CE and 1CF, words --- */

static uint32_t most(const struct vga *vga, unsigned index)
{
	static const uint16_t limits[] = {[DISPI_WIDTH] = 1600, [DISPI_HEIGHT] = 1200, [DISPI_BITS] = 32};
	return index < sizeof limits / sizeof *limits && limits[index] ? limits[index] : vga->dispi[index];
}

static uint32_t dispi_index_read(void *owner, uint16_t offset, unsigned size)
{
	(void)offset;
	(void)size;
	return ((const struct vga *)owner)->dispi_index;
}

static void dispi_index_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	(void)offset;
	(void)size;
	((struct vga *)owner)->dispi_index = (uint16_t)value;
}

static uint32_t dispi_read(void *owner, uint16_t offset, unsigned size)
{
	const struct vga *vga = owner;
	(void)offset;
	(void)size;
	if (vga->dispi_index >= VGA_DISPI_REGISTERS)
		return 0;
	if (vga->dispi_index == DISPI_MEMORY)
		return vga->size / BANK;
	return vga->dispi[DISPI_ENABLE] & DISPI_CAPABILITIES ? most(vga, vga->dispi_index)
	                                                     : vga->dispi[vga->dispi_index];
}

static void enable(struct vga *vga, uint16_t value)
{
	bool begins = value & DISPI_ON && !(vga->dispi[DISPI_ENABLE] & DISPI_ON);
	if (begins) {
		vga->dispi[DISPI_VIRTUAL_WIDTH] = vga->dispi[DISPI_WIDTH];
		vga->dispi[DISPI_VIRTUAL_HEIGHT] = vga->dispi[DISPI_HEIGHT];
		vga->dispi[DISPI_X] = vga->dispi[DISPI_Y] = vga->dispi[DISPI_BANK] = 0;
		if (!(value & DISPI_KEEP))
			__builtin_memset(vga->memory, 0, vga->size);
	}
	vga->dispi[DISPI_ENABLE] = value;
}

static void dispi_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct vga *vga = owner;
	uint16_t word = (uint16_t)value;
	(void)offset;
	(void)size;
	if (vga->dispi_index == DISPI_ENABLE)
		enable(vga, word);
	else if (vga->dispi_index == DISPI_ID && (word < DISPI_VERSION_LOW || word > DISPI_VERSION))
		return;
	else if (vga->dispi_index < DISPI_MEMORY)
		vga->dispi[vga->dispi_index] = word;
}

/* --- what there is to see --- */

static unsigned crtc_word(const struct vga *vga, unsigned index)
{
	return (unsigned)vga->crtc[index] << 8 | vga->crtc[index + 1];
}

void vga_screen(const struct vga *vga, struct vga_screen *screen)
{
	unsigned overflow = vga->crtc[CRTC_OVERFLOW];
	unsigned lines = 1 + (vga->crtc[CRTC_HEIGHT] | (overflow & 2) << 7 | (overflow & 0x40) << 3);
	unsigned width = vga->crtc[CRTC_WIDTH] + 1u, cell = (vga->crtc[CRTC_LINES] & 31) + 1u;
	if (linear(vga)) {
		*screen =
		        (struct vga_screen){true, vga->dispi[DISPI_WIDTH], vga->dispi[DISPI_HEIGHT], 0, 0, UINT32_MAX};
		return;
	}
	*screen = (struct vga_screen){vga->graphics[GFX_MISC] & GFX_GRAPHICS, width, lines / cell, 0, 0, UINT32_MAX};
	if (screen->graphics) {
		bool cga =
		        (vga->graphics[GFX_MISC] & GFX_MAP) == GFX_MAP; /* its odd rows are scan lines of their own */
		unsigned repeat = (cga ? 1 : cell) * (vga->crtc[CRTC_LINES] & DOUBLE_SCAN ? 2 : 1);
		screen->width = width * (vga->graphics[GFX_MODE] & GFX_SHIFT_256 ? 4 : 8);
		screen->height = lines / repeat;
		return;
	}
	screen->start = crtc_word(vga, CRTC_START);
	screen->pitch = vga->crtc[CRTC_PITCH] * 2u;
	if (!(vga->crtc[CRTC_CURSOR] & CURSOR_OFF))
		screen->cursor = crtc_word(vga, CRTC_POSITION);
}

uint16_t vga_cell(const struct vga *vga, const struct vga_screen *screen, unsigned row, unsigned column)
{
	unsigned at = (screen->start + row * screen->pitch + column) * 2 % VGA_TEXT_BYTES;
	return vga->text ? (uint16_t)(vga->text[at] | vga->text[at + 1] << 8) : 0;
}

/* 80 x 25 characters of 9 x 16, the cursor at the top: what a VGA's BIOS sets, for guests that start without one. */
static void set_text_mode(struct vga *vga)
{
	static const uint8_t crtc[] = {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4f, 0x0d, 0x0e, 0,
	                               0,    0,    0,    0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff};
	static const uint8_t sequencer[] = {3, 0, 3, 0, 2}, graphics[] = {0, 0, 0, 0, 0, 0x10, 0x0e, 0x0f, 0xff};
	__builtin_memcpy(vga->crtc, crtc, sizeof crtc);
	__builtin_memcpy(vga->sequencer, sequencer, sizeof sequencer);
	__builtin_memcpy(vga->graphics, graphics, sizeof graphics);
}

void vga_init(struct vga *vga, const uint8_t *text, uint8_t *memory, uint32_t size)
{
	static const struct pci_identity identity = {.vendor = 0x1234,
	                                             .device = 0x1111,
	                                             .subsystem_vendor = 0x1af4,
	                                             .subsystem = 0x1100,
	                                             .revision = 2,
	                                             .class_code = 3};
	__builtin_memset(vga, 0, sizeof *vga);
	vga->text = text;
	vga->memory = memory;
	vga->size = size;
	__builtin_memset(memory, 0, size);
	vga->misc = MISC_COLOUR;
	vga->dac_mask = 0xff;
	set_text_mode(vga);
	vga->dispi[DISPI_ID] = DISPI_VERSION;
	pci_function_init(&vga->function, &identity);
	pci_function_bar(&vga->function, 0, PCI_BAR_PREFETCHABLE, size, &(struct window){vga, bar_read, bar_write});
}

enum status vga_attach(struct vga *vga, struct bus *bus)
{
	/* data words are written to the odd port 1CF, by OVMF to 1D0: ranges of their own, each over the end of the one before */
	const struct bus_range ranges[] = {{0x3b0, 0x30, vga, port_read, port_write, 1},
	                                   {0x1ce, 2, vga, dispi_index_read, dispi_index_write, 2},
	                                   {0x1cf, 2, vga, dispi_read, dispi_write, 2},
	                                   {0x1d0, 2, vga, dispi_read, dispi_write, 2}};
	enum status status = OK;
	for (unsigned i = 0; i < sizeof ranges / sizeof *ranges && !status; i++)
		status = bus_add(bus, &ranges[i]);
	return status;
}
