/* SPDX-License-Identifier: ISC */
#include "core/exception.h"
#include "core/audit.h"
#include "core/event.h"
#include "core/layer.h"
#include "core/memory.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * The exit table: every reason has exactly one entry, and none is silent. What a guest's layer can answer is handed
 * over; everything else is a fault, and what a fault leads to is the subject's policy, never the core's choice.
 */
static const uint32_t fault_event[FAULT_COUNT] = {
        [FAULT_MEMORY] = AUDIT_MEMORY_DENIED,
        [FAULT_IO] = AUDIT_IO_DENIED,
        [FAULT_MSR] = AUDIT_MSR_DENIED,
        [FAULT_INSTRUCTION] = AUDIT_INSTRUCTION_DENIED,
};

static void audit_denial(struct cpu *cpu, struct vcpu *vcpu, enum fault fault)
{
	uint64_t a = vcpu->machine.detail[0], b = vcpu->machine.detail[1], c = 0;

	if (!fault_event[fault])
		return;
	if (fault == FAULT_MEMORY)
		c = memory_nearest(vcpu->subject, a);
	if (fault == FAULT_IO) {
		b = (uint64_t)FRAME_IO_SIZE(a) << 8 | FRAME_IO_FLAGS(a);
		a = FRAME_IO_PORT(a);
	}
	if (fault == FAULT_MSR) {
		c = b;
		b = a >> 32;
		a = (uint32_t)a;
	}
	__atomic_add_fetch(&vcpu->subject->stats->denials, 1, __ATOMIC_RELAXED);
	audit_vcpu(cpu, vcpu, AUDIT(AUDIT_SECURITY, fault_event[fault], a, b, c));
}

/* A restart policy holds for a number of times within a number of seconds; beyond it the subject stays stopped. */
static bool may_restart(struct subject *leader, const struct config_fault *policy)
{
	uint64_t now = machine_now();

	if (!policy->times)
		return true;
	if (now - leader->fault_since > (uint64_t)policy->within_s * 1000 * the_system.tsc_khz ||
	    !leader->fault_count) {
		leader->fault_since = now;
		leader->fault_count = 0;
	}
	return ++leader->fault_count <= policy->times;
}

static void end_subject(struct cpu *cpu, struct vcpu *vcpu, const struct config_fault *policy, enum fault fault,
                        enum fault_action action, uint64_t detail)
{
	struct subject *subject = vcpu->subject;

	if (action == ACTION_RESTART && !may_restart(subject->leader, policy))
		action = ACTION_STOP;
	audit_core(cpu, subject->index, AUDIT(AUDIT_SAFETY, AUDIT_FAULT, fault, action, detail));
	if (action == ACTION_SYSTEM)
		core_panic(PANIC_SUBJECT, fault, 0, cpu->id);
	if (action == ACTION_RESTART)
		(void)subject_command(cpu, subject, COMMAND_RESTART, 0xffff);
	else
		(void)subject_command(cpu, subject, COMMAND_FAIL, 0xffff);
	if (action == ACTION_NOTIFY)
		event_signal(cpu, subject, policy->event);
	cpu->resched = 1;
}

void exception_fault(struct cpu *cpu, struct vcpu *vcpu, enum fault fault, enum exit reason, uint64_t detail)
{
	const struct config_fault *policy = &vcpu->subject->config->fault[fault];

	__atomic_add_fetch(&vcpu->subject->stats->faults, 1, __ATOMIC_RELAXED);
	audit_denial(cpu, vcpu, fault);
	if (policy->action == ACTION_INJECT && machine_fault_inject(vcpu, reason))
		return;
	if (policy->action == ACTION_IGNORE && (fault == FAULT_IO || fault == FAULT_MSR)) {
		machine_ignore(vcpu, reason);
		return;
	}
	end_subject(cpu, vcpu, policy, fault, policy->action > ACTION_IGNORE ? policy->action : ACTION_STOP, detail);
}

