/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/amd/vendor.h"

/*
 * From hardware exit codes to enum exit, APM 2 appendix C. No code is unknown: one without a row is an instruction the
 * subject was not granted.
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
        [VMEXIT_NMI] = {EXIT_NMI + 1, 0},
        [VMEXIT_VINTR] = {EXIT_WINDOW + 1, 0},
        [VMEXIT_RDPMC] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_INVD] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_PAUSE] = {EXIT_PAUSE + 1, 2},
        [VMEXIT_HLT] = {EXIT_HALT + 1, 1},
        [VMEXIT_SHUTDOWN] = {EXIT_SHUTDOWN + 1, 0},
        [VMEXIT_WBINVD] = {EXIT_INSTRUCTION + 1, 2},
        [VMEXIT_XSETBV] = {EXIT_INSTRUCTION + 1, 3},
};

static __attribute__((noinline)) struct vcpu *rare(struct vcpu *vcpu, uint32_t code)
{
	if (code < ROW_COUNT && rows[code].reason)
		return exit_other(vcpu, rows[code].reason - 1u, rows[code].length);
	return exit_other(vcpu,
	                  code == VMEXIT_NPF       ? EXIT_MEMORY
	                  : code == VMEXIT_REFUSED ? EXIT_ENTRY
	                                           : EXIT_INSTRUCTION,
	                  0);
}

struct vcpu *vcpu_exit(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu->machine.vendor.vmcb;
	uint32_t code = (uint32_t)vmcb->exit_code;

	if (code == VMEXIT_VMMCALL)
		return exit_hypercall(vcpu);
	if (code == VMEXIT_MSR)
		return exit_msr(vcpu, vmcb->exit_info1 & 1);
	if (code == VMEXIT_IOIO)
		return exit_port(vcpu);
	if (code == VMEXIT_INTR)
		return exit_interrupt(vcpu);
	if (code == VMEXIT_CPUID)
		return exit_cpuid(vcpu);
	return rare(vcpu, code);
}

static uint64_t instruction(struct vcpu *vcpu, uint32_t code)
{
	struct vcpu_state *state = &vcpu->machine;

	if (code == VMEXIT_XSETBV)
		return exit_xsetbv(vcpu);
	if (code == VMEXIT_WBINVD || code == VMEXIT_INVD) { /* memory is coherent without the guest's help */
		vcpu_advance(state);
		return 0;
	}
	state->detail[0] = code;
	return EXIT_INSTRUCTION + 1;
}

/* #DB and #AC are intercepted only so that a guest that raises them without end still takes interrupts. */
static uint64_t exception(struct vcpu *vcpu, uint32_t code)
{
	unsigned vector = code - VMEXIT_EXCEPTION;

	if (vector == VECTOR_DB || vector == VECTOR_AC) {
		vcpu_inject(vcpu, vector, vector == VECTOR_AC, (uint32_t)vcpu->machine.vendor.vmcb->exit_info1);
		return 0;
	}
	vcpu->machine.detail[0] = vector;
	return EXIT_EXCEPTION + 1;
}

static uint64_t memory(struct vcpu_state *state, const struct vmcb *vmcb)
{
	uint64_t info = vmcb->exit_info1;

	state->detail[0] = vmcb->exit_info2;
	state->detail[1] = (info & (FRAME_MEMORY_PRESENT | FRAME_MEMORY_WRITE | FRAME_MEMORY_FETCH)) |
	                   (info >> 33 & 1 ? FRAME_MEMORY_WALK : 0);
	return EXIT_MEMORY + 1;
}

static uint64_t window(struct vcpu_state *state)
{
	state->vendor.window_armed = 0;
	state->vendor.vmcb->intercept1 &= ~INTERCEPT_VINTR;
	state->vendor.vmcb->int_ctl = V_INTR_MASKING;
	state->check = 1;
	return EXIT_WINDOW + 1;
}

uint64_t vendor_answer(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t code = (uint32_t)state->vendor.vmcb->exit_code;

	switch (state->reason) {
	case EXIT_MEMORY:
		return memory(state, state->vendor.vmcb);
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
		return state->reason + 1;
	}
}
