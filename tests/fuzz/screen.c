/* SPDX-License-Identifier: ISC */
/* VGA and keyboard controller at any port and any memory; keys and movements at any moment. */
#include "devices/i8042.h"
#include "devices/vga.h"
#include "tests/fuzz/device_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t base[8] = {0x3b0, 0x3c0, 0x3d0, 0x1ce, 0x60, 0x64, 0x3c0, 0x60};
	static struct bus bus;
	static struct vga vga;
	static uint8_t text[VGA_TEXT_BYTES], planes[VGA_MEMORY];
	struct script script = {data, data + size};
	struct probe lines[2] = {{0}};
	struct i8042 i8042;
	struct vga_screen screen;

	memset(&bus, 0, sizeof(bus));
	vga_init(&vga, text, planes, sizeof(planes));
	i8042_init(&i8042, &(struct pin){probe_set, lines, 0}, &(struct pin){probe_set, lines, 1},
	           &(struct reset_sink){0});
	MUST(!vga_attach(&vga, &bus) && !i8042_attach(&i8042, &bus));
	while (more(&script)) {
		uint32_t what = take(&script, 1), width = 1u << (what >> 6);

		if ((what & 15) == 8)
			i8042_key(&i8042, (uint8_t)take(&script, 1), what & 16, what & 32);
		else if ((what & 15) == 9)
			i8042_move(&i8042, (int)take(&script, 2) - 0x8000, (int)take(&script, 2) - 0x8000, what >> 4);
		else if ((what & 15) == 10)
			vga_window_write(&vga, take(&script, 2) & (VGA_WINDOW_BYTES - 8), width, take(&script, 4));
		else if ((what & 15) == 11)
			(void)vga_window_read(&vga, take(&script, 2) & (VGA_WINDOW_BYTES - 8), width);
		else
			port_access(&script, &bus, base[what & 7]);
		vga_screen(&vga, &screen);
		MUST(screen.width <= 0x10000 && screen.height <= 0x10000);
		(void)vga_cell(&vga, &screen, screen.height, screen.width);
		(void)vga_pixel(&vga, screen.height, screen.width);
		(void)vga_pixel(&vga, screen.height / 2, screen.width / 3);
		MUST(!(lines[0].level && lines[1].level));
		MUST(i8042.keyboard.count <= I8042_QUEUE && i8042.mouse.count <= I8042_QUEUE);
	}
	return 0;
}
