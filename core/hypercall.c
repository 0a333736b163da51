/* SPDX-License-Identifier: ISC */
#include "abi/hypercall.h"
#include "core/audit.h"
#include "core/event.h"
#include "core/exception.h"
#include "core/interrupt.h"
#include "core/layer.h"
#include "core/memory.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * One table: a call has a right, what its first argument names, and a function. Right and name are decided on in one
 * place, allowed(); a function that can still refuse does so before it changes anything. One that answers in other
 * registers than RAX uses vcpu_result(). Every refusal is audited, within the caller's budget.
 */
/* Every function has the same parameters: the calling vCPU and the three arguments. */
#define UNUSED __attribute__((unused))
#define CALL struct vcpu *vcpu UNUSED, uint64_t a UNUSED, uint64_t b UNUSED, uint64_t c UNUSED
#define SAME vcpu, a, b, c
#define RARE __attribute__((cold)) /* small rather than fast */
/* What the first argument is an index of; from LAYER on: only a layer may call. */
enum named { NOTHING, EVENT, LINE, CONSUMER, SCHEDULE, SUBJECT, LAYER, GUEST, OWN };
struct entry {
	enum status (*act)(CALL);
	uint64_t need; /* RIGHT_*, of the caller or over the subject that is named, and NAMES() */
};
#define NAMES(named) ((uint64_t)(named) << 56)
#define RIGHT_MANAGE (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS)

static RARE enum status no_call(CALL)
{
	return ERR_NUMBER;
}

static enum status version(CALL)
{
	vcpu_result(&vcpu->machine, 1, HYPERCALL_ABI);
	return OK;
}

static enum status signal(CALL)
{
	event_signal(vcpu->cpu, vcpu->subject, (uint32_t)a);
	return OK;
}

static enum status wait(CALL)
{
	vcpu->wait_mask = a;
	vcpu->deadline = b;
	vcpu->state = VCPU_WAITING;
	event_wait_check(vcpu, machine_now());
	if (vcpu->state == VCPU_WAITING)
		vcpu->cpu->resched = 1;
	return OK;
}

static enum status mask(CALL)
{
	uint64_t closed = ~vcpu->event_mask;

	/* the mask first: a signal that comes now either sees it and raises, or its bit is seen here */
	__atomic_store_n(&vcpu->event_mask, a, __ATOMIC_SEQ_CST);
	event_raise(vcpu, a & closed & __atomic_load_n(&vcpu->events, __ATOMIC_SEQ_CST));
	return OK;
}

static enum status unmask(CALL)
{
	interrupt_unmask(vcpu->cpu, vcpu->subject, (uint32_t)a);
	return OK;
}

static RARE enum status set_time(CALL)
{
	if (!audit_charge(vcpu->cpu, vcpu))
		return ERR_BUDGET;
	memory_info_time(a);
	audit_core(vcpu->cpu, vcpu->subject->index, AUDIT(AUDIT_SYSTEM, AUDIT_TIME_SET, a, 0, 0));
	return OK;
}

/* HC_SUBJECT_START ... HC_SUBJECT_RESTART */
static RARE enum status manage(CALL)
{
	uint64_t number = vcpu_argument(&vcpu->machine, 0);

	/* every change of state is on record: else pause and resume in a loop would drown all others */
	if (!audit_charge(vcpu->cpu, vcpu))
		return ERR_BUDGET;
	return subject_command(vcpu->cpu, &subjects[a], (enum subject_command)(number - HC_SUBJECT_START),
	                       vcpu->subject->index);
}
_Static_assert(COMMAND_STOP == HC_SUBJECT_STOP - HC_SUBJECT_START &&
                       COMMAND_PAUSE == HC_SUBJECT_PAUSE - HC_SUBJECT_START &&
                       COMMAND_RESUME == HC_SUBJECT_RESUME - HC_SUBJECT_START &&
                       COMMAND_RESTART == HC_SUBJECT_RESTART - HC_SUBJECT_START,
               "in the same order");

static RARE enum status status(CALL)
{
	const struct subject *subject = &subjects[a];
	uint64_t runtime = 0;

	for (uint32_t i = 0; i < subject->config->vcpu.count; i++)
		runtime += subject->vcpu[i].stats->runtime;
	vcpu_result(&vcpu->machine, 1, __atomic_load_n(&subject->leader->state, __ATOMIC_SEQ_CST));
	vcpu_result(&vcpu->machine, 2, subject->stats->restarts);
	vcpu_result(&vcpu->machine, 3, runtime);
	return OK;
}

static RARE enum status write_record(CALL)
{
	if (a >= 0x10000)
		return ERR_ARGUMENT;
	return audit_vcpu(vcpu->cpu, vcpu, AUDIT(AUDIT_USER, AUDIT_USER_EVENT + (uint32_t)a, b, c, 0)) ? OK
	                                                                                               : ERR_BUDGET;
}

static RARE enum status mask_records(CALL)
{
	if (b > (AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM))
		return ERR_ARGUMENT;
	audit_mask((uint32_t)a, (uint32_t)b);
	return OK;
}

