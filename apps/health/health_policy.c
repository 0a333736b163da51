/* SPDX-License-Identifier: ISC */
#include "apps/health/health_policy.h"

/*
 * Four states; a heartbeat leads to BEATING from each of them, a missed deadline only ever to WAITING (with a restart)
 * or GIVEN_UP. Sums saturate, so a huge limit means never.
 */
static uint64_t later(uint64_t time, uint64_t by)
{
	uint64_t sum;

	return __builtin_add_overflow(time, by, &sum) ? UINT64_MAX : sum;
}

void health_policy_start(struct health_policy *policy, const struct health_limits *limits, uint64_t now)
{
	*policy = (struct health_policy){.limits = *limits, .since = now};
}

void health_policy_restarted(struct health_policy *policy, uint64_t now)
{
	policy->state = HEALTH_WAITING;
	policy->since = now;
}

static enum health_action beaten(struct health_policy *policy, uint64_t now)
{
	enum health_state before = policy->state;

	if (before != HEALTH_BEATING)
		policy->first = now;
	policy->state = HEALTH_BEATING;
	policy->last = now;
	if (now - policy->first >= policy->limits.forget)
		policy->restarts = 0;
	return before == HEALTH_GIVEN_UP || (before == HEALTH_WAITING && policy->restarts) ? HEALTH_RECOVERED
	                                                                                   : HEALTH_NOTHING;
}

static enum health_action missed(struct health_policy *policy, uint64_t now)
{
	if (policy->restarts >= policy->limits.limit) {
		policy->state = HEALTH_GIVEN_UP;
		return HEALTH_GIVE_UP;
	}
	policy->restarts++;
	health_policy_restarted(policy, now);
	return HEALTH_RESTART;
}

enum health_action health_policy_step(struct health_policy *policy, uint64_t now, bool due, bool beat)
{
	if (beat)
		return beaten(policy, now);
	if (policy->state == HEALTH_GIVEN_UP)
		return HEALTH_NOTHING;
	if (!due) {
		policy->state = HEALTH_SUSPENDED;
		return HEALTH_NOTHING;
	}
	if (policy->state == HEALTH_SUSPENDED)
		health_policy_restarted(policy, now);
	return now >= health_policy_deadline(policy) ? missed(policy, now) : HEALTH_NOTHING;
}

uint64_t health_policy_deadline(const struct health_policy *policy)
{
	if (policy->state == HEALTH_WAITING)
		return later(policy->since, policy->limits.grace);
	return policy->state == HEALTH_BEATING ? later(policy->last, policy->limits.timeout) : UINT64_MAX;
}
