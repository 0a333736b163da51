/* SPDX-License-Identifier: ISC */
/*
 * The colours of a graphics screen, pixel by pixel, from what the registers say now: four planes, 256 colours (chained or
 * not), CGA's two and four colours, and the modes of Bochs' VBE registers. Every address wraps within the memory it is in,
 * so no register can lead outside.
 *
 * Left out: smooth scrolling, the split screen, blinking, the border.
 * References: FreeVGA project; Bochs' VBE DISPI interface.
 */
#include "devices/vga.h"

enum { CRTC_START = 0x0c, CRTC_PITCH = 0x13, GFX_MODE = 5, GFX_MISC = 6, SHIFT_256 = 0x40, SHIFT_PAIRS = 0x20 };
enum { MAP_CGA = 0x0c, CGA_ODD_ROWS = 0x2000, CRTC_MODE = 0x17, BYTE_ADDRESSES = 0x40 };
enum { ATTRIBUTE_MODE = 0x10, ATTRIBUTE_PLANES = 0x12, ATTRIBUTE_SELECT = 0x14, SELECT_54 = 0x80 };
enum {
	DISPI_BITS = 3,
	DISPI_ENABLE = 4,
	DISPI_VIRTUAL_WIDTH = 6,
	DISPI_X = 8,
	DISPI_Y = 9,
	DISPI_ON = 1,
	DISPI_DAC_8 = 0x20
};

static uint32_t of_dac(const struct vga *vga, unsigned index)
{
	const uint8_t *dac = &vga->dac[(index & vga->dac_mask & 0xff) * 3];
	bool wide = vga->dispi[DISPI_ENABLE] & DISPI_ON && vga->dispi[DISPI_ENABLE] & DISPI_DAC_8;
	uint32_t colour = 0;
	for (unsigned i = 0; i < 3; i++) {
		uint8_t six = dac[i] & 63;
		colour = colour << 8 | (wide ? dac[i] : (uint8_t)(six << 2 | six >> 4));
	}
	return colour;
}

/* Four bits go through the attribute controller's palette. */
static uint32_t of_palette(const struct vga *vga, unsigned index)
{
	unsigned colour = vga->attribute[index & vga->attribute[ATTRIBUTE_PLANES] & 15] & 63;
	unsigned select = vga->attribute[ATTRIBUTE_SELECT];
	if (vga->attribute[ATTRIBUTE_MODE] & SELECT_54)
		colour = (colour & 15) | (select & 3) << 4;
	return of_dac(vga, colour | (select & 12) << 4);
}

static uint8_t byte_at(const struct vga *vga, uint64_t at)
{
	return vga->memory[at % vga->size];
}

static unsigned planes_at(const struct vga *vga, uint64_t byte, unsigned x)
{
	unsigned index = 0;
	for (unsigned plane = 0; plane < 4; plane++)
		index |= (byte_at(vga, byte * 4 + plane) >> (7 - x % 8) & 1u) << plane;
	return index;
}

static uint32_t five(unsigned value)
{
	return (value & 31) << 3 | (value & 31) >> 2;
}

static uint32_t linear_pixel(const struct vga *vga, unsigned y, unsigned x)
{
	uint64_t row = (uint64_t)y + vga->dispi[DISPI_Y], column = (uint64_t)x + vga->dispi[DISPI_X];
	unsigned bits = vga->dispi[DISPI_BITS];
	if (bits == 4)
		return of_palette(
		        vga, planes_at(vga, (row * vga->dispi[DISPI_VIRTUAL_WIDTH] + column) / 8, (unsigned)column));
	unsigned bytes = (bits + 7) / 8;
	uint64_t at = (row * vga->dispi[DISPI_VIRTUAL_WIDTH] + column) * bytes;
	unsigned low = byte_at(vga, at), high = byte_at(vga, at + 1);
	unsigned word = low | high << 8;
	switch (bits) {
	case 15:
		return five(word >> 10) << 16 | five(word >> 5) << 8 | five(word);
	case 16:
		return five(word >> 11) << 16 | ((word >> 3 & 0xfc) | (word >> 9 & 3)) << 8 | five(word);
	case 24:
	case 32:
		return word | (uint32_t)byte_at(vga, at + 2) << 16;
	default:
		return of_dac(vga, low);
	}
}

/*
 * In the guest's RAM at B8000: even rows, and from 8 KiB on the odd ones; each half wraps in itself. The CRTC counts words
 * in the modes of four colours, bytes in the other.
 */
static uint32_t cga_pixel(const struct vga *vga, unsigned start, unsigned y, unsigned x, bool pairs)
{
	unsigned unit = vga->crtc[CRTC_MODE] & BYTE_ADDRESSES ? 1 : 2, pitch = vga->crtc[CRTC_PITCH] * 2u;
	unsigned at = (start + y / 2 * pitch) * unit + x / (pairs ? 4 : 8);
	uint8_t byte = vga->text ? vga->text[at % CGA_ODD_ROWS + (y & 1 ? CGA_ODD_ROWS : 0)] : 0;
	return of_palette(vga, pairs ? byte >> (6 - x % 4 * 2) & 3 : byte >> (7 - x % 8) & 1);
}

uint32_t vga_pixel(const struct vga *vga, unsigned y, unsigned x)
{
	uint64_t start = (uint64_t)vga->crtc[CRTC_START] << 8 | vga->crtc[CRTC_START + 1];
	uint64_t pitch = vga->crtc[CRTC_PITCH] * UINT64_C(2);
	uint8_t mode = vga->graphics[GFX_MODE];
	if (vga->dispi[DISPI_ENABLE] & DISPI_ON)
		return linear_pixel(vga, y, x);
	if (mode & SHIFT_256)
		return of_dac(vga, byte_at(vga, (start + y * pitch) * 4 + x));
	if ((vga->graphics[GFX_MISC] & MAP_CGA) == MAP_CGA)
		return cga_pixel(vga, (unsigned)start, y, x, mode & SHIFT_PAIRS);
	return of_palette(vga, planes_at(vga, start + y * pitch + x / 8, x));
}
