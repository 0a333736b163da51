/* SPDX-License-Identifier: ISC */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/config.h"
#include "abi/frame.h"
#include "abi/stats.h"
#include "core/cpu.h"
#include "core/machine.h"
#include "vcpu_state.h"

/*
 * A vCPU always belongs to the same physical CPU, and only that CPU touches its state. Others reach it through
 * `requests` and `events` (atomic OR) and a kick; see vcpu_request().
 */
enum vcpu_run {
	VCPU_PARKED = 0,  /* its subject does not run */
	VCPU_READY = 1,   /* a guest with a layer runs only while the layer is VCPU_RESUMED */
	VCPU_HALTED = 2,  /* HLT: until an interrupt */
	VCPU_WAITING = 3, /* HC_EVENT_WAIT: until an event, a deadline or an interrupt */
	VCPU_RESUMED = 4, /* a layer inside HC_VCPU_RUN */
	VCPU_WAIT_SIPI = 5,
};
#define REQUEST_EVENT 1u /* an event or interrupt was posted */
#define REQUEST_PARK 2u
#define REQUEST_RESET 4u /* to the start state, and run */
#define REQUEST_INIT 8u
#define REQUEST_SIPI 16u
#define REQUEST_STATE 32u /* its subject was paused or resumed, or has work to do */
#define REQUEST_ANEW (REQUEST_RESET | REQUEST_INIT | REQUEST_SIPI) /* all that writes registers which C preserves */

#define UNUSUAL_EXTINT 2u         /* its layer raised the INTR line */
#define UNUSUAL_INIT REQUEST_INIT /* it was reset or started anew: the next HC_VCPU_RUN says so */
#define UNUSUAL_SIPI REQUEST_SIPI
#define UNUSUAL_STARTED (UNUSUAL_INIT | UNUSUAL_SIPI)

struct subject;
struct vcpu {
	struct vcpu_state machine;
	/* constant after start-up */
	struct cpu *cpu;
	struct subject *subject;
	struct vcpu *layer, *guest; /* partner: of a guest, of a layer */
	struct exit_frame *frame;
	struct stats_vcpu *stats;
	const struct config_vcpu *config;
	uint32_t index, number; /* in the system, in its subject */
	/* own CPU only */
	uint32_t state;   /* enum vcpu_run */
	uint32_t unusual; /* of a guest: UNUSUAL_*, what its layer waits for or has not heard of */
	uint32_t paused;
	uint64_t wait_mask;
	uint64_t deadline; /* layer: its timer; waiting: HC_EVENT_WAIT; ~0 = none */
	uint64_t event_mask;
	uint64_t audit_since;
	uint32_t audit_left, audit_suppressed;
	/* written by any CPU, atomically */
	uint64_t requests;
	uint64_t events;
	uint32_t sipi_vector;
};
extern struct vcpu vcpus[CONFIG_MAX_VCPUS];
extern uint32_t vcpu_count;

/* Leave a request for a vCPU and, if it could act on it now, make its CPU look. `urgent`: interrupt its guest. */
void vcpu_request(struct cpu *cpu, struct vcpu *vcpu, uint64_t bits, bool urgent);
/* On the vCPU's own CPU, in its frame: act on the requests. */
void vcpu_serve(struct cpu *cpu, struct vcpu *vcpu);
/* Halted, waiting or a layer inside HC_VCPU_RUN: go on if there is a reason. */
void vcpu_wake(struct vcpu *vcpu, uint64_t now);
/* Its group has the present minor frame of its CPU. */
static inline bool vcpu_in_frame(const struct vcpu *vcpu)
{
	struct vcpu **member = __atomic_load_n(&vcpu->cpu->member, __ATOMIC_SEQ_CST);

	while (member && *member && *member != vcpu)
		member++;
	return member && *member;
}
static inline bool vcpu_runnable(const struct vcpu *vcpu)
{
	return vcpu->state == VCPU_READY && !vcpu->paused && (!vcpu->layer || vcpu->layer->state == VCPU_RESUMED);
}

#endif
