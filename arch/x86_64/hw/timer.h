/* SPDX-License-Identifier: ISC */
#ifndef ARCH_X86_64_HW_TIMER_H
#define ARCH_X86_64_HW_TIMER_H

#include <stdbool.h>

/* CPU 0, once: finds the TSC's and the local APIC timer's frequency. false: there is no plausible answer. */
bool timer_init(void);
/* On each CPU, after apic_init(): one-shot mode, our vector. */
void timer_start(void);

#endif
