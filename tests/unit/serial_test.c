/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "devices/serial.h"
#include "tests/unit/device_fixture.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };

struct line {
	uint8_t out[256], in[256];
	size_t sent, room, waiting, taken, reads;
};

static struct serial serial;
static struct line line;
static struct probe irq;
static struct bus bus;

static size_t line_write(void *owner, const uint8_t *bytes, size_t count)
{
	struct line *l = owner;
	size_t i = 0;

	for (; i < count && l->sent < l->room; i++)
		l->out[l->sent++] = bytes[i];
	return i;
}

static size_t line_read(void *owner, uint8_t *bytes, size_t count)
{
	struct line *l = owner;
	size_t i = 0;

	l->reads++;
	for (; i < count && l->waiting; i++, l->waiting--)
		bytes[i] = l->in[l->taken++];
	return i;
}

static uint8_t in(uint16_t index)
{
	return (uint8_t)bus_read(&bus, (uint16_t)(0x3f8 + index), 1);
}

static void out(uint16_t index, uint8_t value)
{
	bus_write(&bus, (uint16_t)(0x3f8 + index), 1, value);
}

static int fresh(void **state)
{
	struct serial_backend backend = {line_write, line_read, &line};
	struct pin pin = {probe_set, &irq, 0};

	(void)state;
	memset(&bus, 0, sizeof(bus));
	line = (struct line){.room = sizeof(line.out)};
	irq = (struct probe){0};
	serial_init(&serial, &backend, &pin);
	return (int)serial_attach(&serial, &bus, 0x3f8);
}

static void arrive(const char *text)
{
	size_t length = strlen(text);

	memcpy(line.in, text, length);
	line.taken = 0;
	line.waiting = length;
	serial_poll(&serial);
}

/* The steps of Linux' autoconfig() and serial8250_do_startup(). */
static void linux_finds_a_16550a(void **state)
{
	(void)state;
	out(IER, 0);
	assert_int_equal(in(IER)&0x0f, 0);
	out(IER, 0x0f);
	assert_int_equal(in(IER)&0x0f, 0x0f);
	out(IER, 0);
	out(MCR, 0x1a);
	assert_int_equal(in(MSR)&0xf0, 0x90);
	out(MCR, 0);
	out(LCR, 0);
	out(IIR, 1);
	assert_int_equal(in(IIR) >> 6, 3);
	out(LCR, 0x80);
	assert_int_not_equal(in(IIR), 0); /* no EFR as in a 16C950 */
	out(LCR, 0xbf);
	assert_int_not_equal(in(IIR), 0);
	out(IIR, 0x21);
	assert_int_equal(in(IIR) >> 5, 6); /* no 64-byte FIFO */
	out(LCR, 0);
	out(IER, 0x40);
	assert_int_equal(in(IER), 0); /* not an XScale */
}

static void setting_the_thre_enable_reports_an_empty_transmitter_again(void **state)
{
	(void)state;
	out(MCR, 8);
	out(IER, 2);
	assert_int_equal(in(IIR)&0x0f, 2);
	assert_int_equal(in(IIR)&0x0f, 1);
	out(IER, 0);
	out(IER, 2);
	assert_true(irq.level);
	assert_int_equal(in(IIR)&0x0f, 2);
	assert_false(irq.level);
	out(IER, 2); /* not newly set */
	assert_int_equal(in(IIR)&0x0f, 1);
}

static void a_driver_sends_16_bytes_per_interrupt(void **state)
{
	(void)state;
	out(IIR, 1);
	out(MCR, 8);
	out(IER, 2);
	assert_int_equal(in(IIR)&0x0f, 2);
	for (unsigned i = 0; i < 16; i++)
		out(DATA, (uint8_t)('a' + i));
	assert_int_equal(line.sent, 16);
	assert_memory_equal(line.out, "abcdefghijklmnop", 16);
	assert_true(irq.level);
	assert_int_equal(in(IIR)&0x0f, 2);
	assert_int_equal(serial.sent, 16);
}

static void a_full_back_end_holds_thre_low_until_there_is_room(void **state)
{
	(void)state;
	line.room = 2;
	out(IIR, 1);
	out(MCR, 8);
	out(IER, 2);
	in(IIR);
	for (unsigned i = 0; i < 18; i++)
		out(DATA, (uint8_t)('a' + i));
	assert_int_equal(line.sent, 2);
	assert_int_equal(in(LSR)&0x60, 0);
	in(IIR);
	assert_false(irq.level);
	line.room = 5;
	serial_poll(&serial);
	assert_int_equal(in(LSR)&0x60, 0);
	line.room = 100;
	serial_poll(&serial);
	assert_int_equal(line.sent, 18);
	assert_memory_equal(line.out, "abcdefghijklmnopqr", 18);
	assert_int_equal(in(LSR)&0x60, 0x60);
	assert_true(irq.level);
}

static void a_guest_that_polls_lsr_gets_on_by_itself(void **state)
{
	(void)state;
	line.room = 0;
	out(DATA, 'x');
	assert_int_equal(in(LSR), 0);
	line.room = 1;
	assert_int_equal(in(LSR), 0x60);
	assert_int_equal(line.sent, 1);
}

static void a_byte_that_arrives_raises_the_timeout_and_a_burst_the_trigger(void **state)
{
	(void)state;
	out(IIR, 0x81); /* trigger at 8 */
	out(MCR, 8);
	out(IER, 1);
	arrive("x");
	assert_true(irq.level);
	assert_int_equal(in(IIR), 0xcc);
	assert_int_equal(in(LSR)&1, 1);
	assert_int_equal(in(DATA), 'x');
	assert_false(irq.level);
	assert_int_equal(in(LSR)&1, 0);
	arrive("12345678");
	assert_int_equal(in(IIR), 0xc4);
	in(DATA);
	assert_int_equal(in(IIR), 0xcc);
}

