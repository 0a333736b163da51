/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "apps/switch/switch.h"
#include "sdk/message.h"
#include "sdk/mock/mock.h"
#include "sdk/sdk.h"

#define A UINT64_C(0x525400000001)
#define B UINT64_C(0x525400000002)
#define C UINT64_C(0x525400000003)
#define ALL UINT64_C(0xffffffffffff)

static struct ethernet_switch sw;
static struct channel far[SWITCH_PORTS];
static const char *const names[SWITCH_PORTS] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"};

static void put_mac(uint8_t *at, uint64_t mac)
{
	for (unsigned i = 0; i < 6; i++)
		at[i] = (uint8_t)(mac >> 8 * (5 - i));
}

static struct net_frame make_frame(uint64_t to, uint64_t from, uint16_t type)
{
	struct net_frame frame = {.version = NET_VERSION, .kind = NET_ETHERNET};
	put_mac(frame.bytes, to);
	put_mac(frame.bytes + 6, from);
	frame.bytes[12] = (uint8_t)(type >> 8);
	frame.bytes[13] = (uint8_t)type;
	return frame;
}

static void add(uint64_t mac, uint32_t vlan)
{
	unsigned i = sw.table.port_count;
	mock_add_channel(
	        &(struct mock_channel){.name = names[i], .peer = names[i], .in_bytes = 8192, .out_bytes = 8192},
	        &far[i]);
	assert_int_equal(switch_add(&sw, info_channel(names[i]), mac, vlan), OK);
}

static int setup(void **state)
{
	(void)state;
	mock_reset();
	mock_time(1000 * CLOCK_S);
	memset(&sw, 0, sizeof(sw));
	return 0;
}

/* One frame into port `from`; the ports at which it came out, a bit each. */
static uint32_t carry_typed(unsigned from, uint64_t target, uint64_t source, uint16_t type)
{
	struct net_frame frame = make_frame(target, source, type), got;
	uint32_t out = 0;
	size_t bytes;
	assert_int_equal(queue_send(&far[from], &frame, NET_HEADER_BYTES + 60), OK);
	while (switch_step(&sw))
		;
	for (unsigned i = 0; i < sw.table.port_count; i++)
		while (queue_receive(&far[i], &got, sizeof(got), &bytes, 0) == OK) {
			assert_int_equal(bytes, NET_HEADER_BYTES + 60);
			assert_memory_equal(&got, &frame, bytes);
			assert_false(out >> i & 1);
			out |= 1u << i;
		}
	return out;
}

static uint32_t carry(unsigned from, uint64_t target, uint64_t source)
{
	return carry_typed(from, target, source, 0x0800);
}

static void an_unknown_address_is_flooded_and_a_learned_one_is_not(void **state)
{
	(void)state;
	add(0, 0);
	add(0, 0);
	add(0, 0);
	assert_int_equal(carry(0, B, A), 6);
	assert_int_equal(carry(1, A, B), 1);
	assert_int_equal(carry(0, B, A), 2);
	assert_int_equal(carry(2, ALL, C), 3);
	assert_int_equal(carry(2, C, C), 0);
}

static void a_silent_address_is_forgotten(void **state)
{
	(void)state;
	add(0, 0);
	add(0, 0);
	add(0, 0);
	assert_int_equal(carry(1, ALL, B), 5);
	mock_advance(SWITCH_AGE_NS);
	assert_int_equal(carry(0, B, A), 2);
	mock_advance(1);
	assert_int_equal(carry(0, B, A), 6);
	assert_int_equal(sw.table.port[1].address_count, 0);
}

static void an_address_that_moves_is_behind_its_new_port_only(void **state)
{
	(void)state;
	add(0, 0);
	add(0, 0);
	add(0, 0);
	carry(1, ALL, B);
	carry(2, ALL, B);
	assert_int_equal(carry(0, B, A), 4);
	assert_int_equal(sw.table.port[1].address_count, 0);
}

