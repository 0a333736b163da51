/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/internet.h"
#include "sdk/info.h"
#include "sdk/message.h"
#include "sdk/mock/mock.h"
#include "sdk/net.h"

static struct net near;
static struct channel far;
static struct net_frame frame;

static int setup(void **state)
{
	(void)state;
	mock_reset();
	mock_add_channel(&(struct mock_channel){.name = "wire", .in_bytes = 4096, .out_bytes = 4096}, &far);
	assert_int_equal(net_open(&near, info_channel("wire")), OK);
	memset(&frame, 0, sizeof(frame));
	return 0;
}

static void far_sends(size_t length)
{
	assert_int_equal(queue_send(&far, &frame, length), OK);
}

static void far_gets(size_t length)
{
	struct net_frame got;
	size_t bytes = 0;
	assert_int_equal(queue_receive(&far, &got, sizeof(got), &bytes, 0), OK);
	assert_int_equal(bytes, NET_HEADER_BYTES + length);
	assert_int_equal(got.version, NET_VERSION);
	assert_int_equal(got.kind, NET_ETHERNET);
	assert_memory_equal(got.bytes, frame.bytes, length);
}

static void a_frame_arrives_as_it_was_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frame.bytes); i++)
		frame.bytes[i] = (uint8_t)(i * 7);
	assert_int_equal(net_send(&near, &frame, NET_FRAME_MAX), OK);
	far_gets(NET_FRAME_MAX);
	assert_int_equal(net_send(&near, &frame, NET_FRAME_MIN), OK);
	far_gets(NET_FRAME_MIN);
}

static void lengths_that_no_frame_has_are_refused(void **state)
{
	(void)state;
	assert_int_equal(net_send(&near, &frame, NET_FRAME_MIN - 1), ERR_ARGUMENT);
	assert_int_equal(net_send(&near, &frame, NET_FRAME_MAX + 1), ERR_ARGUMENT);
}

static void a_burst_rings_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(net_send(&near, &frame, 60), OK);
	assert_int_equal(mock_signals(near.channel.info->event_out), 0);
	net_flush(&near);
	net_flush(&near);
	assert_int_equal(mock_signals(near.channel.info->event_out), 1);
}

static void a_full_link_refuses_and_the_reader_rings_when_there_is_room(void **state)
{
	unsigned count = 0;
	(void)state;
	while (net_send(&near, &frame, 1000) == OK)
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(net_send(&near, &frame, 1000), ERR_FULL);
	assert_true(ring_peer_waits(&far.end));
	far_gets(1000);
	assert_int_equal(net_send(&near, &frame, 1000), OK);
}

static void receiving_rings_only_a_peer_that_waits(void **state)
{
	(void)state;
	frame.version = NET_VERSION;
	frame.kind = NET_ETHERNET;
	far_sends(100);
	assert_int_equal(net_receive(&near, &frame), 92);
	net_flush(&near);
	assert_int_equal(mock_signals(near.channel.info->event_out), 0);
	while (queue_send(&far, &frame, 1000) == OK)
		;
	assert_int_equal(net_receive(&near, &frame), 992);
	assert_int_equal(net_receive(&near, &frame), 992);
	net_flush(&near);
	assert_int_equal(mock_signals(near.channel.info->event_out), 1);
}

static void what_is_no_frame_is_dropped_and_counted(void **state)
{
	static const struct net_frame bad[] = {
	        {.version = NET_VERSION + 1, .kind = NET_ETHERNET},
	        {.version = NET_VERSION, .kind = NET_ETHERNET + 1},
	        {.version = NET_VERSION, .kind = NET_ETHERNET, .flags = 2},
	        {.version = NET_VERSION, .kind = NET_ETHERNET, .flags = NET_CHECK, .check_start = 59},
	        {.version = NET_VERSION, .kind = NET_ETHERNET, .flags = NET_CHECK, .check_start = 65535},
	        {.version = NET_VERSION, .kind = NET_ETHERNET, .flags = NET_CHECK, .check_start = 20, .check_at = 39},
	};
	const struct net_frame good = {
	        .version = NET_VERSION, .kind = NET_ETHERNET, .flags = NET_CHECK, .check_start = 20, .check_at = 38};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(queue_send(&far, &bad[i], 68), OK);
	assert_int_equal(queue_send(&far, &good, NET_HEADER_BYTES + 13), OK);
	assert_int_equal(queue_send(&far, &good, 3), OK);
	assert_int_equal(queue_send(&far, &good, 0), OK);
	assert_int_equal(queue_send(&far, &good, 68), OK);
	assert_int_equal(net_receive(&near, &frame), 60);
	assert_int_equal(near.refused, sizeof(bad) / sizeof(bad[0]) + 3);
	assert_int_equal(near.frames_in, 1);
	assert_int_equal(net_receive(&near, &frame), 0);
}

