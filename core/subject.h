/* SPDX-License-Identifier: ISC */
#ifndef CORE_SUBJECT_H
#define CORE_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/audit.h"
#include "abi/config.h"
#include "abi/hypercall.h"
#include "abi/stats.h"
#include "abi/status.h"

/*
 * A subject, and restart as a state machine. A guest and its layer are one restart unit: the guest (for an app: the
 * app itself) is the unit's leader and holds the state; `state` changes only by compare-and-swap. The steps of
 * SUBJECT_SCRUB and SUBJECT_LOAD are taken by the CPU of the leader's first vCPU, in that vCPU's own minor frames.
 */
struct cpu;
struct vcpu;
struct subject {
	const struct config_subject *config;
	struct subject *leader;  /* of its restart unit */
	struct subject *partner; /* guest <-> layer, 0 = none */
	struct vcpu *vcpu;       /* the first of config->vcpu.count */
	struct stats_subject *stats;
	uint32_t index;
	uint8_t in_slot[CONFIG_MAX_EVENTS]; /* incoming bit -> index into config->event_in, 0xff = none */
	/* leaders only */
	uint32_t state;     /* enum subject_state, atomic */
	uint32_t next;      /* where SUBJECT_STOPPING leads */
	uint32_t unparked;  /* vCPUs of the unit that still have to park, atomic */
	uint32_t requester; /* subject id, for the audit record */
	uint32_t cursor_region;
	uint64_t cursor_page;
	uint64_t fault_since; /* TSC of the first restart in the present window of the fault policy */
	uint32_t fault_count;
	uint32_t started; /* has run before: the next start is a restart (of every subject, not only leaders) */
};
extern struct subject subjects[CONFIG_MAX_SUBJECTS];
extern uint32_t subject_count;

enum subject_command { COMMAND_START, COMMAND_STOP, COMMAND_PAUSE, COMMAND_RESUME, COMMAND_RESTART, COMMAND_FAIL };
/* `by` = requester's id, 0xffff = the core. ERR_STATE or ERR_BUSY if the state does not allow it. */
enum status subject_command(struct cpu *cpu, struct subject *subject, enum subject_command command, unsigned by);
/* No command reaches a stopped or failed subject until it is released to the state returned; SUBJECT_STATES: it is in
 * another one. */
uint32_t subject_hold(struct subject *subject);
void subject_release(struct subject *subject, uint32_t state);
/* One bounded step of SCRUB or LOAD for the unit of `subject`; false when there is nothing to do. */
bool subject_step(struct cpu *cpu, struct subject *leader);
bool subject_has_work(const struct subject *leader);
void subject_parked(struct cpu *cpu, struct subject *leader); /* one more of its vCPUs is parked */

#endif
