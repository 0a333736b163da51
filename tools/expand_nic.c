/* SPDX-License-Identifier: ISC */
/*
 * <nic> beyond what all devices have: peer="GUEST" is short for a channel to that guest, whose card says the same of
 * this one: FIRST.SECOND.nic, in the order of the text. An address that is not given is made from the places of guest
 * and card in the text.
 */
#include <string.h>
#include "tools/expand.h"

static bool is_before(struct compiler *compiler, xmlNodePtr guest, const char *other)
{
	for (xmlNodePtr node = guest->next; node; node = node->next)
		if (node_is(node, "guest") && !strcmp(node_attribute(compiler, node, "name"), other))
			return true;
	return false;
}

static void expand_pair(struct compiler *compiler, xmlNodePtr guest, xmlNodePtr nic)
{
	const char *own = node_attribute(compiler, guest, "name"), *peer = node_attribute(compiler, nic, "peer");
	if (!peer || node_attribute(compiler, nic, "channel"))
		return;
	bool first = is_before(compiler, guest, peer);
	const char *name = report_print(&compiler->report, "%s.%s.nic", first ? own : peer, first ? peer : own);
	if (first) {
		const char *size = node_attribute(compiler, nic, "size");
		xmlNodePtr channel = node_add(guest->parent, "channel", nic);
		node_set(channel, "name", name);
		node_set(channel, "from", own);
		node_set(channel, "to", peer);
		node_set(channel, "size", size ? size : "64K");
	}
	node_remove(nic, "peer");
	node_remove(nic, "size");
	node_set(nic, "channel", name);
}

void expand_nics(struct compiler *compiler, xmlNodePtr system)
{
	unsigned place = 0;
	EACH_CHILD(guest, system, "guest")
	{
		unsigned number = 0;
		EACH_CHILD(nic, guest, "nic")
		{
			node_default(nic, "mac",
			             report_print(&compiler->report, "52:54:00:00:%02x:%02x", place & 0xff,
			                          number++ & 0xff));
			expand_pair(compiler, guest, nic);
		}
		place++;
	}
}