static void a_message_longer_than_a_frame_does_not_block_the_link(void **state)
{
	static const uint8_t long_one[sizeof(struct net_frame) + 1];
	(void)state;
	assert_int_equal(queue_send(&far, long_one, sizeof(long_one)), OK);
	assert_int_equal(net_receive(&near, &frame), 0);
	frame.version = NET_VERSION;
	frame.kind = NET_ETHERNET;
	far_sends(100);
	assert_int_equal(net_receive(&near, &frame), 92);
}

static void a_restart_of_the_peer_loses_frames_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(net_send(&near, &frame, 60), OK);
	far_sends(100);
	mock_restart_peer("wire", &far);
	assert_int_equal(net_receive(&near, &frame), 0);
	frame.version = NET_VERSION;
	frame.kind = NET_ETHERNET;
	far_sends(100);
	assert_int_equal(net_receive(&near, &frame), 92);
	memset(&frame, 0, sizeof(frame));
	assert_int_equal(net_send(&near, &frame, 61), OK);
	far_gets(61);
}

static void a_channel_that_cannot_carry_frames_both_ways_is_refused(void **state)
{
	struct net net;
	struct channel other;
	(void)state;
	mock_add_channel(&(struct mock_channel){.name = "one", .in_bytes = 4096, .one_way = true}, &other);
	mock_add_channel(&(struct mock_channel){.name = "small", .in_bytes = 2048, .out_bytes = 4096}, &other);
	assert_int_equal(net_open(&net, info_channel("one")), ERR_ARGUMENT);
	assert_int_equal(net_open(&net, info_channel("small")), ERR_ARGUMENT);
	assert_int_equal(net_open(&net, info_channel("none")), ERR_INDEX);
	assert_int_equal(net_send(&net, &frame, 60), ERR_INDEX);
	assert_int_equal(net_receive(&net, &frame), 0);
	net_flush(&net);
}

/* Word by word, as RFC 1071 says it. */
static uint16_t plain_sum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void the_sum_is_that_of_rfc_1071(void **state)
{
	uint8_t bytes[300], stored[2];
	(void)state;
	srand(1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i < 64 ? 0xff : rand());
	for (size_t from = 0; from < 3; from++)
		for (size_t length = 0; length <= sizeof(bytes) - from; length++) {
			uint16_t sum = internet_finish(internet_sum(bytes + from, length, 0));
			memcpy(stored, &sum, 2);
			assert_int_equal(internet_get16(stored), plain_sum(bytes + from, length));
		}
}

static void a_checksum_that_was_left_open_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < 101; i++)
		frame.bytes[i] = (uint8_t)(i * 31);
	frame.flags = NET_CHECK;
	frame.check_start = 34;
	frame.check_at = 16;
	net_complete(&frame, 101);
	assert_int_equal(frame.flags, 0);
	/* the sum over what was there, and the sum itself, is now all ones less what the field held before */
	uint16_t made = internet_get16(frame.bytes + 50);
	internet_put16(frame.bytes + 50, 50 * 31 % 256 * 256 + 51 * 31 % 256);
	assert_int_equal(made, plain_sum(frame.bytes + 34, 101 - 34));
}

static void a_sum_of_zero_is_written_as_all_ones(void **state)
{
	(void)state;
	frame.flags = NET_CHECK;
	frame.check_start = 20;
	frame.check_at = 6;
	frame.bytes[26] = frame.bytes[27] = 0xff;
	net_complete(&frame, 60);
	assert_int_equal(internet_get16(frame.bytes + 26), 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_frame_arrives_as_it_was_sent, setup),
	        cmocka_unit_test_setup(lengths_that_no_frame_has_are_refused, setup),
	        cmocka_unit_test_setup(a_burst_rings_once, setup),
	        cmocka_unit_test_setup(a_full_link_refuses_and_the_reader_rings_when_there_is_room, setup),
	        cmocka_unit_test_setup(receiving_rings_only_a_peer_that_waits, setup),
	        cmocka_unit_test_setup(what_is_no_frame_is_dropped_and_counted, setup),
	        cmocka_unit_test_setup(a_message_longer_than_a_frame_does_not_block_the_link, setup),
	        cmocka_unit_test_setup(a_restart_of_the_peer_loses_frames_and_nothing_else, setup),
	        cmocka_unit_test_setup(a_channel_that_cannot_carry_frames_both_ways_is_refused, setup),
	        cmocka_unit_test(the_sum_is_that_of_rfc_1071),
	        cmocka_unit_test_setup(a_checksum_that_was_left_open_is_made, setup),
	        cmocka_unit_test_setup(a_sum_of_zero_is_written_as_all_ones, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
