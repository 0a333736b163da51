/* SPDX-License-Identifier: ISC */
#ifndef CORE_EXCEPTION_H
#define CORE_EXCEPTION_H

#include <stdint.h>
#include "abi/audit.h"
#include "abi/exit.h"

struct cpu;
struct vcpu;
/* Apply the subject's fault policy. */
void exception_fault(struct cpu *cpu, struct vcpu *vcpu, enum fault fault, enum exit reason, uint64_t detail);

#endif
