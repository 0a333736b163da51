/* SPDX-License-Identifier: ISC */
/*
 * virtio console: one port, one queue for each direction. What the back end does not take now stays in the driver's
 * chain until there is room, so nothing is lost; what comes in waits in the back end until the driver offers a buffer.
 *
 * Left out: several ports, the control queue, sizes, the emergency write.
 * Specification: Virtual I/O Device 1.1 (OASIS), 5.3.
 */
#include "devices/virtio_console.h"

enum { TO_DRIVER = 0, FROM_DRIVER = 1 };
enum { PART = 64, CONFIG_BYTES = 12 };

/* true: all of the chain is sent. */
static bool send_chain(struct virtio_console *console)
{
	uint8_t part[PART];
	while (console->sent < console->out.out_bytes) {
		uint32_t bytes = virtio_take(&console->out, console->sent, part, sizeof(part));
		size_t taken =
		        console->backend.write ? console->backend.write(console->backend.owner, part, bytes) : bytes;
		console->sent += taken;
		if (taken < bytes)
			return false;
	}
	return true;
}

static void send_all(struct virtio_console *console)
{
	while (console->out.out || virtio_pop(&console->virtio, FROM_DRIVER, &console->out)) {
		if (!send_chain(console))
			break;
		virtio_push(&console->virtio, FROM_DRIVER, console->out.head, 0);
		console->out.out = 0;
		console->out.out_bytes = console->sent = 0;
	}
	virtio_signal(&console->virtio, FROM_DRIVER);
}

/* Bytes are taken from the back end only for a buffer that is there: one byte first, then what fits behind it. */
static void receive_all(struct virtio_console *console)
{
	struct virtio_chain *chain = &console->in;
	if (!console->backend.read)
		return;
	for (;;) {
		if (!chain->in && !virtio_pop(&console->virtio, TO_DRIVER, chain))
			break;
		if (!chain->in_bytes) {
			virtio_broken(&console->virtio);
			return;
		}
		uint8_t part[PART];
		uint32_t filled = 0;
		size_t got;
		do {
			uint64_t room = chain->in_bytes - filled;
			got = console->backend.read(console->backend.owner, part, room < PART ? (size_t)room : PART);
			filled += virtio_give(chain, filled, part, (uint32_t)got);
		} while (got && filled < chain->in_bytes);
		if (!filled)
			break;
		virtio_push(&console->virtio, TO_DRIVER, chain->head, filled);
		chain->in = 0;
		if (!got)
			break;
	}
	virtio_signal(&console->virtio, TO_DRIVER);
}

void virtio_console_poll(struct virtio_console *console)
{
	send_all(console);
	receive_all(console);
}

static void notified(void *model, unsigned queue)
{
	if (queue == FROM_DRIVER)
		send_all(model);
	else
		receive_all(model);
}

static bool reset(void *model)
{
	struct virtio_console *console = model;
	console->out.out = console->in.in = 0;
	console->out.out_bytes = console->sent = 0;
	return true;
}

static const struct virtio_type type = {VIRTIO_CONSOLE, 7, 0x80, 2, {64, 64}, 0, notified, 0, reset};

void virtio_console_init(struct virtio_console *console, const struct serial_backend *backend,
                         const struct msix_sink *sink)
{
	console->backend = *backend;
	virtio_init(&console->virtio, &type, console, CONFIG_BYTES, sink);
	console->virtio.config[4] = 1; /* ports, for drivers that look */
}
