/* SPDX-License-Identifier: ISC */
/*
 * INS and OUTS. The instruction is decoded for its address size, segment and length; a repeated one is done as a whole,
 * in portions of IO_ROUNDS, after each of which the guest stands at the same instruction with less left to do.
 */
#include "devices/decode/alu.h"
#include "devices/decode/emulate_string.h"
#include "devices/exit.h"
#include "devices/guest_access.h"

#define IO_ROUNDS 1024u

static enum emulate_answer input(struct layer_vcpu *vcpu, const struct instruction *in, uint16_t port)
{
	uint64_t linear, before, offset = vcpu->frame->gpr[FRAME_RDI] & alu_mask(in->address_size);
	if (!emulate_linear(vcpu->frame, FRAME_ES, offset, in->size, &linear))
		return EMULATE_FAULT;
	/* The place is tried before the port is read: a read that has to be repeated would lose a byte. */
	enum emulate_answer answer = guest_access_read(vcpu, linear, in->size, EMULATE_TO_WRITE, &before);
	if (answer != EMULATE_OK)
		return answer;
	return guest_access_write(vcpu, linear, in->size, bus_read(&vcpu->machine->bus, port, in->size));
}

static enum emulate_answer output(struct layer_vcpu *vcpu, const struct instruction *in, uint16_t port)
{
	uint64_t linear, value, offset = vcpu->frame->gpr[FRAME_RSI] & alu_mask(in->address_size);
	if (!emulate_linear(vcpu->frame, in->segment, offset, in->size, &linear))
		return EMULATE_FAULT;
	enum emulate_answer answer = guest_access_read(vcpu, linear, in->size, 0, &value);
	if (answer == EMULATE_OK)
		bus_write(&vcpu->machine->bus, port, in->size, (uint32_t)value);
	return answer;
}

/* *left: there is more to do. */
static enum emulate_answer rounds(struct layer_vcpu *vcpu, const struct instruction *in, uint16_t port, bool *left)
{
	struct exit_frame *frame = vcpu->frame;
	bool reads = in->operation == OP_INS, repeated = in->repeat || in->repeat_not_equal;
	uint64_t by = frame->rflags & FLAG_DF ? (uint64_t)0 - in->size : in->size;
	uint64_t mask = alu_mask(in->address_size);
	for (unsigned i = 0; i < IO_ROUNDS; i++) {
		if (repeated && (frame->gpr[FRAME_RCX] & mask) == 0)
			return EMULATE_OK;
		enum emulate_answer answer = reads ? input(vcpu, in, port) : output(vcpu, in, port);
		if (answer != EMULATE_OK)
			return answer;
		emulate_string_move(frame, in, reads ? FRAME_RDI : FRAME_RSI, by);
		if (!repeated)
			return EMULATE_OK;
		emulate_string_move(frame, in, FRAME_RCX, ~UINT64_C(0));
	}
	*left = (frame->gpr[FRAME_RCX] & mask) != 0;
	return EMULATE_OK;
}

void exit_io_string(struct layer_vcpu *vcpu, uint32_t info, struct resume *resume)
{
	const struct code_memo *code;
	bool left = false;
	exit_frame_complete(vcpu);
	vcpu->fault_is_operand = false;
	enum emulate_answer answer = guest_access_decode(vcpu, &code);
	const struct instruction *in = &code->instruction;
	if (answer == EMULATE_OK && in->operation != OP_INS && in->operation != OP_OUTS)
		answer = EMULATE_AGAIN; /* another vCPU rewrote the code meanwhile */
	if (answer == EMULATE_OK)
		answer = rounds(vcpu, in, FRAME_IO_PORT(info), &left);
	if (answer == EMULATE_OK && !left)
		vcpu->frame->rip += in->length;
	if (answer == EMULATE_AGAIN) /* rounds that are done stay done */
		resume->flags = RUN_TAKE(FRAME_HAS_GPR);
	else if (!exit_finish(vcpu, answer, resume))
		exit_fault(vcpu, LAYER_FAULT_INSTRUCTION, code->bytes[0], info);
}
