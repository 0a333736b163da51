/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_SHARE_H
#define TESTS_GUEST_COMMON_SHARE_H

#include <stdbool.h>
#include <stdint.h>
#include "sdk/sdk.h"

/*
 * What an application gets of its CPU, seen from inside: it reads the TSC in a loop, and a step larger than `gap` ticks
 * is time that somebody else had. A run is the time between two gaps, a frame as the application sees it.
 */
struct share {
	uint64_t runs;
	uint64_t run_min, run_max; /* ticks */
	uint64_t gap_min, gap_max;
	uint64_t own, total; /* ticks in complete runs; from the first run's begin to the last one's end */
	uint64_t start_late; /* largest difference between (begin of run) and (first begin + n * period) */
};
/* Until `count` runs are complete, or `stop` (may be 0) says so, asked once per run. */
/* Not by whole megahertz: a clock of 999,998 kHz would be off by a thousandth. */
void share_measure(struct share *share, uint64_t gap, uint64_t period, uint64_t count, bool (*stop)(void *),
                   void *context);
/* Microseconds in TSC ticks, exactly: the TSC need not run at whole MHz. */
uint64_t share_ticks(uint64_t us);
/* |a - b| */
uint64_t share_distance(uint64_t a, uint64_t b);

#endif
