/* SPDX-License-Identifier: ISC */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdint.h>
#include "abi/status.h"

struct cpu;
struct subject;
struct vcpu;
/* Signal outgoing event `index` of `subject`; the index must be in its table. */
void event_signal(struct cpu *cpu, struct subject *subject, uint32_t index);
/* Set incoming bit `bit` of `subject`, as a line or the core does. */
void event_post(struct cpu *cpu, struct subject *subject, uint32_t bit);
/* Raise the vectors of these incoming bits of `vcpu`, as far as they have one and are its own. */
void event_raise(struct vcpu *vcpu, uint64_t bits);
/* End HC_EVENT_WAIT of `vcpu` if a bit of its mask is pending, a deadline has passed, or an interrupt is deliverable. */
void event_wait_check(struct vcpu *vcpu, uint64_t now);

#endif
