/* SPDX-License-Identifier: ISC */
#include "core/hypercall.h"
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
struct call {
	struct cpu *cpu;
	struct vcpu *vcpu;
	uint64_t a, b, c;
};

struct entry {
	enum status (*check)(const struct call *call); /* 0: nothing can be wrong */
	void (*apply)(const struct call *call);        /* 0: none */
	enum status (*act)(const struct call *call);   /* check and apply in one, where a race decides */
	uint64_t right;                                /* of the caller; RIGHT_MANAGE bits: over subject a */
	bool layer;                                    /* only for a layer, about its own guest */
};
#define RIGHT_MANAGE (RIGHT_START | RIGHT_STOP | RIGHT_PAUSE | RIGHT_RESUME | RIGHT_RESTART | RIGHT_STATUS)

static void version_apply(const struct call *call)
{
	vcpu_result(&call->vcpu->machine, 1, HYPERCALL_ABI);
}

static enum status signal_check(const struct call *call)
{
	return call->a < call->vcpu->subject->config->event.count ? OK : ERR_INDEX;
}

static void signal_apply(const struct call *call)
{
	event_signal(call->cpu, call->vcpu->subject, (uint32_t)call->a);
}

static void wait_apply(const struct call *call)
{
	struct vcpu *vcpu = call->vcpu;

	vcpu->wait_mask = call->a;
	vcpu->deadline = call->b;
	vcpu->state = VCPU_WAITING;
	event_wait_check(vcpu, machine_now());
	if (vcpu->state == VCPU_WAITING)
		call->cpu->resched = 1;
}

static void mask_apply(const struct call *call)
{
	struct vcpu *vcpu = call->vcpu;
	uint64_t opened = call->a & ~vcpu->event_mask & __atomic_load_n(&vcpu->events, __ATOMIC_SEQ_CST);
	const struct config_event_in *in = CONFIG_TABLE(the_system.config, config_event_in, TABLE_EVENT_IN) +
	                                   vcpu->subject->config->event_in.first;

	__atomic_store_n(&vcpu->event_mask, call->a, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < vcpu->subject->config->event_in.count; i++)
		if (opened >> in[i].bit & 1 && in[i].vcpu == vcpu->number && in[i].vector)
			machine_vcpu_post(vcpu, in[i].vector, false);
}

static enum status unmask_check(const struct call *call)
{
	return call->a < call->vcpu->subject->config->line.count ? OK : ERR_INDEX;
}

static void unmask_apply(const struct call *call)
{
	interrupt_unmask(call->vcpu->subject, (uint32_t)call->a);
}

static enum status command(const struct call *call, enum subject_command which)
{
	return subject_command(call->cpu, &subjects[call->a], which, call->vcpu->subject->index);
}
static enum status start_act(const struct call *call)
{
	return command(call, COMMAND_START);
}
static enum status stop_act(const struct call *call)
{
	return command(call, COMMAND_STOP);
}
static enum status pause_act(const struct call *call)
{
	return command(call, COMMAND_PAUSE);
}
static enum status resume_act(const struct call *call)
{
	return command(call, COMMAND_RESUME);
}
static enum status restart_act(const struct call *call)
{
	return command(call, COMMAND_RESTART);
}

static void status_apply(const struct call *call)
{
	const struct subject *subject = &subjects[call->a];
	uint64_t runtime = 0;

	for (uint32_t i = 0; i < subject->config->vcpu.count; i++)
		runtime += subject->vcpu[i].stats->runtime;
	vcpu_result(&call->vcpu->machine, 1, __atomic_load_n(&subject->leader->state, __ATOMIC_SEQ_CST));
	vcpu_result(&call->vcpu->machine, 2, subject->stats->restarts);
	vcpu_result(&call->vcpu->machine, 3, runtime);
}

static enum status write_check(const struct call *call)
{
	return call->a < 0x10000 ? OK : ERR_ARGUMENT;
}

static void write_apply(const struct call *call)
{
	audit_vcpu(call->cpu, call->vcpu, AUDIT(AUDIT_USER, AUDIT_USER_EVENT + (uint32_t)call->a, call->b, call->c, 0));
}

static enum status audit_mask_check(const struct call *call)
{
	if (call->a >= the_system.config->table[TABLE_CONSUMER].count)
		return ERR_INDEX;
	return call->b <= (AUDIT_SECURITY | AUDIT_SAFETY | AUDIT_USER | AUDIT_SYSTEM) ? OK : ERR_ARGUMENT;
}

static void audit_mask_apply(const struct call *call)
{
	audit_mask((uint32_t)call->a, (uint32_t)call->b);
}

static enum status schedule_act(const struct call *call)
{
	return call->a < CONFIG_MAX_SCHEDULES ? scheduler_switch(call->cpu, (uint32_t)call->a) : ERR_INDEX;
}

