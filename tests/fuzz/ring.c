/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "lib/port.h"

/*
 * A script of steps by the two ends of a channel, 3 bytes each: what, and a 16-bit argument. The first byte picks the
 * kind. As long as no step was a lie (a word of an area overwritten), a stream must arrive whole and in order, or with
 * the loss that is reported; afterwards only the bounds are judged, by ASan.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES 64u
static struct {
	struct channel_area *area[2];
	struct channel_end end[2];
	uint32_t epoch[2];
	bool one_way, lied;
} world;

static uint8_t stream_byte(uint64_t position)
{
	return (uint8_t)(position * 31 + 7);
}

static void open_end(unsigned i)
{
	struct channel_setup setup = {.out = world.area[i],
	                              .in = world.area[!i],
	                              .out_bytes = BYTES,
	                              .in_bytes = BYTES,
	                              .peer_epoch = &world.epoch[!i],
	                              .epoch = world.epoch[i],
	                              .one_way = world.one_way};

	if (world.one_way)
		*(i ? (void **)&setup.out : (void **)(uintptr_t)&setup.in) = 0;
	if (ring_open(&world.end[i], &setup))
		abort();
}

/* The byte at a position is a function of it; both counters begin at 0 together with every restart. */
static void step_write(unsigned i, size_t bytes)
{
	uint8_t buffer[2 * BYTES];
	struct channel_end *end = &world.end[i];

	ring_poll(end);
	for (size_t at = 0; at < bytes; at++)
		buffer[at] = stream_byte(end->written + at);
	const size_t took = ring_write(end, buffer, bytes);
	if (took > bytes || (world.one_way && end->setup.out && took != bytes))
		abort();
}

static void step_read(unsigned i, size_t bytes)
{
	uint8_t buffer[2 * BYTES];
	struct channel_end *end = &world.end[i];
	const size_t got = ring_read(end, buffer, bytes);

	if (got > bytes || got > BYTES)
		abort();
	for (size_t at = 0; !world.lied && at < got; at++)
		if (buffer[at] != stream_byte(end->consumed - got + at))
			abort();
	if (!world.lied && end->violations)
		abort();
}

static void step_message(unsigned i, unsigned argument)
{
	uint8_t buffer[BYTES];
	size_t bytes = 0;
	uint64_t number;

	world.lied = true; /* messages and stream do not mix */
	memset(buffer, 0x5a, sizeof(buffer));
	switch (argument & 3) {
	case 0:
		port_queue_send(&world.end[i], buffer, (argument >> 2) % sizeof(buffer));
		break;
	case 1:
		if (port_queue_receive(&world.end[i], buffer, (argument >> 2) % sizeof(buffer), &bytes, &number) ==
		            OK &&
		    bytes > sizeof(buffer))
			abort();
		break;
	case 2:
		port_sample_write(&world.end[i], 16, buffer, (argument >> 2) % sizeof(buffer));
		break;
	default:
		if (port_sample_read(&world.end[i], 16, buffer, &bytes, &number) == OK && bytes > 16)
			abort();
	}
}

static void step(unsigned what, unsigned argument)
{
	const unsigned i = what & 1;

	switch (what >> 1 & 7) {
	case 0:
	case 1:
		step_write(i, argument % (2 * BYTES));
		break;
	case 2:
	case 3:
		step_read(i, argument % (2 * BYTES));
		break;
	case 4: /* an end is restarted: the core counts, then it opens; before that it does nothing */
		world.epoch[i]++;
		if (argument & 1)
			step_read(!i, argument % BYTES);
		open_end(i);
		break;
	case 5:
		world.lied = true;
		((uint64_t *)(void *)world.area[i])[argument % 8] = (uint64_t)(argument >> 3) << (argument >> 10);
		break;
	case 6:
		step_message(i, argument);
		break;
	default:
		if (ring_writable(&world.end[i]) > BYTES || ring_readable(&world.end[i]) > BYTES)
			abort();
		ring_peer_waits(&world.end[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	memset(&world, 0, sizeof(world));
	world.one_way = data[0] & 1;
	for (unsigned i = 0; i < 2; i++)
		world.area[i] = calloc(1, sizeof(struct channel_area) + BYTES);
	for (unsigned i = 0; i < 2; i++)
		open_end(i);
	for (size_t at = 1; at + 3 <= size; at += 3)
		step(data[at], (unsigned)(data[at + 1] | data[at + 2] << 8));
	for (unsigned i = 0; i < 2; i++)
		free(world.area[i]);
	return 0;
}
