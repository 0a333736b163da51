/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/intel/vendor.h"
#include "core/panic.h"

/* From exit reasons to enum exit, SDM 3D appendix C. One without a row is an instruction the subject was not granted. */
#define ROW_COUNT 64u
static const uint8_t rows[ROW_COUNT] = {
        /* enum exit + 1; 0 = no row */
        [REASON_TRIPLE_FAULT] = EXIT_SHUTDOWN + 1, [REASON_INTERRUPT_WINDOW] = EXIT_WINDOW + 1,
        [REASON_NMI_WINDOW] = EXIT_WINDOW + 1,     [REASON_HLT] = EXIT_HALT + 1,
        [REASON_CONTROL] = EXIT_CONTROL + 1,       [REASON_PAUSE] = EXIT_PAUSE + 1,
        [REASON_EPT_VIOLATION] = EXIT_MEMORY + 1,  [REASON_TPR] = EXIT_WINDOW + 1,
};
#define IS_INSTRUCTION(reason) \
	((reason) == EXIT_INSTRUCTION || (reason) == EXIT_HALT || (reason) == EXIT_CONTROL || (reason) == EXIT_PAUSE)

static enum exit reason_of(uint32_t code)
{
	if (code & REASON_REFUSED)
		return EXIT_ENTRY;
	if (code == REASON_EXCEPTION)
		return EVENT_TYPE(vmcs_read(VMCS_EXIT_EVENT)) == 2 ? EXIT_NMI : EXIT_EXCEPTION;
	return code < ROW_COUNT && rows[code] ? (enum exit)(rows[code] - 1) : EXIT_INSTRUCTION;
}

struct vcpu *vcpu_exit(struct vcpu *vcpu)
{
	uint32_t code = (uint32_t)vmcs_read(VMCS_REASON);

	switch (code) {
	case REASON_VMCALL:
		return exit_hypercall(vcpu);
	case REASON_RDMSR:
		return exit_msr(vcpu, false);
	case REASON_WRMSR:
		return exit_msr(vcpu, true);
	case REASON_PORT:
		return exit_port(vcpu);
	case REASON_CPUID:
		return exit_cpuid(vcpu);
	case REASON_INTERRUPT:
	case REASON_PREEMPTION:
		return exit_interrupt(vcpu);
	default: {
		enum exit reason = reason_of(code);
		return exit_other(vcpu, reason, IS_INSTRUCTION(reason));
	}
	}
}

/* A processor without VMX: invalid instructions all, whatever the subject was granted. */
static bool is_vmx(uint32_t code)
{
	return (code >= REASON_VMCLEAR && code <= REASON_VMXON) || code == REASON_INVEPT || code == REASON_INVVPID ||
	       code == REASON_VMFUNC;
}

static uint64_t instruction(struct vcpu *vcpu, uint32_t code)
{
	if (code == REASON_XSETBV)
		return exit_xsetbv(vcpu);
	if (code == REASON_WBINVD || code == REASON_INVD) { /* memory is coherent without the guest's help */
		vcpu_advance(&vcpu->machine);
		return 0;
	}
	if (is_vmx(code)) {
		vcpu_inject(vcpu, VECTOR_UD, false, 0);
		return 0;
	}
	vcpu->machine.detail[0] = code;
	return EXIT_INSTRUCTION + 1;
}

#define QUALIFICATION_DEBUG 0x600fu /* BD, BS, B0 to B3 */
#define DEBUG_STEP (1u << 14)
#define RFLAGS_TF (UINT64_C(1) << 8)
/* What the processor does at a #DB that does not exit, SDM 3C 27.1: DR6, and DR7.GD off. */
static void debug(struct vcpu *vcpu)
{
	uint64_t dr6, what = vmcs_read(VMCS_QUALIFICATION) & QUALIFICATION_DEBUG;

	__asm__ volatile("mov %%db6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%db6" : : "r"((dr6 & ~UINT64_C(15)) | what));
	vmcs_write(VMCS_dr7, vmcs_read(VMCS_dr7) & ~(UINT64_C(1) << 13));
	/* entry wants a pending single step said where the shadow would hold it back (SDM 3C 26.3.1.5) */
	if (vmcs_read(VMCS_rflags) & RFLAGS_TF && vendor_shadow(&vcpu->machine))
		vmcs_write(VMCS_PENDING_DEBUG, DEBUG_STEP);
	/* ICEBP: a trap, so behind the instruction */
	if (EVENT_TYPE(vmcs_read(VMCS_EXIT_EVENT)) == 5)
		vmcs_write(VMCS_rip, vmcs_read(VMCS_rip) + vmcs_read(VMCS_LENGTH));
	vcpu_inject(vcpu, VECTOR_DB, false, 0);
}

/*
 * #GP exits only from a MOV to CR0 that exited to the first one after it. If that is its own it has changed nothing;
 * every other is raised again where it came from, and does not exit.
 */
