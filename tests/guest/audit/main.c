/* SPDX-License-Identifier: ISC */
/*
 * What the audit rings hold: boot first, then everything in order without a gap; a consumer sees only the subjects and
 * classes that its description names; a budget bounds what one subject can write, and what it suppresses is counted.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

#define WRITES 10u
#define FLOOD 500u
enum order { WRITE, DENY, OVERFLOW };

static void source(void)
{
	struct channel channel;
	struct report order;

	report_open(&channel, "source");
	for (;;) {
		if (!report_poll(&channel, &order)) {
			event_wait(channel_event(&channel), EVENT_FOREVER);
			continue;
		}
		uint64_t count = order.word[0] == OVERFLOW ? FLOOD : WRITES, good = 0;
		for (uint64_t i = 0; i < count; i++)
			good += (order.word[0] == DENY ? system_reboot() : audit_write((uint32_t)i, i * 3, ~i)) == OK;
		report_send(&channel, &(struct report){{good}});
	}
}

/* Sees the source's security records only. */
static void narrow(void)
{
	struct channel channel;
	struct audit_reader reader;
	struct audit_record record;
	uint64_t security = 0, others = 0;
	struct report order;

	report_open(&channel, "narrow");
	audit_open(&reader, false);
	while (!report_poll(&channel, &order)) {
		event_wait(channel_event(&channel), clock_deadline(CLOCK_MS));
		while (audit_next(&reader, &record)) {
			bool fits = record.class == AUDIT_SECURITY &&
			            record.subject == (uint16_t)info_option_number("id", 0);
			security += fits;
			others += !fits;
		}
	}
	report_send(&channel, &(struct report){{security, others}});
}

static uint64_t ask(struct channel *channel, uint64_t order)
{
	struct report report = {{~UINT64_C(0)}};

	report_send(channel, &(struct report){{order}});
	report_receive(channel, &report, 10);
	return report.word[0];
}

static void check_beginning(struct audit_reader *reader, uint32_t subjects)
{
	struct audit_record record = {0};
	uint64_t running = 0, sequence = 1, time = 0;
	bool ordered = true;

	bool any = audit_next(reader, &record);
	judge(any && record.event == AUDIT_BOOT && record.argument[1] == subjects && record.subject == 0xffff,
	      "the first record is the boot of %lu subjects", record.argument[1]);
	do {
		ordered = ordered && record.sequence == sequence++ && record.time >= time;
		time = record.time;
		running += record.event == AUDIT_SUBJECT_STATE && record.argument[0] == SUBJECT_RUNNING;
	} while (audit_next(reader, &record));
	judge(ordered && running == subjects, "%lu records in order and without a gap, %lu subjects began to run",
	      sequence - 1, running);
}

int main(void)
{
	struct channel source_channel, narrow_channel;
	struct audit_reader reader;
	struct audit_record record;
	uint64_t user = 0, right = 0, denied = 0, rate = 0, seen = 0;
	struct report report;

	if (role_is("source"))
		source();
	if (role_is("narrow"))
		narrow();
	if (!role_is("judge"))
		return 0;
	report_open(&source_channel, "source");
	report_open(&narrow_channel, "narrow");
	uint32_t id = info_subject("source")->id;
	clock_sleep(5 * CLOCK_MS);
	audit_open(&reader, false);
	check_beginning(&reader, 3);

	judge(ask(&source_channel, WRITE) == WRITES, "%u user records are written", WRITES);
	while (audit_next(&reader, &record)) {
		right += record.class == AUDIT_USER && record.subject == id &&
		         record.event == AUDIT_USER_EVENT + user && record.argument[0] == user * 3 &&
		         record.argument[1] == ~user;
		user++;
	}
	judge(user == WRITES && right == WRITES, "and read: %lu, %lu of them as written", user, right);

	judge(ask(&source_channel, DENY) == 0, "ten calls without the right");
	while (audit_next(&reader, &record))
		denied += record.class == AUDIT_SECURITY && record.event == AUDIT_HYPERCALL_DENIED &&
		          record.argument[0] == HC_REBOOT && record.argument[1] == ERR_RIGHT && record.rip;
	judge(denied == WRITES, "%lu records of it, with their place in the code", denied);

	uint64_t accepted = ask(&source_channel, OVERFLOW);
	clock_sleep(3 * CLOCK_MS);
	ask(&source_channel, WRITE); /* makes the core report what it suppressed */
	while (audit_next(&reader, &record)) {
		rate += record.event == AUDIT_RATE ? record.argument[0] : 0;
		seen += record.event >= AUDIT_USER_EVENT && record.subject == id;
	}
	judge(accepted < FLOOD && accepted + WRITES == seen && !reader.lost,
	      "a flood of %u is cut to %lu by the budget; %lu read", FLOOD, accepted, seen);
	judge(rate >= FLOOD - accepted, "%lu suppressed records are told", rate);

	report_send(&narrow_channel, &(struct report){{0}});
	if (report_receive(&narrow_channel, &report, 10))
		judge(report.word[0] >= WRITES && report.word[1] == 0,
		      "the narrow consumer saw %lu security records and %lu others", report.word[0], report.word[1]);
	judge(audit_write(1, 2, 3) == ERR_RIGHT, "who has no right cannot write");
	judge_end();
	return 0;
}
