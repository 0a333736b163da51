/* SPDX-License-Identifier: ISC */
#include "core/scheduler.h"
#include "core/audit.h"
#include "core/exception.h"
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
 * each finds the switch at its own boundary and nobody waits for anybody.
 */
struct cpu cpus[CONFIG_MAX_CPUS];

#define SWITCH_BITS 60u      /* of TSC: 12 years at 3 GHz */
static uint64_t switch_word; /* schedule << 60 | boundary TSC; 0 = none yet */
_Static_assert(CONFIG_MAX_SCHEDULES <= 1u << (64 - SWITCH_BITS), "a schedule fits beside its boundary");

static const struct config_schedule *schedule_at(uint32_t schedule)
{
	return &CONFIG_TABLE(the_system.config, config_schedule, TABLE_SCHEDULE)[schedule];
}

static void load_plan(struct cpu *cpu, uint32_t schedule)
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

/* The start of the major frame `count` after the one at *start; the fraction of a tick is carried: there is no drift. */
static void next_major(uint64_t major_us, uint64_t count, uint64_t *start, uint64_t *remainder)
{
	uint64_t scaled = major_us * count * the_system.tsc_khz + *remainder;

	*start += scaled / 1000;
	*remainder = scaled % 1000;
}

/* The members of every group, as pointers: the decision looks at them after each interrupt. */
#define MEMBERS (4 * CONFIG_MAX_VCPUS)
static struct vcpu *member_vcpu[MEMBERS];

static void open_members(void)
{
	const struct config_member *member = CONFIG_TABLE(the_system.config, config_member, TABLE_MEMBER);
	uint32_t count = the_system.config->table[TABLE_MEMBER].count;

	if (count > MEMBERS)
		system_refuse("too many members of scheduling groups", the_system.config->name, count);
	for (uint32_t i = 0; i < count; i++)
		member_vcpu[i] = &vcpus[member[i].vcpu];
}

static void mark_in_frame(struct cpu *cpu, uint32_t value)
{
	for (uint32_t i = 0; i < cpu->member_count; i++)
		__atomic_store_n(&cpu->member[i]->in_frame, value, __ATOMIC_SEQ_CST);
	if (cpu->background)
		__atomic_store_n(&cpu->background->in_frame, value, __ATOMIC_SEQ_CST);
}

static void load_group(struct cpu *cpu, uint32_t group)
{
	const struct config_group *g = CONFIG_TABLE(the_system.config, config_group, TABLE_GROUP) + group;

	cpu->member_count = 0;
	cpu->background = 0;
	if (group == CONFIG_NONE)
		return;
	cpu->member = &member_vcpu[g->member.first];
	cpu->member_count = g->member.count;
	cpu->background = g->background == CONFIG_NONE ? 0 : &vcpus[g->background];
}

static void enter_major(struct cpu *cpu)
{
	uint64_t word = __atomic_load_n(&switch_word, __ATOMIC_SEQ_CST);
	uint32_t wanted = (uint32_t)(word >> SWITCH_BITS);

	if (word && wanted != cpu->schedule && cpu->major_start >= (word & ((UINT64_C(1) << SWITCH_BITS) - 1))) {
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
	interrupt_major(cpu);
}

static void next_frame(struct cpu *cpu)
{
	cpu->frame_start = cpu->frame_end;
	if (++cpu->frame_index >= cpu->frame_count) {
		next_major(schedule_at(cpu->schedule)->major_us, 1, &cpu->major_start, &cpu->major_remainder);
		cpu->frame_index = 0;
		cpu->offset_us = 0;
		cpu->frame_start = cpu->major_start;
		enter_major(cpu);
	}
	cpu->offset_us += cpu->frames[cpu->frame_index].length_us;
	cpu->frame_end = cpu->major_start + (cpu->offset_us * the_system.tsc_khz + cpu->major_remainder) / 1000;
}

/* Frame end: the plan goes on with the frame that contains `now`. More than one step only if a debugger stopped us.
 * Returns the time after a held start. */
static uint64_t advance(struct cpu *cpu, uint64_t now)
{
	mark_in_frame(cpu, 0);
	for (unsigned steps = 0; steps < CONFIG_MAX_FRAMES && now >= cpu->frame_end; steps++)
		next_frame(cpu);
	const struct config_frame *frame = &cpu->frames[cpu->frame_index];
	load_group(cpu, frame->group);
	mark_in_frame(cpu, 1);
	if (frame->flags & FRAME_HOLD_START) {
		uint64_t at = cpu->frame_start + system_ticks(frame->hold_ticks_us);
		while (machine_now() < at)
			;
	}
	now = machine_now();
	uint64_t late = now - cpu->frame_start;
	cpu->stats->frames++;
	cpu->stats->late_sum += late;
	if (late > cpu->stats->late_max)
		cpu->stats->late_max = late;
	return now;
}

static void account(struct cpu *cpu, struct vcpu *next, uint64_t now)
{
	uint64_t passed = now - cpu->since;

	if (cpu->account)
		cpu->account->stats->runtime += passed;
	else
		cpu->stats->idle += passed;
	cpu->since = now;
	/* a layer works on behalf of its guest, in the guest's time */
	cpu->account = next && next->guest ? next->guest : next;
}

static void set_timer(struct cpu *cpu, uint64_t deadline)
{
	if (cpu->timer == deadline)
		return;
	cpu->timer = deadline;
	machine_timer(cpu, deadline);
}

struct choice {
	struct vcpu *next;
	struct subject *work; /* a unit whose memory is being prepared, in its own frame */
	uint64_t deadline;
};

static inline void consider(struct cpu *cpu, struct vcpu *vcpu, uint64_t now, struct choice *choice)
{
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST))
		vcpu_serve(cpu, vcpu);
	if (vcpu->state == VCPU_PARKED) {
		struct subject *leader = vcpu->subject->leader;
		if (!choice->next && !choice->work && vcpu == leader->vcpu && subject_has_work(leader))
			choice->work = leader;
		return;
	}
	/* below one that runs its deadlines wait: else a vCPU could interrupt those before it as often as it likes */
	if (choice->next && choice->next != vcpu->layer)
		return;
	uint64_t deadline = vcpu_timers(vcpu, now);
	if (deadline < choice->deadline)
		choice->deadline = deadline;
	if (!choice->next && !choice->work && vcpu_runnable(vcpu))
		choice->next = vcpu;
}

