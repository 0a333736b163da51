/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/ring.h"

/* Two ends, A and B, on two areas of 64 data bytes; the words are what each is told of the other's restarts. */
#define BYTES 64u
static struct channel_area *area_a, *area_b;
static uint32_t epoch_a, epoch_b;
static struct channel_end a, b;

static struct channel_setup duplex_setup(bool is_a)
{
	return (struct channel_setup){.out = is_a ? area_a : area_b,
	                              .in = is_a ? area_b : area_a,
	                              .out_bytes = BYTES,
	                              .in_bytes = BYTES,
	                              .peer_epoch = is_a ? &epoch_b : &epoch_a,
	                              .epoch = is_a ? epoch_a : epoch_b};
}

/* One-way from A to B. */
static struct channel_setup one_way_setup(bool is_a)
{
	return (struct channel_setup){.out = is_a ? area_a : 0,
	                              .in = is_a ? 0 : area_a,
	                              .out_bytes = BYTES,
	                              .in_bytes = BYTES,
	                              .peer_epoch = is_a ? 0 : &epoch_a,
	                              .epoch = is_a ? epoch_a : epoch_b,
	                              .one_way = true};
}

static void open_end(struct channel_end *end, struct channel_setup setup)
{
	assert_int_equal(ring_open(end, &setup), OK);
}

/* Exactly as large as they must be, so that ASan sees the first byte beyond. */
static int setup(void **state)
{
	(void)state;
	area_a = calloc(1, sizeof(*area_a) + BYTES);
	area_b = calloc(1, sizeof(*area_b) + BYTES);
	epoch_a = epoch_b = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(area_a);
	free(area_b);
	return 0;
}

static void open_duplex(void)
{
	open_end(&a, duplex_setup(true));
	open_end(&b, duplex_setup(false));
}

static void open_one_way(void)
{
	open_end(&a, one_way_setup(true));
	open_end(&b, one_way_setup(false));
}

static void wrong_setups_are_refused(void **state)
{
	struct channel_setup good = duplex_setup(true), bad = good;

	(void)state;
	bad.out_bytes = 48;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
	bad = good, bad.in_bytes = 0;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
	bad = good, bad.in_bytes = 1u << 31;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
	bad = good, bad.in = 0;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
	bad = good, bad.one_way = true;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
	bad = one_way_setup(true), bad.out = 0;
	assert_int_equal(ring_open(&a, &bad), ERR_ARGUMENT);
}

static void duplex_bytes_arrive_in_order_over_many_turns(void **state)
{
	uint8_t out[40], in[40], next_out = 0, next_in = 0;
	size_t total = 0;

	(void)state;
	open_duplex();
	for (unsigned round = 0; round < 1000; round++) {
		const size_t want = round % 37 + 1;
		for (size_t i = 0; i < want; i++)
			out[i] = (uint8_t)(next_out + i);
		next_out = (uint8_t)(next_out + ring_write(&a, out, want));
		const size_t got = ring_read(&b, in, round % 29 + 1);
		for (size_t i = 0; i < got; i++)
			assert_int_equal(in[i], next_in++);
		total += got;
	}
	assert_true(total > 5000);
	assert_int_equal(b.violations, 0);
}

static void a_full_duplex_ring_takes_no_more_and_asks_for_a_signal(void **state)
{
	uint8_t bytes[100] = {0};

	(void)state;
	open_duplex();
	assert_int_equal(ring_writable(&a), BYTES);
	assert_false(ring_peer_waits(&b));
	assert_int_equal(ring_write(&a, bytes, 100), BYTES);
	assert_int_equal(ring_write(&a, bytes, 1), 0);
	assert_true(ring_peer_waits(&b));
	assert_int_equal(ring_readable(&b), BYTES);
	assert_int_equal(ring_read(&b, bytes, 10), 10);
	assert_true(ring_peer_waits(&b));
	assert_int_equal(ring_write(&a, bytes, 10), 10);
	assert_false(ring_peer_waits(&b));
}

static void a_duplex_end_may_write_before_its_peer_opens(void **state)
{
	uint8_t in[8];

	(void)state;
	open_end(&a, duplex_setup(true));
	assert_int_equal(ring_read(&a, in, 8), 0);
	assert_int_equal(ring_write(&a, "early", 5), 5);
	open_end(&b, duplex_setup(false));
	assert_int_equal(ring_read(&b, in, 8), 5);
	assert_memory_equal(in, "early", 5);
}

static void a_restart_of_the_peer_begins_both_directions_anew(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_duplex();
	ring_write(&a, "to the old life", 15);
	ring_write(&b, "from the old life", 17);
	epoch_b = 1;
	assert_true(ring_poll(&a));
	assert_false(ring_poll(&a));
	assert_int_equal(a.resets, 1);
	assert_int_equal(ring_read(&a, in, BYTES), 0); /* it has not opened yet */
	assert_int_equal(ring_write(&a, "hello", 5), 5);
	open_end(&b, duplex_setup(false));
	assert_int_equal(ring_read(&b, in, BYTES), 5);
	assert_memory_equal(in, "hello", 5);
	assert_int_equal(ring_write(&b, "again", 5), 5);
	assert_int_equal(ring_read(&a, in, BYTES), 5);
	assert_memory_equal(in, "again", 5);
	assert_int_equal(ring_writable(&a), BYTES);
}

