/* SPDX-License-Identifier: ISC */
#ifndef SWITCH_SWITCH_H
#define SWITCH_SWITCH_H

#include "apps/switch/switch_table.h"
#include "sdk/net.h"

/*
 * A learning Ethernet switch (IEEE 802.1Q, without spanning tree): its ports are the links that the description wires to
 * it, with the address and VLAN that it gives each. A frame that breaks a rule is dropped and counted; at most once a
 * second a port's offences leave an audit record AUDIT_USER_EVENT + SWITCH_OFFENCE: (port | verdict << 8 | how many
 * since the last record << 16, source address), and a line on the console. A frame for a link that is full is dropped.
 */
#define SWITCH_STARTED 1u
#define SWITCH_OFFENCE 2u
#define SWITCH_BURST 32u /* frames of a port before the next one's turn */

struct switch_link {
	struct net net;
	uint64_t verdict[SWITCH_VERDICTS];
	uint64_t full;      /* frames for this port that found no room */
	uint64_t offences;  /* not recorded yet */
	uint64_t report_at; /* ns: no record before */
};
struct ethernet_switch {
	struct switch_table table;
	struct switch_link link[SWITCH_PORTS];
};

/* Adds a port; ERR_FULL beyond SWITCH_PORTS, else what net_open says. */
enum status switch_add(struct ethernet_switch *s, const struct info_channel *channel, uint64_t mac, uint32_t vlan);
/* One burst of each port. True: call again. False: wait for switch_events(). */
bool switch_step(struct ethernet_switch *s);
uint64_t switch_events(const struct ethernet_switch *s);

#endif
