/* SPDX-License-Identifier: ISC */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/audit.h"

struct cpu;
struct vcpu;
struct audit_entry {
	enum audit_class class;
	uint32_t event; /* enum audit_event */
	uint64_t argument[3];
};
void audit_open(void); /* once: prepare the rings */
/* On behalf of a vCPU: its identity and rip go into the record, its budget is charged; false: used up, no record. */
bool audit_vcpu(struct cpu *cpu, struct vcpu *vcpu, const struct audit_entry *entry);
/* Charges the vCPU for a record that the core will write about somebody else; false: its budget is used up. */
bool audit_charge(struct cpu *cpu, struct vcpu *vcpu);
/* By the core itself, about a subject (0xffff = none). */
void audit_core(struct cpu *cpu, uint32_t subject, const struct audit_entry *entry);
#define AUDIT(class, event, a, b, c) (&(struct audit_entry){class, event, {a, b, c}})
void audit_mask(uint32_t consumer, uint32_t classes);

#endif
