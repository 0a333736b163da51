/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DEBUG_H
#define DEVICES_DEBUG_H

#include <stddef.h>
#include <stdint.h>
#include "abi/status.h"
#include "devices/bus.h"

struct debug_sink {
	size_t (*write)(void *owner, const uint8_t *bytes,
	                size_t count); /* as in struct serial_backend; loss is allowed */
	void (*exit)(void *owner, uint32_t code);
	void *owner;
};

/*
 * Ports for tests and firmware: E9 and 402 print a byte (and read E9h, so that a guest finds them), F4 and 501 end the
 * guest with a code, 80 takes POST codes.
 */
struct debug {
	struct debug_sink sink;
	uint8_t post; /* last POST code */
};

void debug_init(struct debug *debug, const struct debug_sink *sink);
enum status debug_attach(struct debug *debug, struct bus *bus);

#endif
