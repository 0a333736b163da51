/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

/* As much of a 16550 as its driver sees: FIFOs, divisor latch, scratch; the test sends and takes the wire's bytes. */
static struct {
	char wire_in[64], wire_out[1 << 14];
	unsigned in_head, in_tail, out, fifo;
	uint8_t ier, lcr, scratch;
	bool present, stuck, overrun;
} device;

static uint32_t read_register(uint16_t port, unsigned size)
{
	uint8_t status;

	assert_int_equal(size, 1);
	switch (port - 0x3f8) {
	case 0:
		return (uint8_t)device.wire_in[device.in_tail++ % 64];
	case 1:
		return device.ier;
	case 5:
		status = (uint8_t)((device.in_head != device.in_tail) | (device.overrun ? 2 : 0));
		device.overrun = false;
		if (!device.stuck)
			device.fifo = 0;
		return status | (device.fifo ? 0 : 0x60);
	case 7:
		return device.present ? device.scratch : 0xff;
	default:
		fail();
		return 0;
	}
}

static void write_register(uint16_t port, unsigned size, uint32_t value)
{
	assert_int_equal(size, 1);
	switch (port - 0x3f8) {
	case 0:
		if (device.lcr & 0x80)
			return;
		assert_true(device.fifo < 16);
		device.fifo++;
		device.wire_out[device.out++] = (char)value;
		break;
	case 1:
		if (!(device.lcr & 0x80))
			device.ier = (uint8_t)value;
		break;
	case 3:
		device.lcr = (uint8_t)value;
		break;
	case 7:
		device.scratch = (uint8_t)value;
		break;
	default:
		break;
	}
}

static struct uart uart;

static int setup(void **state)
{
	(void)state;
	memset(&device, 0, sizeof(device));
	device.present = true;
	mock_reset();
	mock_add_port(0x3f8, 8);
	mock_add_line("com1", 4);
	mock_ports(read_register, write_register);
	assert_int_equal(uart_open(&uart, 0x3f8, info_line("com1")), OK);
	return 0;
}

static void type(const char *text)
{
	while (*text)
		device.wire_in[device.in_head++ % 64] = *text++;
}

static void an_idle_uart_interrupts_only_for_input(void **state)
{
	(void)state;
	assert_int_equal(device.ier, 0x05);
	assert_int_equal(device.lcr, 0x03);
	assert_int_equal(mock_calls(HC_LINE_UNMASK), 1);
	assert_int_equal(uart_event(&uart), UINT64_C(1) << 32);
}

static void received_bytes_come_in_order(void **state)
{
	char got[16] = {0};

	(void)state;
	type("hello");
	uart_service(&uart);
	assert_int_equal(uart_read(&uart, got, 3), 3);
	assert_int_equal(uart_read(&uart, got + 3, 13), 2);
	assert_string_equal(got, "hello");
	assert_int_equal(mock_calls(HC_LINE_UNMASK), 2);
}

static void a_long_text_goes_out_sixteen_bytes_at_an_interrupt(void **state)
{
	char text[100];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(uart_write(&uart, text, sizeof(text)), sizeof(text));
	assert_int_equal(device.out, 16);
	assert_int_equal(device.ier, 0x07);
	for (unsigned i = 0; i < 6; i++)
		uart_service(&uart);
	assert_int_equal(device.out, sizeof(text));
	assert_int_equal(device.ier, 0x05);
}

static void takes_no_more_than_its_ring_holds(void **state)
{
	char *text = calloc(1, 2 * UART_BUFFER);

	(void)state;
	device.stuck = true;
	device.fifo = 1;
	assert_int_equal(uart_write(&uart, text, 2 * UART_BUFFER), UART_BUFFER);
	assert_int_equal(uart_space(&uart), 0);
	assert_int_equal(uart_write(&uart, text, 1), 0);
	free(text);
}

static void counts_what_the_device_or_the_ring_lost(void **state)
{
	(void)state;
	device.overrun = true;
	uart_service(&uart);
	assert_int_equal(uart.lost, 1);
	for (unsigned i = 0; i < UART_BUFFER / 32 + 1; i++) {
		type("0123456789abcdef0123456789abcdef");
		uart_service(&uart);
	}
	assert_int_equal(uart.lost, 1 + 32);
}

static void as_a_console_it_ends_lines_for_terminals(void **state)
{
	(void)state;
	console_use(uart_sink, &uart);
	print("a %d\nb\n", 1);
	uart_drain(&uart);
	assert_string_equal(device.wire_out, "a 1\r\nb\r\n");
}

static void refuses_ports_that_are_not_granted_and_absent_devices(void **state)
{
	(void)state;
	assert_int_equal(uart_open(&uart, 0x2f8, 0), ERR_RIGHT);
	device.present = false;
	assert_int_equal(uart_open(&uart, 0x3f8, 0), ERR_FEATURE);
}

static void without_channel_or_driver_text_goes_to_a_granted_port(void **state)
{
	(void)state;
	console_use(0, 0);
	print("plain\n");
	assert_string_equal(device.wire_out, "plain\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(an_idle_uart_interrupts_only_for_input, setup),
	        cmocka_unit_test_setup(received_bytes_come_in_order, setup),
	        cmocka_unit_test_setup(a_long_text_goes_out_sixteen_bytes_at_an_interrupt, setup),
	        cmocka_unit_test_setup(takes_no_more_than_its_ring_holds, setup),
	        cmocka_unit_test_setup(counts_what_the_device_or_the_ring_lost, setup),
	        cmocka_unit_test_setup(as_a_console_it_ends_lines_for_terminals, setup),
	        cmocka_unit_test_setup(refuses_ports_that_are_not_granted_and_absent_devices, setup),
	        cmocka_unit_test_setup(without_channel_or_driver_text_goes_to_a_granted_port, setup),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
