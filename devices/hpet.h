/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_HPET_H
#define DEVICES_HPET_H

#include <stdbool.h>
#include <stdint.h>
#include "devices/clock.h"
#include "devices/pin.h"

#define HPET_BASE UINT64_C(0xfed00000)
#define HPET_BYTES 1024u
#define HPET_TIMERS 3u
#define HPET_HZ UINT64_C(100000000)
#define HPET_BLOCK_ID UINT32_C(0x8086a201) /* revision 1, three timers, 64-bit counter, legacy replacement, Intel */

struct hpet_timer {
	uint64_t config, comparator, period;
	uint64_t due; /* ticks of the clock at which it fires, CLOCK_NEVER: not */
	bool set_accumulator;
};
/* An HPET of 100 MHz with three timers. */
struct hpet {
	const struct device_clock *clock;
	struct pin ioapic; /* line 0: the I/O APIC's pins by number */
	struct pin isa;    /* line 0: the ISA lines, for legacy replacement */
	uint64_t config, status;
	uint64_t counter; /* while it stands; while it runs: what it is ahead of the clock's ticks */
	struct hpet_timer timer[HPET_TIMERS];
	uint64_t deadline;
};

void hpet_init(struct hpet *hpet, const struct device_clock *clock, const struct pin *ioapic, const struct pin *isa);
uint64_t hpet_read(void *hpet, uint32_t offset, unsigned size); /* for struct window */
void hpet_write(void *hpet, uint32_t offset, unsigned size, uint64_t value);
static inline uint64_t hpet_deadline(const struct hpet *hpet)
{
	return hpet->deadline;
}
void hpet_run(struct hpet *hpet, uint64_t now_ns);

#endif
