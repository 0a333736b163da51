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
}

static __attribute__((noinline)) void fill_frame(struct vcpu *guest, enum exit reason, unsigned parts)
{
	struct exit_frame *frame = guest->frame;

	frame->reason = reason;
	frame->info[0] = machine_detail(guest, DETAIL_0);
	frame->info[1] = machine_detail(guest, DETAIL_1);
	machine_export(guest, frame, parts);
}

void layer_handover(struct cpu *cpu, struct vcpu *guest, enum exit reason)
{
	struct vcpu *layer = guest->layer;
	uint64_t info = machine_detail(guest, DETAIL_0), what = reason;
	bool registers = reason == EXIT_IO && !(FRAME_IO_FLAGS(info) & FRAME_IO_STRING);

	if (!registers)
		fill_frame(guest, reason, reason == EXIT_MSR ? FRAME_HAS_GPR : FRAME_HAS_ALL & ~FRAME_HAS_SYSTEM);
	if (reason == EXIT_IO)
		what |= info << 32;
	layer_return(layer, RUN_OUT_EXIT, what);
	vcpu_result(&layer->machine, 3, vcpu_argument(&guest->machine, 0)); /* RAX */
	guest->stats->exits[EXIT_HANDOVER]++;
	cpu->current = layer;
}

bool layer_check(struct vcpu *layer, uint64_t now)
{
	struct vcpu *guest = layer->guest;
	uint64_t bits = __atomic_load_n(&layer->events, __ATOMIC_SEQ_CST) & layer->event_mask;

	if (layer->state != VCPU_RESUMED)
		return false;
	if (bits) {
		__atomic_fetch_and(&layer->events, ~bits, __ATOMIC_SEQ_CST);
		layer_return(layer, RUN_OUT_EVENT, bits);
	} else if (layer->deadline <= now) {
		layer->deadline = ~UINT64_C(0);
		layer_return(layer, RUN_OUT_TIMER, 0);
	} else if (guest->extint && machine_extint_ready(guest) && machine_vcpu_open_window(guest)) {
		layer_return(layer, RUN_OUT_INTA, 0);
	} else if (guest->run_flags & RUN_WINDOW && machine_vcpu_open_window(guest)) {
		guest->run_flags = 0;
		layer_return(layer, RUN_OUT_WINDOW, 0);
	} else {
		return false;
	}
	return true;
}

/* What a layer rarely asks for: state, injection, an ExtINT vector. */
static __attribute__((noinline)) enum status take_over(struct vcpu *guest, uint64_t flags)
{
	unsigned parts = (unsigned)(flags >> 8) & 0xffu;

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
	return OK;
}

static __attribute__((noinline)) void want_window(struct vcpu *guest, uint32_t flags)
{
	guest->run_flags = flags;
	machine_want_window(guest, flags != 0);
}

enum status layer_run(struct cpu *cpu, struct vcpu *layer, uint64_t flags, uint64_t rax, uint64_t deadline)
{
	struct vcpu *guest = layer->guest;

	if (guest->state == VCPU_PARKED)
		return ERR_STATE;
	if (flags & ~(uint64_t)(RUN_ADVANCE | RUN_SET_RAX) && take_over(guest, flags) != OK)
		return ERR_ARGUMENT;
	if (flags & RUN_ADVANCE)
		machine_advance(guest);
	if (flags & RUN_SET_RAX)
		machine_set_rax(guest, rax);
	layer->state = VCPU_RESUMED;
	layer->deadline = deadline - 1 < ~UINT64_C(0) - 1 ? deadline : ~UINT64_C(0); /* 0 = none */
	if (layer->deadline < cpu->timer)
		scheduler_deadline(cpu, layer->deadline);
	if (guest->run_flags != (uint32_t)(flags & RUN_WINDOW))
		want_window(guest, (uint32_t)(flags & RUN_WINDOW));
	if ((layer->events | guest->run_flags | guest->extint) && layer_check(layer, 0))
		return OK;
	if (guest->state == VCPU_HALTED && machine_vcpu_wakes(guest))
		guest->state = VCPU_READY;
	if (guest->state == VCPU_READY)
		cpu->current = guest;
	else
		cpu->resched = 1;
	return OK;
}
