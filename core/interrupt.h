/* SPDX-License-Identifier: ISC */
#ifndef CORE_INTERRUPT_H
#define CORE_INTERRUPT_H

#include <stdint.h>
#include "abi/status.h"

struct cpu;
struct vcpu;
struct subject;
/* HC_LINE_UNMASK on CPU `here`: line `index` of the subject's own table. */
void interrupt_unmask(struct cpu *here, const struct subject *subject, uint32_t index);
/* The subject begins anew: its lines are masked, as at the start of the system. */
void interrupt_close(const struct subject *subject);
/* A major frame begins on this CPU: budgets are full again. */
void interrupt_major(struct cpu *cpu);

#endif
