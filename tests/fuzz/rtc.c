/* SPDX-License-Identifier: ISC */
/* The clock chip: any time, any alarm, any format; a run brings the deadline beyond now, and the date stays a date. */
#include "devices/rtc.h"
#include "tests/fuzz/device_script.h"

static void check_date(struct bus *bus)
{
	static const uint8_t index[3] = {8, 7, 6}, limit[3] = {0x12, 0x31, 7};

	for (unsigned i = 0; i < 3; i++) {
		uint32_t value;

		bus_write(bus, 0x70, 1, index[i]);
		value = bus_read(bus, 0x71, 1);
		MUST(value >= 1 && value <= limit[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus bus;
	struct script script = {data, data + size};
	struct probe irq = {0};
	uint64_t now = 0;
	struct device_clock clock = {fake_now, &now, 0};
	struct rtc rtc;

	bus.count = 0;
	rtc_init(&rtc, &clock, &(struct pin){probe_set, &irq, 0}, take(&script, 4));
	MUST(!rtc_attach(&rtc, &bus));
	while (more(&script)) {
		uint32_t what = take(&script, 1);

		if (what & 1) {
			bus_write(&bus, 0x70, 1, what & 2 ? what >> 2 & 15 : what >> 2);
			port_access(&script, &bus, 0x70);
		} else {
			now += (uint64_t)take(&script, 4) << (what >> 1 & 15);
			now = what & 0x80 && rtc_deadline(&rtc) != CLOCK_NEVER ? rtc_deadline(&rtc) : now;
			rtc_run(&rtc, now);
			MUST(rtc_deadline(&rtc) > now);
		}
		MUST(!irq.level || rtc_deadline(&rtc) == CLOCK_NEVER);
		if (!(rtc.cmos[0x0b] & 0x80) && what & 0x40)
			check_date(&bus);
	}
	return 0;
}