static void nothing_received_is_ever_lost(void **state)
{
	char text[101] = "", got[101] = "";
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		text[i] = (char)(' ' + i % 90);
	out(IIR, 1);
	arrive(text);
	while (in(LSR)&1)
		got[count++] = (char)in(DATA);
	assert_int_equal(count, 100);
	assert_string_equal(got, text);
	assert_true(line.reads < 12);
}

static void without_fifo_one_byte_is_held(void **state)
{
	(void)state;
	arrive("abc");
	assert_int_equal(serial.rx.count, 1);
	assert_int_equal(in(IIR) >> 6, 0);
	assert_int_equal(in(DATA), 'a');
	assert_int_equal(in(DATA), 'b');
	assert_int_equal(in(DATA), 'c');
	assert_int_equal(in(LSR)&1, 0);
}

static void loopback_returns_what_is_sent_and_overruns_when_full(void **state)
{
	(void)state;
	out(MCR, 0x18);
	out(IER, 5);
	out(DATA, 'a');
	assert_int_equal(line.sent, 0);
	assert_int_equal(in(IIR)&0x0f, 4);
	assert_false(irq.level); /* OUT2 is not driven in loopback */
	out(DATA, 'b');
	assert_int_equal(in(IIR)&0x0f, 6);
	assert_int_equal(in(LSR)&3, 3);
	assert_int_equal(in(LSR)&3, 1);
	assert_int_equal(in(DATA), 'b');
	out(IIR, 1);
	for (unsigned i = 0; i < 17; i++)
		out(DATA, (uint8_t)('a' + i));
	assert_int_equal(in(LSR)&3, 3);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(in(DATA), 'a' + i);
	assert_int_equal(in(LSR)&1, 0);
}

static void modem_changes_are_reported_once(void **state)
{
	(void)state;
	assert_int_equal(in(MSR), 0xb0);
	out(IER, 8);
	out(MCR, 0x18); /* loopback: CTS and DSR fall, DCD stays by OUT2 */
	assert_int_equal(in(IIR)&0x0f, 0);
	assert_int_equal(in(MSR), 0x83);
	assert_int_equal(in(MSR), 0x80);
	out(MCR, 0x1c); /* Ring rises: no delta */
	assert_int_equal(in(MSR), 0xc0);
	out(MCR, 0x18);
	assert_int_equal(in(MSR), 0x84);
}

static void the_divisor_latch_hides_data_and_interrupt_enable(void **state)
{
	(void)state;
	out(IER, 5);
	out(LCR, 0x83);
	out(DATA, 0x34);
	out(IER, 0x12);
	assert_int_equal(in(DATA), 0x34);
	assert_int_equal(in(IER), 0x12);
	out(LCR, 3);
	assert_int_equal(in(IER), 5);
	assert_int_equal(line.sent, 0);
	out(SCR, 0x5a);
	assert_int_equal(in(SCR), 0x5a);
	assert_int_equal(in(LCR), 3);
	out(LSR, 0xff);
	out(MSR, 0xff);
	assert_int_equal(in(LSR), 0x60);
}

static void out2_gates_the_line(void **state)
{
	(void)state;
	out(IER, 2);
	assert_false(irq.level);
	out(MCR, 8);
	assert_true(irq.level);
	serial_reset(&serial);
	assert_false(irq.level);
}

static void clearing_the_fifos_drops_what_they_hold(void **state)
{
	(void)state;
	line.room = 0;
	out(IIR, 1);
	out(DATA, 'x');
	arrive("abc");
	line.waiting = 0;
	out(IIR, 7);
	assert_int_equal(in(LSR), 0x60);
	line.room = 9;
	serial_poll(&serial);
	assert_int_equal(line.sent, 0);
}

static void without_back_end_output_goes_nowhere(void **state)
{
	struct serial_backend none = {NULL, NULL, NULL};
	struct pin pin = {NULL, NULL, 0};

	(void)state;
	serial_init(&serial, &none, &pin);
	out(DATA, 'x');
	serial_poll(&serial);
	assert_int_equal(in(LSR), 0x60);
	assert_int_equal(in(DATA), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(linux_finds_a_16550a, fresh),
	        cmocka_unit_test_setup(setting_the_thre_enable_reports_an_empty_transmitter_again, fresh),
	        cmocka_unit_test_setup(a_driver_sends_16_bytes_per_interrupt, fresh),
	        cmocka_unit_test_setup(a_full_back_end_holds_thre_low_until_there_is_room, fresh),
	        cmocka_unit_test_setup(a_guest_that_polls_lsr_gets_on_by_itself, fresh),
	        cmocka_unit_test_setup(a_byte_that_arrives_raises_the_timeout_and_a_burst_the_trigger, fresh),
	        cmocka_unit_test_setup(nothing_received_is_ever_lost, fresh),
	        cmocka_unit_test_setup(without_fifo_one_byte_is_held, fresh),
	        cmocka_unit_test_setup(loopback_returns_what_is_sent_and_overruns_when_full, fresh),
	        cmocka_unit_test_setup(modem_changes_are_reported_once, fresh),
	        cmocka_unit_test_setup(the_divisor_latch_hides_data_and_interrupt_enable, fresh),
	        cmocka_unit_test_setup(out2_gates_the_line, fresh),
	        cmocka_unit_test_setup(clearing_the_fifos_drops_what_they_hold, fresh),
	        cmocka_unit_test_setup(without_back_end_output_goes_nowhere, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
