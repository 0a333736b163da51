/* SPDX-License-Identifier: ISC */
#include "core/scheduler.h"
#include "core/audit.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * One decision, core_choose(), is taken whenever cpu->resched is set: at a frame end, after an interrupt, when a vCPU
 * blocks or wakes. Between two decisions cpu->current runs, and handover between a guest and its layer changes only
 * that pointer. Invariant: frame_start and frame_end are the planned times, exactly; nothing in here ever moves a frame,
 * it only finds out how late it is.
 *
 * A schedule switch is one atomic word. Every CPU computes the same major-frame boundaries from the same numbers, so
 * each takes the first one after the time in the word, which is the same on all, and nobody waits for anybody.
 */
struct cpu cpus[CONFIG_MAX_CPUS];

#define SWITCH_BITS 60u      /* of TSC: 12 years at 3 GHz */
static uint64_t switch_word; /* schedule << 60 | TSC of the earliest boundary; 0 = none yet */
_Static_assert(CONFIG_MAX_SCHEDULES <= 1u << (64 - SWITCH_BITS), "a schedule fits beside the time");

static const struct config_schedule *schedule_at(uint32_t schedule)
{
	return &CONFIG_TABLE(the_system.config, config_schedule, TABLE_SCHEDULE)[schedule];
}

static __attribute__((cold)) void load_plan(struct cpu *cpu, uint32_t schedule)
{
	const struct config_schedule *s = schedule_at(schedule);
	const struct config_plan *plan = CONFIG_TABLE(the_system.config, config_plan, TABLE_PLAN) + s->plan.first;

	cpu->schedule = schedule;
	cpu->frames = 0;
	cpu->frame_count = 0;
	for (uint32_t i = 0; i < s->plan.count; i++) {
		if (plan[i].cpu == cpu->id) {
			cpu->frames = CONFIG_TABLE(the_system.config, config_frame, TABLE_FRAME) + plan[i].frame.first;
			cpu->frame_count = plan[i].frame.count;
		}
	}
}

/* The members of every group, highest priority first, as pointers: the decision looks at them after each interrupt. The
 * background vCPU of a group is its last member, and behind it stands 0. */
static struct vcpu *members[SCHEDULER_MEMBERS], **group_members[CONFIG_MAX_GROUPS], *nobody[1];

static __attribute__((cold)) void open_groups(void)
{
	const struct config_group *g = CONFIG_TABLE(the_system.config, config_group, TABLE_GROUP);
	const struct config_member *member = CONFIG_TABLE(the_system.config, config_member, TABLE_MEMBER);
	uint32_t count = 0;

	for (uint32_t i = 0; i < the_system.config->table[TABLE_GROUP].count; i++, g++) {
		group_members[i] = &members[count];
		for (uint32_t m = 0; m < g->member.count; m++)
			members[count++] = &vcpus[member[g->member.first + m].vcpu];
		if (g->background != CONFIG_NONE)
			members[count++] = &vcpus[g->background];
		count++;
	}
}

/* The schedule that is wanted, from this boundary on. */
static __attribute__((cold)) void change_plan(struct cpu *cpu, uint32_t wanted)
{
	uint32_t before = cpu->schedule;

	load_plan(cpu, wanted);
	cpu->major_remainder = 0;
	cpu->stats->schedule_since = cpu->major_start;
	memory_info_schedule(wanted, cpu->id);
	if (cpu->id == 0) {
		the_system.stats->schedule = wanted;
		the_system.stats->switches++;
		audit_core(cpu, 0xffff, AUDIT(AUDIT_SYSTEM, AUDIT_SCHEDULE, wanted, before, 0));
	}
}

static void enter_major(struct cpu *cpu)
{
	uint64_t word = __atomic_load_n(&switch_word, __ATOMIC_SEQ_CST);
	uint32_t wanted = (uint32_t)(word >> SWITCH_BITS);

	/* the fraction of a tick is carried: there is no drift */
	uint64_t scaled = schedule_at(cpu->schedule)->major_us * the_system.tsc_khz + cpu->major_remainder;
	cpu->major_start += scaled / 1000;
	cpu->major_remainder = scaled % 1000;
	cpu->frame_index = 0;
	cpu->offset_us = 0;
	if (word && wanted != cpu->schedule && cpu->major_start >= (word & ((UINT64_C(1) << SWITCH_BITS) - 1)))
		change_plan(cpu, wanted);
	interrupt_major(cpu);
}

