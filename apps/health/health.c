/* SPDX-License-Identifier: ISC */
#include "apps/health/health.h"
#include "sdk/audit.h"
#include "sdk/clock.h"
#include "sdk/console.h"
#include "sdk/format.h"
#include "sdk/info.h"
#include "sdk/subject.h"
#include "sdk/hypercall.h"

/*
 * One watch per heartbeat channel. A step asks three things, whether bytes came, what state the subject is in, and
 * whether it began a new life, gives them to the policy, and does what that says. Nothing is remembered but in the policy.
 */
#define POLL (CLOCK_S / 4) /* how often the state of a subject that cannot beat is looked at */

static const struct info_subject *subject_of(uint32_t index, const struct info_channel *channel)
{
	char key[16], name[NAME_BYTES];

	if (index)
		format(key, sizeof(key), "subject%u", index);
	else
		format(key, sizeof(key), "subject");
	return info_subject(info_option(key, name, sizeof(name)) ? name : channel->peer);
}

static enum status open_watch(struct health_watch *watch, uint32_t index, const struct health_limits *limits)
{
	enum status status = channel_open_role(&watch->channel, ROLE_HEARTBEAT, index);

	if (status != OK)
		return status;
	watch->subject = subject_of(index, watch->channel.info);
	if (!watch->subject) {
		print("health: no rights over the subject of heartbeat channel %s\n", watch->channel.info->name);
		return ERR_INDEX;
	}
	watch->restarts = 0;
	health_policy_start(&watch->policy, limits, clock_ns());
	return OK;
}

enum status health_open(struct health *health)
{
	const struct health_limits limits = {
	        .grace = info_option_time("grace", 30 * CLOCK_S),
	        .timeout = info_option_time("timeout", 2 * CLOCK_S),
	        .forget = info_option_time("forget", 60 * CLOCK_S),
	        .limit = (uint32_t)info_option_number("limit", 3),
	};
	enum status status;

	health->count = 0;
	while (health->count < HEALTH_WATCHED && info_channel_role(ROLE_HEARTBEAT, health->count)) {
		status = open_watch(&health->watch[health->count], health->count, &limits);
		if (status != OK)
			return status;
		health->count++;
	}
	return health->count ? OK : ERR_INDEX;
}

static bool beat(struct channel *channel)
{
	uint8_t bytes[64];
	bool any = false;

	for (unsigned i = 0; i < 64 && channel_read(channel, bytes, sizeof(bytes)); i++)
		any = true;
	return any;
}

static void report(const struct health_watch *watch, enum health_action action)
{
	static const char *const words[] = {
	        [HEALTH_RESTART] = "no heartbeat: restarting",
	        [HEALTH_GIVE_UP] = "no heartbeat: giving up",
	        [HEALTH_RECOVERED] = "heartbeat is back",
	};

	audit_write((uint32_t)action, watch->subject->id, watch->policy.restarts);
	print("health: %s: %s (restart %u of %u)\n", watch->subject->name, words[action], watch->policy.restarts,
	      watch->policy.limits.limit);
}

static void act(struct health_watch *watch, enum health_action action)
{
	enum status status;

	if (action == HEALTH_NOTHING)
		return;
	report(watch, action);
	if (action != HEALTH_RESTART)
		return;
	status = subject_restart(watch->subject->id);
	if (status != OK)
		print("health: %s: restart refused: %s\n", watch->subject->name, hypercall_status(status));
}

static void step(struct health_watch *watch)
{
	struct subject_status status;
	bool due = true, beats = beat(&watch->channel);
	uint64_t now = clock_ns();

	if (subject_status(watch->subject->id, &status) == OK) {
		due = status.state == SUBJECT_RUNNING || status.state == SUBJECT_FAILED;
		if (status.restarts != watch->restarts && watch->policy.state != HEALTH_GIVEN_UP)
			health_policy_restarted(&watch->policy, now);
		watch->restarts = status.restarts;
	}
	act(watch, health_policy_step(&watch->policy, now, due, beats));
}

void health_step(struct health *health)
{
	for (uint32_t i = 0; i < health->count; i++)
		step(&health->watch[i]);
}

uint64_t health_events(const struct health *health)
{
	uint64_t events = 0;

	for (uint32_t i = 0; i < health->count; i++)
		events |= channel_event(&health->watch[i].channel);
	return events;
}

uint64_t health_deadline(const struct health *health)
{
	uint64_t now = clock_ns(), until = UINT64_MAX;

	for (uint32_t i = 0; i < health->count; i++) {
		uint64_t deadline = health_policy_deadline(&health->watch[i].policy);
		if (health->watch[i].policy.state == HEALTH_SUSPENDED)
			deadline = now + POLL;
		if (deadline < until)
			until = deadline;
	}
	if (until == UINT64_MAX)
		return UINT64_MAX;
	return clock_deadline(until > now ? until - now : 0);
}
