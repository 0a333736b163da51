/* SPDX-License-Identifier: ISC */
#include <string.h>
#include "arch/host/host.h"
#include "abi/frame.h"
#include "abi/hypercall.h"

/* The fake vCPU: its guest takes a pending vector as soon as it runs with interrupts on, then follows its script. */
enum status machine_vcpu_open(struct vcpu *vcpu)
{
	machine_vcpu_reset(vcpu);
	return OK;
}

void machine_vcpu_reset(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct vcpu_state fresh = {.deadline = ~UINT64_C(0),
	                           .interrupts_on = true,
	                           .resets = state->resets + 1,
	                           .script = state->script,
	                           .script_count = state->script_count,
	                           .script_next = state->script_next,
	                           .rip = vcpu->config->entry};

	*state = fresh;
}

void machine_vcpu_start(struct vcpu *vcpu, unsigned vector)
{
	vcpu->machine.started_vector = vector;
}

static unsigned highest(const struct vcpu_state *state)
{
	for (unsigned i = 4; i-- > 0;)
		if (state->pending[i])
			return i * 64 + 63 - (unsigned)__builtin_clzll(state->pending[i]);
	return 0;
}

static void take(struct vcpu_state *state)
{
	unsigned vector = highest(state);

	if (!vector || !state->interrupts_on)
		return;
	state->pending[vector / 64] &= ~(UINT64_C(1) << vector % 64);
	state->taken = vector;
}

static enum exit run_script(struct cpu *cpu, struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t timer = host.timer[cpu->id] > host.now ? host.timer[cpu->id] : host.now;

	state->entries++;
	take(state);
	if (state->script_next >= state->script_count) {
		host.now = timer;
		return EXIT_INTERRUPT;
	}
	const struct host_exit *exit = &state->script[state->script_next];
	if (host.timer[cpu->id] <= host.now + exit->after) {
		host.now = timer;
		return EXIT_INTERRUPT;
	}
	state->script_next++;
	host.now += exit->after;
	memcpy(state->argument, exit->argument, sizeof(state->argument));
	memcpy(state->detail, exit->detail, sizeof(state->detail));
	return exit->reason;
}

void machine_run(struct cpu *cpu, struct vcpu *vcpu)
{
	enum exit reason = run_script(cpu, vcpu);

	if (reason != EXIT_HYPERCALL) {
		core_exit(cpu, vcpu, reason);
		return;
	}
	machine_advance(vcpu);
	core_hypercall(cpu, vcpu);
}

void machine_switch(struct cpu *cpu, struct vcpu *previous, struct vcpu *next)
{
	(void)cpu;
	(void)previous;
	host.switches++;
	host.switched_to = next;
}

void machine_advance(struct vcpu *vcpu)
{
	vcpu->machine.rip++;
}
uint64_t machine_detail(const struct vcpu *vcpu, unsigned index)
{
	return vcpu->machine.detail[index];
}
uint64_t machine_rip(const struct vcpu *vcpu)
{
	return vcpu->machine.rip;
}
bool machine_fault_inject(struct vcpu *vcpu, enum exit reason)
{
	if (reason == EXIT_SHUTDOWN || reason == EXIT_ENTRY || reason == EXIT_EXCEPTION)
		return false;
	vcpu->machine.faults_injected++;
	return true;
}
void machine_ignore(struct vcpu *vcpu)
{
	vcpu->machine.ignored++;
}

bool machine_vcpu_post(struct vcpu *vcpu, unsigned vector, bool level)
{
	uint64_t bit = UINT64_C(1) << vector % 64;

	(void)level;
	if (vcpu->machine.pending[vector / 64] & bit)
		return false;
	vcpu->machine.pending[vector / 64] |= bit;
	return true;
}
bool machine_vcpu_wakes(const struct vcpu *vcpu)
{
	return vcpu->machine.interrupts_on && (highest(&vcpu->machine) || vcpu->machine.extint_line);
}
void machine_vcpu_timer(struct vcpu *vcpu, uint64_t now)
{
	if (vcpu->machine.deadline > now)
		return;
	vcpu->machine.deadline = ~UINT64_C(0);
	machine_vcpu_post(vcpu, 0xec, false);
}
bool machine_vcpu_open_window(const struct vcpu *vcpu)
{
	return vcpu->machine.interrupts_on;
}
void machine_extint(struct vcpu *vcpu, unsigned vector)
{
	vcpu->machine.taken = vector;
	vcpu->machine.extint_given = true;
}
void machine_extint_line(struct vcpu *vcpu, bool raised)
{
	vcpu->machine.extint_line = raised;
}
bool machine_extint_ready(const struct vcpu *vcpu)
{
	return vcpu->machine.extint_line;
}
void machine_want_window(struct vcpu *vcpu, bool wanted)
{
	vcpu->machine.window_wanted = wanted;
}
uint64_t machine_lapic_read(struct vcpu *vcpu, unsigned offset)
{
	(void)vcpu;
	return offset;
}
enum status machine_lapic_write(struct vcpu *vcpu, unsigned offset, uint64_t value)
{
	(void)vcpu;
	(void)offset;
	return value >> 32 ? ERR_ARGUMENT : OK;
}

void machine_export(struct vcpu *vcpu, struct exit_frame *frame, unsigned parts)
{
	frame->valid = parts;
	frame->rip = vcpu->machine.rip;
	frame->gpr[FRAME_RAX] = vcpu->machine.rax;
}
enum status machine_import(struct vcpu *vcpu, const struct exit_frame *frame, unsigned parts)
{
	if (parts & FRAME_HAS_CONTROL && frame->cpl > 3)
		return ERR_ARGUMENT;
	if (parts & FRAME_HAS_GPR) {
		vcpu->machine.rip = frame->rip;
		vcpu->machine.rax = frame->gpr[FRAME_RAX];
	}
	return OK;
}
enum status machine_inject(struct vcpu *vcpu, uint64_t event)
{
	vcpu->machine.injected = event;
	return (event & 0xff) < 32 ? OK : ERR_ARGUMENT;
}
void machine_set_rax(struct vcpu *vcpu, uint64_t value)
{
	vcpu->machine.rax = value;
}
