/* SPDX-License-Identifier: ISC */
#ifndef CORE_EXCEPTION_H
#define CORE_EXCEPTION_H

#include <stdint.h>
#include "abi/audit.h"
#include "abi/exit.h"

struct cpu;
struct vcpu;
/* Every exit that machine_run() returns; exactly one entry per reason in its table. */
void exception_exit(struct cpu *cpu, struct vcpu *vcpu, enum exit reason);
/* Apply the subject's fault policy. */
void exception_fault(struct cpu *cpu, struct vcpu *vcpu, enum fault fault, enum exit reason, uint64_t detail);

#endif
