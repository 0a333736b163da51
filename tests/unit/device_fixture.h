/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_DEVICE_FIXTURE_H
#define TESTS_UNIT_DEVICE_FIXTURE_H

/* What the tests and fuzzers of the device models share: a clock that is a variable, and a pin that counts edges. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "devices/bus.h"
#include "devices/clock.h"
#include "devices/pin.h"

#define MS UINT64_C(1000000)

static inline uint64_t fake_now(void *owner)
{
	return *(const uint64_t *)owner;
}

struct probe {
	bool level;
	unsigned rises;
};

static inline void probe_set(void *owner, unsigned line, bool level)
{
	struct probe *probe = (struct probe *)owner + line;

	probe->rises += level && !probe->level;
	probe->level = level;
}

#endif
