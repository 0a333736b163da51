/* SPDX-License-Identifier: ISC */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/audit.h"

struct cpu;
struct vcpu;
void audit_open(void); /* once: prepare the rings */
/* On behalf of a vCPU: its identity and rip go into the record, its budget is charged; false: used up, no record.
 * `what` and the arguments: AUDIT. */
bool audit_vcpu(struct cpu *cpu, struct vcpu *vcpu, uint64_t what, uint64_t a, uint64_t b, uint64_t c);
/* Charges the vCPU for a record that the core will write about somebody else; false: its budget is used up. */
bool audit_charge(struct cpu *cpu, struct vcpu *vcpu);
/* By the core itself, about a subject (0xffff = none). */
void audit_core(struct cpu *cpu, uint32_t subject, uint64_t what, uint64_t a, uint64_t b, uint64_t c);
/* Four arguments: enum audit_class with enum audit_event, and what the event's line in abi/audit.h says. */
#define AUDIT(class, event, a, b, c) (uint64_t)(class) | (uint64_t)(event) << 16, a, b, c
void audit_mask(uint32_t consumer, uint32_t classes);

#endif
