/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_LAYER_TIME_H
#define DEVICES_LAYER_TIME_H

#include <stdint.h>

/*
 * The guest's clock: nanoseconds since this guest was started, from the TSC. (Apart from sdk/clock.h because the models'
 * devices/clock.h uses the same names for arithmetic.)
 */
void layer_time_start(void);
uint64_t layer_time_now(void *unused);    /* for struct device_clock */
uint64_t layer_time_tsc(uint64_t now_ns); /* the TSC at which now_ns has surely passed; ~0 and more: 0 = never */
int64_t layer_time_unix(void);            /* seconds, of the time of day; the year 2000 if unknown */
/* Wall time at the start of the clock, for guests' own arithmetic; and the TSC then. */
uint64_t layer_time_unix_base_ns(void);
uint64_t layer_time_tsc_base(void);
uint64_t layer_time_tsc_now(void);
/* Gives the CPU away for about 20 us. */
void layer_time_pause(void);
/* Gives the CPU away until one of these events comes, but no longer than this. */
void layer_time_wait(uint64_t events, uint64_t ns);

#endif
