/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VGA_H
#define DEVICES_VGA_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/pci_function.h"

#define VGA_MEMORY 0x40000u /* bytes: four planes of 64 KiB; more only VBE modes reach */
#define VGA_MEMORY_MOST 0x1000000u
#define VGA_WINDOW_BASE 0xa0000u
#define VGA_WINDOW_BYTES 0x10000u
#define VGA_TEXT_BASE 0xb8000u
#define VGA_TEXT_BYTES 0x8000u
#define VGA_DISPI_REGISTERS 11u

/* A VGA with the Bochs extensions, as the PCI function 1234:1111. */
struct vga {
	struct pci_function function;
	uint8_t misc, feature, status;
	uint8_t sequencer_index, sequencer[8];
	uint8_t graphics_index, graphics[16];
	uint8_t crtc_index, crtc[32];
	uint8_t attribute_index, attribute[32];
	bool attribute_data; /* the next write to 3C0 is data */
	uint8_t dac_mask, dac_read, dac_write, dac_part, dac_state, dac[768];
	uint16_t dispi_index, dispi[VGA_DISPI_REGISTERS];
	uint8_t latch[4];
	const uint8_t *text; /* the guest's RAM at B8000; it is only read */
	uint8_t *memory;     /* of planes: byte p of dword n is byte n of plane p */
	uint32_t size;       /* its bytes, a power of two, VGA_MEMORY or more */
};

/* What there is to see. */
struct vga_screen {
	bool graphics;
	unsigned width,
	        height; /* graphics: pixels, a row that the CRTC shows twice counted once; text: columns and rows */
	unsigned start, pitch; /* text: cells */
	unsigned cursor;       /* cell; UINT_MAX: none is shown */
};

/* `memory` is cleared. */
void vga_init(struct vga *vga, const uint8_t *text, uint8_t *memory, uint32_t size);
enum status vga_attach(struct vga *vga, struct bus *bus);
uint64_t vga_window_read(void *vga, uint32_t offset, unsigned size); /* A0000..AFFFF, for struct window */
void vga_window_write(void *vga, uint32_t offset, unsigned size, uint64_t value);
void vga_screen(const struct vga *vga, struct vga_screen *screen);
/* A cell of a text screen: character and attribute << 8. */
uint16_t vga_cell(const struct vga *vga, const struct vga_screen *screen, unsigned row, unsigned column);
/* A pixel of a graphics screen: 0xRRGGBB. */
uint32_t vga_pixel(const struct vga *vga, unsigned y, unsigned x);

#endif
