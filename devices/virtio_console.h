/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_VIRTIO_CONSOLE_H
#define DEVICES_VIRTIO_CONSOLE_H

#include "devices/serial.h"
#include "devices/virtio.h"

/* A console with one port over the back end of a serial port. */
struct virtio_console {
	struct virtio virtio;
	struct serial_backend backend;
	struct virtio_chain out; /* the chain being sent; out.out == 0: none */
	uint64_t sent;
	struct virtio_chain in;
};

void virtio_console_init(struct virtio_console *console, const struct serial_backend *backend,
                         const struct msix_sink *sink);
/* The back end has room, or bytes. */
void virtio_console_poll(struct virtio_console *console);

#endif
