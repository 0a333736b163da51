/* SPDX-License-Identifier: ISC */
#ifndef ARCH_AARCH64_VCPU_STATE_H
#define ARCH_AARCH64_VCPU_STATE_H

#include <stdint.h>

/*
 * What the core reads of an AArch64 vCPU in line. There is no AArch64 back end yet: this header lets `make check` compile
 * core/ for AArch64, so that nothing of x86 creeps in. Hypercalls by HVC: x0 = number and status, x1..x3 = arguments.
 */
struct vcpu_state {
	uint64_t x[31];
	uint64_t deadline;  /* of the virtual timer in counter ticks, ~0 = none */
	uint64_t detail[3]; /* frame.info of the last exit */
};

static inline uint64_t vcpu_argument(const struct vcpu_state *state, unsigned index)
{
	return state->x[index];
}
static inline void vcpu_result(struct vcpu_state *state, unsigned index, uint64_t value)
{
	state->x[index] = value;
}
static inline uint64_t vcpu_deadline(const struct vcpu_state *state)
{
	return state->deadline;
}

#endif
