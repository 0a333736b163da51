/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PIT_H
#define DEVICES_PIT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/pin.h"
#include "devices/pit_channel.h"

#define PIT_HZ 1193182
#define PIT_CHANNELS 3

/* An 8254 with the PC's port 61h. Channel 0 drives the pin; channel 2 has the gate and the speaker. */
struct pit {
	struct pit_channel channel[PIT_CHANNELS];
	const struct device_clock *clock;
	struct pin pin;
	uint64_t reported; /* tick up to which channel 0's edges went to the pin */
	uint64_t deadline; /* ns */
	uint8_t port61;    /* bits 0..3 as written */
};

void pit_init(struct pit *pit, const struct device_clock *clock, const struct pin *pin);
void pit_reset(struct pit *pit);
/* Ports 40-43 and 61. */
enum status pit_attach(struct pit *pit, struct bus *bus);
static inline uint64_t pit_deadline(const struct pit *pit) /* next rising edge of channel 0 */
{
	return pit->deadline;
}
void pit_run(struct pit *pit, uint64_t now_ns);

#endif
