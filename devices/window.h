/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_WINDOW_H
#define DEVICES_WINDOW_H

#include <stdint.h>

/*
 * What answers a range of ports or of memory. `offset` counts from the start of the range; size is 1, 2 or 4 bytes, and
 * 8 too for memory; an access may be unaligned and never crosses the end. Of a read's answer `size` bytes are used.
 */
struct window {
	void *device;
	uint64_t (*read)(void *device, uint32_t offset, unsigned size);
	void (*write)(void *device, uint32_t offset, unsigned size, uint64_t value);
};

#endif
