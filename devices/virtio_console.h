/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_CONSOLE_H
#define DEVICES_VIRTIO_CONSOLE_H

#include "devices/clock.h"
#include "devices/serial.h"
#include "devices/virtio.h"

/* A console with one port over the back end of a serial port. */
struct virtio_console {
	struct virtio virtio;
	struct serial_backend backend;
	struct device_clock clock;
	uint64_t deadline;       /* ns: when virtio_console_run is to be called */
	struct virtio_chain out; /* the chain being sent; out.out == 0: none */
	uint64_t sent;
	struct virtio_chain in;
};

void virtio_console_init(struct virtio_console *console, const struct serial_backend *backend,
                         const struct device_clock *clock, const struct msix_sink *sink);
/* The back end has room, or bytes. */
void virtio_console_poll(struct virtio_console *console);
uint64_t virtio_console_deadline(const struct virtio_console *console);
void virtio_console_run(struct virtio_console *console, uint64_t now);

#endif
