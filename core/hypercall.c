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
 * One table: a call has a function that checks (may refuse, changes nothing) and one that applies (cannot fail), a
 * right of the caller, or a right over the subject it names. A handler that answers in other registers does so with
 * vcpu_result(). Every refusal is audited, within the caller's budget.
 */
/* Every handler has the same parameters: the calling vCPU and the three arguments. */
#define UNUSED __attribute__((unused))
#define CALL struct vcpu *vcpu UNUSED, uint64_t a UNUSED, uint64_t b UNUSED, uint64_t c UNUSED
#define SAME vcpu, a, b, c
/* A right of the caller, or (RIGHT_MANAGE bits) over the subject that the first argument names; or: only a layer. */
struct entry {
	enum status (*act)(CALL);
	uint64_t need;
};
#define NEED_LAYER (UINT64_C(1) << 63)
#define RIGHT_MANAGE (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS)

static void version_apply(CALL)
{
	vcpu_result(&vcpu->machine, 1, HYPERCALL_ABI);
}

static enum status signal_check(CALL)
{
	return a < vcpu->subject->config->event.count ? OK : ERR_INDEX;
}

static void signal_apply(CALL)
{
	event_signal(vcpu->cpu, vcpu->subject, (uint32_t)a);
}

static void wait_apply(CALL)
{
	vcpu->wait_mask = a;
	vcpu->deadline = b;
	vcpu->state = VCPU_WAITING;
	event_wait_check(vcpu, machine_now());
	if (vcpu->state == VCPU_WAITING)
		vcpu->cpu->resched = 1;
}

static void mask_apply(CALL)
{
	uint64_t closed = ~vcpu->event_mask;

	/* the mask first: a signal that comes now either sees it and raises, or its bit is seen here */
	__atomic_store_n(&vcpu->event_mask, a, __ATOMIC_SEQ_CST);
	event_raise(vcpu, a & closed & __atomic_load_n(&vcpu->events, __ATOMIC_SEQ_CST));
}

static enum status unmask_check(CALL)
{
	return a < vcpu->subject->config->line.count ? OK : ERR_INDEX;
}

static void unmask_apply(CALL)
{
	interrupt_unmask(vcpu->cpu, vcpu->subject, (uint32_t)a);
}

static enum status command(CALL, enum subject_command which)
{
	/* every change of state is on record: else pause and resume in a loop would drown all others */
	if (!audit_charge(vcpu->cpu, vcpu))
		return ERR_BUDGET;
	return subject_command(vcpu->cpu, &subjects[a], which, vcpu->subject->index);
}
static enum status start_act(CALL)
{
	return command(SAME, COMMAND_START);
}
static enum status stop_act(CALL)
{
	return command(SAME, COMMAND_STOP);
}
static enum status pause_act(CALL)
{
	return command(SAME, COMMAND_PAUSE);
}
static enum status resume_act(CALL)
{
	return command(SAME, COMMAND_RESUME);
}
static enum status restart_act(CALL)
{
	return command(SAME, COMMAND_RESTART);
}

static void status_apply(CALL)
{
	const struct subject *subject = &subjects[a];
	uint64_t runtime = 0;

	for (uint32_t i = 0; i < subject->config->vcpu.count; i++)
		runtime += subject->vcpu[i].stats->runtime;
	vcpu_result(&vcpu->machine, 1, __atomic_load_n(&subject->leader->state, __ATOMIC_SEQ_CST));
	vcpu_result(&vcpu->machine, 2, subject->stats->restarts);
	vcpu_result(&vcpu->machine, 3, runtime);
}

static enum status write_act(CALL)
{
	if (a >= 0x10000)
		return ERR_ARGUMENT;
	return audit_vcpu(vcpu->cpu, vcpu, AUDIT(AUDIT_USER, AUDIT_USER_EVENT + (uint32_t)a, b, c, 0)) ? OK
	                                                                                               : ERR_BUDGET;
}

static enum status audit_mask_check(CALL)
{
	if (a >= the_system.config->table[TABLE_CONSUMER].count)
		return ERR_INDEX;
	return b <= (AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM) ? OK : ERR_ARGUMENT;
}

static void audit_mask_apply(CALL)
{
	audit_mask((uint32_t)a, (uint32_t)b);
}

static enum status schedule_act(CALL)
{
	return a < CONFIG_MAX_SCHEDULES ? scheduler_switch(vcpu->cpu, (uint32_t)a) : ERR_INDEX;
}

static enum status self_test_act(CALL)
{
	uint64_t next = 0;
	enum status status = system_self_test(a, &next);

