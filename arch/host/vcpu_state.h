/* SPDX-License-Identifier: ISC */
#ifndef ARCH_HOST_VCPU_STATE_H
#define ARCH_HOST_VCPU_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* The fake machine's vCPU: its guest is a script of exits, its interrupts a bitmap. See arch/host/host.h. */
struct host_exit;
struct vcpu;
struct vcpu_state {
	uint64_t argument[4]; /* 0 = RAX: number and status */
	uint64_t detail[3];
	uint64_t deadline;
	uint64_t pending[4];
	uint64_t rip, injected;
	const struct host_exit *script;
	uint32_t script_count, script_next;
	struct host_exit (*guest)(struct vcpu *vcpu); /* goes on where the script ends */
	uint32_t resets, entries, faults_injected, ignored, started_vector, inits;
	bool interrupts_on, extint_line, extint_given;
	uint32_t taken;       /* the last vector that the guest took */
	uint32_t taken_count; /* how many */
};

static inline uint64_t vcpu_argument(const struct vcpu_state *state, unsigned index)
{
	return state->argument[index];
}
static inline void vcpu_result(struct vcpu_state *state, unsigned index, uint64_t value)
{
	state->argument[index] = value;
}
static inline uint64_t vcpu_deadline(const struct vcpu_state *state)
{
	return state->deadline;
}

#endif
