/* SPDX-License-Identifier: ISC */
/* Network cards: an address is one, no two cards of a link or of a switch's VLAN share it, and a switch has room. */
#include <string.h>
#include "tools/check.h"

enum { SWITCH_PORTS = 8 }; /* apps/switch */

static unsigned hex(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* Six pairs of hexadecimal digits, lower case, with colons between; no group address, and not all zero. */
static bool is_address(const char *text)
{
	bool some = false;
	for (unsigned i = 0; i < 6; i++, text += 3) {
		unsigned high = hex(text[0]), low = high < 16 ? hex(text[1]) : 16;
		if (low == 16 || text[2] != (i < 5 ? ':' : '\0') || (i == 0 && low & 1))
			return false;
		some = some || high || low;
	}
	return some;
}

/* The app at the other end of a card's channel; CONFIG_NONE: another guest, or nobody. */
static uint32_t app_of(const struct description *d, const struct described_device *nic)
{
	if (nic->channel == CONFIG_NONE)
		return CONFIG_NONE;
	const struct described_channel *channel = &d->channel[nic->channel];
	uint32_t layer = d->subject[nic->subject].partner;
	uint32_t other = channel->from.subject == layer ? channel->to.subject : channel->from.subject;
	return other != CONFIG_NONE && d->subject[other].kind == KIND_APP ? other : CONFIG_NONE;
}

static bool share_a_wire(const struct description *d, const struct described_device *a,
                         const struct described_device *b)
{
	if (a->channel != CONFIG_NONE && a->channel == b->channel)
		return true;
	uint32_t app = app_of(d, a);
	return app != CONFIG_NONE && app == app_of(d, b) && a->value == b->value;
}

void check_nics(struct compiler *compiler)
{
	const struct description *d = compiler->description;
	unsigned ports[CONFIG_MAX_SUBJECTS] = {0};
	for (unsigned i = 0; i < d->device_count; i++) {
		const struct described_device *nic = &d->device[i];
		if (nic->kind != DEVICE_NIC)
			continue;
		if (!is_address(nic->text))
			problem(&compiler->report, nic->line, "E-nic-mac",
			        "mac=\"%s\" is no address of a network card; write 52:54:00:12:34:56, lower case, "
			        "the second digit even",
			        nic->text);
		for (unsigned j = 0; j < i; j++)
			if (d->device[j].kind == DEVICE_NIC && !strcmp(d->device[j].text, nic->text) &&
			    share_a_wire(d, &d->device[j], nic))
				problem(&compiler->report, nic->line, "E-nic-mac-twice",
				        "another card on this network has mac=\"%s\"; give each its own", nic->text);
		uint32_t app = app_of(d, nic);
		if (app != CONFIG_NONE && ++ports[app] == SWITCH_PORTS + 1)
			problem(&compiler->report, nic->line, "E-nic-ports",
			        "this is one more than %u cards at \"%s\"; use a second switch", SWITCH_PORTS,
			        d->subject[app].name);
	}
}
