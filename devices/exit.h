/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_EXIT_H
#define DEVICES_EXIT_H

#include "abi/audit.h"
#include "abi/hypercall.h"
#include "devices/decode/emulate.h"
#include "devices/machine.h"

/*
 * Answers to exits other than plain port accesses. A handler changes the frame and says in `resume` what the core is to
 * take over: frame.rip then already is where the guest goes on, unless RUN_ADVANCE is among the flags.
 */
struct resume {
	uint64_t flags; /* RUN_*, RUN_TAKE() */
	uint64_t rax;
};

/* The exit `reason` (enum exit), `info` = frame.info[0] as the core returned it for EXIT_IO. */
void exit_handle(struct layer_vcpu *vcpu, uint32_t reason, uint32_t info, struct resume *resume);

/* --- for the handlers --- */
void exit_inject(struct layer_vcpu *vcpu, unsigned vector, bool has_error); /* error code 0 */
void exit_frame_fetch(struct layer_vcpu *vcpu);                             /* for exit_frame_complete */
/* What a handler of instructions needs of the frame is valid then. */
static inline void exit_frame_complete(struct layer_vcpu *vcpu)
{
	const unsigned parts = FRAME_HAS_GPR | FRAME_HAS_CONTROL | FRAME_HAS_SEGMENTS;
	if ((vcpu->frame->valid & parts) != parts)
		exit_frame_fetch(vcpu);
}
/* What the core has to take over after emulate() gave `answer`; false: the form is unknown. */
bool exit_finish(struct layer_vcpu *vcpu, enum emulate_answer answer, struct resume *resume);
/* The policy of the guest decides; if it lets it go on, the guest stays where it is for ever. */
void exit_fault(struct layer_vcpu *vcpu, enum layer_fault code, uint64_t a, uint64_t b);

void exit_io_string(struct layer_vcpu *vcpu, uint32_t info, struct resume *resume);
void exit_memory(struct layer_vcpu *vcpu, struct resume *resume);
/*
 * The short way of a plain MOV whose operand is where the CPU has walked to (frame.info); false: it is not, and nothing
 * has happened. `code` comes from guest_access_decode, for this exit.
 */
bool exit_move(struct layer_vcpu *vcpu, const struct code_memo *code, struct resume *resume);
#define EXIT_MOVE_BITS (FRAME_MEMORY_WRITE | FRAME_MEMORY_FETCH | FRAME_MEMORY_WALK)
#define EXIT_MOVE_NOT (~UINT64_C(0))
uint64_t exit_move_kind(const struct instruction *instruction); /* what code_memo.move is to be */
void exit_msr(struct layer_vcpu *vcpu, struct resume *resume);
void exit_control(struct layer_vcpu *vcpu, struct resume *resume);

#endif
