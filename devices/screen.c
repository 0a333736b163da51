/* SPDX-License-Identifier: ISC */
/* Wires what belongs to a screen. The VGA's BIOS is a file of the description: its expansion ROM. */
#include "devices/screen.h"
#include "devices/display.h"
#include "sdk/info.h"

enum { KEYBOARD_IRQ = 1, MOUSE_IRQ = 12 };

struct screen {
	struct vga vga;
	struct i8042 i8042;
	struct display display;
};

static void on_reset(void *machine)
{
	machine_restart_guest(machine);
}

static const char *open_display(struct machine *machine, struct screen *screen, const struct info_device *device)
{
	struct display *display = &screen->display;
	const struct info_channel *channel = INFO_TABLE(info_channel, channel);
	*display = (struct display){
	        .clock = &machine->clock, .vga = &screen->vga, .i8042 = &screen->i8042, .deadline = CLOCK_NEVER};
	if (device->channel >= info_get()->channel.count ||
	    channel_open_info(&display->channel, &channel[device->channel]) != OK)
		return "the screen's channel is not there";
	bool added = machine_add_timer(machine, &(struct machine_timer){display_deadline, display_run, display}) &&
	             machine_add_poll(machine, &(struct machine_poll){display_poll, display});
	return added ? 0 : "no room for the screen";
}

/* The description's, or what a plain VGA has. */
static uint8_t *find_memory(struct machine *machine, const struct info_device *device, uint32_t *size)
{
	const struct info_memory *memory = INFO_TABLE(info_memory, memory);
	*size = VGA_MEMORY;
	if (device->overlay >= info_get()->memory.count)
		return machine_alloc(machine, VGA_MEMORY);
	*size = (uint32_t)memory[device->overlay].size;
	return info_pointer(memory[device->overlay].gpa);
}

const char *screen_init(struct machine *machine, const struct info_device *device)
{
	struct screen *screen = machine_alloc(machine, sizeof *screen);
	struct pin keyboard = machine_isa_pin(machine, KEYBOARD_IRQ), mouse = machine_isa_pin(machine, MOUSE_IRQ);
	uint32_t size;
	uint8_t *memory = find_memory(machine, device, &size);
	if (!screen || !memory)
		return "no room for the screen";
	machine->has_screen = true;
	vga_init(&screen->vga, guest_memory_at(&machine->memory, VGA_TEXT_BASE, VGA_TEXT_BYTES), memory, size);
	machine_rom(&screen->vga.function, device);
	i8042_init(&screen->i8042, &keyboard, &mouse, &(struct reset_sink){on_reset, machine});
	if (vga_attach(&screen->vga, &machine->bus) != OK || i8042_attach(&screen->i8042, &machine->bus) != OK ||
	    mmio_map_fixed(&machine->mmio, VGA_WINDOW_BASE, VGA_WINDOW_BYTES,
	                   &(struct window){&screen->vga, vga_window_read, vga_window_write}) != OK ||
	    !machine_connect(machine, device->place, &screen->vga.function))
		return "no room for the screen";
	return open_display(machine, screen, device);
}