	if (status == ERR_CORRUPT)
		audit_core(vcpu->cpu, vcpu->subject->index, AUDIT(AUDIT_SAFETY, AUDIT_SELF_TEST, a, status, 0));
	if (status != ERR_ARGUMENT)
		vcpu_result(&vcpu->machine, 1, next);
	return status;
}

static enum status image_check(CALL)
{
	if (a >= subject_count)
		return ERR_INDEX;
	return memory_image_check(vcpu->subject, &subjects[a], b, c);
}

static void image_apply(CALL)
{
	memory_image_apply(vcpu->cpu, vcpu->subject, &subjects[a], b, c);
}

static void reboot_apply(CALL)
{
	machine_reboot();
}

static void power_off_apply(CALL)
{
	machine_power_off(the_system.config->pm_off_port, the_system.config->pm_off_value);
}

/* A layer names its guest's vCPUs by their number; it may touch only the one whose layer vCPU on this CPU it is. */
static struct vcpu *own_guest(CALL)
{
	struct subject *guest = vcpu->subject->partner;

	if (a >= guest->config->vcpu.count)
		return 0;
	return guest->vcpu + a;
}

static enum status own_check(CALL)
{
	if (!own_guest(SAME))
		return ERR_INDEX;
	return own_guest(SAME) == vcpu->guest ? OK : ERR_STATE;
}

static void get_apply(CALL)
{
	struct vcpu *guest = own_guest(SAME);

	machine_export(guest, guest->frame, FRAME_HAS_ALL);
}

static enum status set_act(CALL)
{
	struct vcpu *guest = own_guest(SAME);
	enum status status = own_check(SAME);

	if (status != OK)
		return status;
	if (b & ~(uint64_t)FRAME_HAS_ALL || guest->state == VCPU_PARKED)
		return ERR_ARGUMENT;
	return machine_import(guest, guest->frame, (unsigned)b);
}

static enum status assert_check(CALL)
{
	if (!own_guest(SAME))
		return ERR_INDEX;
	return b <= 0x1ff && (b & 0xff) >= 16 ? OK : ERR_ARGUMENT;
}

static void assert_apply(CALL)
{
	struct vcpu *guest = own_guest(SAME);

	if (machine_vcpu_post(guest, (unsigned)b & 0xffu, b & LAPIC_LEVEL) && guest != vcpu->guest)
		vcpu_request(vcpu->cpu, guest, REQUEST_EVENT, true);
}

static enum status register_check(CALL)
{
	if (b > 0x3f0 || b & 0xf)
		return ERR_ARGUMENT;
	return own_check(SAME);
}

static void register_read_apply(CALL)
{
	vcpu_result(&vcpu->machine, 1, machine_lapic_read(own_guest(SAME), (unsigned)b));
}

static enum status register_write_act(CALL)
{
	enum status status = register_check(SAME);

	return status == OK ? machine_lapic_write(own_guest(SAME), (unsigned)b, c) : status;
}

static void extint_apply(CALL)
{
	struct vcpu *guest = own_guest(SAME);

	guest->unusual = b ? guest->unusual | UNUSUAL_EXTINT : guest->unusual & ~UNUSUAL_EXTINT;
	machine_extint_line(guest, b != 0);
}

static void end_guest(CALL, enum subject_command which)
{
	(void)subject_command(vcpu->cpu, vcpu->subject, which, vcpu->subject->index);
	vcpu->cpu->resched = 1;
}
static void guest_restart_apply(CALL)
{
	end_guest(SAME, COMMAND_RESTART);
}
static void guest_stop_apply(CALL)
{
	end_guest(SAME, COMMAND_STOP);
}
static void guest_fault_apply(CALL)
{
	exception_fault(vcpu->cpu, vcpu->guest, FAULT_LAYER, EXIT_INSTRUCTION, a);
}

/* Decide everything first, then act without failing. */
#define PAIR(name, check, apply)                  \
	static enum status name(CALL)             \
	{                                         \
		enum status status = check(SAME); \
		if (status == OK)                 \
			apply(SAME);              \
		return status;                    \
	}
#define ALWAYS(name, apply)           \
	static enum status name(CALL) \
	{                             \
		apply(SAME);          \
		return OK;            \
	}
ALWAYS(version_act, version_apply)
PAIR(signal_act, signal_check, signal_apply)
ALWAYS(wait_act, wait_apply)
ALWAYS(mask_act, mask_apply)
PAIR(unmask_act, unmask_check, unmask_apply)
ALWAYS(status_act, status_apply)
PAIR(audit_mask_act, audit_mask_check, audit_mask_apply)
PAIR(image_act, image_check, image_apply)
ALWAYS(reboot_act, reboot_apply)
ALWAYS(power_off_act, power_off_apply)
PAIR(get_act, own_check, get_apply)
PAIR(assert_act, assert_check, assert_apply)
PAIR(register_read_act, register_check, register_read_apply)
PAIR(extint_act, own_check, extint_apply)
ALWAYS(guest_restart_act, guest_restart_apply)
ALWAYS(guest_stop_act, guest_stop_apply)
ALWAYS(guest_fault_act, guest_fault_apply)

