/* SPDX-License-Identifier: ISC */
#include "sdk/event.h"
#include "sdk/info.h"
#include "sdk/line.h"
#include "sdk/port.h"
#include "sdk/uart.h"

/*
 * Drives a TL16C550 (data sheet, "Principles of operation"). Ring positions count for ever and are masked when used.
 * The transmitter interrupt is enabled only while there is something to send. ISA lines are edges: a cause that is left
 * pending would never interrupt again, so service() ends by unmasking the line and then turning the device's interrupts
 * off and on, which makes a new edge for whatever came in between.
 */
enum { DATA = 0, IER = 1, FCR = 2, LCR = 3, MCR = 4, LSR = 5, SCRATCH = 7 };
#define IER_RECEIVE 0x01u
#define IER_TRANSMIT 0x02u
#define IER_STATUS 0x04u
#define FCR_ON_CLEAR_TRIGGER_8 0x87u
#define LCR_8N1 0x03u
#define LCR_DIVISOR 0x80u
#define MCR_DTR_RTS_OUT2 0x0bu /* OUT2 gates the interrupt line on PC boards */
#define LSR_DATA 0x01u
#define LSR_OVERRUN 0x02u
#define LSR_THRE 0x20u
#define LSR_EMPTY 0x40u
#define FIFO_BYTES 16u
#define ROUNDS 256u /* at most so many bytes in one call, whatever the device says */

static uint8_t get(const struct uart *uart, unsigned offset)
{
	return port_read8((uint16_t)(uart->base + offset));
}

static void set(const struct uart *uart, unsigned offset, unsigned value)
{
	port_write8((uint16_t)(uart->base + offset), (uint8_t)value);
}

static bool answers(const struct uart *uart)
{
	set(uart, SCRATCH, 0x5a);
	if (get(uart, SCRATCH) != 0x5a)
		return false;
	set(uart, SCRATCH, 0xa5);
	return get(uart, SCRATCH) == 0xa5;
}

enum status uart_open(struct uart *uart, uint16_t base, const struct info_line *line)
{
	if (!port_granted(base, 8))
		return ERR_RIGHT;
	uart->base = base;
	uart->line = line;
	uart->lost = uart->in_head = uart->in_tail = uart->out_head = uart->out_tail = 0;
	if (!answers(uart))
		return ERR_FEATURE;
	set(uart, IER, 0);
	set(uart, LCR, LCR_DIVISOR);
	set(uart, DATA, 1); /* 115200 */
	set(uart, IER, 0);
	set(uart, LCR, LCR_8N1);
	set(uart, FCR, FCR_ON_CLEAR_TRIGGER_8);
	set(uart, MCR, MCR_DTR_RTS_OUT2);
	uart->interrupts = line ? IER_RECEIVE | IER_STATUS : 0;
	uart_service(uart);
	return OK;
}

static void receive(struct uart *uart)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t status = get(uart, LSR), byte;
		uart->lost += status & LSR_OVERRUN ? 1 : 0;
		if (!(status & LSR_DATA))
			return;
		byte = get(uart, DATA);
		if (uart->in_head - uart->in_tail < UART_BUFFER)
			uart->in[uart->in_head++ % UART_BUFFER] = byte;
		else
			uart->lost++;
	}
}

/* Fills the FIFO when it is empty. */
static void transmit(struct uart *uart)
{
	if (uart->out_head == uart->out_tail || !(get(uart, LSR) & LSR_THRE))
		return;
	for (unsigned i = 0; i < FIFO_BYTES && uart->out_tail != uart->out_head; i++)
		set(uart, DATA, uart->out[uart->out_tail++ % UART_BUFFER]);
}

static void enable(struct uart *uart)
{
	uint8_t wanted = uart->line ? IER_RECEIVE | IER_STATUS : 0;

	if (uart->line && uart->out_head != uart->out_tail)
		wanted |= IER_TRANSMIT;
	if (wanted != uart->interrupts)
		set(uart, IER, wanted);
	uart->interrupts = wanted;
}

void uart_service(struct uart *uart)
{
	receive(uart);
	transmit(uart);
	if (!uart->line)
		return;
	line_unmask(uart->line);
	set(uart, IER, 0);
	uart->interrupts = 0;
	enable(uart);
}

uint64_t uart_event(const struct uart *uart)
{
	return line_event(uart->line);
}

size_t uart_space(const struct uart *uart)
{
	return UART_BUFFER - (uart->out_head - uart->out_tail);
}

size_t uart_write(struct uart *uart, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	size_t taken = 0;

	while (taken < length && uart_space(uart))
		uart->out[uart->out_head++ % UART_BUFFER] = from[taken++];
	transmit(uart);
	enable(uart);
	return taken;
}

size_t uart_read(struct uart *uart, void *bytes, size_t size)
{
	uint8_t *to = bytes;
	size_t given = 0;

	while (given < size && uart->in_tail != uart->in_head)
		to[given++] = uart->in[uart->in_tail++ % UART_BUFFER];
	return given;
}

#define DRAIN_POLLS 10000000u /* some ten seconds of a full buffer at 115200 baud; a dead device ends it too */
void uart_drain(struct uart *uart)
{
	for (uint32_t i = 0; i < DRAIN_POLLS; i++) {
		transmit(uart);
		if (uart->out_head == uart->out_tail && get(uart, LSR) & LSR_EMPTY)
			return;
	}
}

static void put(struct uart *uart, char c)
{
	for (uint32_t i = 0; i < DRAIN_POLLS && !uart_space(uart); i++)
		transmit(uart);
	uart_write(uart, &c, 1);
}

void uart_sink(void *uart, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put(uart, '\r');
		put(uart, text[i]);
	}
}
