/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_PM_H
#define DEVICES_PM_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/pci_function.h"
#include "devices/pin.h"

#define PM_BASE 0xb000 /* where firmware puts the block: PM1a events +0..3, control +4..5, timer +8..b */
#define PM_TIMER_HZ 3579545
#define PM_SCI_IRQ 9
#define PM_SLP_TYP_S5 0 /* what DSDT's \_S5 says, and the PIIX4's soft off */

struct pm_sink {
	void (*power_off)(void *owner);
	void *owner;
};

/* The PIIX4's power management: ACPI's fixed hardware, always in ACPI mode (no SMI command port). */
struct pm {
	const struct device_clock *clock;
	struct pm_sink sink;
	struct pin sci;    /* level: connect to line 9 of PIC and IOAPIC */
	uint64_t carries;  /* how often timer bit 23 had changed at the last run */
	uint64_t deadline; /* ns */
	uint16_t status, enable, control;
	struct bus *bus;
	unsigned slot;
	uint16_t base;                /* of its ports */
	struct pci_function function; /* 8086:7113, for place 1.3 */
};

void pm_init(struct pm *pm, const struct device_clock *clock, const struct pm_sink *sink, const struct pin *sci);
void pm_reset(struct pm *pm);
/* Its ports, which are nowhere until the guest or pm_place puts them somewhere. */
enum status pm_attach(struct pm *pm, struct bus *bus);
void pm_place(struct pm *pm, uint16_t base);            /* as firmware does by the function's registers */
void pm_press_power_button(struct pm *pm);              /* asks the guest to shut down */
static inline uint64_t pm_deadline(const struct pm *pm) /* the timer's carry, if its interrupt is enabled */
{
	return pm->deadline;
}
void pm_run(struct pm *pm, uint64_t now_ns);

#endif
