/* SPDX-License-Identifier: ISC */
/*
 * Channels between two applications: a duplex channel carries every byte both ways, a one-way channel never makes its
 * writer wait and tells the reader its loss, an event with a vector interrupts, and a page that is not ours to write
 * refuses (the reader's fault is injected and audited).
 */
#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/common/trap.h"
#include "abi/channel.h"
#include "sdk/sdk.h"

#define BYTES 50000u
enum order { ECHO, FLOOD, TRICKLE, SIGNAL, SCRIBBLE };

static uint8_t pattern(uint32_t i)
{
	return (uint8_t)(i * 7u + (i >> 8));
}

static void echo(struct channel *data)
{
	uint8_t bytes[300];

	for (uint32_t done = 0; done < BYTES;) {
		size_t length = channel_read(data, bytes, sizeof(bytes));
		for (size_t sent = 0; sent < length;) {
			size_t now = channel_write(data, bytes + sent, length - sent);
			sent += now;
			if (!now)
				event_wait(channel_event(data), clock_deadline(CLOCK_MS));
		}
		done += (uint32_t)length;
		if (!length)
			event_wait(channel_event(data), clock_deadline(CLOCK_MS));
	}
}

static void write_pattern(struct channel *low, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		uint8_t byte = pattern(i);
		channel_write(low, &byte, 1);
	}
}

static void scribble(void *at)
{
	*(volatile uint64_t *)at = 1;
}

static void peer(void)
{
	struct channel control, data, low;
	struct report order;
	uint64_t answer = 0;

	report_open(&control, "peer");
	report_open(&data, "data");
	report_open(&low, "low");
	trap_open();
	for (;;) {
		if (!report_poll(&control, &order)) {
			event_wait(channel_event(&control), EVENT_FOREVER);
			continue;
		}
		if (order.word[0] == ECHO)
			echo(&data);
		if (order.word[0] == FLOOD || order.word[0] == TRICKLE)
			write_pattern(&low, (uint32_t)order.word[1], (uint32_t)order.word[2]);
		if (order.word[0] == SIGNAL)
			answer = event_signal(info_event_out("bell")->number);
		if (order.word[0] == SCRIBBLE)
			answer = trap_call(scribble, info_pointer(data.info->in_gpa + order.word[1]));
		report_send(&control, &(struct report){{answer}});
	}
}

static uint64_t ask(struct channel *control, uint64_t order, uint64_t a, uint64_t b)
{
	struct report report = {{~UINT64_C(0)}};

	report_send(control, &(struct report){{order, a, b}});
	report_receive(control, &report, 20);
	return report.word[0];
}

static void check_duplex(struct channel *control, struct channel *data)
{
	uint32_t sent = 0, received = 0, wrong = 0;
	uint64_t until = clock_deadline(10 * CLOCK_S);
	struct report report;

	report_send(control, &(struct report){{ECHO}});
	while (received < BYTES && clock_tsc() < until) {
		uint8_t bytes[250];
		uint32_t count = BYTES - sent < sizeof(bytes) ? BYTES - sent : (uint32_t)sizeof(bytes);
		for (uint32_t i = 0; i < count; i++)
			bytes[i] = pattern(sent + i);
		size_t took = channel_write(data, bytes, count);
		sent += (uint32_t)took;
		size_t length = channel_read(data, bytes, sizeof(bytes));
		for (size_t i = 0; i < length; i++)
			wrong += bytes[i] != pattern(received++);
		if (!length && !took)
			event_wait(channel_event(data), clock_deadline(CLOCK_MS));
	}
	report_receive(control, &report, 10);
	judge(received == BYTES && !wrong, "duplex: %u bytes came back, %u wrong", received, wrong);
}

static void check_one_way(struct channel *control, struct channel *low)
{
	uint8_t bytes[512];
	uint32_t size = low->info->in_bytes, total = size * 3 + 100, wrong = 0;

	ask(control, TRICKLE, 0, 100);
	size_t length = channel_read(low, bytes, sizeof(bytes));
	for (uint32_t i = 0; i < length; i++)
		wrong += bytes[i] != pattern(i);
	judge(length == 100 && !wrong && !channel_lost(low), "one-way: 100 bytes in order, none lost");
	ask(control, FLOOD, 100, total);
	uint64_t got = 0;
	uint32_t last = 0;
	while ((length = channel_read(low, bytes, sizeof(bytes)))) {
		got += length;
		last = bytes[length - 1];
	}
	uint64_t lost = channel_lost(low);
	judge(got + lost == total && lost && last == pattern(100 + total - 1),
	      "one-way: the writer never waited; %lu bytes read, %lu lost, %u in all", got, lost, total);
	judge(!low->info->out_gpa, "one-way: there is no way back");
}

static volatile unsigned rung;

static void bell(unsigned vector)
{
	(void)vector;
	rung++;
}

static void check_events(struct channel *control)
{
	uint64_t bit = event_bit(info_event_in("bell")->number);

	interrupt_handle(0x40, bell);
	interrupt_enable();
	uint64_t answer = ask(control, SIGNAL, 0, 0);
	judge(answer == OK && rung == 1, "an event with a vector interrupts: %u", rung);
	judge(event_wait(bit, EVENT_POLL) == bit, "and its bit is there");
	judge(event_wait(bit, EVENT_POLL) == 0, "once");
	event_enable(~bit);
	ask(control, SIGNAL, 0, 0);
	judge(rung == 1, "masked, it does not interrupt");
	event_enable(~UINT64_C(0));
	judge(rung == 2, "unmasked, it does: %u", rung);
	judge(event_wait(bit, clock_deadline(CLOCK_S)) == bit, "and the bit was kept");
	interrupt_disable();
}

int main(void)
{
	struct channel control, data, low;
	struct denials denials = {0};

	if (role_is("peer"))
		peer();
	report_open(&control, "peer");
	report_open(&data, "data");
	report_open(&low, "low");
	check_duplex(&control, &data);
	check_one_way(&control, &low);
	check_events(&control);
	denials_open(&denials, "peer");
	judge(ask(&control, SCRIBBLE, 0, 0) == 13 && ask(&control, SCRIBBLE, sizeof(struct channel_area), 0) == 13,
	      "the area of the other end cannot be written");
	denials_collect(&denials);
	judge(denials.event[AUDIT_MEMORY_DENIED] == 2 && denials.last[AUDIT_MEMORY_DENIED].argument[1] == (1 | 2),
	      "both attempts left a record: address %lx, bits %lx", denials.last[AUDIT_MEMORY_DENIED].argument[0],
	      denials.last[AUDIT_MEMORY_DENIED].argument[1]);
	judge_end();
	return 0;
}
