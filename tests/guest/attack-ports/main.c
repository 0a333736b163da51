/* SPDX-License-Identifier: ISC */
/*
 * A hostile application tries every port, in and out, in all sizes, as string instructions and from CPL 3 with IOPL 3.
 * It owns one port; every other attempt must raise #GP, change nothing, and be a record. The victim's frames stay whole.
 */
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/share.h"
#include "tests/guest/common/trap.h"
#include "sdk/sdk.h"

#define OWN_PORT 0x70u /* the CMOS index: writing it is harmless */

struct access {
	uint32_t port;
	uint32_t kind;
};
enum { IN8, OUT8, IN16, OUT16, IN32, OUT32, INS, OUTS, KINDS };
static const uint8_t width[KINDS] = {1, 1, 2, 2, 4, 4, 1, 1};

static void touch(void *argument)
{
	const struct access *access = argument;
	uint32_t port = access->port, value = 0;
	uint8_t byte = 0;
	void *at = &byte;
	uint64_t count = 1;

	switch (access->kind) {
	case IN8:
		__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
		break;
	case OUT8:
		__asm__ volatile("outb %b0, %w1" : : "a"(value), "d"(port));
		break;
	case IN16:
		__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
		break;
	case OUT16:
		__asm__ volatile("outw %w0, %w1" : : "a"(value), "d"(port));
		break;
	case IN32:
		__asm__ volatile("inl %w1, %0" : "+a"(value) : "d"(port));
		break;
	case OUT32:
		__asm__ volatile("outl %0, %w1" : : "a"(value), "d"(port));
		break;
	case INS:
		__asm__ volatile("rep insb" : "+D"(at), "+c"(count) : "d"(port) : "memory");
		break;
	case OUTS:
		__asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(port) : "memory");
		break;
	}
}

struct tally {
	uint64_t denied, allowed, wrong;
};

static void attempt(struct tally *tally, uint32_t port, uint32_t kind)
{
	struct access access = {port, kind};
	unsigned vector = trap_call(touch, &access);
	bool own = port == OWN_PORT && width[kind] == 1;

	tally->denied += vector == 13;
	tally->allowed += vector == TRAP_NONE;
	tally->wrong += vector != (own ? TRAP_NONE : 13u);
}

/* Every port by byte; wider and string forms for a sample that holds every boundary. */
static void try_all(struct tally *tally)
{
	for (uint32_t port = 0; port < 0x10000; port++) {
		attempt(tally, port, IN8);
		attempt(tally, port, OUT8);
	}
	for (uint32_t port = 0; port < 0x10000; port++) {
		if (port > 0x100 && port < 0xfff0 && port % 251)
			continue;
		for (uint32_t kind = IN16; kind < KINDS; kind++)
			attempt(tally, port, kind);
	}
}

static void user_in(void *argument)
{
	__asm__ volatile("inb %w0, %%al; int %1" : : "d"((uint32_t)(uintptr_t)argument), "i"(USER_END) : "rax");
}

static void hostile(void)
{
	struct channel channel;
	struct tally tally = {0};
	struct report order;

	report_open(&channel, "hostile");
	trap_open();
	user_open();
	report_receive(&channel, &order, 10);
	try_all(&tally);
	unsigned user = trap_call_user(user_in, (void *)OWN_PORT); /* IOPL 0: the guest's own rule */
	clock_sleep(10 * CLOCK_MS);                                /* the budget refills and the rest is reported */
	attempt(&tally, 0x80, IN8);
	report_send(&channel, &(struct report){{tally.denied, tally.allowed, tally.wrong, user}});
}

static bool told_to_stop(void *context)
{
	struct report report;

	return report_poll(context, &report);
}

static void victim(void)
{
	struct channel channel;
	struct share share;
	uint64_t us = info_get()->tsc_khz / 1000;

	report_open(&channel, "victim");
	share_measure(&share, 20 * us, 1000 * us, ~UINT64_C(0), told_to_stop, &channel);
	report_send(&channel, &(struct report){{share.runs, share.run_min, share.run_max, share.start_late}});
}

int main(void)
{
	struct channel hostile_channel, victim_channel;
	struct denials denials = {0};
	struct report report;
	uint64_t frame = info_get()->tsc_khz / 1000 * 200, until = clock_deadline(60 * CLOCK_S);

	if (role_is("hostile"))
		hostile();
	if (role_is("victim"))
		victim();
	if (!role_is("judge"))
		return 0;
	report_open(&hostile_channel, "hostile");
	report_open(&victim_channel, "victim");
	denials_open(&denials, "hostile");
	report_send(&hostile_channel, &(struct report){{0}});
	while (!report_poll(&hostile_channel, &report) && clock_tsc() < until)
		denials_collect(&denials);
	const uint64_t *w = report.word;
	denials_collect(&denials);
	judge(w[0] > 131000 && w[1] == 4 && w[2] == 0, "%lu attempts denied, %lu allowed, %lu wrong", w[0], w[1], w[2]);
	judge(w[3] == 13, "from CPL 3 even the own port is #GP");
	const struct info_subject *subject = info_subject("hostile");
	uint64_t counted = stats_get()->subject[subject->id].denials;
	judge(counted == w[0], "the core counted %lu denials", counted);
	judge(denials_count(&denials) == w[0] && !denials.reader.lost, "audit: %lu records and %lu suppressed",
	      denials.event[AUDIT_IO_DENIED], denials.suppressed);
	judge(denials.last[AUDIT_IO_DENIED].argument[0] == 0x80 && denials.last[AUDIT_IO_DENIED].argument[1] == 0x101,
	      "the last record names port %lx, size and direction %lx", denials.last[AUDIT_IO_DENIED].argument[0],
	      denials.last[AUDIT_IO_DENIED].argument[1]);
	report_send(&victim_channel, &(struct report){{0}});
	if (report_receive(&victim_channel, &report, 10))
		judge(w[0] > 10 && share_distance(w[1], frame) < 2000 && share_distance(w[2], frame) < 2000 &&
		              w[3] < 2000,
		      "the victim had %lu frames of %lu..%lu ticks, starts within %lu", w[0], w[1], w[2], w[3]);
	judge_end();
	return 0;
}
