/* SPDX-License-Identifier: ISC */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include "apps/guard/guard_filter.h"
#include "sdk/channel.h"

/*
 * The guard between two subjects: reads the channel "in" (option in=NAME), lets well-formed records (guard_record.h) go
 * to the channel "out" (option out=NAME), drops everything else. Each dropped line is counted and leaves the audit
 * record AUDIT_USER_EVENT + GUARD_DROPPED: argument = enum guard_verdict, dropped so far.
 */
#define GUARD_STARTED 1u
#define GUARD_DROPPED 2u
struct guard {
	struct channel in, out;
	struct guard_filter filter;
	uint64_t dropped;
	uint64_t report; /* no line on the console before this time (ns): a flood of bad lines is one line a second */
};
enum status guard_open(struct guard *guard);
/*
 * Moves what can be moved now, at most GUARD_STEP bytes. True: call again, there may be more. False: wait for
 * guard_events(). The channel out must hold 512 bytes or more.
 */
#define GUARD_STEP 4096u
bool guard_step(struct guard *guard);
uint64_t guard_events(const struct guard *guard);

#endif
