/* SPDX-License-Identifier: ISC */
/*
 * The ways a guest resets a PC, all ending in one callback.
 *
 * There is no keyboard controller, only its reset command. Its status reads FDh: "output buffer full" for ever, by
 * which Linux and others find that no controller is there, but "input buffer empty", so that whoever waits to send the
 * reset command does not wait. The A20 gate is always open; port 92 remembers what was written.
 *
 * Data sheet: Intel PIIX3 (290550): CF9, 92h; IBM PC AT Technical Reference: 64h.
 */
#include "devices/reset.h"

enum { CF9_SYSTEM = 2, CF9_RESET = 4, CF9_KEPT = 0x0e };
enum { PORT92_RESET = 1, PORT92_A20 = 2 };
enum { KBC_PULSE = 0xf0, KBC_PULSE_RESET = 1, KBC_STATUS = 0xfd };

static void fire(const struct reset *reset)
{
	if (reset->sink.reset)
		reset->sink.reset(reset->sink.owner);
}

static uint32_t cf9_read(void *owner, uint16_t offset, unsigned size)
{
	(void)offset;
	(void)size;
	return ((const struct reset *)owner)->cf9;
}

/* The reset bit acts when it rises. */
static void cf9_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct reset *reset = owner;
	uint8_t rose = (uint8_t)(value & ~(uint32_t)reset->cf9);

	(void)offset;
	(void)size;
	reset->cf9 = value & CF9_KEPT;
	if (rose & CF9_RESET)
		fire(reset);
}

static uint32_t port92_read(void *owner, uint16_t offset, unsigned size)
{
	(void)offset;
	(void)size;
	return ((const struct reset *)owner)->port92;
}

static void port92_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct reset *reset = owner;
	uint8_t rose = (uint8_t)(value & ~(uint32_t)reset->port92);

	(void)offset;
	(void)size;
	reset->port92 = value & (PORT92_RESET | PORT92_A20);
	if (rose & PORT92_RESET)
		fire(reset);
}

static uint32_t data_read(void *owner, uint16_t offset, unsigned size)
{
	(void)owner;
	(void)offset;
	(void)size;
	return UINT32_MAX;
}

static void data_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	(void)owner;
	(void)offset;
	(void)size;
	(void)value;
}

static uint32_t command_read(void *owner, uint16_t offset, unsigned size)
{
	(void)owner;
	(void)offset;
	(void)size;
	return KBC_STATUS;
}

/* Commands F0..FF pulse the output lines whose bit is 0; line 0 is the processor's reset. */
static void command_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	(void)offset;
	(void)size;
	if ((value & KBC_PULSE) == KBC_PULSE && !(value & KBC_PULSE_RESET))
		fire(owner);
}

void reset_init(struct reset *reset, const struct reset_sink *sink)
{
	*reset = (struct reset){.sink = *sink, .port92 = PORT92_A20};
}

enum status reset_attach(struct reset *reset, struct bus *bus)
{
	const struct bus_range ranges[] = {{0xcf9, 1, reset, cf9_read, cf9_write, 1},
	                                   {0x92, 1, reset, port92_read, port92_write, 1},
	                                   {0x60, 1, reset, data_read, data_write, 1},
	                                   {0x64, 1, reset, command_read, command_write, 1}};

	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		enum status status = bus_add(bus, &ranges[i]);

		if (status)
			return status;
	}
	return OK;
}
