/* SPDX-License-Identifier: ISC */
/*
 * virtio console: one port, one queue for each direction. What the back end does not take now stays in the driver's
 * chain until there is room, so nothing is lost; what comes in waits in the back end until the driver offers a buffer. A
 * turn moves at most TURN parts each way: the driver's other vCPUs may add as fast as they are taken.
 *
 * Left out: several ports, the control queue, sizes, the emergency write.
 * Specification: Virtual I/O Device 1.1 (OASIS), 5.3.
 */
#include "devices/virtio_console.h"

enum { TO_DRIVER = 0, FROM_DRIVER = 1 };
enum { PART = 64, CONFIG_BYTES = 12, TURN = 256 };

/* true: all of the chain is sent. */
static bool send_chain(struct virtio_console *console, unsigned *turn)
{
	uint8_t part[PART];
	if (!console->backend.write)
		console->sent = console->out.out_bytes;
	for (; console->sent < console->out.out_bytes && *turn; --*turn) {
		uint32_t bytes = virtio_take(&console->out, console->sent, part, sizeof(part));
		size_t taken = console->backend.write(console->backend.owner, part, bytes);
		console->sent += taken;
		if (taken < bytes)
			return false;
	}
	return console->sent == console->out.out_bytes;
}

static void send_all(struct virtio_console *console, unsigned *turn)
{
	while (*turn && (console->out.out || virtio_pop(&console->virtio, FROM_DRIVER, &console->out))) {
		--*turn;
		if (!send_chain(console, turn))
			break;
		virtio_push(&console->virtio, FROM_DRIVER, console->out.head, 0);
		console->out.out = 0;
		console->out.out_bytes = console->sent = 0;
	}
	virtio_signal(&console->virtio, FROM_DRIVER);
}

/* What has come into the buffer at hand, as far as it goes; how many bytes. */
static uint32_t receive_chain(struct virtio_console *console, unsigned *turn)
{
	uint8_t part[PART];
	uint32_t filled = 0;
	for (; filled < console->in.in_bytes && *turn; --*turn) {
		uint64_t room = console->in.in_bytes - filled;
		size_t got = console->backend.read(console->backend.owner, part, room < PART ? (size_t)room : PART);
		if (!got)
			break;
		filled += virtio_give(&console->in, filled, part, (uint32_t)got);
	}
	return filled;
}

/* Bytes are taken from the back end only for a buffer that is there. */
static void receive_all(struct virtio_console *console, unsigned *turn)
{
	struct virtio_chain *chain = &console->in;
	while (console->backend.read && *turn && (chain->in || virtio_pop(&console->virtio, TO_DRIVER, chain))) {
		if (!chain->in_bytes) {
			virtio_broken(&console->virtio);
			return;
		}
		uint32_t filled = receive_chain(console, turn);
		if (!filled)
			break;
		virtio_push(&console->virtio, TO_DRIVER, chain->head, filled);
		chain->in = 0;
	}
	virtio_signal(&console->virtio, TO_DRIVER);
}

void virtio_console_poll(struct virtio_console *console)
{
	unsigned out = TURN, in = TURN;
	send_all(console, &out);
	receive_all(console, &in);
	clock_set_deadline(&console->clock, &console->deadline, out && in ? CLOCK_NEVER : 0);
}

static void notified(void *model, unsigned queue)
{
	(void)queue;
	virtio_console_poll(model);
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
                         const struct device_clock *clock, const struct msix_sink *sink)
{
	console->backend = *backend;
	console->clock = *clock;
	console->deadline = CLOCK_NEVER;
	virtio_init(&console->virtio, &type, console, CONFIG_BYTES, sink);
	console->virtio.config[4] = 1; /* ports, for drivers that look */
}

uint64_t virtio_console_deadline(const struct virtio_console *console)
{
	return console->deadline;
}

void virtio_console_run(struct virtio_console *console, uint64_t now)
{
	if (now >= console->deadline)
		virtio_console_poll(console);
}
