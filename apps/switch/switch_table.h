/* SPDX-License-Identifier: ISC */
#ifndef SWITCH_TABLE_H
#define SWITCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where a frame goes: the rules of each port, and the addresses seen behind it. A port remembers its own few addresses,
 * so none can push out what was learned of another. An address that was silent for SWITCH_AGE_NS is forgotten.
 */
#define SWITCH_PORTS 8u
#define SWITCH_ADDRESSES 16u /* a port */
#define SWITCH_AGE_NS (UINT64_C(300) * 1000000000)

struct switch_address {
	uint64_t mac;
	uint64_t seen; /* ns */
};
struct switch_port {
	uint64_t mac;  /* the only source address let in, and nobody else's; 0: any */
	uint32_t vlan; /* ports of the same number reach each other; frames that carry a tag enter only where it is 0 */
	uint32_t address_count;
	struct switch_address address[SWITCH_ADDRESSES];
};
struct switch_table {
	struct switch_port port[SWITCH_PORTS];
	unsigned port_count;
};

enum switch_verdict {
	SWITCH_PASS = 0,
	SWITCH_SPOOFED = 1,    /* a source address that belongs to this or another port by its rules */
	SWITCH_TAGGED = 2,     /* a VLAN tag on a port that is in one VLAN */
	SWITCH_NO_SOURCE = 3,  /* a group address, or none, as the source */
	SWITCH_LINK_LOCAL = 4, /* 01-80-c2-00-00-0x never leaves its link (IEEE 802.1Q 8.6.3) */
	SWITCH_VERDICTS = 5,
};

/* A port with these rules; its number, or SWITCH_PORTS if there are that many already. */
unsigned switch_table_add(struct switch_table *table, uint64_t mac, uint32_t vlan);
/* Learns the source and gives the ports the frame goes to, a bit each; only with SWITCH_PASS. `frame` has 14 bytes or more. */
enum switch_verdict switch_table_decide(struct switch_table *table, unsigned from, const uint8_t *frame, uint64_t now,
                                        uint32_t *to);
/* Six bytes in the order of the wire; the first one is the highest. */
uint64_t switch_mac(const uint8_t *bytes);
const char *switch_verdict_name(enum switch_verdict verdict);

#endif
