/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/amd.h"
#include "arch/x86_64/cpuid.h"
#include "arch/x86_64/insn.h"
#include "core/subject.h"
#include "core/system.h"

/*
 * From hardware exit codes to enum exit, APM 2 appendix C. What the description's tables answer (CPUID, MSRs, the
 * local APIC, WBINVD) is answered here and the guest goes on; everything else goes to the core. No code is unknown:
 * one without a row is an instruction the subject was not granted.
 */
#define ROW_COUNT 0x90u
struct row {
	uint8_t reason; /* enum exit + 1; 0 = no row */
	uint8_t length; /* of the instruction, unprefixed, for hardware without next-RIP; 0 = not one instruction */
};
static const struct row rows[ROW_COUNT] = {
        [VMEXIT_CR8_READ] = {EXIT_CONTROL + 1, 3},
        [VMEXIT_CR8_WRITE] = {EXIT_CONTROL + 1, 3},
        [VMEXIT_EXCEPTION... VMEXIT_EXCEPTION + 31] = {EXIT_EXCEPTION + 1, 0},
        [VMEXIT_INTR] = {EXIT_INTERRUPT + 1, 0},
        [VMEXIT_NMI] = {EXIT_NMI + 1, 0},
        [VMEXIT_VINTR] = {EXIT_WINDOW + 1, 0},
        [VMEXIT_RDPMC] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_CPUID] = {EXIT_CPUID + 1, 2},
        [VMEXIT_INVD] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_PAUSE] = {EXIT_PAUSE + 1, 2},
        [VMEXIT_HLT] = {EXIT_HALT + 1, 1},
        [VMEXIT_IOIO] = {EXIT_IO + 1, 1},
        [VMEXIT_MSR] = {EXIT_MSR + 1, 2},
        [VMEXIT_SHUTDOWN] = {EXIT_SHUTDOWN + 1, 0},
        [VMEXIT_VMMCALL] = {EXIT_HYPERCALL + 1, 3},
        [VMEXIT_WBINVD] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_XSETBV] = {EXIT_INSTRUCTION + 1, 3},
};

static const struct row *row_of(uint32_t code)
{
	static const struct row memory = {EXIT_MEMORY + 1, 0}, refused = {EXIT_ENTRY + 1, 0},
	                        other = {EXIT_INSTRUCTION + 1, 0};

	if (code < ROW_COUNT && rows[code].reason)
		return &rows[code];
	return code == VMEXIT_NPF ? &memory : code == 0xffffffffu ? &refused : &other;
}

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

static void advance(struct vcpu_state *state)
{
	state->vmcb->rip = state->next_rip;
	state->vmcb->interrupt_shadow = 0;
}

static void answer_cpuid(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t regs[4];

	state->facts.cr4 = state->vmcb->cr4;
	cpuid_answer(state->cpuid, state->cpuid_count, &state->facts, (uint32_t)state->gpr[0], (uint32_t)state->gpr[1],
	             regs);
	state->gpr[0] = regs[CPUID_EAX];
	state->gpr[3] = regs[CPUID_EBX];
	state->gpr[1] = regs[CPUID_ECX];
	state->gpr[2] = regs[CPUID_EDX];
	advance(state);
}

/* SDM 1 13.3, APM 2 11.5: x87 always, AVX needs SSE, nothing beyond what the description grants */
static uint64_t answer_xsetbv(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t value = (uint32_t)state->gpr[0] | state->gpr[2] << 32;

	if (!(state->vmcb->cr4 & CR4_GUEST_OSXSAVE)) {
		amd_inject(vcpu, 6, false, 0);
		return 0;
	}
	if ((uint32_t)state->gpr[1] || state->vmcb->cpl || !(value & 1) || value & ~state->xcr0_max ||
	    (value & 6) == 4) {
		amd_inject(vcpu, 13, true, 0);
		return 0;
	}
	state->xcr0 = state->facts.xcr0 = value;
	xsetbv(value);
	advance(state);
	return 0;
}

static uint64_t instruction(struct vcpu *vcpu, uint32_t code)
{
	struct vcpu_state *state = &vcpu->machine;

	if (code == VMEXIT_XSETBV)
		return answer_xsetbv(vcpu);
	if (code == VMEXIT_WBINVD || code == VMEXIT_INVD) { /* memory is coherent without the guest's help */
		advance(state);
		return 0;
	}
	state->detail[0] = code;
	return EXIT_INSTRUCTION + 1;
}

/* #DB and #AC are intercepted only so that a guest that raises them without end still takes interrupts. */
static uint64_t exception(struct vcpu *vcpu, uint32_t code)
{
	unsigned vector = code - VMEXIT_EXCEPTION;

	if (vector == 1 || vector == 17) {
		amd_inject(vcpu, vector, vector == 17, (uint32_t)vcpu->machine.vmcb->exit_info1);
		return 0;
	}
	vcpu->machine.detail[0] = vector;
	return EXIT_EXCEPTION + 1;
}

