/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_SERIAL_LINK_H
#define DEVICES_SERIAL_LINK_H

#include <stdbool.h>
#include "devices/serial.h"
#include "sdk/channel.h"

/*
 * The back end of a serial port: the channel with role ROLE_SERIAL and that index. Duplex: bytes both ways, and a full
 * ring holds the guest's transmitter. One-way out: never blocks, a slow reader loses. One-way in: what the guest sends
 * goes nowhere.
 */
struct serial_link {
	struct channel channel;
};

/* false: the description wires no such port. */
bool serial_link_open(struct serial_link *link, unsigned index);
struct serial_backend serial_link_backend(struct serial_link *link);
/* Text of the layer itself or of a debug port into the guest's console. Waits while a duplex ring is full, at most a
   second. Events of the channel that come meanwhile are taken: poll the serial ports afterwards. */
void serial_link_text(struct serial_link *link, const char *text, size_t length);

#endif
