/* SPDX-License-Identifier: ISC */
/* A 16550A under any driver and any back end: what is sent arrives in order, and the pin says what IIR says. */
#include "devices/serial.h"
#include "tests/fuzz/device_script.h"

struct peer {
	size_t room, waiting;
	uint64_t taken, given;
};

static size_t peer_write(void *owner, const uint8_t *bytes, size_t count)
{
	struct peer *peer = owner;
	size_t fits = count < peer->room ? count : peer->room;

	(void)bytes;
	peer->room -= fits;
	peer->taken += fits;
	return fits;
}

static size_t peer_read(void *owner, uint8_t *bytes, size_t count)
{
	struct peer *peer = owner;
	size_t got = count < peer->waiting ? count : peer->waiting;

	for (size_t i = 0; i < got; i++)
		bytes[i] = (uint8_t)peer->given++;
	peer->waiting -= got;
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus bus;
	struct script script = {data, data + size};
	struct peer peer = {.room = 4};
	struct probe irq = {0};
	struct serial serial;

	bus.count = 0;
	serial_init(&serial, &(struct serial_backend){peer_write, peer_read, &peer}, &(struct pin){probe_set, &irq, 0});
	MUST(!serial_attach(&serial, &bus, 0x3f8));
	while (more(&script)) {
		if (take(&script, 1) & 3) {
			port_access(&script, &bus, 0x3f8);
		} else {
			peer.room = take(&script, 1);
			peer.waiting = take(&script, 1);
			serial_poll(&serial);
			MUST(!serial.tx.count || !peer.room || (serial.mcr & 0x10));
		}
		MUST(serial.tx.count <= SERIAL_FIFO && serial.rx.count <= SERIAL_FIFO);
		MUST(serial.sent == peer.taken && serial.received == peer.given);
		MUST(irq.level == serial.level);
	}
	return 0;
}