static enum status self_test_act(const struct call *call)
{
	uint64_t next = 0;
	enum status status = system_self_test(call->a, &next);

	if (status != OK)
		audit_core(call->cpu, call->vcpu->subject->index,
		           AUDIT(AUDIT_SAFETY, AUDIT_SELF_TEST, call->a, status, 0));
	vcpu_result(&call->vcpu->machine, 1, next);
	return status;
}

static enum status image_check(const struct call *call)
{
	if (call->a >= subject_count)
		return ERR_INDEX;
	return memory_image_check(call->vcpu->subject, &subjects[call->a], call->b, call->c);
}

static void image_apply(const struct call *call)
{
	memory_image_apply(call->cpu, call->vcpu->subject, &subjects[call->a], call->b, call->c);
}

static void reboot_apply(const struct call *call)
{
	(void)call;
	machine_reboot();
}

static void power_off_apply(const struct call *call)
{
	(void)call;
	machine_power_off(the_system.config->pm_off_port, the_system.config->pm_off_value);
}

static enum status run_act(const struct call *call)
{
	return layer_run(call->cpu, call->vcpu, call->a, call->b, call->c);
}

/* A layer names its guest's vCPUs by their number; it may touch only the one whose layer vCPU on this CPU it is. */
static struct vcpu *own_guest(const struct call *call)
{
	struct subject *guest = call->vcpu->subject->partner;

	if (call->a >= guest->config->vcpu.count)
		return 0;
	return guest->vcpu + call->a;
}

static enum status own_check(const struct call *call)
{
	if (!own_guest(call))
		return ERR_INDEX;
	return own_guest(call) == call->vcpu->guest ? OK : ERR_STATE;
}

static void get_apply(const struct call *call)
{
	struct vcpu *guest = own_guest(call);

	machine_export(guest, guest->frame, FRAME_HAS_ALL);
}

static enum status set_act(const struct call *call)
{
	struct vcpu *guest = own_guest(call);
	enum status status = own_check(call);

	if (status != OK)
		return status;
	if (call->b & ~(uint64_t)FRAME_HAS_ALL || guest->state == VCPU_PARKED)
		return ERR_ARGUMENT;
	return machine_import(guest, guest->frame, (unsigned)call->b);
}

static enum status assert_check(const struct call *call)
{
	if (!own_guest(call))
		return ERR_INDEX;
	return call->b <= 0x1ff && (call->b & 0xff) >= 16 ? OK : ERR_ARGUMENT;
}

static void assert_apply(const struct call *call)
{
	struct vcpu *guest = own_guest(call);

	if (machine_vcpu_post(guest, (unsigned)call->b & 0xffu, call->b & LAPIC_LEVEL) && guest != call->vcpu->guest)
		vcpu_request(call->cpu, guest, REQUEST_EVENT, true);
}

static enum status register_check(const struct call *call)
{
	if (call->b > 0x3f0 || call->b & 0xf)
		return ERR_ARGUMENT;
	return own_check(call);
}

static void register_read_apply(const struct call *call)
{
	vcpu_result(&call->vcpu->machine, 1, machine_lapic_read(own_guest(call), (unsigned)call->b));
}

static enum status register_write_act(const struct call *call)
{
	enum status status = register_check(call);

	return status == OK ? machine_lapic_write(own_guest(call), (unsigned)call->b, call->c) : status;
}

static void extint_apply(const struct call *call)
{
	struct vcpu *guest = own_guest(call);

	guest->extint = call->b != 0;
	machine_extint_line(guest, call->b != 0);
}

static void end_guest(const struct call *call, enum subject_command which)
{
	(void)subject_command(call->cpu, call->vcpu->subject, which, call->vcpu->subject->index);
	call->cpu->resched = 1;
}
static void guest_restart_apply(const struct call *call)
{
	end_guest(call, COMMAND_RESTART);
}
static void guest_stop_apply(const struct call *call)
{
	end_guest(call, COMMAND_STOP);
}
static void guest_fault_apply(const struct call *call)
{
	exception_fault(call->cpu, call->vcpu->guest, FAULT_LAYER, EXIT_INSTRUCTION, call->a);
}

