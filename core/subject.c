/* SPDX-License-Identifier: ISC */
#include "core/subject.h"
#include "core/audit.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * Starting, stopping and restarting are states, never calls that take time: a command only moves the state and posts
 * requests; parking is done by each vCPU's own CPU, memory by steps of one page in the unit's own frames.
 * Invariant: memory is touched only in SCRUB and LOAD, and in those states every vCPU of the unit is parked.
 */
struct subject subjects[CONFIG_MAX_SUBJECTS];
uint32_t subject_count;

static bool change(struct cpu *cpu, struct subject *leader, uint32_t old, uint32_t now, uint32_t by)
{
	uint32_t expected = old;

	if (!__atomic_compare_exchange_n(&leader->state, &expected, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	leader->stats->state = now;
	if (leader->partner)
		leader->partner->stats->state = now;
	if (now != SUBJECT_SCRUB && now != SUBJECT_LOAD)
		audit_core(cpu, leader->index, AUDIT(AUDIT_SYSTEM, AUDIT_SUBJECT_STATE, now, old, by));
	return true;
}

static void request_all(struct cpu *cpu, struct subject *leader, uint64_t bits)
{
	for (struct subject *s = leader; s; s = s == leader ? leader->partner : 0)
		for (uint32_t i = 0; i < s->config->vcpu.count; i++)
			vcpu_request(cpu, s->vcpu + i, bits, true);
}

static enum status begin_stop(struct cpu *cpu, struct subject *leader, uint32_t state, uint32_t next, unsigned by)
{
	if (!change(cpu, leader, state, SUBJECT_STOPPING, by))
		return ERR_BUSY;
	/* nobody else writes these: every command loses against STOPPING, and nobody parks before the requests below */
	leader->next = next;
	leader->requester = by;
	leader->unparked = leader->config->vcpu.count + (leader->partner ? leader->partner->config->vcpu.count : 0);
	request_all(cpu, leader, REQUEST_PARK);
	return OK;
}

static enum status begin_load(struct cpu *cpu, struct subject *leader, uint32_t state, unsigned by)
{
	/* the cursor is at the beginning: the one who parked last put it there */
	if (!change(cpu, leader, state, SUBJECT_SCRUB, by))
		return ERR_BUSY;
	leader->requester = by;
	vcpu_request(cpu, leader->vcpu, REQUEST_STATE, true);
	return OK;
}

/* What a command does in each state: the state it leads to, or a refusal. */
enum { REFUSE = 0x40, BUSY = 0x80 };
static const uint8_t leads_to[COMMAND_FAIL + 1][SUBJECT_STATES] = {
        [COMMAND_START] = {SUBJECT_SCRUB, REFUSE, REFUSE, BUSY, BUSY, BUSY, SUBJECT_SCRUB},
        [COMMAND_STOP] = {REFUSE, SUBJECT_STOPPED, SUBJECT_STOPPED, BUSY, BUSY, BUSY, REFUSE},
        [COMMAND_PAUSE] = {REFUSE, SUBJECT_PAUSED, REFUSE, BUSY, BUSY, BUSY, REFUSE},
        [COMMAND_RESUME] = {REFUSE, REFUSE, SUBJECT_RUNNING, BUSY, BUSY, BUSY, REFUSE},
        [COMMAND_RESTART] = {SUBJECT_SCRUB, SUBJECT_SCRUB, SUBJECT_SCRUB, BUSY, BUSY, BUSY, SUBJECT_SCRUB},
        [COMMAND_FAIL] = {REFUSE, SUBJECT_FAILED, SUBJECT_FAILED, BUSY, BUSY, BUSY, REFUSE},
};

enum status subject_command(struct cpu *cpu, struct subject *subject, enum subject_command command, unsigned by)
{
	struct subject *leader = subject->leader;
	uint32_t state = __atomic_load_n(&leader->state, __ATOMIC_SEQ_CST);
	uint32_t target = leads_to[command][state];

	if (target >= REFUSE)
		return target == BUSY ? ERR_BUSY : ERR_STATE;
	if (target == SUBJECT_PAUSED || target == SUBJECT_RUNNING) {
		if (!change(cpu, leader, state, target, by))
			return ERR_BUSY;
		request_all(cpu, leader, REQUEST_STATE);
		return OK;
	}
	if (state == SUBJECT_RUNNING || state == SUBJECT_PAUSED)
		return begin_stop(cpu, leader, state, target, by);
	return begin_load(cpu, leader, state, by);
}

uint32_t subject_hold(struct subject *subject)
{
	uint32_t *now = &subject->leader->state, state = __atomic_load_n(now, __ATOMIC_SEQ_CST);

	if ((state == SUBJECT_STOPPED || state == SUBJECT_FAILED) &&
	    __atomic_compare_exchange_n(now, &state, SUBJECT_STOPPING, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return state;
	return SUBJECT_STATES;
}

void subject_release(struct subject *subject, uint32_t state)
{
	__atomic_store_n(&subject->leader->state, state, __ATOMIC_SEQ_CST);
}

void subject_parked(struct cpu *cpu, struct subject *leader)
{
	if (__atomic_sub_fetch(&leader->unparked, 1, __ATOMIC_SEQ_CST))
		return;
	leader->cursor_region = 0;
	leader->cursor_page = 0;
	uint32_t next = leader->next; /* who comes after STOPPING may write it */
	change(cpu, leader, SUBJECT_STOPPING, next, leader->requester);
	if (next == SUBJECT_SCRUB)
		vcpu_request(cpu, leader->vcpu, REQUEST_STATE, true);
}

bool subject_has_work(const struct subject *leader)
{
	uint32_t state = __atomic_load_n(&leader->state, __ATOMIC_SEQ_CST);

	return state == SUBJECT_SCRUB || state == SUBJECT_LOAD;
}

static void forget_events(struct subject *subject)
{
	for (uint32_t i = 0; i < subject->config->vcpu.count; i++) {
		__atomic_store_n(&subject->vcpu[i].events, 0, __ATOMIC_SEQ_CST);
		/* what a vCPU of the life before sent to one that had parked already */
		__atomic_fetch_and(&subject->vcpu[i].requests, ~(uint64_t)(REQUEST_INIT | REQUEST_SIPI),
		                   __ATOMIC_SEQ_CST);
	}
}

/* Memory is ready. The first start of all is no restart. */
static void run(struct cpu *cpu, struct subject *leader)
{
	for (struct subject *s = leader; s; s = s == leader ? leader->partner : 0) {
		forget_events(s);
		interrupt_close(s);
		if (s->started) {
			s->stats->restarts++;
			memory_epoch_bump(s);
		}
		s->started = 1;
		memory_info_update(s);
	}
	change(cpu, leader, SUBJECT_LOAD, SUBJECT_RUNNING, leader->requester);
	request_all(cpu, leader, REQUEST_RESET);
}

bool subject_step(struct cpu *cpu, struct subject *leader)
{
	uint32_t state = __atomic_load_n(&leader->state, __ATOMIC_SEQ_CST);

	if (state == SUBJECT_SCRUB) {
		if (!memory_step(cpu, leader, false)) {
			leader->cursor_region = 0;
			leader->cursor_page = 0;
			change(cpu, leader, SUBJECT_SCRUB, SUBJECT_LOAD, leader->requester);
		}
		return true;
	}
	if (state == SUBJECT_LOAD) {
		if (!memory_step(cpu, leader, true))
			run(cpu, leader);
		return true;
	}
	return false;
}
