/* SPDX-License-Identifier: ISC */
#include <string.h>
#include "arch/host/host.h"
#include "abi/frame.h"
#include "abi/hypercall.h"

/* The fake vCPU: its guest takes a pending vector as soon as it runs with interrupts on, then follows its script. */
void machine_vcpu_open(struct vcpu *vcpu)
{
	machine_vcpu_reset(vcpu);
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
	                           .guest = state->guest,
	                           .rip = vcpu->config->entry};

	*state = fresh;
	if (vcpu->cpu->loaded == vcpu)
		vcpu->cpu->loaded = 0;
}

void machine_vcpu_start(struct vcpu *vcpu, unsigned vector)
{
	if (vector > 0xff)
		vcpu->machine.inits++;
	else
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
	state->taken_count++;
}

static void record(struct cpu *cpu, struct vcpu *vcpu, enum exit reason)
{
	*cpu->flight_at = (struct flight){.time_low = (uint32_t)host.now[cpu->id],
	                                  .time_high = (uint32_t)(host.now[cpu->id] >> 32),
	                                  .rip = vcpu->machine.rip,
	                                  .reason = reason,
	                                  .vcpu = vcpu->index};
	cpu->flight_at = flight_next(cpu->flight_at);
	vcpu->stats->exits[reason]++;
}

/* The upcalls as the back ends make them. */
void host_upcall(struct cpu *cpu, struct vcpu *vcpu, enum exit reason)
{
	uint64_t info = vcpu->machine.detail[0];

	if (reason == EXIT_HYPERCALL) {
		machine_advance(vcpu);
		core_hypercall(cpu, vcpu);
	} else if (reason == EXIT_IO && vcpu->layer && !(FRAME_IO_FLAGS(info) & FRAME_IO_STRING)) {
		core_port(cpu, vcpu, info);
	} else {
		core_exit(cpu, vcpu, reason);
	}
}

static struct host_exit next_exit(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;

	if (state->script_next < state->script_count)
		return state->script[state->script_next];
	return state->guest ? state->guest(vcpu) : (struct host_exit){.after = ~UINT64_C(0)};
}

void machine_run(struct cpu *cpu, struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	enum host_pass passed = host_pass(cpu, 0);

	state->entries++;
	take(state);
	if (passed == HOST_BOUND)
		return;
	if (passed == HOST_PASSED && !__atomic_load_n(&cpu->resched, __ATOMIC_SEQ_CST)) {
		struct host_exit exit = next_exit(vcpu);
		passed = host_pass(cpu, exit.after);
		if (passed == HOST_BOUND)
			return;
		if (passed == HOST_PASSED) {
			state->script_next++;
			memcpy(state->argument, exit.argument, sizeof(state->argument));
			memcpy(state->detail, exit.detail, sizeof(state->detail));
			record(cpu, vcpu, exit.reason);
			host_upcall(cpu, vcpu, exit.reason);
			return;
		}
	}
	record(cpu, vcpu, EXIT_INTERRUPT);
	core_exit(cpu, vcpu, EXIT_INTERRUPT);
}

void machine_hold(struct vcpu *next, uint64_t time)
{
	uint64_t *now = &host.now[next->cpu->id];

	host_call(HOST_HOLD);
	if (*now < time)
		*now = time;
}

void machine_switch(struct cpu *cpu, struct vcpu *previous, struct vcpu *next)
{
	(void)cpu;
	host_call(HOST_SWITCH);
	host.switches++;
	host.switched_from = previous;
	host.switched_to = next;
}

void machine_advance(struct vcpu *vcpu)
{
	vcpu->machine.rip++;
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
void machine_ignore(struct vcpu *vcpu, enum exit reason)
{
	(void)reason;
	vcpu->machine.ignored++;
}

bool machine_vcpu_post(struct vcpu *vcpu, unsigned vector, bool level)
{
	uint64_t bit = UINT64_C(1) << vector % 64;

	host_call(HOST_POST);
	(void)level;
	if (vcpu->machine.pending[vector / 64] & bit)
		return false;
	vcpu->machine.pending[vector / 64] |= bit;
	return true;
}
bool machine_vcpu_wakes(const struct vcpu *vcpu)
{
	host_call(HOST_WAKES);
	return vcpu->machine.interrupts_on && (highest(&vcpu->machine) || vcpu->machine.extint_line);
}
void machine_vcpu_timer(struct vcpu *vcpu, uint64_t now)
{
	if (vcpu->machine.deadline > now)
		return;
	vcpu->machine.deadline = ~UINT64_C(0);
	machine_vcpu_post(vcpu, 0xec, false);
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
	return vcpu->machine.extint_line && vcpu->machine.interrupts_on;
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
	frame->gpr[FRAME_RAX] = vcpu->machine.argument[0];
}
enum status machine_import(struct vcpu *vcpu, const struct exit_frame *frame, unsigned parts)
{
	if (parts & FRAME_HAS_CONTROL && frame->cpl > 3)
		return ERR_ARGUMENT;
	if (parts & FRAME_HAS_GPR) {
		vcpu->machine.rip = frame->rip;
		vcpu->machine.argument[0] = frame->gpr[FRAME_RAX];
	}
	return OK;
}
enum status machine_inject(struct vcpu *vcpu, uint64_t event)
{
	if ((event & 0xff) >= 32)
		return ERR_ARGUMENT;
	vcpu->machine.injected = event;
	return OK;
}