static RARE enum status switch_schedule(CALL)
{
	return scheduler_switch(vcpu->cpu, (uint32_t)a);
}

static RARE enum status self_test(CALL)
{
	uint64_t next = 0;
	enum status status = system_self_test(a, &next);

	if (status == ERR_CORRUPT)
		audit_core(vcpu->cpu, vcpu->subject->index, AUDIT(AUDIT_SAFETY, AUDIT_SELF_TEST, a, status, 0));
	if (status != ERR_ARGUMENT)
		vcpu_result(&vcpu->machine, 1, next);
	return status;
}

static RARE enum status load_image(CALL)
{
	struct subject *target = &subjects[a];
	enum status status = memory_image_check(vcpu->subject, target, b, c);

	if (status != OK)
		return status;
	uint32_t state = subject_hold(target);
	if (state == SUBJECT_STATES)
		return ERR_STATE;
	memory_image_apply(vcpu->cpu, vcpu->subject, target, b, c);
	subject_release(target, state);
	return OK;
}

static RARE enum status reboot(CALL)
{
	machine_reboot();
}

static RARE enum status power_off(CALL)
{
	machine_power_off(the_system.config->pm_off_port, the_system.config->pm_off_value);
}

/* A layer names its guest's vCPUs by their number. */
static struct vcpu *guest_vcpu(const struct vcpu *layer, uint64_t number)
{
	return layer->subject->partner->vcpu + number;
}

static RARE enum status get(CALL)
{
	machine_export(vcpu->guest, vcpu->guest->frame, FRAME_HAS_ALL);
	return OK;
}

static RARE enum status set(CALL)
{
	if (b & ~(uint64_t)FRAME_HAS_ALL || vcpu->guest->state == VCPU_PARKED)
		return ERR_ARGUMENT;
	return machine_import(vcpu->guest, vcpu->guest->frame, (unsigned)b);
}

static enum status assert_vector(CALL)
{
	struct vcpu *guest = guest_vcpu(vcpu, a);

	if (b > 0x1ff || (b & 0xff) < 16)
		return ERR_ARGUMENT;
	if (machine_vcpu_post(guest, (unsigned)b & 0xffu, b & LAPIC_LEVEL) && guest != vcpu->guest)
		vcpu_request(vcpu->cpu, guest, REQUEST_EVENT, true);
	return OK;
}

static enum status read_register(CALL)
{
	if (b > 0x3f0 || b & 0xf)
		return ERR_ARGUMENT;
	vcpu_result(&vcpu->machine, 1, machine_lapic_read(vcpu->guest, (unsigned)b));
	return OK;
}

static enum status write_register(CALL)
{
	return b > 0x3f0 || b & 0xf ? ERR_ARGUMENT : machine_lapic_write(vcpu->guest, (unsigned)b, c);
}

static enum status raise_line(CALL)
{
	struct vcpu *guest = vcpu->guest;

	guest->unusual = b ? guest->unusual | UNUSUAL_EXTINT : guest->unusual & ~UNUSUAL_EXTINT;
	machine_extint_line(guest, b != 0);
	return OK;
}

static RARE enum status end_guest(CALL)
{
	bool restart = vcpu_argument(&vcpu->machine, 0) == HC_GUEST_RESTART;

	(void)subject_command(vcpu->cpu, vcpu->subject, restart ? COMMAND_RESTART : COMMAND_STOP, vcpu->subject->index);
	vcpu->cpu->resched = 1;
	return OK;
}

static RARE enum status fault_guest(CALL)
{
	audit_core(vcpu->cpu, vcpu->guest->subject->index, AUDIT(AUDIT_SAFETY, AUDIT_GUEST, a, b, c));
	exception_fault(vcpu->cpu, vcpu->guest, FAULT_LAYER, EXIT_INSTRUCTION, a);
	return OK;
}