static void next_frame(struct cpu *cpu)
{
	cpu->frame_start = cpu->frame_end;
	if (++cpu->frame_index >= cpu->frame_count) {
		enter_major(cpu);
		cpu->frame_start = cpu->major_start;
	}
	cpu->offset_us += cpu->frames[cpu->frame_index].length_us;
	cpu->frame_end = cpu->major_start + (cpu->offset_us * the_system.tsc_khz + cpu->major_remainder) / 1000;
}

/* Run time is counted by the plan: a frame's time begins when the frame should, so the way to it is on the account of
 * who comes. A layer works on behalf of its guest, in the guest's time. */
static void account(struct cpu *cpu, struct vcpu *next, uint64_t from)
{
	*(cpu->account ? &cpu->account->stats->runtime : &cpu->stats->idle) += from - cpu->since;
	cpu->since = from;
	cpu->account = next;
}

/* Frame end: the plan goes on with the frame that contains `now`. More than one step only if a debugger stopped us. */
static __attribute__((noinline)) void advance(struct cpu *cpu, uint64_t now)
{
	for (unsigned steps = 0; steps < CONFIG_MAX_FRAMES && now >= cpu->frame_end; steps++)
		next_frame(cpu);
	const struct config_frame *frame = &cpu->frames[cpu->frame_index];
	__atomic_store_n(&cpu->member, frame->group == CONFIG_NONE ? nobody : group_members[frame->group],
	                 __ATOMIC_SEQ_CST);
	/* after the new frame_end: core_interrupt_nmi() writes `nmi`, then frame_end, so one of the two is seen */
	if (__atomic_load_n(&cpu->nmi, __ATOMIC_SEQ_CST))
		core_panic(2, 0, 0, cpu->id);
	cpu->hold = frame->flags & FRAME_HOLD_START ? cpu->frame_start + system_ticks(frame->hold_ticks_us) : 0;
	cpu->begun = 1;
	struct stats_cpu *stats = cpu->stats;
	uint64_t late = now - cpu->frame_start;
	stats->frames++;
	stats->late_sum += late;
	if (late <= stats->late_max)
		return;
	stats->late_max = late;
	if (late > system_ticks(the_system.config->switch_us))
		audit_core(cpu, 0xffff, AUDIT(AUDIT_SAFETY, AUDIT_TIMING, late, 0, 0));
}

static inline __attribute__((always_inline)) void set_timer(struct cpu *cpu, uint64_t deadline)
{
	if (cpu->timer == deadline)
		return;
	cpu->timer = deadline;
	machine_timer(cpu, deadline);
}

static uint64_t deadline_of(const struct vcpu *vcpu)
{
	uint64_t timer = vcpu_deadline(&vcpu->machine);

	return vcpu->deadline < timer ? vcpu->deadline : timer;
}

/* One of its deadlines has passed: post what it asks for; returns the next one. */
static __attribute__((noinline)) uint64_t expire(struct vcpu *vcpu, uint64_t now)
{
	if (vcpu_deadline(&vcpu->machine) <= now) {
		machine_vcpu_timer(vcpu, now);
		vcpu->stats->exits[EXIT_TIMER]++;
	}
	if (vcpu->state != VCPU_READY)
		vcpu_wake(vcpu, now);
	/* a layer that has control hears of its timer when it resumes: then this is not the deadline any more, so the
	 * timer is set anew; until then nobody waits for it */
	if (vcpu->deadline <= now)
		vcpu->deadline = ~UINT64_C(0);
	return deadline_of(vcpu);
}

/* What a member has that is not usual. False: it is to be set to its start state, which has to wait until machine_run()
 * has come back and no vCPU's registers are in the CPU's any more; or it has been, which takes as long as several frame
 * switches: one in a decision, and the time is looked at again. */
static __attribute__((noinline)) bool serve(struct cpu *cpu, struct vcpu *vcpu, const struct vcpu *next)
{
	uint64_t requests = __atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST);

	if (requests && !(requests & REQUEST_ANEW && cpu->current))
		vcpu_serve(cpu, vcpu);
	if (requests & REQUEST_ANEW)
		return false;
	struct subject *leader = vcpu->subject->leader;
	if (vcpu->state == VCPU_PARKED && vcpu == leader->vcpu && !next && !cpu->work && subject_has_work(leader))
		cpu->work = leader;
	return true;
}

/* Somebody else than before, or in a new frame. */
static __attribute__((noinline)) void run_next(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	struct vcpu *owner = vcpu && vcpu->guest ? vcpu->guest : vcpu; /* a layer uses its guest's extended state */

	account(cpu, owner, cpu->begun ? cpu->frame_start : now);
	cpu->begun = 0;
	cpu->current = vcpu;
	if (!vcpu)
		return;
	if (owner != cpu->loaded) {
		machine_switch(cpu, cpu->loaded, owner);
		cpu->loaded = owner;
		owner->stats->entries++;
		if (!the_system.stats->first_tsc)
			the_system.stats->first_tsc = now;
	}
	if (now == cpu->hold)
		machine_hold(vcpu, now);
}