static void a_restarted_end_reads_nothing_until_the_peer_has_noticed(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_duplex();
	ring_write(&b, "stale", 5);
	epoch_a = 1;
	open_end(&a, duplex_setup(true));
	assert_int_equal(ring_read(&a, in, BYTES), 0);
	ring_write(&b, "fresh", 5);
	assert_int_equal(ring_read(&a, in, BYTES), 5);
	assert_memory_equal(in, "fresh", 5);
}

static void both_ends_may_restart_at_once(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_duplex();
	ring_write(&a, "x", 1);
	epoch_a = 3, epoch_b = 2;
	open_duplex();
	assert_int_equal(ring_read(&b, in, BYTES), 0);
	assert_int_equal(ring_write(&a, "y", 1), 1);
	assert_int_equal(ring_read(&b, in, BYTES), 1);
	assert_int_equal(in[0], 'y');
}

static void a_one_way_writer_never_waits_and_the_reader_counts_its_loss(void **state)
{
	uint8_t out[200], in[BYTES];

	(void)state;
	for (unsigned i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)i;
	open_one_way();
	assert_int_equal(ring_write(&a, out, 10), 10);
	assert_int_equal(ring_read(&b, in, 4), 4);
	assert_int_equal(ring_write(&a, out + 10, 90), 90);
	assert_int_equal(ring_read(&b, in, BYTES), BYTES);
	assert_memory_equal(in, out + 36, BYTES);
	assert_int_equal(b.lost, 32);
	assert_int_equal(ring_write(&a, out, 200), 200);
	assert_int_equal(ring_read(&b, in, BYTES), BYTES);
	assert_memory_equal(in, out + 136, BYTES);
	assert_int_equal(b.lost, 32 + 136);
	assert_int_equal(ring_read(&b, in, BYTES), 0);
	assert_false(ring_peer_waits(&b));
	assert_int_equal(ring_readable(&a), 0);
	assert_int_equal(ring_writable(&b), 0);
	assert_int_equal(ring_write(&b, out, 1), 0);
}

static void a_one_way_reader_leaves_out_what_is_being_overwritten(void **state)
{
	uint8_t out[BYTES] = {1, 2, 3}, in[BYTES];

	(void)state;
	open_one_way();
	ring_write(&a, out, BYTES);
	ring_begin(&a, 16); /* the writer stands still in the middle of a write */
	assert_int_equal(ring_readable(&b), BYTES - 16);
	assert_int_equal(ring_read(&b, in, BYTES), BYTES - 16);
	assert_int_equal(b.lost, 16);
}

static void a_one_way_reader_follows_its_writers_restart(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_one_way();
	ring_write(&a, "old", 3);
	epoch_a = 1;
	assert_int_equal(ring_read(&b, in, BYTES), 0);
	assert_int_equal(b.resets, 1);
	open_end(&a, one_way_setup(true));
	ring_write(&a, "new", 3);
	assert_int_equal(ring_read(&b, in, BYTES), 3);
	assert_memory_equal(in, "new", 3);
	assert_int_equal(b.lost, 0);
}

static void a_restarted_one_way_reader_joins_at_the_present(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_one_way();
	ring_write(&a, "past", 4);
	epoch_b = 1;
	open_end(&b, one_way_setup(false));
	assert_int_equal(ring_read(&b, in, BYTES), 0);
	ring_write(&a, "now", 3);
	assert_int_equal(ring_read(&b, in, BYTES), 3);
	assert_memory_equal(in, "now", 3);
}

static void lies_in_the_counters_yield_nothing(void **state)
{
	static const uint64_t lies[] = {BYTES + 1, UINT64_MAX, UINT64_C(1) << 63, UINT64_C(1) << 32};
	uint8_t in[BYTES];

	(void)state;
	open_duplex();
	for (unsigned i = 0; i < 4; i++) {
		area_b->written = lies[i];
		assert_int_equal(ring_read(&a, in, BYTES), 0);
		area_b->consumed = lies[i];
		assert_true(ring_writable(&a) <= BYTES);
	}
	area_b->consumed = 1; /* more than was ever written */
	assert_int_equal(ring_write(&a, in, 1), 0);
	assert_int_equal(a.violations, 4);
	open_one_way();
	area_a->written = UINT64_MAX;
	assert_int_equal(ring_read(&b, in, BYTES), 0);
	area_a->written = 1000, area_a->begun = 10;
	assert_int_equal(ring_read(&b, in, BYTES), 0);
}

static void a_wrong_tag_means_not_connected(void **state)
{
	uint8_t in[BYTES];

	(void)state;
	open_duplex();
	ring_write(&b, "abc", 3);
	area_b->magic ^= 1;
	assert_int_equal(ring_read(&a, in, BYTES), 0);
	area_b->magic ^= 1, area_b->version++;
	assert_int_equal(ring_read(&a, in, BYTES), 0);
	area_b->version--, area_b->peer_epoch = 9;
	assert_int_equal(ring_read(&a, in, BYTES), 0);
	area_b->peer_epoch = 0, area_b->size = 0xffffffff; /* never believed, never looked at */
	assert_int_equal(ring_read(&a, in, BYTES), 3);
}

