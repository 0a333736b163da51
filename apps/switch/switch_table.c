/* SPDX-License-Identifier: ISC */
#include "apps/switch/switch_table.h"
#include "abi/net.h"
#include "lib/internet.h"

/*
 * A locked port's address is known from the start and never forgotten, so it is not in the list; what is in a list was
 * seen. Every search is over at most eight ports of sixteen addresses.
 */
#define TYPE_VLAN 0x8100u
#define TYPE_SERVICE_VLAN 0x88a8u
#define GROUP_BIT (UINT64_C(1) << 40)
#define LINK_LOCAL UINT64_C(0x0180c2000000)

uint64_t switch_mac(const uint8_t *bytes)
{
	return (uint64_t)internet_get16(bytes) << 32 | internet_get32(bytes + 2);
}

unsigned switch_table_add(struct switch_table *table, uint64_t mac, uint32_t vlan)
{
	if (table->port_count == SWITCH_PORTS)
		return SWITCH_PORTS;
	table->port[table->port_count] = (struct switch_port){.mac = mac, .vlan = vlan};
	return table->port_count++;
}

static struct switch_address *find(struct switch_port *port, uint64_t mac)
{
	for (uint32_t i = 0; i < port->address_count; i++)
		if (port->address[i].mac == mac)
			return &port->address[i];
	return 0;
}

static void forget(struct switch_port *port, struct switch_address *address)
{
	*address = port->address[--port->address_count];
}

static void learn(struct switch_port *port, uint64_t mac, uint64_t now)
{
	struct switch_address *address = find(port, mac), *oldest = port->address;
	if (!address && port->address_count < SWITCH_ADDRESSES)
		address = &port->address[port->address_count++];
	for (uint32_t i = 0; !address && i < SWITCH_ADDRESSES; i++)
		oldest = port->address[i].seen < oldest->seen ? &port->address[i] : oldest;
	*(address ? address : oldest) = (struct switch_address){mac, now};
}

/* Is this port's only address `mac`, or was it seen here not too long ago? */
static bool is_behind(struct switch_port *port, uint64_t mac, uint64_t now)
{
	struct switch_address *address = find(port, mac);
	if (address && now - address->seen > SWITCH_AGE_NS) {
		forget(port, address);
		address = 0;
	}
	return port->mac == mac || address;
}

/* In the same VLAN an address is behind one port: another one's by rule is not to be had, else it has moved here. */
static bool take_source(struct switch_table *table, unsigned from, uint64_t mac, uint64_t now)
{
	struct switch_port *own = &table->port[from];
	if (own->mac)
		return own->mac == mac;
	for (unsigned i = 0; i < table->port_count; i++)
		if (i != from && table->port[i].vlan == own->vlan && table->port[i].mac == mac)
			return false;
	for (unsigned i = 0; i < table->port_count; i++) {
		struct switch_port *other = &table->port[i];
		struct switch_address *address = i != from && other->vlan == own->vlan ? find(other, mac) : 0;
		if (address)
			forget(other, address);
	}
	learn(own, mac, now);
	return true;
}

static uint32_t receivers(struct switch_table *table, unsigned from, uint64_t mac, uint64_t now)
{
	uint32_t all = 0;
	for (unsigned i = 0; i < table->port_count; i++) {
		if (table->port[i].vlan != table->port[from].vlan)
			continue;
		if (!(mac & GROUP_BIT) && is_behind(&table->port[i], mac, now))
			return i == from ? 0 : 1u << i;
		if (i != from)
			all |= 1u << i;
	}
	return all;
}

enum switch_verdict switch_table_decide(struct switch_table *table, unsigned from, const uint8_t *frame, uint64_t now,
                                        uint32_t *to)
{
	uint64_t target = switch_mac(frame), source = switch_mac(frame + NET_ADDRESS_BYTES);
	uint16_t type = internet_get16(frame + 12);
	if (source == 0 || source & GROUP_BIT)
		return SWITCH_NO_SOURCE;
	if (table->port[from].vlan && (type == TYPE_VLAN || type == TYPE_SERVICE_VLAN))
		return SWITCH_TAGGED;
	if (!take_source(table, from, source, now))
		return SWITCH_SPOOFED;
	if ((target & ~UINT64_C(0xf)) == LINK_LOCAL)
		return SWITCH_LINK_LOCAL;
	*to = receivers(table, from, target, now);
	return SWITCH_PASS;
}

const char *switch_verdict_name(enum switch_verdict verdict)
{
	static const char *const names[SWITCH_VERDICTS] = {
	        [SWITCH_PASS] = "passed",
	        [SWITCH_SPOOFED] = "not its address",
	        [SWITCH_TAGGED] = "a VLAN tag",
	        [SWITCH_NO_SOURCE] = "no source address",
	        [SWITCH_LINK_LOCAL] = "not for a switch to forward",
	};
	return names[verdict];
}
