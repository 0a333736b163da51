/* SPDX-License-Identifier: ISC */
/* The table of exits that are handed over, and what their handlers share. */
#include "devices/exit.h"
#include "abi/exit.h"
#include "devices/decode/alu.h"
#include "sdk/format.h"
#include "sdk/vcpu.h"

enum { VECTOR_DB = 1, VECTOR_GP = 13 };
#define DR6_SINGLE_STEP UINT64_C(0x4000)

/* A second HC_VCPU_GET would not bring back what the exit itself said. */
void exit_frame_fetch(struct layer_vcpu *vcpu)
{
	struct exit_frame *frame = vcpu->frame;
	uint64_t info[4], next_rip = frame->next_rip;
	__builtin_memcpy(info, frame->info, sizeof info);
	(void)vcpu_get(vcpu->index);
	__builtin_memcpy(frame->info, info, sizeof info);
	frame->next_rip = next_rip;
}

void exit_inject(struct layer_vcpu *vcpu, unsigned vector, bool has_error)
{
	vcpu->frame->inject = FRAME_INJECT_EXCEPTION(vector) | (has_error ? FRAME_INJECT_ERROR(0) : 0);
}

static void finish_instruction(struct layer_vcpu *vcpu, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	resume->flags = RUN_TAKE(FRAME_HAS_GPR);
	if ((frame->valid & FRAME_HAS_CONTROL) &&
	    frame->shadow) { /* an emulated instruction ends the interrupt shadow before it */
		frame->shadow = 0;
		resume->flags |= RUN_TAKE(FRAME_HAS_CONTROL);
	}
	if (frame->rflags & FLAG_TF) { /* single stepping: the trap comes after the instruction */
		frame->dr6 |= DR6_SINGLE_STEP;
		exit_inject(vcpu, VECTOR_DB, false);
		resume->flags |= RUN_INJECT | RUN_TAKE(FRAME_HAS_CONTROL);
	}
}

bool exit_finish(struct layer_vcpu *vcpu, enum emulate_answer answer, struct resume *resume)
{
	switch (answer) {
	case EMULATE_OK:
		finish_instruction(vcpu, resume);
		return true;
	case EMULATE_FAULT:
		resume->flags = RUN_INJECT | RUN_TAKE(FRAME_HAS_GPR);
		if (vcpu->cr2_changed)
			resume->flags |= RUN_TAKE(FRAME_HAS_CONTROL);
		return true;
	case EMULATE_AGAIN:
		resume->flags = 0;
		return true;
	default:
		return false;
	}
}

/* The same as in the audit record, where the guest's own last words are. */
static void say(struct machine *machine, enum layer_fault code, uint64_t a, uint64_t b)
{
	static const char *const what[] = {
	        [LAYER_FAULT_INSTRUCTION] = "an instruction that is not emulated, its bytes",
	        [LAYER_FAULT_MEMORY] = "neither memory nor a device there, address and rip",
	        [LAYER_FAULT_EXIT] = "an exit that nobody knows, reason and detail",
	        [LAYER_FAULT_PAGING] = "page tables of 5 levels, rip and CR4",
	};
	char text[160];

	if (code >= sizeof what / sizeof *what || !what[code])
		return;
	format(text, sizeof text, "\r\nbulkhead: this guest cannot go on: %s: 0x%lx 0x%lx\r\n", what[code], a, b);
	machine_print(machine, text);
}

void exit_fault(struct layer_vcpu *vcpu, enum layer_fault code, uint64_t a, uint64_t b)
{
	say(vcpu->machine, code, a, b);
	machine_end(vcpu->machine);
	(void)guest_fault(code, a, b);
}

static void unknown(struct layer_vcpu *vcpu, struct resume *resume)
{
	(void)resume;
	exit_fault(vcpu, LAYER_FAULT_EXIT, vcpu->frame->reason, vcpu->frame->info[0]);
}

static void privileged(struct layer_vcpu *vcpu, struct resume *resume)
{
	exit_inject(vcpu, VECTOR_GP, true);
	resume->flags = RUN_INJECT;
}

static void (*const handlers[EXIT_COUNT])(struct layer_vcpu *vcpu, struct resume *resume) = {
        [EXIT_MSR] = exit_msr,
        [EXIT_CONTROL] = exit_control,
        [EXIT_INSTRUCTION] = privileged,
};

void exit_handle(struct layer_vcpu *vcpu, uint32_t reason, uint32_t info, struct resume *resume)
{
	resume->flags = 0;
	resume->rax = 0;
	vcpu->cr2_changed = false;
	if (reason == EXIT_MEMORY) /* the only one of them that comes often */
		exit_memory(vcpu, resume);
	else if (reason == EXIT_IO)
		exit_io_string(vcpu, info, resume);
	else if (reason < EXIT_COUNT && handlers[reason])
		handlers[reason](vcpu, resume);
	else
		unknown(vcpu, resume);
}
