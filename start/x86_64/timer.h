/* SPDX-License-Identifier: ISC */
#ifndef START_X86_64_TIMER_H
#define START_X86_64_TIMER_H

#include <stdbool.h>
#include <stdint.h>

extern uint64_t timer_tsc_khz;
/* CPU 0, once: finds the TSC's and the local APIC timer's frequency. false: there is no plausible answer. */
bool timer_init(void);
/* On each CPU, after cpu_load(): one-shot mode, our vector. */
void timer_start(void);

#endif
