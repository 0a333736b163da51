/* SPDX-License-Identifier: ISC */
/*
 * MOV to and from CR8 is the task priority of the local APIC (APM 2 16.3.4: TPR = CR8 << 4). The instruction is decoded
 * for the general register, because not every CPU reports it. No other control register is handed over.
 */
#include "devices/exit.h"
#include "devices/guest_access.h"
#include "sdk/vcpu.h"

enum { LAPIC_TPR = 0x80, VECTOR_UD = 6, VECTOR_GP = 13, CR8 = 8, CR8_LIMIT = 15 };

static bool move(struct layer_vcpu *vcpu, const struct instruction *in)
{
	uint64_t *reg = &vcpu->frame->gpr[in->rm];
	uint32_t tpr = 0;
	if (in->destination == OPERAND_REG)
		return *reg <= CR8_LIMIT && lapic_write(vcpu->index, LAPIC_TPR, (uint32_t)*reg << 4) == OK;
	if (lapic_read(vcpu->index, LAPIC_TPR, &tpr) != OK)
		return false;
	*reg = tpr >> 4;
	return true;
}

void exit_control(struct layer_vcpu *vcpu, struct resume *resume)
{
	const struct code_memo *code;
	exit_frame_complete(vcpu);
	enum emulate_answer answer = guest_access_decode(vcpu, &code);
	const struct instruction *in = &code->instruction;
	if (answer == EMULATE_OK && (in->operation != OP_MOV_CR || in->reg != CR8))
		answer = EMULATE_UNKNOWN;
	if (answer == EMULATE_UNKNOWN) {
		exit_inject(vcpu, VECTOR_UD, false);
		answer = EMULATE_FAULT;
	} else if (answer == EMULATE_OK && !move(vcpu, in)) {
		exit_inject(vcpu, VECTOR_GP, true);
		answer = EMULATE_FAULT;
	} else if (answer == EMULATE_OK) {
		vcpu->frame->rip += in->length;
	}
	exit_finish(vcpu, answer, resume);
}
