/* SPDX-License-Identifier: ISC */
#include "core/vcpu.h"
#include "core/event.h"
#include "core/layer.h"
#include "core/subject.h"

/*
 * Requests are bits: posting one twice is posting it once, so nothing can overflow and nobody ever waits. The poster
 * writes the bit before it reads whose frame it is; the owner writes that before it reads the bits: one of the two sees
 * the other.
 */
struct vcpu vcpus[CONFIG_MAX_VCPUS];
uint32_t vcpu_count;

void vcpu_request(struct cpu *cpu, struct vcpu *vcpu, uint64_t bits, bool urgent)
{
	uint64_t before = __atomic_fetch_or(&vcpu->requests, bits, __ATOMIC_SEQ_CST);

	if ((before & bits) == bits && !urgent)
		return;
	if (!vcpu_in_frame(vcpu))
		return; /* its CPU looks at the start of its frame */
	__atomic_store_n(&vcpu->cpu->resched, 1, __ATOMIC_SEQ_CST);
	if (vcpu->cpu != cpu && (urgent || __atomic_load_n(&vcpu->cpu->idle, __ATOMIC_SEQ_CST)))
		machine_kick(vcpu->cpu->id);
}

void vcpu_wake(struct vcpu *vcpu, uint64_t now)
{
	if (vcpu->state == VCPU_HALTED && machine_vcpu_wakes(vcpu))
		vcpu->state = VCPU_READY;
	else if (vcpu->state == VCPU_WAITING)
		event_wait_check(vcpu, now);
	else if (vcpu->state == VCPU_RESUMED)
		layer_check(vcpu, now);
}

static void begin(struct vcpu *vcpu)
{
	machine_vcpu_reset(vcpu);
	vcpu->state = vcpu->config->start == START_SIPI ? VCPU_WAIT_SIPI : VCPU_READY;
	vcpu->unusual = 0;
	vcpu->deadline = ~UINT64_C(0);
	vcpu->event_mask = ~UINT64_C(0);
	/* events since the start of its subject: the reset took their vectors */
	event_raise(vcpu, __atomic_load_n(&vcpu->events, __ATOMIC_SEQ_CST));
}

static void start_by_ipi(struct vcpu *vcpu, uint64_t requests)
{
	if (requests & REQUEST_INIT) {
		machine_vcpu_start(vcpu, ~0u);
		vcpu->state = VCPU_WAIT_SIPI;
		vcpu->unusual = (vcpu->unusual & ~UNUSUAL_STARTED) | UNUSUAL_INIT;
	}
	if (requests & REQUEST_SIPI && vcpu->state == VCPU_WAIT_SIPI) {
		machine_vcpu_start(vcpu, vcpu->sipi_vector & 0xffu);
		vcpu->state = VCPU_READY;
		vcpu->unusual |= UNUSUAL_SIPI;
	}
	if (vcpu->layer)
		layer_check(vcpu->layer, 0);
}

void vcpu_serve(struct cpu *cpu, struct vcpu *vcpu)
{
	uint64_t requests = __atomic_exchange_n(&vcpu->requests, 0, __ATOMIC_SEQ_CST);
	struct subject *leader = vcpu->subject->leader;
	uint32_t state = __atomic_load_n(&leader->state, __ATOMIC_SEQ_CST);

	/* both at once: a start that was stopped again before this vCPU's first frame. A reset may come even after the
	 * park, by a CPU that made the subject run and has not told everybody yet: the state says whether it counts. */
	if (requests & REQUEST_PARK) {
		vcpu->state = VCPU_PARKED;
		subject_parked(cpu, leader);
	} else if (requests & REQUEST_RESET && (state == SUBJECT_RUNNING || state == SUBJECT_PAUSED)) {
		begin(vcpu);
	}
	if (vcpu->state == VCPU_PARKED)
		return;
	if (requests & (REQUEST_INIT | REQUEST_SIPI))
		start_by_ipi(vcpu, requests);
	vcpu->paused = state == SUBJECT_PAUSED;
	vcpu_wake(vcpu, machine_now());
}
