/* SPDX-License-Identifier: ISC */
#include "apps/guard/guard.h"
#include "sdk/audit.h"
#include "sdk/clock.h"
#include "sdk/console.h"

/*
 * A line leaves no longer than it came, so what CHUNK bytes make of the line begun before them always fits into
 * GUARD_LINE + CHUNK bytes: bytes are read only while the channel out has that room, and nothing that passed has to be
 * held. Bytes wait in the channel in meanwhile, which holds its sender back (duplex) or loses (one-way).
 */
#define CHUNK 256u

enum status guard_open(struct guard *guard)
{
	enum status status = channel_open_option(&guard->in, "in");

	guard_filter_reset(&guard->filter);
	guard->dropped = guard->report = 0;
	return status == OK ? channel_open_option(&guard->out, "out") : status;
}

static void drop(struct guard *guard, enum guard_verdict verdict)
{
	guard->dropped++;
	audit_write(GUARD_DROPPED, verdict, guard->dropped);
	if (clock_ns() < guard->report)
		return;
	guard->report = clock_ns() + CLOCK_S;
	print("guard: dropped a line: %s (%lu so far)\n", guard_verdict_name(verdict), guard->dropped);
}

static void take(struct guard *guard, char byte)
{
	char line[GUARD_LINE];
	enum guard_verdict verdict;

	if (!guard_filter_byte(&guard->filter, byte, &verdict))
		return;
	if (verdict == GUARD_PASS)
		channel_write(&guard->out, line, guard_record_write(&guard->filter.record, line));
	else
		drop(guard, verdict);
}

bool guard_step(struct guard *guard)
{
	char bytes[CHUNK];

	for (unsigned moved = 0; moved < GUARD_STEP; moved += CHUNK) {
		size_t length = 0;
		if (channel_await_space(&guard->out, GUARD_LINE + CHUNK))
			length = channel_read(&guard->in, bytes, sizeof(bytes));
		if (channel_restarted(&guard->in))
			guard_filter_reset(&guard->filter);
		if (channel_lost(&guard->in))
			guard_filter_gap(&guard->filter);
		if (!length)
			return false;
		for (size_t i = 0; i < length; i++)
			take(guard, bytes[i]);
	}
	return true;
}

uint64_t guard_events(const struct guard *guard)
{
	return channel_event(&guard->in) | channel_event(&guard->out);
}
