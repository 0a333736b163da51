/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "apps/console/console_device.h"
#include "sdk/clock.h"
#include "sdk/event.h"
#include "sdk/mock/mock.h"

/*
 * The whole console on a 16550 whose line is an edge: it is high while an enabled cause is pending, and each rise raises the
 * event if the line is unmasked, which the mock of HC_LINE_UNMASK does not tell; so each rise does.
 */
#define LINE_EVENT (UINT64_C(1) << 32)
static struct {
	char in[256], out[1 << 16];
	unsigned in_head, in_tail, out_count, accesses;
	uint8_t ier, lcr, scratch;
	unsigned fifo;
	bool high, transmit_cause;
} model;
static struct console_device device;
static struct channel guest;
static uint64_t last_deadline;

static void update(void)
{
	bool receive = model.ier & 1 && model.in_head != model.in_tail;
	bool high = receive || (model.ier & 2 && model.transmit_cause);

	if (high && !model.high)
		mock_raise(LINE_EVENT);
	model.high = high;
}

static uint32_t read_register(uint16_t port, unsigned size)
{
	uint32_t value = 0;

	(void)size;
	model.accesses++;
	if (port == 0x3f8)
		value = (uint8_t)model.in[model.in_tail++ % 256];
	else if (port == 0x3fd)
		value = (model.in_head != model.in_tail) | (model.fifo ? 0 : 0x60);
	else if (port == 0x3ff)
		value = model.scratch;
	update();
	return value;
}

static void write_register(uint16_t port, unsigned size, uint32_t value)
{
	(void)size;
	model.accesses++;
	if (port == 0x3f8 && !(model.lcr & 0x80)) {
		assert_true(model.fifo < 16);
		model.fifo++;
		model.transmit_cause = false;
		model.out[model.out_count++ % sizeof(model.out)] = (char)value;
	} else if (port == 0x3f9 && !(model.lcr & 0x80)) {
		if (value & 2 && !(model.ier & 2))
			model.transmit_cause = model.fifo == 0;
		model.ier = (uint8_t)value;
	} else if (port == 0x3fb) {
		model.lcr = (uint8_t)value;
	} else if (port == 0x3ff) {
		model.scratch = (uint8_t)value;
	}
	update();
}

/*
 * Time passes while the console waits: the FIFO goes out. Where nothing happens the guest's doorbell ends the wait, because
 * the mock aborts a wait for ever that nothing ends.
 */
static void on_wait(uint64_t deadline)
{
	last_deadline = deadline;
	model.transmit_cause = model.fifo > 0;
	model.fifo = 0;
	update();
	if (!model.high)
		mock_raise(channel_event(&device.app.guests.guest[0].channel));
}

static void press(const char *keys)
{
	while (*keys)
		model.in[model.in_head++ % 256] = *keys++;
	update();
}

static void run(unsigned steps)
{
	while (steps-- > 0)
		console_device_step(&device);
}

static const char *wire(void)
{
	model.out[model.out_count] = 0;
	return model.out;
}

static int boot(void **state)
{
	const struct mock_channel channel = {
	        .name = "linux-a.ttyS0", .peer = "linux-a", .in_bytes = 16384, .out_bytes = 4096, .role = ROLE_CONSOLE};

	(void)state;
	memset(&model, 0, sizeof(model));
	memset(&device, 0, sizeof(device));
	mock_reset();
	mock_add_port(0x3f8, 8);
	mock_add_line("com1", 4);
	mock_add_subject("linux-a", 1, 0);
	mock_add_channel(&channel, &guest);
	mock_ports(read_register, write_register);
	mock_on_wait(on_wait);
	assert_int_equal(console_device_open(&device), OK);
	run(500);
	return 0;
}

static void everything_gets_out_through_a_fifo_of_sixteen(void **state)
{
	(void)state;
	assert_non_null(strstr(wire(), "Bulkhead, system"));
	assert_non_null(strstr(wire(), "bulkhead> "));
	assert_int_equal(device.app.output.lost, 0);
}

static void an_idle_console_touches_nothing_and_waits_for_ever(void **state)
{
	(void)state;
	unsigned accesses = model.accesses, unmasked = mock_calls(HC_LINE_UNMASK);
	run(10);
	assert_int_equal(model.accesses, accesses);
	assert_int_equal(mock_calls(HC_LINE_UNMASK), unmasked);
	assert_true(last_deadline == EVENT_FOREVER);
}

static void typed_lines_are_answered(void **state)
{
	(void)state;
	press("help\r");
	run(500);
	assert_non_null(strstr(wire(), "attach SUBJECT"));
	assert_non_null(strstr(wire(), "completes words"));
}

static void an_attached_guest_is_connected_to_the_wire(void **state)
{
	(void)state;
	char text[16] = {0};
	press("attach linux-a\r");
	run(50);
	press("ls\r");
	channel_write(&guest, "\r\n# ", 4);
	run(50);
	channel_read(&guest, text, sizeof(text) - 1);
	assert_string_equal(text, "ls\r");
	assert_non_null(strstr(wire(), "\r\n# "));
}

static void a_flood_of_an_attached_guest_neither_blocks_nor_loses(void **state)
{
	(void)state;
	static char block[4096];
	uint64_t taken = 0;
	unsigned shown = 0;
	press("attach linux-a\r");
	run(50);
	memset(block, '@', sizeof(block));
	for (unsigned i = 0; i < 4000 && taken < 40000; i++) {
		taken += channel_write(&guest, block, sizeof(block));
		mock_raise(channel_event(&device.app.guests.guest[0].channel));
		run(1);
	}
	run(8000);
	for (const char *at = wire(); *at; at++)
		shown += *at == '@';
	assert_int_equal(shown, taken);
}

static void power_off_comes_after_the_last_word_has_left(void **state)
{
	(void)state;
	press("poweroff\r");
	for (unsigned i = 0; i < 50 && !mock_calls(HC_POWER_OFF); i++)
		run(1);
	assert_int_equal(mock_calls(HC_POWER_OFF), 1);
	assert_non_null(strstr(wire(), "switching off"));
}

static void without_a_line_the_uart_is_polled(void **state)
{
	(void)state;
	mock_options("line=none");
	memset(&device, 0, sizeof(device));
	assert_int_equal(console_device_open(&device), OK);
	run(500);
	press("help\r");
	run(500);
	assert_non_null(strstr(wire(), "completes words"));
	assert_true(last_deadline - clock_tsc() <= 10 * CLOCK_MS);
}

static void without_ports_it_does_not_open(void **state)
{
	(void)state;
	mock_options("port=0x2f8");
	assert_int_equal(console_device_open(&device), ERR_RIGHT);
	mock_options("port=com1");
	assert_int_equal(console_device_open(&device), ERR_RIGHT);
	mock_options("port=1016");
	assert_int_equal(console_device_open(&device), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(everything_gets_out_through_a_fifo_of_sixteen, boot),
	        cmocka_unit_test_setup(an_idle_console_touches_nothing_and_waits_for_ever, boot),
	        cmocka_unit_test_setup(typed_lines_are_answered, boot),
	        cmocka_unit_test_setup(an_attached_guest_is_connected_to_the_wire, boot),
	        cmocka_unit_test_setup(a_flood_of_an_attached_guest_neither_blocks_nor_loses, boot),
	        cmocka_unit_test_setup(power_off_comes_after_the_last_word_has_left, boot),
	        cmocka_unit_test_setup(without_a_line_the_uart_is_polled, boot),
	        cmocka_unit_test_setup(without_ports_it_does_not_open, boot),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
