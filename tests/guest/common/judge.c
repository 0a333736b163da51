/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/judge.h"
#include "lib/text.h"
#include "sdk/sdk.h"

static bool failed;

bool role_is(const char *name)
{
	char role[NAME_BYTES] = "";

	return info_option("role", role, sizeof(role)) && text_equal(role, name);
}

void report_open(struct channel *channel, const char *name)
{
	if (channel_open(channel, name) == OK)
		return;
	print("FAIL: no channel %s\n", name);
	interrupt_shutdown();
}

void report_send(struct channel *channel, const struct report *report)
{
	while (queue_send(channel, report, sizeof(*report)) != OK)
		event_wait(channel_event(channel), clock_deadline(CLOCK_MS));
}

bool report_poll(struct channel *channel, struct report *report)
{
	size_t length;

	return queue_receive(channel, report, sizeof(*report), &length, 0) == OK && length == sizeof(*report);
}

/* What the audit region holds, for the person who looks into a failure. */
static void print_records(void)
{
	struct audit_reader reader;
	struct audit_record r;

	if (audit_open(&reader, false) != OK)
		return;
	for (unsigned i = 0; i < 64 && audit_next(&reader, &r); i++)
		print("  subject %u: %s %lx %lx %lx at %lx\n", r.subject, audit_event_name(r.event), r.argument[0],
		      r.argument[1], r.argument[2], r.rip);
}

bool report_receive(struct channel *channel, struct report *report, unsigned seconds)
{
	uint64_t until = clock_deadline(seconds * CLOCK_S);

	while (!report_poll(channel, report)) {
		if (clock_tsc() >= until) {
			print_records();
			return judge(false, "no report from %s within %u s", channel->info->peer, seconds);
		}
		event_wait(channel_event(channel), until);
	}
	return true;
}

bool judge(bool good, const char *text, ...)
{
	char line[200];
	va_list list;

	va_start(list, text);
	format_list(line, sizeof(line), text, list);
	va_end(list);
	print("%s: %s\n", good ? "ok" : "FAIL", line);
	failed = failed || !good;
	return good;
}

void judge_end(void)
{
	print(failed ? "FAIL\n" : "PASS\n");
}
