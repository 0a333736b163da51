/* SPDX-License-Identifier: ISC */
/* The 8254: whatever is programmed, a run brings the deadline beyond now. */
#include "devices/pit.h"
#include "tests/fuzz/device_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus bus;
	struct script script = {data, data + size};
	struct probe irq = {0};
	uint64_t now = 0;
	struct device_clock clock = {fake_now, &now, 0};
	struct pit pit;

	bus.count = 0;
	pit_init(&pit, &clock, &(struct pin){probe_set, &irq, 0});
	MUST(!pit_attach(&pit, &bus));
	while (more(&script)) {
		uint32_t what = take(&script, 1);

		if (what & 1) {
			port_access(&script, &bus, what & 2 ? 0x61 : 0x40);
		} else {
			now += what & 2 ? take(&script, 4) : take(&script, 2);
			now = what & 4 && pit_deadline(&pit) != CLOCK_NEVER ? pit_deadline(&pit) : now;
			pit_run(&pit, now);
			MUST(pit_deadline(&pit) > now);
		}
		for (unsigned i = 0; i < PIT_CHANNELS; i++)
			MUST(pit.channel[i].count >= 1 && pit.channel[i].count <= 65536);
	}
	return 0;
}