static void run_next(struct cpu *cpu, struct vcpu *vcpu, uint64_t now)
{
	struct vcpu *owner = vcpu && vcpu->guest ? vcpu->guest : vcpu; /* a layer uses its guest's extended state */

	account(cpu, vcpu, now);
	if (!vcpu || owner == cpu->loaded)
		return;
	machine_switch(cpu, cpu->loaded, owner);
	cpu->loaded = owner;
	owner->stats->entries++;
	if (!the_system.stats->first_tsc)
		the_system.stats->first_tsc = machine_now();
}

struct vcpu *core_choose(struct cpu *cpu)
{
	__atomic_store_n(&cpu->resched, 0, __ATOMIC_SEQ_CST);
	uint64_t now = machine_now();

	if (cpu->nmi)
		core_panic(2, 0, 0, cpu->id);
	if (now >= cpu->frame_end)
		now = advance(cpu, now);
	if (now >= cpu->timer)
		cpu->timer = 0; /* it has fired */
	struct choice choice = {0, 0, cpu->frame_end};
	for (uint32_t i = 0; i < cpu->member_count; i++)
		consider(cpu, cpu->member[i], now, &choice);
	if (cpu->background)
		consider(cpu, cpu->background, now, &choice);
	set_timer(cpu, choice.deadline);
	if (choice.next != cpu->current || now - cpu->since > UINT64_C(1) << 20)
		run_next(cpu, choice.next, now);
	cpu->current = choice.next;
	cpu->work = choice.work;
	return choice.next;
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
	if (__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED))
		core_choose(cpu);
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

void scheduler_start(uint64_t epoch)
{
	const struct config_header *config = the_system.config;
	uint64_t now = machine_now();

	open_members();
	for (uint32_t i = 0; i < config->cpu_count; i++) {
		struct cpu *cpu = &cpus[i];
		cpu->id = i;
		cpu->stats = &the_system.stats->cpu[i];
		load_plan(cpu, config->schedule);
		cpu->major_start = epoch;
		cpu->major_remainder = 0;
		cpu->frame_start = epoch;
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

enum status scheduler_switch(struct cpu *cpu, uint32_t schedule)
{
	const struct config_header *config = the_system.config;
	uint64_t old = __atomic_load_n(&switch_word, __ATOMIC_SEQ_CST);
	uint64_t now = machine_now(), margin = system_ticks(config->switch_us);
	uint64_t start = cpu->major_start, remainder = cpu->major_remainder;

	if (schedule >= config->table[TABLE_SCHEDULE].count)
		return ERR_INDEX;
	/* until every CPU has passed the last boundary, handlers' delays included, its word must stand */
	if (old && now < (old & ((UINT64_C(1) << SWITCH_BITS) - 1)) + margin)
		return ERR_BUSY;
	uint64_t major_us = schedule_at(cpu->schedule)->major_us;
	if (start < now + margin) /* the first one beyond it, or the one before that */
		next_major(major_us, (now + margin - start) * 1000 / (major_us * the_system.tsc_khz), &start,
		           &remainder);
	if (start < now + margin)
		next_major(major_us, 1, &start, &remainder);
	uint64_t word = (uint64_t)schedule << SWITCH_BITS | start;
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
