/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_SERIAL_H
#define DEVICES_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/pin.h"

/*
 * Who is at the other end of the line. Both take what they can now and return how much that was; 0 is "full" or
 * "nothing there", and then whoever owns the back end calls serial_poll when that changed. `write` is called for each
 * character the guest sends: put it in the ring, and signal the reader once, before the guest is resumed.
 */
struct serial_backend {
	size_t (*write)(void *owner, const uint8_t *bytes, size_t count);
	size_t (*read)(void *owner, uint8_t *bytes, size_t count);
	void *owner;
};

#define SERIAL_FIFO 16
struct serial_fifo {
	uint8_t bytes[SERIAL_FIFO];
	uint8_t first, count;
};

/* A 16550A. No deadline: it acts on accesses and on serial_poll only. */
struct serial {
	struct serial_backend backend; /* functions may be null: sends to nowhere, receives nothing */
	struct pin pin;
	struct serial_fifo tx, rx;
	uint8_t ier, fcr, lcr, mcr, msr, scratch, dll, dlm;
	uint8_t lsr_errors; /* sticky LSR bits, cleared by reading LSR */
	bool thre_pending;  /* the transmitter-empty interrupt is due */
	bool level;         /* what the pin was told last */
	uint64_t sent, received;
};

void serial_init(struct serial *serial, const struct serial_backend *backend, const struct pin *pin);
void serial_reset(struct serial *serial); /* as at power-on; back end and pin stay, counters too */
/* Eight ports from base. */
enum status serial_attach(struct serial *serial, struct bus *bus, uint16_t base);
/* The back end has bytes to fetch or room again. Cheap when there is nothing to do. */
void serial_poll(struct serial *serial);
uint32_t serial_read(void *serial, uint16_t offset, unsigned size);
void serial_write(void *serial, uint16_t offset, unsigned size, uint32_t value);

/* Where a PC has its ports. COM3 and COM4 get lines of their own: ACPI says so, and shared edges cost exits. */
struct serial_place {
	uint16_t base;
	uint8_t irq;
};
#define SERIAL_PLACES 4
extern const struct serial_place serial_places[SERIAL_PLACES]; /* 3f8/4 2f8/3 3e8/5 2e8/7 */

#endif