static const struct entry calls[HYPERCALL_COUNT] = {
        [HC_VERSION] = {.apply = version_apply},
        [HC_EVENT_SIGNAL] = {.check = signal_check, .apply = signal_apply},
        [HC_EVENT_WAIT] = {.apply = wait_apply},
        [HC_EVENT_MASK] = {.apply = mask_apply},
        [HC_LINE_UNMASK] = {.check = unmask_check, .apply = unmask_apply},
        [HC_SUBJECT_START] = {.act = start_act, .right = RIGHT_START},
        [HC_SUBJECT_STOP] = {.act = stop_act, .right = RIGHT_STOP},
        [HC_SUBJECT_PAUSE] = {.act = pause_act, .right = RIGHT_PAUSE},
        [HC_SUBJECT_RESUME] = {.act = resume_act, .right = RIGHT_RESUME},
        [HC_SUBJECT_RESTART] = {.act = restart_act, .right = RIGHT_RESTART},
        [HC_SUBJECT_STATUS] = {.apply = status_apply, .right = RIGHT_STATUS},
        [HC_AUDIT_WRITE] = {.check = write_check, .apply = write_apply, .right = RIGHT_AUDIT_WRITE},
        [HC_AUDIT_MASK] = {.check = audit_mask_check, .apply = audit_mask_apply, .right = RIGHT_AUDIT_MASK},
        [HC_SCHEDULE_SWITCH] = {.act = schedule_act, .right = RIGHT_SCHEDULE_SWITCH},
        [HC_SELF_TEST] = {.act = self_test_act, .right = RIGHT_SELF_TEST},
        [HC_IMAGE_LOAD] = {.check = image_check, .apply = image_apply, .right = RIGHT_IMAGE_LOAD},
        [HC_REBOOT] = {.apply = reboot_apply, .right = RIGHT_REBOOT},
        [HC_POWER_OFF] = {.apply = power_off_apply, .right = RIGHT_POWER_OFF},
        [HC_VCPU_RUN] = {.act = run_act, .layer = true},
        [HC_VCPU_GET] = {.check = own_check, .apply = get_apply, .layer = true},
        [HC_VCPU_SET] = {.act = set_act, .layer = true},
        [HC_LAPIC_ASSERT] = {.check = assert_check, .apply = assert_apply, .layer = true},
        [HC_LAPIC_READ] = {.check = register_check, .apply = register_read_apply, .layer = true},
        [HC_LAPIC_WRITE] = {.act = register_write_act, .layer = true},
        [HC_LINE_EXTINT] = {.check = own_check, .apply = extint_apply, .layer = true},
        [HC_GUEST_RESTART] = {.apply = guest_restart_apply, .layer = true},
        [HC_GUEST_STOP] = {.apply = guest_stop_apply, .layer = true},
        [HC_GUEST_FAULT] = {.apply = guest_fault_apply, .layer = true},
};

static enum status has_right(const struct call *call, uint64_t right)
{
	const struct config_subject *config = call->vcpu->subject->config;
	const struct config_manage *manage =
	        CONFIG_TABLE(the_system.config, config_manage, TABLE_MANAGE) + config->manage.first;

	if (!(right & RIGHT_MANAGE))
		return config->rights & right ? OK : ERR_RIGHT;
	if (call->a >= subject_count)
		return ERR_INDEX;
	for (uint32_t i = 0; i < config->manage.count; i++)
		if (manage[i].subject == call->a)
			return manage[i].rights & right ? OK : ERR_RIGHT;
	return ERR_RIGHT;
}

static enum status dispatch(const struct call *call, uint64_t number)
{
	if (number >= HYPERCALL_COUNT)
		return ERR_NUMBER;
	const struct entry *entry = &calls[number];
	if (!entry->apply && !entry->act)
		return ERR_NUMBER;
	if (entry->layer && !call->vcpu->guest)
		return ERR_RIGHT;
	if (entry->right) {
		enum status status = has_right(call, entry->right);
		if (status != OK)
			return status;
	}
	if (entry->act)
		return entry->act(call);
	if (entry->check) {
		enum status status = entry->check(call);
		if (status != OK)
			return status;
	}
	entry->apply(call);
	return OK;
}

static void refused(struct cpu *cpu, struct vcpu *vcpu, uint64_t number, enum status status, uint64_t argument)
{
	__atomic_add_fetch(&vcpu->subject->stats->denials, 1, __ATOMIC_RELAXED);
	audit_vcpu(cpu, vcpu, AUDIT(AUDIT_SECURITY, AUDIT_HYPERCALL_DENIED, number, status, argument));
}

void hypercall_exit(struct cpu *cpu, struct vcpu *vcpu)
{
	struct vcpu_state *machine = &vcpu->machine;
	uint64_t number = vcpu_argument(machine, 0);
	struct call call = {cpu, vcpu, vcpu_argument(machine, 1), vcpu_argument(machine, 2), vcpu_argument(machine, 3)};

	machine_advance(vcpu);
	vcpu_result(machine, 1, 0);
	vcpu_result(machine, 2, 0);
	vcpu_result(machine, 3, 0);
	enum status status = dispatch(&call, number);
	vcpu_result(machine, 0, status);
	if (status != OK)
		refused(cpu, vcpu, number, status, call.a);
}
