/* SPDX-License-Identifier: ISC */
#include <string.h>
#include "sdk/clock.h"
#include "sdk/console.h"
#include "sdk/mock/state.h"
#include "sdk/port.h"

/* What stands for the machine: a clock that the test moves, ports that the test answers, and the printed text. */
static char printed[1 << 16];
static size_t printed_length;

static void keep(void *context, const char *text, size_t length)
{
	(void)context;
	if (length > sizeof(printed) - 1 - printed_length)
		length = sizeof(printed) - 1 - printed_length;
	memcpy(printed + printed_length, text, length);
	printed_length += length;
	printed[printed_length] = 0;
}

void mock_reset(void)
{
	mock_page_reset();
	mock_printed_clear();
	console_use(keep, 0);
}

const char *mock_printed(void)
{
	return printed;
}

void mock_printed_clear(void)
{
	printed_length = 0;
	printed[0] = 0;
}

void mock_time(uint64_t tsc)
{
	mock.tsc = tsc;
}

void mock_advance(uint64_t ns)
{
	mock.tsc += ns;
}

uint64_t clock_tsc(void)
{
	return mock.tsc;
}

void mock_ports(uint32_t (*read)(uint16_t port, unsigned size),
                void (*write)(uint16_t port, unsigned size, uint32_t value))
{
	mock.port_read = read;
	mock.port_write = write;
}

static uint32_t read_port(uint16_t port, unsigned size)
{
	return mock.port_read ? mock.port_read(port, size) : ~0u;
}

static void write_port(uint16_t port, unsigned size, uint32_t value)
{
	if (mock.port_write)
		mock.port_write(port, size, value);
}

uint8_t port_read8(uint16_t port)
{
	return (uint8_t)read_port(port, 1);
}

uint16_t port_read16(uint16_t port)
{
	return (uint16_t)read_port(port, 2);
}

uint32_t port_read32(uint16_t port)
{
	return read_port(port, 4);
}

void port_write8(uint16_t port, uint8_t value)
{
	write_port(port, 1, value);
}

void port_write16(uint16_t port, uint16_t value)
{
	write_port(port, 2, value);
}

void port_write32(uint16_t port, uint32_t value)
{
	write_port(port, 4, value);
}
