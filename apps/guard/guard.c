/* SPDX-License-Identifier: ISC */
#include "apps/guard/guard.h"
#include "sdk/audit.h"
#include "sdk/console.h"

/*
 * A byte is read only while the channel out has room for the longest record, so a record that passed can always be
 * written at once. Bytes wait in the channel in meanwhile, which holds its sender back (duplex) or loses (one-way).
 */
enum status guard_open(struct guard *guard)
{
	enum status status = channel_open_option(&guard->in, "in");

	guard_filter_reset(&guard->filter);
	guard->dropped = 0;
	return status == OK ? channel_open_option(&guard->out, "out") : status;
}

static void drop(struct guard *guard, enum guard_verdict verdict)
{
	guard->dropped++;
	audit_write(GUARD_DROPPED, verdict, guard->dropped);
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
	char byte;

	for (unsigned i = 0; i < GUARD_STEP; i++) {
		bool restarted = channel_restarted(&guard->in);
		if (restarted)
			guard_filter_reset(&guard->filter);
		if (!channel_await_space(&guard->out, GUARD_LINE) || !channel_read(&guard->in, &byte, 1))
			return false;
		if (channel_lost(&guard->in))
			guard_filter_gap(&guard->filter);
		take(guard, byte);
	}
	return true;
}

uint64_t guard_events(const struct guard *guard)
{
	return channel_event(&guard->in) | channel_event(&guard->out);
}
