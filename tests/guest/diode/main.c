/* SPDX-License-Identifier: ISC */
/*
 * The data diode between a source and a receiver (the judge): every byte arrives in order, and nothing comes back: the
 * receiver has no page it can write and no event it can send, and a diode that is stopped holds the source back in no way.
 */
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"
#include "abi/channel.h"
#include "sdk/sdk.h"

#define RECORD 16u
#define RECORDS 4000u
#define WANTED_AFTER 200u

static void fill(uint8_t *record, uint32_t number)
{
	for (unsigned i = 0; i < RECORD; i++)
		record[i] = (uint8_t)(number >> 8 * (i & 3)) ^ (uint8_t)(i >> 2);
}

/* A record, then how many there have been, for ever, at a pace that the diode can follow. */
static void source(void)
{
	struct channel up, progress;
	uint8_t record[RECORD];

	report_open(&up, "up");
	report_open(&progress, "progress");
	for (uint32_t number = 0;; number++) {
		fill(record, number);
		channel_write(&up, record, RECORD);
		channel_write(&progress, &number, sizeof(number));
		if (number % 16 == 15)
			event_wait(0, clock_deadline(500 * CLOCK_US));
	}
}

/* Records that came in order from number 0 on; the first wrong one ends it. */
static uint32_t receive(struct channel *down)
{
	uint8_t bytes[RECORD], right[RECORD];
	uint64_t until = clock_deadline(20 * CLOCK_S);
	uint32_t number = 0;

	while (number < RECORDS && clock_tsc() < until) {
		if (channel_pending(down) < RECORD) {
			event_wait(channel_event(down), clock_deadline(CLOCK_MS));
			continue;
		}
		fill(right, number);
		if (channel_read(down, bytes, RECORD) != RECORD || __builtin_memcmp(bytes, right, RECORD) != 0)
			break;
		number++;
	}
	return number;
}

static uint32_t latest(struct channel *progress)
{
	uint32_t number = 0, next;

	while (channel_read(progress, &next, sizeof(next)) == sizeof(next))
		number = next;
	return number;
}

static void scribble(void *at)
{
	*(volatile uint64_t *)at = 1;
}

static void check_no_way_back(const struct channel *down, struct denials *denials)
{
	unsigned accepted = 0;

	judge(down->info->flags == (CHANNEL_IN | CHANNEL_ONE_WAY) && !down->info->out_gpa,
	      "the receiver has no page to answer in");
	judge(trap_call(scribble, info_pointer(down->info->in_gpa)) == 13 &&
	              trap_call(scribble, info_pointer(down->info->in_gpa + sizeof(struct channel_area))) == 13,
	      "the page it reads cannot be written");
	denials_collect(denials);
	for (uint32_t i = 0; i < 70000; i++)
		accepted += event_signal(i) == OK;
	judge(accepted == 0, "none of 70,000 event numbers is one that it may signal");
}

static void check_stopped(struct channel *progress)
{
	event_wait(0, clock_deadline(2 * CLOCK_MS)); /* the refusals before have used up this frame's budget */
	enum status status = subject_stop(info_subject("diode")->id);
	struct subject_status diode = {.state = SUBJECT_RUNNING};

	for (unsigned i = 0; i < 100 && diode.state != SUBJECT_STOPPED; i++) {
		event_wait(0, clock_deadline(CLOCK_MS));
		(void)subject_status(info_subject("diode")->id, &diode);
	}
	uint32_t before = latest(progress), after = before;
	for (unsigned i = 0; i < 100 && after < before + WANTED_AFTER; i++) {
		event_wait(0, clock_deadline(CLOCK_MS));
		after = latest(progress);
	}
	judge(status == OK && diode.state == SUBJECT_STOPPED && after >= before + WANTED_AFTER,
	      "the diode is stopped, the source goes on: from record %u to %u", before, after);
}

int main(void)
{
	struct channel down, progress;
	struct denials denials = {0};

	if (role_is("source"))
		source();
	report_open(&down, "down");
	report_open(&progress, "progress");
	uint32_t count = receive(&down);
	judge(count == RECORDS, "%u of %u records came through, in order", count, RECORDS);
	denials_open(&denials, "judge");
	trap_open();
	check_no_way_back(&down, &denials);
	denials_collect(&denials);
	judge(denials.event[AUDIT_MEMORY_DENIED] == 2 && denials_count(&denials) > 2,
	      "the attempts left records: %lu of memory, %lu in all", denials.event[AUDIT_MEMORY_DENIED],
	      denials_count(&denials));
	check_stopped(&progress);
	judge_end();
	return 0;
}
