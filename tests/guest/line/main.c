/* SPDX-License-Identifier: ISC */
/*
 * A physical interrupt line, that of COM1: it comes as an event, once, stays masked until it is unmasked, and an owner
 * that makes it storm is cut off by its budget, on record, without a loss for the neighbour.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/victim.h"

#define IER 0x3f9u
#define MCR 0x3fcu
#define MCR_OUT2 0x0bu /* with DTR and RTS: OUT2 is what lets the interrupt out */
#define THR_EMPTY 2u

/* Each rising edge of "transmitter empty" is one interrupt of the device. */
static void edge(void)
{
	port_write8(IER, 0);
	port_read8(0x3fa);
	port_write8(IER, THR_EMPTY);
}

int main(void)
{
	struct channel channel;
	struct denials denials = {0};
	uint64_t taken = 0, until;

	if (role_is("victim"))
		victim();
	report_open(&channel, "victim");
	const struct info_line *line = info_line("com1");
	uint64_t bit = line_event(line);
	judge(line && line->gsi == 4 && bit, "the line is GSI %u, event bit %lx", line->gsi, bit);
	port_write8(MCR, MCR_OUT2);
	edge();
	judge(event_wait(bit, clock_deadline(5 * CLOCK_MS)) == 0, "masked until it is unmasked");
	line_unmask(line);
	edge();
	judge(event_wait(bit, clock_deadline(5 * CLOCK_MS)) == bit, "then it comes as an event");
	edge();
	judge(event_wait(bit, clock_deadline(5 * CLOCK_MS)) == 0, "once");
	until = clock_deadline(20 * CLOCK_MS);
	while (clock_tsc() < until) {
		line_unmask(line);
		edge();
		taken += event_wait(bit, EVENT_POLL) == bit;
	}
	port_write8(IER, 0);
	denials_open(&denials, "victim");
	denials_collect(&denials);
	judge(taken > 20 && taken < info_option_number("most", 0), "%lu interrupts of a storm in 20 ms", taken);
	denials.subject = info_get()->subject;
	(void)audit_open(&denials.reader, false);
	denials_collect(&denials);
	judge(denials.event[AUDIT_LINE_STORM] > 0 && denials.last[AUDIT_LINE_STORM].argument[0] == 4,
	      "the storm is on record: %lu times, GSI %lu", denials.event[AUDIT_LINE_STORM],
	      denials.last[AUDIT_LINE_STORM].argument[0]);
	judge(line_unmask(line + 1) == ERR_INDEX || info_get()->line.count == 1, "there is no other line");
	victim_check(&channel, 300, 2000);
	judge_end();
	return 0;
}