static void a_port_full_of_addresses_gives_up_its_own_oldest(void **state)
{
	(void)state;
	add(0, 0);
	add(0, 0);
	add(0, 0);
	carry(0, ALL, A);
	for (uint64_t i = 0; i <= SWITCH_ADDRESSES; i++) {
		mock_advance(1);
		carry(1, ALL, B + (i << 8));
	}
	assert_int_equal(sw.table.port[1].address_count, SWITCH_ADDRESSES);
	assert_int_equal(carry(0, B, A), 6);
	assert_int_equal(carry(0, B + (1 << 8), A), 2);
	assert_int_equal(carry(2, A, C), 1);
}

static void a_locked_port_sends_from_its_own_address_only(void **state)
{
	(void)state;
	add(A, 0);
	add(B, 0);
	assert_int_equal(carry(0, B, A), 2);
	assert_int_equal(carry(0, B, C), 0);
	assert_int_equal(carry(0, B, B), 0);
	assert_int_equal(sw.link[0].verdict[SWITCH_SPOOFED], 2);
	assert_int_equal(carry(1, A, B), 1);
}

static void nobody_takes_the_address_of_a_locked_port(void **state)
{
	(void)state;
	add(A, 0);
	add(0, 0);
	add(0, 0);
	assert_int_equal(carry(1, ALL, A), 0);
	assert_int_equal(sw.link[1].verdict[SWITCH_SPOOFED], 1);
	assert_int_equal(carry(2, A, C), 1);
}

static void the_address_of_a_locked_port_is_known_before_it_speaks_and_for_ever(void **state)
{
	(void)state;
	add(A, 0);
	add(B, 0);
	add(0, 0);
	mock_advance(10 * SWITCH_AGE_NS);
	assert_int_equal(carry(2, B, C), 2);
}

static void vlans_do_not_reach_each_other(void **state)
{
	(void)state;
	add(A, 10);
	add(B, 10);
	add(0, 20);
	add(0, 0);
	assert_int_equal(carry(0, ALL, A), 2);
	assert_int_equal(carry(0, C, A), 2);
	assert_int_equal(carry(2, A, C), 0);
	assert_int_equal(carry(2, ALL, C), 0);
	assert_int_equal(carry(3, A, C), 0);
	/* the same address may live in two VLANs, even that of a locked port */
	assert_int_equal(carry(2, ALL, A), 0);
	assert_int_equal(sw.link[2].verdict[SWITCH_PASS], 3);
	assert_int_equal(carry(1, A, B), 1);
}

static void a_tag_enters_only_where_no_vlan_is_given(void **state)
{
	(void)state;
	add(0, 10);
	add(0, 10);
	add(0, 0);
	add(0, 0);
	assert_int_equal(carry_typed(0, ALL, A, 0x8100), 0);
	assert_int_equal(carry_typed(0, ALL, A, 0x88a8), 0);
	assert_int_equal(sw.link[0].verdict[SWITCH_TAGGED], 2);
	assert_int_equal(carry_typed(2, ALL, C, 0x8100), 8);
}

static void group_sources_and_link_local_targets_go_nowhere(void **state)
{
	(void)state;
	add(0, 0);
	add(0, 0);
	assert_int_equal(carry(0, B, ALL), 0);
	assert_int_equal(carry(0, B, 0), 0);
	assert_int_equal(sw.link[0].verdict[SWITCH_NO_SOURCE], 2);
	assert_int_equal(carry(0, UINT64_C(0x0180c2000001), A), 0);
	assert_int_equal(carry(0, UINT64_C(0x0180c2000010), A), 2);
}

static void offences_are_audited_once_a_second_with_their_number(void **state)
{
	const uint64_t *record = mock_arguments(HC_AUDIT_WRITE);
	(void)state;
	add(0, 0);
	add(A, 0);
	for (unsigned i = 0; i < 100; i++)
		carry(1, ALL, C);
	assert_int_equal(mock_calls(HC_AUDIT_WRITE), 1);
	record = mock_arguments(HC_AUDIT_WRITE);
	assert_int_equal(record[0], SWITCH_OFFENCE);
	assert_int_equal(record[1], 1 | SWITCH_SPOOFED << 8 | 1 << 16);
	assert_int_equal(record[2], C);
	mock_advance(CLOCK_S);
	carry(1, ALL, C);
	assert_int_equal(mock_calls(HC_AUDIT_WRITE), 2);
	assert_int_equal(mock_arguments(HC_AUDIT_WRITE)[1], 1 | SWITCH_SPOOFED << 8 | 100 << 16);
}