static uint64_t protection(struct vcpu *vcpu)
{
	const struct vcpu_vendor *vendor = &vcpu->machine.vendor;

	vmcs_write(VMCS_EXCEPTIONS, EXCEPTIONS);
	if (vmcs_read(VMCS_rip) != vendor->cr0_rip || vmcs_read(VMCS_VECTORING_EVENT) & EVENT_VALID)
		return 0;
	vmcs_write(VMCS_CR0_SHADOW, vendor->cr0_shadow);
	vcpu_inject(vcpu, VECTOR_GP, true, (uint32_t)vmcs_read(VMCS_EXIT_ERROR));
	return 0;
}

/* #DB and #AC exit only so that a guest that raises them without end still takes interrupts. */
static uint64_t exception(struct vcpu *vcpu)
{
	unsigned vector = (unsigned)vmcs_read(VMCS_EXIT_EVENT) & 0xffu;

	vcpu->machine.detail[0] = vector;
	if (vector == VECTOR_GP)
		return protection(vcpu);
	if (vector != VECTOR_DB && vector != VECTOR_AC)
		return EXIT_EXCEPTION + 1;
	if (vector == VECTOR_DB)
		debug(vcpu);
	else
		vcpu_inject(vcpu, vector, true, (uint32_t)vmcs_read(VMCS_EXIT_ERROR));
	return 0;
}

static uint64_t memory(struct vcpu_state *state)
{
	uint64_t info = vmcs_read(VMCS_QUALIFICATION);

	state->detail[0] = vmcs_read(VMCS_GUEST_PHYSICAL);
	state->detail[1] = decode_memory(info);
	/* an IRET that faulted has unblocked NMIs already: undone, since it is executed again (SDM 3C 27.2.3) */
	if (info >> 12 & 1 && !(vmcs_read(VMCS_VECTORING_EVENT) & EVENT_VALID))
		vmcs_write(VMCS_SHADOW, vmcs_read(VMCS_SHADOW) | SHADOW_NMI);
	return EXIT_MEMORY + 1;
}

static uint64_t general(const struct vcpu_state *state, unsigned index)
{
	return index == FRAME_RSP ? vmcs_read(VMCS_rsp) : state->gpr[index];
}

/*
 * SDM 3C table 27-3: register in 0..3, kind in 4..5 (0 = MOV to it), general register in 8..11. Of CR0 the guest writes
 * bits that it has in the shadow only: they are noted there and the instruction, executed again, does the rest itself.
 * Of CR4 those that no subject has.
 */
static uint64_t control(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint64_t info = vmcs_read(VMCS_QUALIFICATION);

	if ((info & 15) == 8) {
		state->detail[0] = 8 | (info & 0x30 ? 0 : 0x100);
		return EXIT_CONTROL + 1;
	}
	uint64_t cr0 = general(state, (unsigned)(info >> 8) & 15u);
	if ((info & 15) != 0 || (cr0 & CR0_CACHE) == CR0_NW) {
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
		return 0;
	}
	state->vendor.cr0_rip = vmcs_read(VMCS_rip);
	state->vendor.cr0_shadow = vmcs_read(VMCS_CR0_SHADOW);
	vmcs_write(VMCS_CR0_SHADOW, cr0);
	vmcs_write(VMCS_EXCEPTIONS, EXCEPTIONS | 1u << VECTOR_GP);
	return 0;
}

static uint64_t window(struct vcpu *vcpu)
{
	vcpu->machine.check = 1;
	return machine_extint_ready(vcpu) ? EXIT_WINDOW + 1 : 0;
}

/* The VMCS is as it was before the entry, and launched or not as before: cleared, it is neither. */
static uint64_t refused(struct vcpu_state *state)
{
	uint32_t reason = (uint32_t)vmcs_read(VMCS_REASON);

	if (decode_machine_check(reason))
		core_panic(VECTOR_MC, reason, vmcs_read(VMCS_rip), machine_cpu());
	state->detail[0] = check_guest(vmcs_read);
	state->detail[1] = reason & 0xffff;
	__asm__ volatile("vmclear %0" : : "m"(state->vendor.vmcs) : "cc", "memory");
	*state->vendor.current = 0;
	state->vendor.launched = 0;
	return EXIT_ENTRY + 1;
}

uint64_t vendor_answer(struct vcpu *vcpu)
{
	struct vcpu_state *state = &vcpu->machine;
	uint32_t code = (uint32_t)vmcs_read(VMCS_REASON);

	CHECK(code != REASON_EPT_MISCONFIGURED); /* no table of ours */
	switch (state->reason) {
	case EXIT_MEMORY:
		return memory(state);
	case EXIT_CONTROL:
		return control(vcpu);
	case EXIT_EXCEPTION:
		return exception(vcpu);
	case EXIT_INSTRUCTION:
		return instruction(vcpu, code);
	case EXIT_WINDOW:
		return window(vcpu);
	case EXIT_ENTRY:
		return refused(state);
	case EXIT_NMI:
		__asm__ volatile("int $2"); /* it has been taken by the exit; IRET ends its blocking others */
		return EXIT_NMI + 1;
	default:
		state->detail[0] = code;
		return state->reason + 1;
	}
}
