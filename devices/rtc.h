/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_RTC_H
#define DEVICES_RTC_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/pin.h"

#define RTC_BYTES 128
#define RTC_CPUS 0x5f /* byte of CMOS: CPUs but the first, for firmware */

/* An MC146818 with 128 bytes of CMOS. Wall time is base_s seconds after 1970-01-01 (UTC) at base_ns of the clock. */
struct rtc {
	const struct device_clock *clock;
	struct pin pin;
	int64_t base_s;
	uint64_t base_ns;
	int64_t second;    /* the second up to which update and alarm are settled */
	uint64_t tick;     /* the same for the periodic interrupt, in 1/32768 s */
	uint64_t deadline; /* ns */
	uint8_t cmos[RTC_BYTES];
	uint8_t index;
};

void rtc_init(struct rtc *rtc, const struct device_clock *clock, const struct pin *pin, int64_t unix_seconds);
/* The memory bytes firmware looks at: RAM below and above 4 GiB, in bytes. */
void rtc_set_memory(struct rtc *rtc, uint64_t below_4g, uint64_t above_4g);
/* Ports 70-71. */
enum status rtc_attach(struct rtc *rtc, struct bus *bus);
static inline uint64_t rtc_deadline(const struct rtc *rtc)
{
	return rtc->deadline;
}
void rtc_run(struct rtc *rtc, uint64_t now_ns);

#endif
