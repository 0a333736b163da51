/* SPDX-License-Identifier: ISC */
#include "apps/console/console_device.h"
#include "lib/text.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/info.h"

/*
 * One round: text to the UART as far as it takes it, wait, keys from the UART. The UART is touched only when it called or
 * when there is something to send.
 */
#define COM1 0x3f8u
#define POLLED_STEP (10 * CLOCK_MS)

/* 0 = not a port. */
static uint16_t option_port(void)
{
	char text[16];
	uint64_t port = COM1;

	if (info_option("port", text, sizeof(text)) && (!text_number(text, &port) || port > UINT16_MAX))
		return 0;
	return (uint16_t)port;
}

enum status console_device_open(struct console_device *device)
{
	char name[NAME_BYTES];
	const struct info_line *line = info_line(info_option("line", name, sizeof(name)) ? name : "com1");
	enum status status = uart_open(&device->uart, option_port(), line);

	if (status == OK)
		console_app_open(&device->app);
	return status;
}

static void receive(struct console_device *device)
{
	char keys[64];
	size_t count;

	while ((count = uart_read(&device->uart, keys, sizeof(keys))) > 0)
		console_app_type(&device->app, keys, count);
	device->app.uart_lost = device->uart.lost;
}

static void transmit(struct console_device *device)
{
	const char *bytes;
	size_t count, taken = 1;

	while (taken && (count = console_output_peek(&device->app.output, &bytes)) > 0) {
		taken = uart_write(&device->uart, bytes, count);
		console_output_drop(&device->app.output, taken);
	}
}

static void end_if_asked(struct console_device *device)
{
	const char *bytes;

	if (!device->app.ending || console_output_peek(&device->app.output, &bytes))
		return;
	uart_drain(&device->uart);
	console_app_end(&device->app);
	transmit(device);
}

static uint64_t deadline(const struct console_device *device, bool work_left)
{
	uint64_t wanted = console_app_deadline(&device->app), polled = clock_deadline(POLLED_STEP);

	if (work_left)
		return EVENT_POLL;
	return device->uart.line || wanted < polled ? wanted : polled;
}

void console_device_step(struct console_device *device)
{
	uint64_t mine = uart_event(&device->uart), events = mine | console_app_events(&device->app);
	bool more = console_app_step(&device->app);

	transmit(device);
	end_if_asked(device);
	/* With the output full only the UART can help: it will call. */
	more = more && console_output_space(&device->app.output);
	if (event_wait(events, deadline(device, more)) & mine || !device->uart.line)
		uart_service(&device->uart);
	receive(device);
}
