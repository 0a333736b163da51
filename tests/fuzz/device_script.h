/* SPDX-License-Identifier: ISC */
#ifndef TESTS_FUZZ_DEVICE_SCRIPT_H
#define TESTS_FUZZ_DEVICE_SCRIPT_H

/* A fuzzer's input read as a script for a device model: numbers until the bytes are used up. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "devices/bus.h"
#include "tests/unit/device_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *at, *end;
};

/* Little-endian; missing bytes are 0. */
static inline uint32_t take(struct script *script, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes && script->at < script->end; i++)
		value |= (uint32_t)*script->at++ << 8 * i;
	return value;
}

static inline bool more(const struct script *script)
{
	return script->at < script->end;
}

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

/* One access to a port near `base`, as the next bytes say: bit 7 writes, bits 5-6 size, the rest is the offset. */
static inline void port_access(struct script *script, struct bus *bus, uint16_t base)
{
	uint32_t what = take(script, 1);
	unsigned size = 1u << (what >> 5 & 3) & 7;
	uint16_t port = (uint16_t)(base + (what & 31));

	size = size ? size : 1;
	if (what & 0x80)
		bus_write(bus, port, size, take(script, size));
	else
		MUST(size == 4 || bus_read(bus, port, size) < UINT32_C(1) << 8 * size);
}

#endif
