/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_JUDGE_H
#define TESTS_GUEST_COMMON_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include "sdk/channel.h"

/*
 * The judge is the application of a guest test that owns the console: the others send it reports of eight words over a
 * duplex channel that carries the reporting application's name, and it prints what it finds, one line per check.
 */
#define REPORT_WORDS 8u
struct report {
	uint64_t word[REPORT_WORDS];
};
/* Is this application the one with option role=NAME? */
bool role_is(const char *name);
/* The channel of that name; a test without it cannot go on, so it says so and shuts down. */
void report_open(struct channel *channel, const char *name);
/* Waits until there is room. */
void report_send(struct channel *channel, const struct report *report);
/* The next report; false after `seconds` without one (with a FAIL line). */
bool report_receive(struct channel *channel, struct report *report, unsigned seconds);
/* One is there now. */
bool report_poll(struct channel *channel, struct report *report);

/* "ok: ..." or "FAIL: ..." */
bool judge(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "PASS" if every check was good */
void judge_end(void);

#endif