static void halt(struct cpu *cpu, struct vcpu *vcpu)
{
	machine_advance(vcpu);
	if (machine_vcpu_wakes(vcpu))
		return;
	vcpu->state = VCPU_HALTED;
	if (vcpu->layer && layer_check(vcpu->layer, machine_now()))
		cpu->current = vcpu->layer;
	else
		cpu->resched = 1;
}

static void interrupted(struct cpu *cpu, struct vcpu *vcpu)
{
	(void)vcpu;
	machine_window(cpu);
	cpu->timer = 0; /* it may have been the timer, before its time: a counter's reach or scale */
	cpu->resched = 1;
}

static void window(struct cpu *cpu, struct vcpu *vcpu)
{
	if (vcpu->layer && layer_check(vcpu->layer, 0))
		cpu->current = vcpu->layer;
}

static void end_of_interrupt(struct cpu *cpu, struct vcpu *vcpu)
{
	if (!vcpu->layer)
		return;
	layer_return(vcpu->layer, RUN_OUT_EOI, vcpu->machine.detail[0]);
	cpu->current = vcpu->layer;
}

static void paused(struct cpu *cpu, struct vcpu *vcpu)
{
	machine_advance(vcpu);
	cpu->resched = 1;
}

static void msr(struct cpu *cpu, struct vcpu *vcpu)
{
	if (vcpu->layer && vcpu->machine.detail[2])
		layer_handover(cpu, vcpu, EXIT_MSR);
	else
		exception_fault(cpu, vcpu, FAULT_MSR, EXIT_MSR, vcpu->machine.detail[0]);
}

static void broken(struct cpu *cpu, struct vcpu *vcpu)
{
	core_panic(PANIC_CHECK, vcpu->index, machine_rip(vcpu), cpu->id);
}

#define NO_FAULT FAULT_COUNT
static const struct {
	void (*act)(struct cpu *cpu, struct vcpu *vcpu);
	bool layer;       /* the layer answers, if there is one */
	enum fault fault; /* else */
} exits[EXIT_COUNT] = {
        [EXIT_HYPERCALL] = {broken, false, NO_FAULT},
        [EXIT_CPUID] = {broken, false, NO_FAULT}, /* always answered in arch */
        [EXIT_MSR] = {msr, false, NO_FAULT},
        [EXIT_IO] = {0, true, FAULT_IO},
        [EXIT_MEMORY] = {0, true, FAULT_MEMORY},
        [EXIT_HALT] = {halt, false, NO_FAULT},
        [EXIT_INTERRUPT] = {interrupted, false, NO_FAULT},
        [EXIT_WINDOW] = {window, false, NO_FAULT},
        [EXIT_NMI] = {interrupted, false, NO_FAULT},
        [EXIT_CONTROL] = {0, true, FAULT_INSTRUCTION},
        [EXIT_EXCEPTION] = {0, false, FAULT_MACHINE_CHECK},
        [EXIT_SHUTDOWN] = {0, false, FAULT_SHUTDOWN},
        [EXIT_INSTRUCTION] = {0, false, FAULT_INSTRUCTION},
        [EXIT_PAUSE] = {paused, false, NO_FAULT},
        [EXIT_ENTRY] = {0, false, FAULT_ENTRY},
        [EXIT_EOI] = {end_of_interrupt, false, NO_FAULT},
        [EXIT_TIMER] = {broken, false, NO_FAULT},
        [EXIT_HANDOVER] = {broken, false, NO_FAULT},
};

void core_exit(struct cpu *cpu, struct vcpu *vcpu, enum exit reason)
{
	if (exits[reason].layer && vcpu->layer)
		layer_handover(cpu, vcpu, reason);
	else if (exits[reason].act)
		exits[reason].act(cpu, vcpu);
	else
		exception_fault(cpu, vcpu, exits[reason].fault, reason, vcpu->machine.detail[0]);
}
