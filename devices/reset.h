/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_RESET_H
#define DEVICES_RESET_H

#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"

struct reset_sink {
	void (*reset)(void *owner);
	void *owner;
};

/* The three ways to reset a PC: port CF9, port 92 bit 0, and command FEh at port 64 (without a keyboard there). */
struct reset {
	struct reset_sink sink;
	uint8_t cf9, port92;
};

void reset_init(struct reset *reset, const struct reset_sink *sink);
/* Ports CF9, 92, 60 and 64. Attach after pci_attach. */
enum status reset_attach(struct reset *reset, struct bus *bus);

#endif
