/* SPDX-License-Identifier: ISC */
#include "apps/console/console_app.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"
#include "sdk/interrupt.h"
#include "sdk/uart.h"

/*
 * The UART end of the console. The loop waits for the UART's line, for the consoles of the subjects, and for nothing else:
 * an idle system never runs it. Options: `line`, the UART's line (com1), and `port`, its base (0x3f8).
 */
#define COM1 0x3f8u
#define POLLED_STEP (10 * CLOCK_MS) /* a UART without a line */
static struct console_app app;
static struct uart uart;

static enum status open_uart(void)
{
	char line[NAME_BYTES];
	const struct info_line *named = info_line(info_option("line", line, sizeof(line)) ? line : "com1");

	return uart_open(&uart, (uint16_t)info_option_number("port", COM1), named);
}

static void receive(void)
{
	char keys[64];
	size_t count;

	while ((count = uart_read(&uart, keys, sizeof(keys))) > 0)
		console_app_type(&app, keys, count);
	app.uart_lost = uart.lost;
}

static void transmit(void)
{
	const char *bytes;
	size_t count, taken = 1;

	while (taken && (count = console_output_peek(&app.output, &bytes)) > 0) {
		taken = uart_write(&uart, bytes, count);
		console_output_drop(&app.output, taken);
	}
}

static void end_if_asked(void)
{
	const char *bytes;

	if (!app.ending || console_output_peek(&app.output, &bytes))
		return;
	uart_drain(&uart);
	console_app_end(&app);
}

static uint64_t deadline(void)
{
	uint64_t wanted = console_app_deadline(&app), polled = clock_deadline(POLLED_STEP);

	return uart.line || wanted < polled ? wanted : polled;
}

/* With work left only a look at what is pending. */
static uint64_t wait(bool work_left)
{
	return event_wait(uart_event(&uart) | console_app_events(&app), work_left ? EVENT_POLL : deadline());
}

int main(void)
{
	if (open_uart() != OK)
		interrupt_shutdown(); /* nobody could read why: the fault policy and the audit trail tell */
	console_app_open(&app);
	for (;;) {
		bool more = console_app_step(&app);
		transmit();
		end_if_asked();
		if (wait(more && console_output_space(&app.output)) & uart_event(&uart) || !uart.line)
			uart_service(&uart);
		receive();
	}
}
