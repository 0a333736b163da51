/* SPDX-License-Identifier: ISC */
/* The switch's table: no frame crosses VLANs or comes back, a locked port is known by its address alone. */
#include <string.h>
#include "apps/switch/switch_table.h"
#include "tests/fuzz/device_script.h"

static void check(const struct switch_table *table, unsigned from, const uint8_t *frame, enum switch_verdict verdict,
                  uint32_t to)
{
	const struct switch_port *port = &table->port[from];
	MUST(verdict < SWITCH_VERDICTS && switch_verdict_name(verdict));
	MUST(verdict == SWITCH_PASS || !to);
	MUST(!(to >> from & 1) && !(to >> table->port_count));
	MUST(!port->mac || verdict != SWITCH_PASS || switch_mac(frame + 6) == port->mac);
	for (unsigned i = 0; i < table->port_count; i++) {
		const struct switch_port *other = &table->port[i];
		MUST(!(to >> i & 1) || other->vlan == port->vlan);
		MUST(other->address_count <= SWITCH_ADDRESSES && (!other->mac || !other->address_count));
		MUST(i == from || !other->mac || other->vlan != port->vlan || verdict != SWITCH_PASS ||
		     port->mac == other->mac || switch_mac(frame + 6) != other->mac);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct switch_table table = {0};
	uint64_t now = 0;

	for (unsigned i = take(&script, 1) % (SWITCH_PORTS + 1); i; i--) {
		uint32_t rules = take(&script, 1);
		switch_table_add(&table, rules & 4 ? rules >> 4 : 0, rules & 3);
	}
	while (more(&script) && table.port_count) {
		uint8_t frame[14] = {0};
		uint32_t what = take(&script, 1), to = 0;
		unsigned from = what % table.port_count;

		frame[5] = (uint8_t)take(&script, 1);
		frame[11] = (uint8_t)take(&script, 1);
		if (what & 0x40)
			memset(frame, what & 0x20 ? 0xff : 1, 6);
		if (what & 0x80)
			frame[6] = 1;
		frame[12] = (uint8_t)(what & 0x10 ? 0x81 : 8);
		now += (uint64_t)take(&script, 1) << 32;
		enum switch_verdict verdict = switch_table_decide(&table, from, frame, now, &to);
		check(&table, from, frame, verdict, to);
	}
	return 0;
}
