/* SPDX-License-Identifier: ISC */
/*
 * Ports for tests and firmware, as emulators offer them: E9 (Bochs) and 402 (SeaBIOS, OVMF) print; F4 and 501 (QEMU's
 * isa-debug-exit) end the guest; 80 shows POST codes. The exit code is what the guest wrote, not yet shifted.
 */
#include "devices/debug.h"

enum { HERE = 0xe9 };

static uint32_t print_read(void *owner, uint16_t offset, unsigned size)
{
	(void)owner;
	(void)offset;
	(void)size;
	return HERE;
}

static void print_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct debug *debug = owner;
	uint8_t byte = (uint8_t)value;

	(void)offset;
	(void)size;
	if (debug->sink.write)
		(void)debug->sink.write(debug->sink.owner, &byte, 1);
}

static uint32_t nothing_read(void *owner, uint16_t offset, unsigned size)
{
	(void)owner;
	(void)offset;
	(void)size;
	return UINT32_MAX;
}

static void exit_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct debug *debug = owner;

	(void)offset;
	(void)size;
	if (debug->sink.exit)
		debug->sink.exit(debug->sink.owner, value);
}

static void post_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	(void)offset;
	(void)size;
	((struct debug *)owner)->post = (uint8_t)value;
}

void debug_init(struct debug *debug, const struct debug_sink *sink)
{
	*debug = (struct debug){.sink = *sink};
}

enum status debug_attach(struct debug *debug, struct bus *bus)
{
	const struct bus_range ranges[] = {{0xe9, 1, debug, print_read, print_write, 1},
	                                   {0x402, 1, debug, print_read, print_write, 1},
	                                   {0xf4, 4, debug, nothing_read, exit_write, 4},
	                                   {0x501, 4, debug, nothing_read, exit_write, 4},
	                                   {0x80, 1, debug, nothing_read, post_write, 1}};

	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		enum status status = bus_add(bus, &ranges[i]);

		if (status)
			return status;
	}
	return OK;
}
