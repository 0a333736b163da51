/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/port.h"

#define BYTES 128u
#define MAX 24u
static struct channel_area *forth, *back;
static uint32_t epoch;
static struct channel_end writer, reader;

static void open_ends(bool one_way)
{
	const struct channel_setup w = {
	        .out = forth, .in = one_way ? 0 : back, .out_bytes = BYTES, .in_bytes = BYTES, .one_way = one_way};
	const struct channel_setup r = {.out = one_way ? 0 : back,
	                                .in = forth,
	                                .out_bytes = BYTES,
	                                .in_bytes = BYTES,
	                                .peer_epoch = &epoch,
	                                .one_way = one_way};

	assert_int_equal(ring_open(&writer, &w), OK);
	assert_int_equal(ring_open(&reader, &r), OK);
}

static int setup(void **state)
{
	(void)state;
	forth = calloc(1, sizeof(*forth) + BYTES);
	back = calloc(1, sizeof(*back) + BYTES);
	epoch = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(forth);
	free(back);
	return 0;
}

static void a_sampling_port_gives_the_latest_message(void **state)
{
	char in[MAX];
	size_t bytes;
	uint64_t sequence;

	(void)state;
	open_ends(true);
	assert_int_equal(port_sample_read(&reader, MAX, in, &bytes, &sequence), ERR_EMPTY);
	for (unsigned round = 1; round < 50; round++) {
		char out[MAX + 1] = "message number ..";
		out[15] = (char)('a' + round % 26);
		assert_int_equal(port_sample_write(&writer, MAX, "earlier", 7), OK);
		assert_int_equal(port_sample_write(&writer, MAX, out, 15 + round % 9), OK);
		for (unsigned again = 0; again < 2; again++) {
			assert_int_equal(port_sample_read(&reader, MAX, in, &bytes, &sequence), OK);
			assert_int_equal(sequence, 2 * round);
			assert_int_equal(bytes, 15 + round % 9);
			assert_memory_equal(in, out, bytes);
		}
	}
}

static void a_sampling_port_refuses_what_does_not_fit(void **state)
{
	char buffer[BYTES];
	size_t bytes;
	uint64_t sequence;

	(void)state;
	open_ends(true);
	assert_int_equal(port_sample_write(&writer, MAX, buffer, MAX + 1), ERR_ARGUMENT);
	assert_int_equal(port_sample_write(&writer, BYTES / 2, buffer, 1), ERR_ARGUMENT);
	assert_int_equal(port_sample_write(&writer, SIZE_MAX, buffer, 1), ERR_ARGUMENT);
	assert_int_equal(port_sample_write(&reader, MAX, buffer, 1), ERR_STATE);
	assert_int_equal(port_sample_read(&writer, MAX, buffer, &bytes, &sequence), ERR_STATE);
	assert_int_equal(port_sample_read(&reader, BYTES, buffer, &bytes, &sequence), ERR_ARGUMENT);
	open_ends(false);
	assert_int_equal(port_sample_write(&writer, MAX, buffer, 1), ERR_STATE);
}

static void a_sample_of_another_form_is_corrupt(void **state)
{
	char in[MAX];
	size_t bytes;
	uint64_t sequence;

	(void)state;
	open_ends(true);
	port_sample_write(&writer, 8, "short", 5); /* the ends disagree about the longest message */
	assert_int_equal(port_sample_read(&reader, MAX, in, &bytes, &sequence), ERR_CORRUPT);
	open_ends(true);
	port_sample_write(&writer, MAX, "fine", 4);
	((uint32_t *)(void *)forth->data)[2] = MAX + 1; /* length */
	assert_int_equal(port_sample_read(&reader, MAX, in, &bytes, &sequence), ERR_CORRUPT);
}

static void a_sample_being_overwritten_is_not_given(void **state)
{
	char in[MAX];
	size_t bytes;
	uint64_t sequence;

	(void)state;
	open_ends(true);
	port_sample_write(&writer, MAX, "whole", 5);
	ring_begin(&writer, BYTES);
	assert_int_equal(port_sample_read(&reader, MAX, in, &bytes, &sequence), ERR_BUSY);
}

static void a_queue_keeps_messages_whole_and_in_order(void **state)
{
	char out[40], in[40];
	size_t bytes;
	uint64_t lost;
	unsigned sent = 0, received = 0;

	(void)state;
	open_ends(false);
	while (received < 500) {
		memset(out, (int)sent, sizeof(out));
		if (port_queue_send(&writer, out, sent % 41) == OK) {
			sent++;
			continue;
		}
		while (port_queue_receive(&reader, in, sizeof(in), &bytes, &lost) == OK) {
			memset(out, (int)received, sizeof(out));
			assert_int_equal(bytes, received % 41);
			assert_int_equal(lost, 0);
			assert_memory_equal(in, out, bytes);
			received++;
		}
	}
	assert_int_equal(sent, received);
}