/* A peer on another thread that writes anything into its area: only the bounds are promised, ASan is the judge. */
static bool stop;
static void *vandal(void *area)
{
	uint64_t seed = 1;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		uint64_t *words = area;
		const unsigned word = (unsigned)(seed >> 60) % (sizeof(struct channel_area) / 8);
		__atomic_store_n(&words[word], seed >> (seed >> 33 & 63), __ATOMIC_RELAXED);
		if ((seed >> 40 & 7) == 0) {
			__atomic_store_n(&words[0], (uint64_t)CHANNEL_VERSION << 32 | CHANNEL_MAGIC, __ATOMIC_RELAXED);
			__atomic_store_n(&words[1], 0, __ATOMIC_RELAXED);
			__atomic_store_n(&words[5], 0, __ATOMIC_RELAXED);
		}
	}
	return 0;
}

static void a_peer_that_writes_anything_breaks_no_bound(void **state)
{
	uint8_t bytes[BYTES * 2] = {0};
	pthread_t thread;

	(void)state;
	for (unsigned kind = 0; kind < 2; kind++) {
		kind ? open_one_way() : open_duplex();
		struct channel_end *victim = kind ? &b : &a;
		stop = false;
		pthread_create(&thread, 0, vandal, kind ? area_a : area_b);
		for (unsigned round = 0; round < 30000; round++) {
			assert_true(ring_read(victim, bytes, round % sizeof(bytes)) <= BYTES);
			assert_true(ring_write(victim, bytes, round % sizeof(bytes)) <= BYTES);
			assert_true(ring_readable(victim) <= BYTES);
		}
		__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
		pthread_join(thread, 0);
	}
}

/* The writer's byte at position p is a function of p, so the reader can judge every byte it is given. */
#define STREAM 300000u
static uint8_t stream_byte(uint64_t position)
{
	return (uint8_t)(position * 31 + (position >> 8));
}

static void *stream_writer(void *unused)
{
	uint8_t out[48];

	(void)unused;
	for (uint64_t sent = 0; sent < STREAM;) {
		const size_t want = 1 + sent % sizeof(out);
		for (size_t i = 0; i < want; i++)
			out[i] = stream_byte(sent + i);
		sent += ring_write(&a, out, want);
	}
	return 0;
}

static void two_threads_pass_an_intact_duplex_stream(void **state)
{
	uint8_t in[37];
	pthread_t thread;

	(void)state;
	open_duplex();
	pthread_create(&thread, 0, stream_writer, 0);
	for (uint64_t position = 0; position < STREAM;) {
		const size_t got = ring_read(&b, in, sizeof(in));
		for (size_t i = 0; i < got; i++, position++)
			if (in[i] != stream_byte(position))
				fail_msg("byte %llu is wrong", (unsigned long long)position);
	}
	pthread_join(thread, 0);
	assert_int_equal(b.violations, 0);
}

static void two_threads_pass_a_lossy_stream_without_a_wrong_byte(void **state)
{
	uint8_t in[37];
	pthread_t thread;
	uint64_t received = 0;

	(void)state;
	open_one_way();
	pthread_create(&thread, 0, stream_writer, 0);
	while (b.consumed < STREAM) {
		const size_t got = ring_read(&b, in, sizeof(in));
		const uint64_t from = b.consumed - got;
		for (size_t i = 0; i < got; i++)
			if (in[i] != stream_byte(from + i))
				fail_msg("byte %llu is wrong", (unsigned long long)(from + i));
		received += got;
	}
	pthread_join(thread, 0);
	assert_int_equal(received + b.lost, b.consumed);
	assert_int_equal(b.violations, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(wrong_setups_are_refused),
	        TEST(duplex_bytes_arrive_in_order_over_many_turns),
	        TEST(a_full_duplex_ring_takes_no_more_and_asks_for_a_signal),
	        TEST(a_duplex_end_may_write_before_its_peer_opens),
	        TEST(a_restart_of_the_peer_begins_both_directions_anew),
	        TEST(a_restarted_end_reads_nothing_until_the_peer_has_noticed),
	        TEST(both_ends_may_restart_at_once),
	        TEST(a_one_way_writer_never_waits_and_the_reader_counts_its_loss),
	        TEST(a_one_way_reader_leaves_out_what_is_being_overwritten),
	        TEST(a_one_way_reader_follows_its_writers_restart),
	        TEST(a_restarted_one_way_reader_joins_at_the_present),
	        TEST(lies_in_the_counters_yield_nothing),
	        TEST(a_wrong_tag_means_not_connected),
	        TEST(a_peer_that_writes_anything_breaks_no_bound),
	        TEST(two_threads_pass_an_intact_duplex_stream),
	        TEST(two_threads_pass_a_lossy_stream_without_a_wrong_byte),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
