/* SPDX-License-Identifier: ISC */
#include "core/event.h"
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

	if (in->vector && __atomic_load_n(&vcpu->event_mask, __ATOMIC_SEQ_CST) & mask)
		raised = machine_vcpu_post(vcpu, in->vector, false);
	if (raised || !(before & mask))
		vcpu_request(cpu, vcpu, REQUEST_EVENT, !vcpu->guest || in->flags & EVENT_URGENT);
}

void event_raise(struct vcpu *vcpu, uint64_t bits)
{
	const struct config_span span = vcpu->subject->config->event_in;
	const struct config_event_in *in =
	        CONFIG_TABLE(the_system.config, config_event_in, TABLE_EVENT_IN) + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (bits >> in[i].bit & 1 && in[i].vcpu == vcpu->number && in[i].vector)
			machine_vcpu_post(vcpu, in[i].vector, false);
}

static const uint8_t commands[] = {
        [EVENT_START] = COMMAND_START, [EVENT_STOP] = COMMAND_STOP, [EVENT_RESTART] = COMMAND_RESTART};

void event_signal(struct cpu *cpu, struct subject *subject, uint32_t index)
{
	const struct config_event *event =
	        CONFIG_TABLE(the_system.config, config_event, TABLE_EVENT) + subject->config->event.first + index;

	if (event->action == EVENT_NOTIFY)
		event_post(cpu, &subjects[event->target], event->bit);
	else if (event->action == EVENT_SCHEDULE)
		(void)scheduler_switch(cpu, event->target);
	else
		(void)subject_command(cpu, &subjects[event->target], commands[event->action], subject->index);
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