static void a_full_queue_refuses_and_asks_for_a_signal(void **state)
{
	char buffer[BYTES] = {0};
	size_t bytes;

	(void)state;
	open_ends(false);
	assert_int_equal(port_queue_send(&writer, buffer, BYTES - 7), ERR_ARGUMENT);
	assert_int_equal(port_queue_send(&writer, buffer, SIZE_MAX), ERR_ARGUMENT);
	assert_int_equal(port_queue_send(&writer, buffer, 100), OK);
	assert_int_equal(port_queue_send(&writer, buffer, 20), ERR_FULL);
	assert_int_equal(port_queue_receive(&reader, buffer, sizeof(buffer), &bytes, 0), OK);
	assert_true(ring_peer_waits(&reader));
	assert_int_equal(port_queue_send(&writer, buffer, BYTES - 8), OK);
	assert_false(ring_peer_waits(&reader));
}

static void a_message_that_is_too_long_stays_in_the_queue(void **state)
{
	char in[MAX];
	size_t bytes;

	(void)state;
	open_ends(false);
	port_queue_send(&writer, "a rather long message", 21);
	assert_int_equal(port_queue_receive(&reader, in, 5, &bytes, 0), ERR_ARGUMENT);
	assert_int_equal(bytes, 21);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), OK);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), ERR_EMPTY);
}

static void broken_framing_drops_what_is_queued(void **state)
{
	static const uint32_t lengths[] = {22, 0xffffffff, 0x80000000, 64};
	char in[MAX];
	size_t bytes;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		open_ends(false);
		port_queue_send(&writer, "a rather long message", 21);
		*(uint32_t *)(void *)forth->data = lengths[i];
		assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), ERR_CORRUPT);
		assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), ERR_EMPTY);
		port_queue_send(&writer, "next", 4);
		assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), OK);
	}
	open_ends(false);
	ring_write(&writer, "abc", 3);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, 0), ERR_CORRUPT);
}

static void a_one_way_queue_counts_the_messages_it_lost(void **state)
{
	char in[MAX];
	size_t bytes;
	uint64_t lost;

	(void)state;
	open_ends(true);
	port_queue_send(&writer, "first", 5);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, &lost), OK);
	for (unsigned i = 0; i < 30; i++)
		port_queue_send(&writer, "flood", 5);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, &lost), ERR_EMPTY);
	port_queue_send(&writer, "after", 5);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, &lost), OK);
	assert_int_equal(lost, 30);
	assert_memory_equal(in, "after", 5);
	port_queue_send(&writer, "a rather long message", 21);
	assert_int_equal(port_queue_receive(&reader, in, 5, &bytes, &lost), ERR_ARGUMENT);
	assert_int_equal(port_queue_receive(&reader, in, MAX, &bytes, &lost), ERR_EMPTY);
}

/* Each message is one byte repeated, so a torn one shows. */
#define ROUNDS 100000u
static void *message_writer(void *sampling)
{
	char out[MAX];

	for (unsigned i = 0; i < ROUNDS; i++) {
		memset(out, (int)i, sizeof(out));
		if (sampling)
			port_sample_write(&writer, MAX, out, 1 + i % MAX);
		else
			port_queue_send(&writer, out, 1 + i % MAX);
	}
	return 0;
}

static void two_threads_never_see_a_torn_message(void **state)
{
	char in[MAX], same[MAX];
	size_t bytes;
	uint64_t sequence = 0;
	pthread_t thread;

	(void)state;
	for (unsigned sampling = 0; sampling < 2; sampling++) {
		open_ends(true);
		pthread_create(&thread, 0, message_writer, sampling ? &sequence : 0);
		do {
			const enum status status = sampling ? port_sample_read(&reader, MAX, in, &bytes, &sequence)
			                                    : port_queue_receive(&reader, in, MAX, &bytes, 0);
			assert_int_not_equal(status, ERR_CORRUPT);
			if (status)
				continue;
			memset(same, in[0], sizeof(same));
			assert_memory_equal(in, same, bytes);
		} while (ring_published(&reader) < (sampling ? (uint64_t)ROUNDS * 40 : (uint64_t)ROUNDS * 20));
		pthread_join(thread, 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(a_sampling_port_gives_the_latest_message),      TEST(a_sampling_port_refuses_what_does_not_fit),
	        TEST(a_sample_of_another_form_is_corrupt),           TEST(a_sample_being_overwritten_is_not_given),
	        TEST(a_queue_keeps_messages_whole_and_in_order),     TEST(a_full_queue_refuses_and_asks_for_a_signal),
	        TEST(a_message_that_is_too_long_stays_in_the_queue), TEST(broken_framing_drops_what_is_queued),
	        TEST(a_one_way_queue_counts_the_messages_it_lost),   TEST(two_threads_never_see_a_torn_message),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
