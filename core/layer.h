/* SPDX-License-Identifier: ISC */
#ifndef CORE_LAYER_H
#define CORE_LAYER_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/exit.h"
#include "abi/hypercall.h"
#include "abi/status.h"

struct cpu;
struct vcpu;
/* Handover: the guest's exit is its layer's to answer; the layer runs next, in the same minor frame. */
void layer_handover(struct cpu *cpu, struct vcpu *guest, enum exit reason);
/* End the layer's HC_VCPU_RUN with this outcome. */
void layer_return(struct vcpu *layer, enum run_outcome outcome, uint64_t value);
/* HC_VCPU_RUN by `layer`, with its three arguments. */
enum status layer_run(struct cpu *cpu, struct vcpu *layer, uint64_t flags, uint64_t rax, uint64_t deadline);
/* Something may end the layer's HC_VCPU_RUN: events, its timer, an open window, ExtINT. true if it did. */
bool layer_check(struct vcpu *layer, uint64_t now);

#endif
