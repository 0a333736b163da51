/* SPDX-License-Identifier: ISC */
#ifndef HEALTH_HEALTH_H
#define HEALTH_HEALTH_H

#include "apps/health/health_policy.h"
#include "sdk/channel.h"

/*
 * The health monitor: any byte on a channel with role ROLE_HEARTBEAT is a heartbeat; a subject that misses its time
 * (health_policy.h) is restarted, reported in one line, and audited. Options:
 *   subject=NAME    whom heartbeat channel 0 speaks for; subject1=NAME for channel 1 ...; default: the channel's peer
 *   timeout=2s grace=30s limit=3 forget=60s    for all; units us, ms, s
 * Needs restart and status rights over the subjects, and audit.write.
 * Audit records AUDIT_USER_EVENT + enum health_action: arguments = subject id, restarts so far.
 */
#define HEALTH_WATCHED 8u
struct health_watch {
	struct channel channel;
	const struct info_subject *subject;
	struct health_policy policy;
	uint32_t restarts; /* of the subject in all, as the core counts */
};
struct health {
	struct health_watch watch[HEALTH_WATCHED];
	uint32_t count;
};
/* ERR_INDEX: no heartbeat channel, or one whose subject this application has no right over (named on the console). */
enum status health_open(struct health *health);
void health_step(struct health *health);
/* For event_wait() between two steps. */
uint64_t health_events(const struct health *health);
uint64_t health_deadline(const struct health *health); /* TSC */

#endif
