/* SPDX-License-Identifier: ISC */
#ifndef SDK_UART_H
#define SDK_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/info.h"
#include "abi/status.h"

/*
 * Driver of a 16550 UART that this subject owns (TL16C550 data sheet): ports and interrupt line from the description,
 * 115200 8N1, FIFOs on, both directions by interrupt through two rings, so that an idle console causes no exits.
 * Loop of an application: wait for uart_event(); uart_service(); uart_read()...
 */
#define UART_BUFFER 4096u /* each direction; a power of two */
struct uart {
	uint16_t base;
	uint8_t interrupts; /* what the IER holds */
	uint8_t reserved;
	uint32_t lost; /* bytes dropped: received with the ring full, or overrun in the device */
	const struct info_line *line;
	uint32_t in_head, in_tail, out_head, out_tail;
	uint8_t in[UART_BUFFER], out[UART_BUFFER];
};
/* ERR_RIGHT if the ports are not granted, ERR_FEATURE if no UART answers (scratch register). line may be 0: polled. */
enum status uart_open(struct uart *uart, uint16_t base, const struct info_line *line);
/* Moves bytes between device and rings, then unmasks the line. Call it when the event came, or to poll. */
void uart_service(struct uart *uart);
uint64_t uart_event(const struct uart *uart);
/* -> bytes taken; what does not fit is for the caller to keep. "\n" goes out as it is. */
size_t uart_write(struct uart *uart, const void *bytes, size_t length);
size_t uart_space(const struct uart *uart);
size_t uart_read(struct uart *uart, void *bytes, size_t size);
/* Waits (polling) until everything is out: for the last words before a reboot. */
void uart_drain(struct uart *uart);
/* A console_sink: text to a uart, "\n" as "\r\n", waiting for space where there is none. */
void uart_sink(void *uart, const char *text, size_t length);

#endif