struct vcpu *core_choose(struct cpu *cpu)
{
	struct vcpu *next = 0;

	__atomic_store_n(&cpu->resched, 0, __ATOMIC_SEQ_CST);
	uint64_t now = machine_now();
	if (now >= cpu->frame_end)
		advance(cpu, now);
	if (now < cpu->hold) /* nobody is entered before: what passes until then is decided on now */
		now = cpu->hold;
	uint64_t deadline = cpu->frame_end;
	for (struct vcpu **member = cpu->member; *member; member++) {
		struct vcpu *vcpu = *member;
		if ((__atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST) || vcpu->state == VCPU_PARKED) &&
		    !serve(cpu, vcpu, next)) {
			cpu->resched = 1;
			run_next(cpu, 0, now);
			return 0;
		}
		/* below one that runs deadlines wait: else a vCPU could interrupt those before it at will */
		if ((next && next != vcpu->layer) || vcpu->state == VCPU_PARKED)
			continue;
		uint64_t due = deadline_of(vcpu);
		if (due <= now)
			due = expire(vcpu, now);
		if (due < deadline)
			deadline = due;
		if (!next && vcpu_runnable(vcpu) && !cpu->work)
			next = vcpu;
	}
	set_timer(cpu, deadline);
	if (next != cpu->current || cpu->begun)
		run_next(cpu, next, now);
	return next;
}

static void idle(struct cpu *cpu)
{
	__atomic_store_n(&cpu->idle, 1, __ATOMIC_SEQ_CST);
	machine_wait(cpu, &cpu->resched);
	__atomic_store_n(&cpu->idle, 0, __ATOMIC_SEQ_CST);
	cpu->timer = 0; /* it may have been the timer, before its time */
	cpu->resched = 1;
}

void scheduler_round(struct cpu *cpu)
{
	if (__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED)) {
		cpu->work = 0; /* there is none while somebody runs */
		core_choose(cpu);
	}
	if (cpu->current) {
		machine_run(cpu, cpu->current);
	} else if (cpu->work) {
		subject_step(cpu, cpu->work);
		machine_window(cpu);
		cpu->resched = 1;
	} else {
		idle(cpu);
	}
}

void scheduler_run(struct cpu *cpu)
{
	for (;;)
		scheduler_round(cpu);
}

__attribute__((cold)) void scheduler_start(uint64_t epoch)
{
	const struct config_header *config = the_system.config;
	uint64_t now = machine_now();

	open_groups();
	for (uint32_t i = 0; i < config->cpu_count; i++) {
		struct cpu *cpu = &cpus[i];
		cpu->stats = &the_system.stats->cpu[i];
		load_plan(cpu, config->schedule);
		cpu->major_start = epoch;
		cpu->major_remainder = 0;
		cpu->frame_start = epoch;
		cpu->member = nobody;
		cpu->since = now;
		cpu->stats->schedule_since = epoch;
		/* the first decision begins frame 0 by the same steps as every other frame */
		cpu->frame_index = 0xffffffffu;
		cpu->offset_us = 0;
		cpu->frame_end = epoch;
		cpu->resched = 1;
		memory_info_schedule(config->schedule, i);
	}
	the_system.stats->schedule = config->schedule;
	the_system.stats->schedule_next = config->schedule;
}

__attribute__((cold)) enum status scheduler_switch(struct cpu *cpu, uint32_t schedule)
{
	uint64_t old = __atomic_load_n(&switch_word, __ATOMIC_SEQ_CST);
	uint64_t now = machine_now(), margin = system_ticks(the_system.config->switch_us);

	/* until every CPU has passed the last boundary, handlers' delays included, its word must stand */
	if (old && ((old >> SWITCH_BITS) != cpu->schedule || now < cpu->stats->schedule_since + margin))
		return ERR_BUSY;
	uint64_t word = (uint64_t)schedule << SWITCH_BITS | (now + margin);
	if (!__atomic_compare_exchange_n(&switch_word, &old, word, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return ERR_BUSY;
	the_system.stats->schedule_next = schedule;
	return OK;
}

void scheduler_deadline(struct cpu *cpu, uint64_t deadline)
{
	if (deadline < cpu->timer)
		set_timer(cpu, deadline);
}