static void a_full_link_loses_its_own_frames_only(void **state)
{
	struct net_frame frame = make_frame(ALL, A, 0x0800);
	unsigned out[3] = {0};
	struct net_frame got;
	size_t bytes;
	(void)state;
	add(0, 0);
	add(0, 0);
	add(0, 0);
	for (unsigned round = 0; round < 20; round++) {
		assert_int_equal(queue_send(&far[0], &frame, NET_HEADER_BYTES + 1000), OK);
		switch_step(&sw);
		while (queue_receive(&far[2], &got, sizeof(got), &bytes, 0) == OK)
			out[2]++;
	}
	while (queue_receive(&far[1], &got, sizeof(got), &bytes, 0) == OK)
		out[1]++;
	assert_int_equal(out[2], 20);
	assert_int_equal(out[1], 8);
	assert_int_equal(sw.link[1].full, 12);
}

static void a_flood_on_one_port_leaves_the_other_its_turn(void **state)
{
	struct net_frame frame = make_frame(C, A, 0x0800);
	unsigned sent = 0;
	(void)state;
	add(0, 0);
	add(0, 0);
	while (queue_send(&far[0], &frame, NET_HEADER_BYTES + 60) == OK)
		sent++;
	assert_true(sent > 2 * SWITCH_BURST);
	frame = make_frame(C, B, 0x0800);
	assert_int_equal(queue_send(&far[1], &frame, NET_HEADER_BYTES + 60), OK);
	assert_true(switch_step(&sw));
	assert_int_equal(sw.link[0].verdict[SWITCH_PASS], SWITCH_BURST);
	assert_int_equal(sw.link[1].verdict[SWITCH_PASS], 1);
}

static void a_burst_rings_each_receiver_once(void **state)
{
	struct net_frame frame = make_frame(ALL, A, 0x0800);
	(void)state;
	add(0, 0);
	add(0, 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(queue_send(&far[0], &frame, NET_HEADER_BYTES + 60), OK);
	switch_step(&sw);
	assert_int_equal(mock_signals(1), 1);
	assert_int_equal(mock_signals(0), 0);
}

static void a_ninth_port_is_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SWITCH_PORTS; i++)
		add(0, 0);
	assert_int_equal(switch_add(&sw, info_channel("p0"), 0, 0), ERR_FULL);
	assert_int_equal(switch_table_add(&sw.table, 0, 0), SWITCH_PORTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(an_unknown_address_is_flooded_and_a_learned_one_is_not, setup),
	        cmocka_unit_test_setup(a_silent_address_is_forgotten, setup),
	        cmocka_unit_test_setup(an_address_that_moves_is_behind_its_new_port_only, setup),
	        cmocka_unit_test_setup(a_port_full_of_addresses_gives_up_its_own_oldest, setup),
	        cmocka_unit_test_setup(a_locked_port_sends_from_its_own_address_only, setup),
	        cmocka_unit_test_setup(nobody_takes_the_address_of_a_locked_port, setup),
	        cmocka_unit_test_setup(the_address_of_a_locked_port_is_known_before_it_speaks_and_for_ever, setup),
	        cmocka_unit_test_setup(vlans_do_not_reach_each_other, setup),
	        cmocka_unit_test_setup(a_tag_enters_only_where_no_vlan_is_given, setup),
	        cmocka_unit_test_setup(group_sources_and_link_local_targets_go_nowhere, setup),
	        cmocka_unit_test_setup(offences_are_audited_once_a_second_with_their_number, setup),
	        cmocka_unit_test_setup(a_full_link_loses_its_own_frames_only, setup),
	        cmocka_unit_test_setup(a_flood_on_one_port_leaves_the_other_its_turn, setup),
	        cmocka_unit_test_setup(a_burst_rings_each_receiver_once, setup),
	        cmocka_unit_test_setup(a_ninth_port_is_refused, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
