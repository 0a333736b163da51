/* SPDX-License-Identifier: ISC */
#include "apps/switch/switch.h"
#include "sdk/audit.h"
#include "sdk/clock.h"
#include "sdk/console.h"

/*
 * One frame at a time is in the switch, in private memory, and is looked at only there. Every port gets its burst before
 * any gets a second one, so a flood takes no more than its share of the switch's time.
 */
enum status switch_add(struct ethernet_switch *s, const struct info_channel *channel, uint64_t mac, uint32_t vlan)
{
	if (s->table.port_count == SWITCH_PORTS)
		return ERR_FULL;
	struct switch_link *link = &s->link[s->table.port_count];
	*link = (struct switch_link){0};
	enum status status = net_open(&link->net, channel);
	if (status == OK)
		switch_table_add(&s->table, mac, vlan);
	return status;
}

static void report(struct ethernet_switch *s, unsigned from, enum switch_verdict verdict, const uint8_t *source)
{
	struct switch_link *link = &s->link[from];
	uint64_t now = clock_ns(), mac = switch_mac(source);
	link->offences++;
	if (now < link->report_at)
		return;
	link->report_at = now + CLOCK_S;
	audit_write(SWITCH_OFFENCE, from | (uint64_t)verdict << 8 | link->offences << 16, mac);
	print("switch: dropped %lu of %s: %s (%012lx)\n", link->offences, link->net.channel.info->peer,
	      switch_verdict_name(verdict), mac);
	link->offences = 0;
}

static void forward(struct ethernet_switch *s, unsigned from, struct net_frame *frame, size_t length)
{
	uint32_t to = 0;
	enum switch_verdict verdict = switch_table_decide(&s->table, from, frame->bytes, clock_ns(), &to);
	s->link[from].verdict[verdict]++;
	if (verdict == SWITCH_SPOOFED || verdict == SWITCH_TAGGED || verdict == SWITCH_NO_SOURCE)
		report(s, from, verdict, frame->bytes + NET_ADDRESS_BYTES);
	for (unsigned i = 0; i < s->table.port_count; i++)
		if (to >> i & 1 && net_send(&s->link[i].net, frame, length) != OK)
			s->link[i].full++;
}

static bool burst(struct ethernet_switch *s, unsigned from)
{
	struct net_frame frame;
	for (unsigned i = 0; i < SWITCH_BURST; i++) {
		size_t length = net_receive(&s->link[from].net, &frame);
		if (!length)
			return false;
		forward(s, from, &frame, length);
	}
	return true;
}

bool switch_step(struct ethernet_switch *s)
{
	bool more = false;
	for (unsigned i = 0; i < s->table.port_count; i++)
		more |= burst(s, i);
	for (unsigned i = 0; i < s->table.port_count; i++)
		net_flush(&s->link[i].net);
	return more;
}

uint64_t switch_events(const struct ethernet_switch *s)
{
	uint64_t events = 0;
	for (unsigned i = 0; i < s->table.port_count; i++)
		events |= channel_event(&s->link[i].net.channel);
	return events;
}
