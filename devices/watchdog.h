/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_WATCHDOG_H
#define DEVICES_WATCHDOG_H

#include "devices/clock.h"
#include "devices/pci_function.h"

/* The watchdog of the Intel 6300ESB; what is left out stands at the top of watchdog.c. */
struct watchdog_sink {
	void (*expired)(void *owner); /* the guest has not fed it */
	void *owner;
};
struct watchdog {
	struct pci_function pci;
	struct device_clock clock;
	struct watchdog_sink sink;
	uint32_t preload[2]; /* ticks of each stage */
	unsigned keys;       /* how much of the key sequence was written */
	unsigned stage;
	uint64_t ends; /* of the present stage; CLOCK_NEVER: it stands */
	bool enabled, locked, interrupt, timed_out;
};

void watchdog_init(struct watchdog *watchdog, const struct device_clock *clock, const struct watchdog_sink *sink);
uint64_t watchdog_deadline(const struct watchdog *watchdog);
void watchdog_run(struct watchdog *watchdog, uint64_t now);

#endif