static uint64_t memory(struct vcpu_state *state)
{
	uint64_t info = state->vmcb->exit_info1;

	state->detail[0] = state->vmcb->exit_info2;
	state->detail[1] = (info & (FRAME_MEMORY_PRESENT | FRAME_MEMORY_WRITE | FRAME_MEMORY_FETCH)) |
	                   (info >> 33 & 1 ? FRAME_MEMORY_WALK : 0);
	return EXIT_MEMORY + 1;
}

/* IOIO, APM 2 15.10.2: port in 16..31, size one-hot in 4..6, IN 0, string 2, REP 3; next RIP in info 2 */
static inline void port(struct vcpu_state *state, const struct vmcb *vmcb)
{
	uint64_t info = vmcb->exit_info1;

	state->next_rip = vmcb->exit_info2;
	state->detail[0] = info >> 16 | (info & 0x70) << 12 | ((info & 1) | (info >> 1 & 6)) << 24;
}

static uint64_t window(struct vcpu_state *state)
{
	state->window_armed = 0;
	state->vmcb->intercept1 &= ~INTERCEPT_VINTR;
	state->vmcb->int_ctl = V_INTR_MASKING;
	state->check = 1;
	return EXIT_WINDOW + 1;
}

static uint64_t answer(struct vcpu *vcpu, uint32_t reason, uint32_t code)
{
	struct vcpu_state *state = &vcpu->machine;

	switch (reason) {
	case EXIT_IO:
		port(state, state->vmcb);
		return EXIT_IO + 1;
	case EXIT_MEMORY:
		return memory(state);
	case EXIT_CONTROL:
		state->detail[0] = 8 | (code == VMEXIT_CR8_WRITE ? 0x100 : 0);
		return EXIT_CONTROL + 1;
	case EXIT_EXCEPTION:
		return exception(vcpu, code);
	case EXIT_INSTRUCTION:
		return instruction(vcpu, code);
	case EXIT_WINDOW:
		return window(state);
	default:
		state->detail[0] = code;
		return reason + 1;
	}
}

#define DECIDE 0x100u /* state.unanswered: not an exit, but a decision of the scheduler is due */

/* Who is entered next, from amd_exit(): `vcpu`, unless a decision is due. That one wants all registers stored, since it
 * may set a vCPU to its start state. */
static inline struct vcpu *next(struct cpu *cpu, struct vcpu *vcpu, struct vcpu *exited)
{
	if (__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED)) {
		exited->machine.unanswered = DECIDE;
		return AMD_EXIT_FULL;
	}
	if (vcpu->machine.check)
		amd_interrupt_arm(vcpu);
	return vcpu;
}

/* Deliveries and events that the exit has cut short. */
static __attribute__((noinline)) void after_interrupts(struct vcpu_state *state)
{
	struct vmcb *vmcb = state->vmcb;

	state->after = 0;
	vmcb->tlb_control = state->flush_always;
	if (state->armed)
		amd_interrupt_taken(state);
	/* an event the exit interrupted: give it again; a software interrupt is simply executed again (APM 2 15.7.2) */
	if (vmcb->exit_int_info & EVENT_VALID && EVENT_TYPE(vmcb->exit_int_info) != 4)
		vmcb->event_inject = vmcb->exit_int_info;
}

/* What every exit begins with. Returns the address of the next instruction, `length` bytes on if hardware is silent. */
static inline uint64_t begin(struct vcpu *vcpu, struct vmcb *vmcb, uint32_t reason, uint32_t length)
{
	uint64_t rip = vmcb->rip;

	record(vcpu, rip, reason);
	if (vcpu->machine.after | (vmcb->exit_int_info & EVENT_VALID))
		after_interrupts(&vcpu->machine);
	return amd_has_next_rip ? vmcb->next_rip : rip + length;
}

/* Apart from each other, so that each saves only the registers it uses itself. */
#define HANDLER __attribute__((noinline))
static HANDLER struct vcpu *exit_hypercall(struct vcpu *vcpu, struct vmcb *vmcb)
{
	uint64_t behind = begin(vcpu, vmcb, EXIT_HYPERCALL, 3);

	if (vmcb->cpl) {
		amd_inject(vcpu, 6, false, 0);
		return next(vcpu->cpu, vcpu, vcpu);
	}
	vmcb->rip = behind;
	vmcb->interrupt_shadow = 0;
	core_hypercall(vcpu->cpu, vcpu);
	return next(vcpu->cpu, vcpu->cpu->current, vcpu);
}

