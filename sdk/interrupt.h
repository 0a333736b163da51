/* SPDX-License-Identifier: ISC */
#ifndef SDK_INTERRUPT_H
#define SDK_INTERRUPT_H

#include <stdint.h>

/*
 * Interrupts of this subject's virtual local APIC (x2APIC): events with a vector, the timer, IPIs between its vCPUs.
 * Most applications need none of it: event_wait() alone is enough. Handlers run with interrupts off and the end of
 * interrupt is signalled after them. Vectors 32..255. Exceptions 0..31 print where they happened and end in a
 * shutdown, which is the subject's fault policy's business.
 */
typedef void interrupt_handler(unsigned vector);
void interrupt_handle(unsigned vector, interrupt_handler *handler);
void interrupt_enable(void); /* of this vCPU */
void interrupt_disable(void);
void interrupt_halt(void);                           /* interrupts on and halt until one came */
void interrupt_timer(unsigned vector, uint64_t tsc); /* one-shot on this vCPU: 0 = off */
void interrupt_send(uint32_t vcpu, unsigned vector); /* to a vCPU of this subject */
/* The end: a triple fault, so that the subject's fault policy decides. */
_Noreturn void interrupt_shutdown(void);

#endif
