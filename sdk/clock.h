/* SPDX-License-Identifier: ISC */
#ifndef SDK_CLOCK_H
#define SDK_CLOCK_H

#include <stdint.h>

/* Time is the TSC; the information page says how fast it runs and what the time of day was at TSC 0. */
uint64_t clock_tsc(void);
uint64_t clock_tsc_from_ns(uint64_t ns); /* a duration */
uint64_t clock_ns_from_tsc(uint64_t ticks);
uint64_t clock_ns(void);      /* since power on (TSC 0) */
uint64_t clock_unix_ns(void); /* time of day, 0 = unknown */
/* The TSC value `ns` from now: a deadline for event_wait(). */
uint64_t clock_deadline(uint64_t ns);
/* Gives the CPU back until then; interrupts are served meanwhile, events stay pending. */
void clock_sleep_until(uint64_t tsc);
void clock_sleep(uint64_t ns);

#define CLOCK_US UINT64_C(1000)
#define CLOCK_MS UINT64_C(1000000)
#define CLOCK_S UINT64_C(1000000000)

#endif