static HANDLER struct vcpu *exit_cpuid(struct vcpu *vcpu, struct vmcb *vmcb)
{
	vcpu->machine.next_rip = begin(vcpu, vmcb, EXIT_CPUID, 2);
	answer_cpuid(vcpu);
	return next(vcpu->cpu, vcpu, vcpu);
}

static HANDLER struct vcpu *exit_msr(struct vcpu *vcpu, struct vmcb *vmcb)
{
	struct vcpu_state *state = &vcpu->machine;

	state->next_rip = begin(vcpu, vmcb, EXIT_MSR, 2);
	state->unanswered = (uint32_t)amd_msr(vcpu, vmcb->exit_info1 & 1);
	return state->unanswered ? AMD_EXIT_FULL : next(vcpu->cpu, vcpu, vcpu);
}

/* IN and OUT go to the layer in registers; nobody looks at more than RAX, so nothing else need be stored. */
static HANDLER struct vcpu *exit_port(struct vcpu *vcpu, struct vmcb *vmcb)
{
	begin(vcpu, vmcb, EXIT_IO, 0);
	uint64_t info = vmcb->exit_info1;
	if (info & IOIO_STRING)
		return AMD_EXIT_FULL;
	vcpu->machine.next_rip = vmcb->exit_info2;
	info = info >> 16 | (info & 0x70) << 12 | (info & 1) << 24;
	if (vcpu->layer)
		return next(vcpu->cpu, core_port(vcpu->cpu, vcpu, info), vcpu);
	vcpu->machine.detail[0] = info;
	core_exit(vcpu->cpu, vcpu, EXIT_IO);
	return next(vcpu->cpu, vcpu->cpu->current, vcpu);
}

/* The timer, a kick or a line: taken here, and a decision is due. */
static HANDLER struct vcpu *exit_interrupt(struct vcpu *vcpu, struct vmcb *vmcb)
{
	begin(vcpu, vmcb, EXIT_INTERRUPT, 0);
	machine_window(vcpu->cpu);
	vcpu->cpu->timer = 0; /* as in core/exception.c: it may have been the timer, before its time */
	vcpu->machine.unanswered = DECIDE;
	return AMD_EXIT_FULL;
}

static HANDLER struct vcpu *exit_other(struct vcpu *vcpu, struct vmcb *vmcb)
{
	const struct row *row = row_of((uint32_t)vmcb->exit_code);

	vcpu->machine.next_rip = begin(vcpu, vmcb, row->reason - 1u, row->length);
	return AMD_EXIT_FULL;
}

struct vcpu *amd_exit(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu->machine.vmcb;
	uint32_t code = (uint32_t)vmcb->exit_code;

	switch (code) {
	case VMEXIT_VMMCALL:
		return exit_hypercall(vcpu, vmcb);
	case VMEXIT_MSR:
		return exit_msr(vcpu, vmcb);
	case VMEXIT_IOIO:
		return exit_port(vcpu, vmcb);
	case VMEXIT_CPUID:
		return exit_cpuid(vcpu, vmcb);
	case VMEXIT_INTR:
		return exit_interrupt(vcpu, vmcb);
	default:
		return exit_other(vcpu, vmcb);
	}
}

static inline struct vcpu *ready(struct vcpu *vcpu)
{
	if (vcpu && vcpu->machine.check)
		amd_interrupt_arm(vcpu);
	return vcpu;
}

/* Decides whether to decide, and who is entered next. */
static struct vcpu *decide(struct cpu *cpu, struct vcpu *vcpu)
{
	return ready(__atomic_load_n(&cpu->resched, __ATOMIC_RELAXED) ? core_choose(cpu) : vcpu);
}

struct vcpu *amd_exit_full(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	struct cpu *cpu = vcpu->cpu;
	uint32_t code = (uint32_t)state->vmcb->exit_code;
	uint64_t result = state->unanswered;

	state->unanswered = 0;
	if (result == DECIDE)
		return ready(core_choose(cpu));
	if (!result)
		result = answer(vcpu, row_of(code)->reason - 1u, code);
	if (!result)
		return decide(cpu, vcpu);
	core_exit(cpu, vcpu, (enum exit)(result - 1));
	return decide(cpu, cpu->current);
}

void machine_run(struct cpu *cpu, struct vcpu *vcpu)
{
	(void)cpu;
	if (vcpu->machine.check)
		amd_interrupt_arm(vcpu);
	amd_run(vcpu);
}

void machine_advance(struct vcpu *vcpu)
{
	advance(&vcpu->machine);
}

uint64_t machine_detail(const struct vcpu *vcpu, unsigned index)
{
	return vcpu->machine.detail[index];
}

uint64_t machine_rip(const struct vcpu *vcpu)
{
	return vcpu->machine.vmcb->rip;
}
