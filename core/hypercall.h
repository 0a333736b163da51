/* SPDX-License-Identifier: ISC */
#ifndef CORE_HYPERCALL_H
#define CORE_HYPERCALL_H

struct cpu;
struct vcpu;
/* EXIT_HYPERCALL: looks up the call, checks, applies, answers in registers and steps over the instruction. */
void hypercall_exit(struct cpu *cpu, struct vcpu *vcpu);

#endif
