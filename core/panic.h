/* SPDX-License-Identifier: ISC */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

#include <stdint.h>

/*
 * The end after an exception inside the core: crash record, message, safe state. Called by arch on the stack of the
 * exception (#DF and #MC: their own), interrupts off. `detail` is the faulting address of #PF and #DF on x86-64.
 */
_Noreturn void core_panic(unsigned vector, uint64_t error, uint64_t rip, uint64_t detail);

#endif
