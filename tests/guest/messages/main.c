/* SPDX-License-Identifier: ISC */
/*
 * Message ports between two applications, in the two forms of ARINC 653. A queue gives every message whole and in order
 * and refuses when it is full; a sample is the latest message, whole, however often its writer is cut off in the middle.
 */
#include "tests/guest/common/judge.h"
#include "sdk/sdk.h"

#define MESSAGES 3000u
#define LONGEST 300u
#define SAMPLE 400u

static size_t length_of(uint32_t number)
{
	return 4 + number * 37 % (LONGEST - 4);
}

static void make(uint8_t *message, size_t length, uint32_t number)
{
	for (size_t i = 0; i < length; i++)
		message[i] = (uint8_t)(number >> 8 * (i & 3));
}

static bool is(const uint8_t *message, size_t length, uint32_t number)
{
	for (size_t i = 0; i < length; i++)
		if (message[i] != (uint8_t)(number >> 8 * (i & 3)))
			return false;
	return true;
}

/* Sends every message back, and writes a sample at each turn: all of its bytes say which. */
static void peer(void)
{
	struct channel queue, sample;
	uint8_t message[LONGEST], latest[SAMPLE];
	size_t length;

	report_open(&queue, "queue");
	report_open(&sample, "sample");
	for (uint32_t turn = 1;; turn++) {
		make(latest, SAMPLE, turn);
		sample_write(&sample, SAMPLE, latest, SAMPLE);
		if (queue_receive(&queue, message, LONGEST, &length, 0) != OK)
			continue;
		while (queue_send(&queue, message, length) == ERR_FULL)
			event_wait(0, clock_deadline(CLOCK_MS));
	}
}

static void check_queue(struct channel *queue)
{
	uint8_t message[LONGEST];
	uint32_t sent = 0, received = 0, refused = 0;
	uint64_t until = clock_deadline(20 * CLOCK_S);
	bool right = true;

	while (received < MESSAGES && right && clock_tsc() < until) {
		make(message, length_of(sent), sent);
		enum status status = sent < MESSAGES ? queue_send(queue, message, length_of(sent)) : ERR_EMPTY;
		sent += status == OK;
		refused += status == ERR_FULL;
		right = status == OK || status == ERR_FULL || status == ERR_EMPTY;
		size_t length;
		uint64_t lost = 0;
		if (status != OK && queue_receive(queue, message, LONGEST, &length, &lost) == OK) {
			right = right && length == length_of(received) && is(message, length, received) && !lost;
			received++;
		}
	}
	judge(received == MESSAGES && right, "queue: %u of %u messages came back whole and in order", received,
	      MESSAGES);
	judge(refused > 0, "queue: full %u times, and nothing was lost", refused);
	judge(queue_send(queue, message, 5000) == ERR_ARGUMENT, "queue: a message longer than the ring is refused");
}

static void check_sample(struct channel *sample)
{
	uint8_t message[SAMPLE];
	uint32_t reads = 0, torn = 0, fresh = 0;
	uint64_t last = 0, until = clock_deadline(CLOCK_S);

	while (clock_tsc() < until) {
		size_t length;
		uint64_t sequence;
		enum status status = sample_read(sample, SAMPLE, message, &length, &sequence);
		if (status != OK)
			continue; /* the writer overtook us */
		uint32_t number = (uint32_t)message[0] | (uint32_t)message[1] << 8 | (uint32_t)message[2] << 16 |
		                  (uint32_t)message[3] << 24;
		torn += length != SAMPLE || !is(message, length, number) || number != (uint32_t)sequence;
		fresh += sequence > last;
		torn += sequence < last;
		last = sequence;
		reads++;
	}
	judge(fresh > 100 && !torn, "sample: %u reads, %u of a new message, %u torn or old", reads, fresh, torn);
}

int main(void)
{
	struct channel queue, sample;

	if (role_is("peer"))
		peer();
	report_open(&queue, "queue");
	report_open(&sample, "sample");
	check_queue(&queue);
	check_sample(&sample);
	judge_end();
	return 0;
}
