/* SPDX-License-Identifier: ISC */
#include "core/layer.h"
#include "core/scheduler.h"
#include "core/vcpu.h"

/*
 * Handover. A layer vCPU is either inside HC_VCPU_RUN (VCPU_RESUMED: its guest has control) or it has control itself;
 * the guest never runs in the second case. Both run in the same minor frame on the same CPU, so a handover is a change
 * of cpu->current and nothing else: no scheduling decision, no timer, no FPU switch.
 * The exit frame is the layer's word against ours: it is read once, by machine_import, which sanitises it.
 */
void layer_return(struct vcpu *layer, enum run_outcome outcome, uint64_t value)
{
	layer->state = VCPU_READY;
	vcpu_result(&layer->machine, 1, outcome);
	vcpu_result(&layer->machine, 2, value);
	vcpu_result(&layer->machine, 3, 0);
}

static __attribute__((noinline)) void fill_frame(struct vcpu *guest, enum exit reason, unsigned parts)
{
	struct exit_frame *frame = guest->frame;

	frame->reason = reason;
	frame->info[0] = guest->machine.detail[0];
	frame->info[1] = guest->machine.detail[1];
	machine_export(guest, frame, parts);
}

static inline void hand_over(struct cpu *cpu, struct vcpu *guest, uint64_t what)
{
	struct vcpu *layer = guest->layer;

	layer_return(layer, RUN_OUT_EXIT, what);
	vcpu_result(&layer->machine, 3, vcpu_argument(&guest->machine, 0)); /* RAX */
	guest->stats->exits[EXIT_HANDOVER]++;
	cpu->current = layer;
}

struct vcpu *core_port(struct cpu *cpu, struct vcpu *guest, uint64_t info)
{
	hand_over(cpu, guest, EXIT_IO | info << 32);
	return guest->layer;
}

void layer_handover(struct cpu *cpu, struct vcpu *guest, enum exit reason)
{
	fill_frame(guest, reason, reason == EXIT_MSR ? FRAME_HAS_GPR : FRAME_HAS_ALL & ~FRAME_HAS_SYSTEM);
	hand_over(cpu, guest, reason == EXIT_IO ? EXIT_IO | guest->machine.detail[0] << 32 : reason);
}

bool layer_check(struct vcpu *layer, uint64_t now)
{
	struct vcpu *guest = layer->guest;
	uint64_t bits = __atomic_load_n(&layer->events, __ATOMIC_SEQ_CST) & layer->event_mask;

	if (layer->state != VCPU_RESUMED)
		return false;
	if (guest->unusual & UNUSUAL_INIT) {
		guest->unusual &= ~UNUSUAL_INIT;
		layer_return(layer, RUN_OUT_STARTED, 0);
	} else if (guest->unusual & UNUSUAL_SIPI) {
		guest->unusual &= ~UNUSUAL_SIPI;
		layer_return(layer, RUN_OUT_STARTED, guest->sipi_vector & 0xffu);
	} else if (bits) {
		__atomic_fetch_and(&layer->events, ~bits, __ATOMIC_SEQ_CST);
		layer_return(layer, RUN_OUT_EVENT, bits);
	} else if (layer->deadline <= now) {
		layer->deadline = ~UINT64_C(0);
		layer_return(layer, RUN_OUT_TIMER, 0);
	} else if (guest->unusual & UNUSUAL_EXTINT && machine_extint_ready(guest)) {
		layer_return(layer, RUN_OUT_INTA, 0);
	} else {
		return false;
	}
	return true;
}

#define RUN_PLAIN (RUN_ADVANCE | RUN_SET_RAX)
static inline void take_plain(struct vcpu *guest, uint64_t flags, uint64_t rax)
{
	if (flags & RUN_ADVANCE)
		machine_advance(guest);
	if (flags & RUN_SET_RAX)
		vcpu_result(&guest->machine, 0, rax);
}

static enum status take_over(struct vcpu *guest, uint64_t flags, uint64_t rax)
{
	unsigned parts = (unsigned)(flags >> 8) & 0xffu;

	/* the hardware has no way to offer vector 0, and an ExtINT that is never taken would keep all others back */
	if (flags & RUN_EXTINT && !((flags >> 16) & 0xff))
		return ERR_ARGUMENT;
	if (parts & ~(FRAME_HAS_GPR | FRAME_HAS_CONTROL | FRAME_HAS_SEGMENTS))
		return ERR_ARGUMENT;
	if (parts && machine_import(guest, guest->frame, parts) != OK)
		return ERR_ARGUMENT;
	if (flags & RUN_INJECT) {
		uint64_t inject = *(volatile const uint64_t *)&guest->frame->inject;
		if (machine_inject(guest, inject) != OK)
			return ERR_ARGUMENT;
	}
	if (flags & RUN_EXTINT)
		machine_extint(guest, (unsigned)(flags >> 16) & 0xffu);
	take_plain(guest, flags, rax);
	return OK;
}

static __attribute__((noinline)) enum status run_slowly(struct cpu *cpu, struct vcpu *layer, uint64_t flags,
                                                        uint64_t rax, uint64_t deadline)
{
	struct vcpu *guest = layer->guest;

	if (guest->state == VCPU_PARKED)
		return ERR_STATE;
	/* a guest that was started anew meanwhile: what the layer hands over belongs to the life before */
	if (!(guest->unusual & UNUSUAL_STARTED) && take_over(guest, flags, rax) != OK)
		return ERR_ARGUMENT;
	layer->state = VCPU_RESUMED;
	layer->deadline = deadline;
	if (deadline < cpu->timer)
		scheduler_deadline(cpu, deadline);
	if (guest->state != VCPU_READY)
		vcpu_wake(guest, machine_now());
	if (layer_check(layer, 0))
		return OK;
	if (guest->state == VCPU_READY)
		cpu->current = guest;
	else
		cpu->resched = 1;
	return OK;
}

/* The usual case, an answer in RAX and nothing pending, is told by one sum of everything that could be unusual. */
enum status layer_run(struct cpu *cpu, struct vcpu *layer, uint64_t flags, uint64_t rax, uint64_t deadline)
{
	struct vcpu *guest = layer->guest;

	if (!deadline)
		deadline = ~UINT64_C(0);
	if ((flags & ~(uint64_t)RUN_PLAIN) | (deadline ^ layer->deadline) | layer->events | guest->unusual |
	    (guest->state ^ VCPU_READY))
		return run_slowly(cpu, layer, flags, rax, deadline);
	take_plain(guest, flags, rax);
	layer->state = VCPU_RESUMED;
	cpu->current = guest;
	return OK;
}