#define HOLE HYPERCALL_COUNT
static const struct entry calls[HYPERCALL_COUNT + 1] = {
        [6 ... 7] = {no_call, 0},
        [14 ... 15] = {no_call, 0},
        [18 ... 23] = {no_call, 0},
        [29 ... 31] = {no_call, 0},
        [HOLE] = {no_call, 0},
        [HC_VERSION] = {version, 0},
        [HC_EVENT_SIGNAL] = {signal, NAMES(EVENT)},
        [HC_EVENT_WAIT] = {wait, 0},
        [HC_EVENT_MASK] = {mask, 0},
        [HC_LINE_UNMASK] = {unmask, NAMES(LINE)},
        [HC_TIME_SET] = {set_time, RIGHT_TIME_SET},
        [HC_SUBJECT_START] = {manage, RIGHT_START | NAMES(SUBJECT)},
        [HC_SUBJECT_STOP] = {manage, RIGHT_STOP | NAMES(SUBJECT)},
        [HC_SUBJECT_PAUSE] = {manage, RIGHT_PAUSE | NAMES(SUBJECT)},
        [HC_SUBJECT_RESUME] = {manage, RIGHT_RESUME | NAMES(SUBJECT)},
        [HC_SUBJECT_RESTART] = {manage, RIGHT_RESTART | NAMES(SUBJECT)},
        [HC_SUBJECT_STATUS] = {status, RIGHT_STATUS | NAMES(SUBJECT)},
        [HC_AUDIT_WRITE] = {write_record, RIGHT_AUDIT_WRITE},
        [HC_AUDIT_MASK] = {mask_records, RIGHT_AUDIT_MASK | NAMES(CONSUMER)},
        [HC_SCHEDULE_SWITCH] = {switch_schedule, RIGHT_SCHEDULE_SWITCH | NAMES(SCHEDULE)},
        [HC_SELF_TEST] = {self_test, RIGHT_SELF_TEST},
        [HC_IMAGE_LOAD] = {load_image, RIGHT_IMAGE_LOAD | NAMES(SUBJECT)},
        [HC_REBOOT] = {reboot, RIGHT_REBOOT},
        [HC_POWER_OFF] = {power_off, RIGHT_POWER_OFF},
        [HC_VCPU_RUN] = {no_call, NAMES(LAYER)}, /* a layer's never comes here: core_hypercall() */
        [HC_VCPU_GET] = {get, NAMES(OWN)},
        [HC_VCPU_SET] = {set, NAMES(OWN)},
        [HC_LAPIC_ASSERT] = {assert_vector, NAMES(GUEST)},
        [HC_LAPIC_READ] = {read_register, NAMES(OWN)},
        [HC_LAPIC_WRITE] = {write_register, NAMES(OWN)},
        [HC_LINE_EXTINT] = {raise_line, NAMES(OWN)},
        [HC_GUEST_RESTART] = {end_guest, NAMES(LAYER)},
        [HC_GUEST_STOP] = {end_guest, NAMES(LAYER)},
        [HC_GUEST_FAULT] = {fault_guest, NAMES(LAYER)},
};

/* How many there are of what the first argument names. */
static uint64_t count_of(const struct vcpu *vcpu, enum named named)
{
	switch (named) {
	case EVENT:
		return vcpu->subject->config->event.count;
	case LINE:
		return vcpu->subject->config->line.count;
	case CONSUMER:
		return the_system.config->table[TABLE_CONSUMER].count;
	case SCHEDULE:
		return the_system.config->table[TABLE_SCHEDULE].count;
	case SUBJECT:
		return subject_count;
	case GUEST:
	case OWN:
		return vcpu->subject->partner->config->vcpu.count;
	default:
		return ~UINT64_C(0);
	}
}

static bool manages(const struct subject *subject, uint64_t target, uint64_t rights)
{
	const struct config_manage *manage =
	        CONFIG_TABLE(the_system.config, config_manage, TABLE_MANAGE) + subject->config->manage.first;

	for (uint32_t i = 0; i < subject->config->manage.count; i++)
		if (manage[i].subject == target)
			return manage[i].rights & rights;
	return false;
}

static enum status allowed(const struct vcpu *vcpu, uint64_t a, uint64_t need)
{
	const enum named named = (enum named)(need >> 56);
	const uint64_t rights = need & ~NAMES(0xff);

	if (named >= LAYER && !vcpu->guest)
		return ERR_RIGHT;
	if (rights & ~RIGHT_MANAGE && !(vcpu->subject->config->rights & rights))
		return ERR_RIGHT;
	if (a >= count_of(vcpu, named))
		return ERR_INDEX;
	if (rights & RIGHT_MANAGE && !manages(vcpu->subject, a, rights))
		return ERR_RIGHT;
	return named == OWN && guest_vcpu(vcpu, a) != vcpu->guest ? ERR_STATE : OK;
}

/* A refused call has changed nothing: number and arguments still stand in the registers. */
static RARE enum status refused(struct vcpu *vcpu, enum status status)
{
	__atomic_add_fetch(&vcpu->subject->stats->denials, 1, __ATOMIC_RELAXED);
	audit_vcpu(vcpu->cpu, vcpu,
	           AUDIT(AUDIT_SECURITY, AUDIT_HYPERCALL_DENIED, vcpu_argument(&vcpu->machine, 0), status,
	                 vcpu_argument(&vcpu->machine, 1)));
	return status;
}

void core_hypercall(struct cpu *cpu, struct vcpu *vcpu)
{
	struct vcpu_state *machine = &vcpu->machine;
	uint64_t number = vcpu_argument(machine, 0), a = vcpu_argument(machine, 1);
	uint64_t b = vcpu_argument(machine, 2), c = vcpu_argument(machine, 3);
	enum status status = OK;

	if (number == HC_VCPU_RUN && vcpu->guest) { /* a layer's loop: as frequent as all other calls together */
		status = layer_run(cpu, vcpu, a, b, c);
	} else {
		const struct entry *entry = &calls[number < HYPERCALL_COUNT ? number : HOLE];
		if (entry->need)
			status = allowed(vcpu, a, entry->need);
		if (status == OK)
			status = entry->act(SAME);
	}
	if (__builtin_expect(status != OK, false))
		status = refused(vcpu, status);
	vcpu_result(machine, 0, status);
}
