/* SPDX-License-Identifier: ISC */
/* A second-level fault: decode the instruction and execute it with its operands on memory and devices. */
#include "devices/exit.h"
#include "devices/guest_access.h"

static uint64_t word(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

void exit_memory(struct layer_vcpu *vcpu, struct resume *resume)
{
	struct exit_frame *frame = vcpu->frame;
	uint8_t bytes[INSTRUCTION_BYTES + 1] = {0};
	struct instruction instruction;
	struct emulate_memory memory = guest_access_memory(vcpu);
	exit_frame_complete(vcpu);
	vcpu->fault_gpa = frame->info[0];
	if (frame->info[1] & FRAME_MEMORY_FETCH) {
		exit_fault(vcpu, LAYER_FAULT_MEMORY, frame->info[0], frame->rip);
		return;
	}
	enum emulate_answer answer = guest_access_decode(vcpu, bytes, &instruction);
	if (answer == EMULATE_OK)
		answer = emulate(frame, &instruction, &memory);
	if (!exit_finish(vcpu, answer, resume))
		exit_fault(vcpu, LAYER_FAULT_INSTRUCTION, word(bytes, 8), word(bytes + 8, 7));
}
