/* SPDX-License-Identifier: ISC */
#include "vendor.h"

/*
 * What every exit begins and ends with, and the answers that the description's tables give (CPUID, MSRs, the local APIC,
 * WBINVD): most exits end here, back in the guest; everything else goes to the core. The vendor's vcpu_exit() turns the
 * hardware's code into one of the handlers.
 */
static inline void record(struct vcpu *vcpu, uint64_t rip, uint32_t reason)
{
	struct cpu *cpu = vcpu->cpu;
	struct flight *flight = cpu->flight_at;

	cpu->flight_at = flight_next(flight);
	__asm__ volatile("rdtsc" : "=a"(flight->time_low), "=d"(flight->time_high));
	flight->rip = rip;
	flight->reason = reason;
	flight->vcpu = vcpu->index;
	vcpu->stats->exits[reason]++;
}

void vcpu_advance(struct vcpu_state *state)
{
	vendor_go(state, state->next_rip);
}

/* SDM 1 13.3, APM 2 11.5: x87 always, AVX needs SSE, nothing beyond what the description grants */
uint64_t exit_xsetbv(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t value = (uint32_t)state->gpr[0] | state->gpr[2] << 32;

	if (!(vendor_get(state, cr4) & CR4_OSXSAVE)) {
		vcpu_inject(vcpu, VECTOR_UD, false, 0);
		return 0;
	}
	if ((uint32_t)state->gpr[1] || vendor_cpl(state) || !(value & 1) || value & ~state->xcr0_max ||
	    (value & 6) == 4) {
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
		return 0;
	}
	state->xcr0 = state->facts.xcr0 = value;
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"(0));
	vcpu_advance(state);
	return 0;
}

static __attribute__((noinline)) struct vcpu *decide(struct cpu *cpu)
{
	struct vcpu *vcpu = core_choose(cpu);

	return vcpu && vcpu->machine.check ? vendor_arm(vcpu) : vcpu;
}

/* Who is entered next, from vcpu_exit(): `vcpu`, unless a decision is due. */
static inline struct vcpu *next(struct cpu *cpu, struct vcpu *vcpu)
{
	if (__builtin_expect(__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED) != 0, false))
		return decide(cpu);
	return vcpu->machine.check ? vendor_arm(vcpu) : vcpu;
}

/* What every exit begins with. Returns the address of the exit. */
static inline uint64_t begin(struct vcpu *vcpu, uint32_t reason, bool instruction)
{
	uint64_t rip = vendor_get(&vcpu->machine, rip);

	record(vcpu, rip, reason);
	vendor_begin(&vcpu->machine, instruction);
	return rip;
}

/* Apart from each other, so that each saves only the registers it uses itself. */
#define HANDLER __attribute__((noinline))
HANDLER struct vcpu *exit_hypercall(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t behind = vendor_behind(state, begin(vcpu, EXIT_HYPERCALL, true), 3);

	if (vendor_cpl(state)) {
		vcpu_inject(vcpu, VECTOR_UD, false, 0);
		return next(vcpu->cpu, vcpu);
	}
	vendor_go(state, behind);
	core_hypercall(vcpu->cpu, vcpu);
	return next(vcpu->cpu, vcpu->cpu->current);
}

HANDLER struct vcpu *exit_cpuid(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t regs[4];

	state->next_rip = vendor_behind(state, begin(vcpu, EXIT_CPUID, true), 2);
	state->facts.cr4 = vendor_get(state, cr4);
	cpuid_answer(state->cpuid, state->cpuid_count, &state->facts, (uint32_t)state->gpr[0], (uint32_t)state->gpr[1],
	             regs);
	state->gpr[0] = regs[CPUID_EAX];
	state->gpr[3] = regs[CPUID_EBX];
	state->gpr[1] = regs[CPUID_ECX];
	state->gpr[2] = regs[CPUID_EDX];
	vcpu_advance(state);
	return next(vcpu->cpu, vcpu);
}

HANDLER struct vcpu *exit_msr(struct vcpu *vcpu, bool write)
{
	struct vcpu_state *state = &vcpu->machine;

	state->next_rip = vendor_behind(state, begin(vcpu, EXIT_MSR, true), 2);
	state->unanswered = (uint32_t)vcpu_msr(vcpu, write);
	return state->unanswered ? VCPU_EXIT_FULL : next(vcpu->cpu, vcpu);
}

/* IN and OUT go to the layer in registers; nobody looks at more than RAX, so nothing else need be stored. */
HANDLER struct vcpu *exit_port(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;

	state->next_rip = vendor_behind_port(state, begin(vcpu, EXIT_IO, true));
	uint64_t raw = vendor_port(state);
	if (vendor_port_string(raw)) {
		state->detail[0] = vendor_port_info(raw, true);
		state->unanswered = EXIT_IO + 1;
		return VCPU_EXIT_FULL;
	}
	uint64_t info = vendor_port_info(raw, false);
	if (vcpu->layer)
		return next(vcpu->cpu, core_port(vcpu->cpu, vcpu, info));
	state->detail[0] = info;
	core_exit(vcpu->cpu, vcpu, EXIT_IO);
	return next(vcpu->cpu, vcpu->cpu->current);
}

/* The timer, a kick or a line: taken here, and a decision is due. */
HANDLER struct vcpu *exit_interrupt(struct vcpu *vcpu)
{
	begin(vcpu, EXIT_INTERRUPT, false);
	machine_window(vcpu->cpu);
	vcpu->cpu->timer = 0; /* as in core/exception.c: it may have been the timer, before its time */
	return decide(vcpu->cpu);
}

HANDLER struct vcpu *exit_other(struct vcpu *vcpu, enum exit reason, uint32_t length)
{
	vcpu->machine.next_rip = vendor_behind(&vcpu->machine, begin(vcpu, reason, false), length);
	vcpu->machine.reason = reason;
	return VCPU_EXIT_FULL;
}

struct vcpu *vcpu_exit_full(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct cpu *cpu = vcpu->cpu;
	uint64_t result = state->unanswered;

	state->unanswered = 0;
	if (!result)
		result = vendor_answer(vcpu);
	if (!result)
		return next(cpu, vcpu);
	core_exit(cpu, vcpu, (enum exit)(result - 1));
	return next(cpu, cpu->current);
}

/* From the last look at the time to the guest's first instruction, in ticks: no CPU takes fewer for these instructions,
 * the world switch among them. */
#define ENTRY_TICKS 56u
void machine_hold(struct vcpu *next, uint64_t time)
{
	if (next->machine.check)
		vendor_arm(next);
	while (rdtsc() < time - ENTRY_TICKS)
		;
}

void machine_run(struct cpu *cpu, struct vcpu *vcpu)
{
	(void)cpu;
	if (vcpu->machine.check)
		vendor_arm(vcpu);
	vcpu_enter(vcpu);
}

void machine_advance(struct vcpu *vcpu)
{
	vendor_select(&vcpu->machine);
	vcpu_advance(&vcpu->machine);
}

uint64_t machine_rip(const struct vcpu *vcpu)
{
	vendor_select(&vcpu->machine);
	return vendor_get(&vcpu->machine, rip);
}
