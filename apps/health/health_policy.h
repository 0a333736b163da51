/* SPDX-License-Identifier: ISC */
#ifndef HEALTH_POLICY_H
#define HEALTH_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When to restart a subject: pure, times in nanoseconds of one clock.
 *   grace:   after its start (or ours) the first heartbeat must come within this time;
 *   timeout: after a heartbeat the next must come within this time;
 *   limit:   restarts until the monitor gives up;
 *   forget:  a subject that has beaten this long without a miss has its count forgiven.
 */
struct health_limits {
	uint64_t grace, timeout, forget;
	uint32_t limit;
};
enum health_state {
	HEALTH_WAITING = 0, /* for the first heartbeat of this life */
	HEALTH_BEATING = 1,
	HEALTH_SUSPENDED = 2, /* stopped, paused or being restarted: no heartbeat is due */
	HEALTH_GIVEN_UP = 3,  /* until it beats again */
};
enum health_action { HEALTH_NOTHING = 0, HEALTH_RESTART = 1, HEALTH_GIVE_UP = 2, HEALTH_RECOVERED = 3 };
struct health_policy {
	struct health_limits limits;
	enum health_state state;
	uint64_t since;    /* start of this wait */
	uint64_t first;    /* first heartbeat of the present run of them */
	uint64_t last;     /* latest heartbeat */
	uint32_t restarts; /* not forgiven ones */
	uint32_t reserved;
};
void health_policy_start(struct health_policy *policy, const struct health_limits *limits, uint64_t now);
/* A new life of the subject, whoever began it. */
void health_policy_restarted(struct health_policy *policy, uint64_t now);
/* `due`: the subject is in a state in which it can beat. `beat`: it did since the last call. */
enum health_action health_policy_step(struct health_policy *policy, uint64_t now, bool due, bool beat);
/* When step() must be called at the latest, UINT64_MAX = no such time. */
uint64_t health_policy_deadline(const struct health_policy *policy);

#endif