static enum status hole_act(CALL)
{
	return ERR_NUMBER;
}
#define HOLE HYPERCALL_COUNT

static const struct entry calls[HYPERCALL_COUNT + 1] = {
        [5 ... 7] = {hole_act, 0},
        [14 ... 15] = {hole_act, 0},
        [18 ... 23] = {hole_act, 0},
        [29 ... 31] = {hole_act, 0},
        [HOLE] = {hole_act, 0},
        [HC_VERSION] = {version_act, 0},
        [HC_EVENT_SIGNAL] = {signal_act, 0},
        [HC_EVENT_WAIT] = {wait_act, 0},
        [HC_EVENT_MASK] = {mask_act, 0},
        [HC_LINE_UNMASK] = {unmask_act, 0},
        [HC_SUBJECT_START] = {start_act, RIGHT_START},
        [HC_SUBJECT_STOP] = {stop_act, RIGHT_STOP},
        [HC_SUBJECT_PAUSE] = {pause_act, RIGHT_PAUSE},
        [HC_SUBJECT_RESUME] = {resume_act, RIGHT_RESUME},
        [HC_SUBJECT_RESTART] = {restart_act, RIGHT_RESTART},
        [HC_SUBJECT_STATUS] = {status_act, RIGHT_STATUS},
        [HC_AUDIT_WRITE] = {write_act, RIGHT_AUDIT_WRITE},
        [HC_AUDIT_MASK] = {audit_mask_act, RIGHT_AUDIT_MASK},
        [HC_SCHEDULE_SWITCH] = {schedule_act, RIGHT_SCHEDULE_SWITCH},
        [HC_SELF_TEST] = {self_test_act, RIGHT_SELF_TEST},
        [HC_IMAGE_LOAD] = {image_act, RIGHT_IMAGE_LOAD},
        [HC_REBOOT] = {reboot_act, RIGHT_REBOOT},
        [HC_POWER_OFF] = {power_off_act, RIGHT_POWER_OFF},
        [HC_VCPU_RUN] = {hole_act, NEED_LAYER}, /* a layer's never comes here: core_hypercall() */
        [HC_VCPU_GET] = {get_act, NEED_LAYER},
        [HC_VCPU_SET] = {set_act, NEED_LAYER},
        [HC_LAPIC_ASSERT] = {assert_act, NEED_LAYER},
        [HC_LAPIC_READ] = {register_read_act, NEED_LAYER},
        [HC_LAPIC_WRITE] = {register_write_act, NEED_LAYER},
        [HC_LINE_EXTINT] = {extint_act, NEED_LAYER},
        [HC_GUEST_RESTART] = {guest_restart_act, NEED_LAYER},
        [HC_GUEST_STOP] = {guest_stop_act, NEED_LAYER},
        [HC_GUEST_FAULT] = {guest_fault_act, NEED_LAYER},
};

static enum status allowed(CALL, uint64_t need)
{
	const struct config_subject *config = vcpu->subject->config;
	const struct config_manage *manage =
	        CONFIG_TABLE(the_system.config, config_manage, TABLE_MANAGE) + config->manage.first;

	if (need == NEED_LAYER)
		return vcpu->guest ? OK : ERR_RIGHT;
	if (!(need & RIGHT_MANAGE))
		return config->rights & need ? OK : ERR_RIGHT;
	if (a >= subject_count)
		return ERR_INDEX;
	for (uint32_t i = 0; i < config->manage.count; i++)
		if (manage[i].subject == a)
			return manage[i].rights & need ? OK : ERR_RIGHT;
	return ERR_RIGHT;
}

/* A refused call has changed nothing: number and arguments still stand in the registers. */
static __attribute__((noinline)) void refused(struct vcpu *vcpu, enum status status)
{
	__atomic_add_fetch(&vcpu->subject->stats->denials, 1, __ATOMIC_RELAXED);
	audit_vcpu(vcpu->cpu, vcpu,
	           AUDIT(AUDIT_SECURITY, AUDIT_HYPERCALL_DENIED, vcpu_argument(&vcpu->machine, 0), status,
	                 vcpu_argument(&vcpu->machine, 1)));
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
			status = allowed(SAME, entry->need);
		if (status == OK)
			status = entry->act(SAME);
	}
	if (__builtin_expect(status != OK, false))
		refused(vcpu, status);
	vcpu_result(machine, 0, status);
}
