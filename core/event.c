/* SPDX-License-Identifier: ISC */
#include "core/event.h"
#include "core/audit.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * An event is one bit at its target. Setting it is an atomic OR; what follows (vector, wake, handover) is decided by
 * the target's own CPU from the bit, so a burst of signals costs the target no more than one.
 */
void event_post(struct cpu *cpu, struct subject *subject, uint32_t bit)
{
	uint8_t slot = subject->in_slot[bit & (CONFIG_MAX_EVENTS - 1)];

	if (slot == 0xff)
		return;
	const struct config_event_in *in = CONFIG_TABLE(the_system.config, config_event_in, TABLE_EVENT_IN) +
	                                   subject->config->event_in.first + slot;
	struct vcpu *vcpu = subject->vcpu + in->vcpu;
	uint64_t mask = UINT64_C(1) << in->bit;
	uint64_t before = __atomic_fetch_or(&vcpu->events, mask, __ATOMIC_SEQ_CST);
	bool raised = false;

	if (in->vector && vcpu->event_mask & mask)
		raised = machine_vcpu_post(vcpu, in->vector, false);
	if (raised || !(before & mask))
		vcpu_request(cpu, vcpu, REQUEST_EVENT, !vcpu->guest || in->flags & EVENT_URGENT);
}

void event_signal(struct cpu *cpu, struct subject *subject, uint32_t index)
{
	const struct config_event *event =
	        CONFIG_TABLE(the_system.config, config_event, TABLE_EVENT) + subject->config->event.first + index;

	switch (event->action) {
	case EVENT_NOTIFY:
		event_post(cpu, &subjects[event->target], event->bit);
		break;
	case EVENT_START:
		(void)subject_command(cpu, &subjects[event->target], COMMAND_START, subject->index);
		break;
	case EVENT_STOP:
		(void)subject_command(cpu, &subjects[event->target], COMMAND_STOP, subject->index);
		break;
	case EVENT_RESTART:
		(void)subject_command(cpu, &subjects[event->target], COMMAND_RESTART, subject->index);
		break;
	case EVENT_SCHEDULE:
		(void)scheduler_switch(cpu, event->target);
		break;
	}
}

void event_wait_check(struct vcpu *vcpu, uint64_t now)
{
	uint64_t bits = __atomic_load_n(&vcpu->events, __ATOMIC_SEQ_CST) & vcpu->wait_mask;

	if (!bits && vcpu->deadline > now && !machine_vcpu_wakes(vcpu))
		return;
	__atomic_fetch_and(&vcpu->events, ~bits, __ATOMIC_SEQ_CST);
	vcpu->state = VCPU_READY;
	vcpu->deadline = ~UINT64_C(0);
	vcpu_result(&vcpu->machine, 1, bits);
}
