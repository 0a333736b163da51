/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PM_H
#define DEVICES_PM_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/pin.h"

#define PM_BASE 0x600 /* PM1a event block 600-603, control block 604-605, timer 608-60b: where a q35 has them */
#define PM_TIMER_HZ 3579545
#define PM_SCI_IRQ 9
#define PM_SLP_TYP_S5 5 /* what DSDT's \_S5 says */

struct pm_sink {
	void (*power_off)(void *owner);
	void *owner;
};

/* ACPI's fixed hardware, always in ACPI mode (no SMI command port). */
struct pm {
	const struct device_clock *clock;
	struct pm_sink sink;
	struct pin sci;    /* level: connect to line 9 of PIC and IOAPIC */
	uint64_t carries;  /* how often timer bit 23 had changed at the last run */
	uint64_t deadline; /* ns */
	uint16_t status, enable, control;
};

void pm_init(struct pm *pm, const struct device_clock *clock, const struct pm_sink *sink, const struct pin *sci);
void pm_reset(struct pm *pm);
enum status pm_attach(struct pm *pm, struct bus *bus, uint16_t base);
void pm_press_power_button(struct pm *pm);              /* asks the guest to shut down */
static inline uint64_t pm_deadline(const struct pm *pm) /* the timer's carry, if its interrupt is enabled */
{
	return pm->deadline;
}
void pm_run(struct pm *pm, uint64_t now_ns);

#endif
